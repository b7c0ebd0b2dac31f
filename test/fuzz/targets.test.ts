// Targets and the loop: what modules are taken, where inputs go, what counts as a find, when a campaign ends, and what is refused.

import asc from "assemblyscript/asc";
import {
  type FuzzOptions,
  functionTarget,
  fuzz,
  minimise,
  type Target,
  wasmTarget,
} from "cmsg/fuzz";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("targets");

/** A module from AssemblyScript. */
async function compiled(source: string, ...options: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const line = ["m.ts", "-O2", "--runtime", "stub", "--outFile", "m.wasm", ...options];
  const { error, stderr } = await asc.main(line, {
    readFile: (name) => (name === "m.ts" ? source : null),
    writeFile: (_, contents) => {
      binary = contents as Uint8Array;
    },
  });
  assert.is(error, null, String(stderr));
  return binary as Uint8Array;
}

async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await work.then(
    () => Object.assign(new Error("it was not refused"), { code: "" }),
    (reason: unknown) => reason as Error & { code: string },
  );
  assert.is(error.code, "ERR_CMSG_INVALID_ARG_TYPE", error.stack);
  assert.match(error.message, message);
}

const NINE =
  "export function parse(at: usize, length: i32): i32 { if (length > 2 && load<u8>(at) == 57) unreachable(); return length; }";

test("a module whose memory grows, one that gives room, and one that is told where inputs go", async () => {
  const sources: readonly (readonly [string, object])[] = [
    [NINE, {}],
    [
      `let room = memory.data(65536); export function malloc(n: usize): usize { return room; } ${NINE}`,
      {},
    ],
    [NINE, { at: 1024, limit: 100 }],
  ];
  for (const [source, options] of sources) {
    const fixed = "at" in options ? ["--initialMemory", "1", "--maximumMemory", "1"] : [];
    const target = await wasmTarget(await compiled(source, ...fixed), options);
    const { found, edges } = await fuzz(target, {
      runs: 20_000,
      seed: 3,
      control: false,
      finds: 1,
    });
    assert.equal(
      found.map(({ bytes }) => [...bytes]),
      [[57, 0, 0]],
    );
    assert.match(found[0]?.name ?? "", /^runtimeerror-unreachable-[0-9a-f]{4}$/);
    assert.ok(edges >= 2);
  }
});

test("a module may import: functions answer 0, those that abort throw, others must be given", async () => {
  const source = `@external("env", "log") declare function log(x: i32): i32;
@external("env", "abort_now") declare function stop(): void;
export function fuzz(at: usize, length: i32): i32 { if (length == 3) stop(); return log(length); }`;
  const bytes = await compiled(source);
  const { found } = await fuzz(await wasmTarget(bytes), { runs: 2000, seed: 1, control: false });
  assert.equal(
    found.map(({ name, bytes: small }) => [name.slice(0, -5), small.length]),
    [["error-abort-now-was-called", 3]],
  );
  const given = { env: { log: () => 5, abort_now: () => undefined } };
  assert.is((await wasmTarget(bytes, { imports: given })).run(Uint8Array.of(1, 2, 3)), 5);
  const global = await compiled(
    '@external("env", "g") declare const g: i32;\nexport function fuzz(a: usize, n: i32): i32 { return g; }',
  );
  await refused(wasmTarget(global), /imports the global env\.g/);
});

test("what has no function to call, or no place for inputs, is refused in words", async () => {
  const one = "export function one(a: i32): i32 { return a; }";
  await refused(
    wasmTarget(await compiled(one)),
    /no function that takes \(offset, length\); there are: one/,
  );
  await refused(wasmTarget(await compiled(NINE), { call: "other" }), /exports no function other/);
  const fixed = ["--initialMemory", "1", "--maximumMemory", "1"];
  await refused(wasmTarget(await compiled(NINE, ...fixed)), /memory cannot grow.*at/);
  throws(() => functionTarget("x" as never), {
    name: "TypeError",
    code: "ERR_CMSG_INVALID_ARG_TYPE",
  });
});

test("bytes that are no module are refused by the engine", async () => {
  const error = await wasmTarget(Uint8Array.of(1, 2, 3)).catch((reason: Error) => reason);
  assert.is((error as Error).name, "CompileError");
});

test("a find that needs the runs before it is told as such", async () => {
  let before = 0;
  const target: Target = {
    name: "stateful",
    run: () => {
      before += 1;
      if (before === 50) throw new Error("fifty");
    },
    reset: () => {
      before = 0;
    },
  };
  const { found } = await fuzz(target, { runs: 100, seed: 1, finds: 1 });
  assert.is(found[0]?.reproducible, false);
});

test("it ends with time, runs, finds, or a signal; without an end it is refused", async () => {
  const target = functionTarget((bytes) => bytes.length & 3);
  assert.is((await fuzz(target, { runs: 777 })).runs, 777);
  const { seconds } = await fuzz(target, { seconds: 0.05 });
  assert.ok(seconds >= 0.05);
  const signal = AbortSignal.abort();
  assert.ok((await fuzz(target, { seconds: 1000, signal })).runs > 0);
  const each = functionTarget((bytes) => {
    throw new Error("abcdefghij"[bytes.length % 10]);
  });
  assert.is((await fuzz(each, { runs: 5000, finds: 4, seed: 1 })).found.length, 4);
  await refused(fuzz(target, {}), /give seconds or runs/);
  for (const wrong of [
    { runs: 0 },
    { seconds: -1 },
    { runs: Number.NaN },
    { seed: "x", runs: 1 },
  ]) {
    const error = await fuzz(target, wrong as FuzzOptions).catch(
      (reason: Error & { code: string }) => reason,
    );
    assert.is((error as { code: string }).code, "ERR_CMSG_OUT_OF_RANGE");
  }
});

test("status is told while it runs, and once at the end", async () => {
  const told: number[] = [];
  const target = functionTarget((bytes) => bytes.length % 5);
  const { runs } = await fuzz(target, {
    seconds: 0.6,
    onStatus: (status) => told.push(status.runs),
  });
  assert.ok(told.length >= 2);
  assert.is(told.at(-1), runs);
  assert.equal(
    told,
    [...told].sort((a, b) => a - b),
  );
});

test("minimise leaves out what is not needed and makes the rest small", () => {
  const input = Uint8Array.from({ length: 300 }, (_, i) => i);
  const keeps = (bytes: Uint8Array): boolean =>
    bytes.includes(200) && bytes.filter((byte) => byte > 3).length >= 2;
  assert.equal(
    [...minimise(input, keeps)].sort((a, b) => a - b),
    [4, 200],
  );
  assert.equal(minimise(input, () => true).length, 0);
  let calls = 0;
  minimise(input, () => calls++ < 0, 50);
  assert.is(calls, 50);
});

test.run();

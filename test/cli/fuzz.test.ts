// cmsg fuzz: finds, files about them, going on where a campaign stopped, and what it says of wrong lines.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plantedModule } from "../fuzz/planted.js";
import { assert } from "../support/assert.js";
import { inDirectory, run, start } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg fuzz");

/** Throws for a length below that of a header, which many mutations make. */
const PARSER = `
export default function parse(bytes) {
  if (bytes.length < 16) return "short";
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length < 16) throw new RangeError("length " + length + " below header");
  return length > bytes.length ? "past the end" : "fine";
}
`;

test("the core of this package, unless another target is given: no find", async () => {
  await inDirectory(async (cwd) => {
    const { status, stdout, stderr } = await run(["fuzz", "--runs", "5000", "--seed", "7"], {
      cwd,
    });
    assert.is(status, 0, stderr);
    assert.match(
      stdout,
      /^no find in 5000 runs \(.*, \d{3} of \d{3,4} edges, \d+ inputs, seed 7\n$/,
    );
    assert.match(stderr, /^fuzzing core, seed 7\n$/);
    assert.equal(readdirSync(cwd), []);
  });
});

test("a script: finds are named, made small, explained, saved, and happen again", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "parser.mjs"), PARSER);
    const line = ["fuzz", "--target", "parser.mjs", "--abi", "linux-x86_64-glibc"];
    const more = ["--runs", "20000", "--seed", "1", "--corpus", "corpus"];
    const { status, stdout, stderr } = await run([...line, ...more], { cwd });
    assert.is(status, 1, stderr);
    const name = /^ {2}(rangeerror-length-below-header-[0-9a-f]{4}) {2}16 bytes$/m.exec(
      stdout,
    )?.[1];
    assert.ok(name !== undefined, stdout);
    assert.match(stdout, /^1 find in 20000 runs/);
    assert.equal(readFileSync(join(cwd, "corpus", `${name}.bin`)), Buffer.alloc(16));
    const text = readFileSync(join(cwd, "corpus", `${name}.txt`), "utf8");
    assert.match(text, /RangeError: length 0 below header/);
    assert.match(text, /control buffer: 16 bytes/);
    assert.match(text, new RegExp(`again: cmsg fuzz --target parser.mjs corpus/${name}.bin`));
    assert.match(stderr, /find: rangeerror-length-below-header/);
    const again = await run([...line.slice(0, 3), `corpus/${name}.bin`], { cwd });
    assert.is(again.status, 1);
    assert.is(again.stdout, `corpus/${name}.bin: length 0 below header\n`);
  });
});

test("the same seed: the same result; another process goes on from the corpus", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "parser.mjs"), PARSER);
    const line = ["fuzz", "-t", "parser.mjs", "--runs", "3000", "--seed", "4", "--json"];
    const result = async (...more: readonly string[]) => {
      const { stdout } = await run([...line, ...more], { cwd });
      const { seconds, perSecond, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
      assert.ok(Number(seconds) > 0 && Number(perSecond) > 0);
      return rest;
    };
    const first = await result("--finds", "a");
    assert.equal(await result("--finds", "b"), first);
    await result("--corpus", "kept");
    const kept = readdirSync(join(cwd, "kept")).filter((name) => !name.includes("."));
    assert.is(kept.length, 2 + 1);
    const second = await result("--corpus", "kept");
    assert.is(second["corpus"], kept.length);
  });
});

test("a WebAssembly module, guided by its edges", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "parser.wasm"), await plantedModule());
    const line = ["fuzz", "--target", "parser.wasm", "--abi", "linux-x86_64-glibc"];
    const more = ["--runs", "60000", "--seed", "2", "--limit", "128", "--max-finds", "1"];
    const { status, stdout, stderr } = await run([...line, ...more], { cwd });
    assert.is(status, 1, stderr);
    assert.match(stdout, /^1 find in \d+ runs \(.* \d+ of \d+ edges/);
    assert.match(stdout, /^ {2}endless-no-end-/m);
  });
});

test("wrong lines are refused in words", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "nothing.mjs"), "export const x = 1;");
    for (const [line, message] of [
      [["--seconds", "soon"], /--seconds takes a whole number from 1, not 'soon'/],
      [["--runs", "0"], /--runs takes a whole number from 1, not '0'/],
      [["--call", "parse"], /--call names a function of a \.wasm --target/],
      [["--target", "nothing.mjs"], /nothing\.mjs exports no function as default or as fuzz/],
      [["--abi", "linux-*"], /--abi takes one ABI/],
      [["--limit", "-1"], /argument is ambiguous|--limit/],
    ] as const) {
      const { status, stderr } = await run(["fuzz", ...line], { cwd });
      assert.is(status, 2, stderr);
      assert.match(stderr, message);
    }
    const { status, stderr } = await run(["fuzz", "--target", "missing.wasm"], { cwd });
    assert.is(status, 3);
    assert.match(stderr, /missing\.wasm/);
  });
});

test("an interrupt ends the campaign with its summary", async () => {
  await inDirectory(async (cwd) => {
    const running = start(["fuzz", "--seconds", "100"], { cwd });
    await running.printed("fuzzing core");
    running.child.kill("SIGINT");
    const { status, stdout } = await running.ended;
    assert.is(status, 0);
    assert.match(stdout, /^no find in \d+ runs/);
    assert.not(existsSync(join(cwd, "corpus")));
  });
});

test.run();

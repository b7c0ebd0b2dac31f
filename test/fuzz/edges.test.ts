// The module with edge counters is the shipped one in all but its counters: exports, answers, memory.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert } from "../support/assert.js";
import { coreBytes, RawCore } from "../support/core.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";
import { parseWasm } from "../support/wasm.js";

const path = fileURLToPath(import.meta.resolve("cmsg/core-edges.wasm"));
const bytes = readFileSync(path);
const module = new WebAssembly.Module(bytes);
const test = suite("core with edge counters");

/** What the custom section says. */
interface EdgeMap {
  readonly base: number;
  readonly size: number;
  readonly own: boolean;
  readonly counters: number;
  readonly sites: readonly string[];
  readonly dictionary: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the tests' types of WebAssembly do not know this
const sections: ArrayBuffer[] = (WebAssembly.Module as any).customSections(module, "cmsg.edges");
const map = JSON.parse(new TextDecoder().decode(sections[0])) as EdgeMap;

/** An instance of the module with counters, by the means of the raw core. */
class Counting extends RawCore {
  override readonly exports = new WebAssembly.Instance(module).exports as RawCore["exports"];
  override readonly bytes = new Uint8Array(this.exports.memory.buffer);
}

test("the same exports with the same types, no imports, the same memory", () => {
  const [ours, shipped] = [parseWasm(bytes), parseWasm(coreBytes)];
  assert.equal([...ours.functions], [...shipped.functions]);
  assert.is(ours.imports, 0);
  assert.equal(ours.memories, shipped.memories);
  assert.equal(ours.data, shipped.data);
});

test("counters lie in the hole of linear memory, the fuel at its end", () => {
  const core = new RawCore();
  assert.is(map.base, core.call("coverage_base"));
  assert.is(map.size, core.call("coverage_size"));
  assert.ok(map.own);
  const widths = map.sites.map((site) => (site.endsWith(" loop") ? 1 : 2));
  assert.is(
    map.counters,
    widths.reduce((sum: number, width) => sum + width, 0),
  );
  assert.ok(map.counters <= map.size - 4);
  assert.ok(map.counters > 500);
});

test("answers and memory are the same, but for the hole; both outcomes count", () => {
  const [counting, shipped] = [new Counting(), new RawCore()];
  const random = new Random();
  const at = shipped.base;
  for (let i = 0; i < 3000; i++) {
    const length = random.below(96);
    const input = random.bytes(length).map((byte) => (random.below(3) === 0 ? byte : byte & 31));
    const calls: readonly (readonly [string, ...number[]])[] = [
      ["cmsg_walk", random.below(47), at, length, at + 4096, 20],
      ["cmsg_firsthdr", random.below(47), random.below(9), at, length, at + 8192],
      ["cmsg_nxthdr", random.below(47), random.below(9), at, length, 0, 0, 0, at + 8192],
      ["pack", random.below(47), at, random.below(4), at + 512, 40, at + 1024, 200],
    ];
    for (const [name, ...args] of calls) {
      for (const core of [counting, shipped]) core.write(at, input);
      assert.is(counting.call(name, ...args), shipped.call(name, ...args), `${name}, seed ${seed}`);
    }
  }
  const [from, to] = [map.base, map.base + map.size];
  const plain = (core: RawCore): Buffer =>
    Buffer.concat([core.bytes.subarray(0, from), core.bytes.subarray(to)]);
  assert.is(Buffer.compare(plain(counting), plain(shipped)), 0, `seed ${seed}`);
  const counts = counting.bytes.subarray(from, from + map.counters);
  assert.ok(counts.filter((count) => count > 0).length > 150);
  assert.ok(counting.bytes.subarray(from + map.counters, to - 4).every((byte) => byte === 0));
});

test("a run without fuel traps, one with enough does not", () => {
  const core = new Counting();
  for (let at = 0; at < 400; at += 16)
    core.write(core.base + at, Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1));
  const walk = (fuel: number): number => {
    core.write(map.base + map.size - 4, Uint8Array.of(fuel & 255, fuel >> 8, 0, 0));
    return core.call("cmsg_walk", 0, core.base, 400, core.base + 4096, 30);
  };
  walk(10_000);
  assert.throws(() => walk(20), "unreachable");
  assert.is(walk(10_000), 25);
});

test("the dictionary holds constants of the code, each once", () => {
  assert.is(new Set(map.dictionary).size, map.dictionary.length);
  for (const word of map.dictionary) assert.match(word, /^([0-9a-f]{2}){1,8}$/);
});

test.run();

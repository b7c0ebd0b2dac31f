// The interface of core.wasm: names, parameters, memory, version, and the page of them that is shipped.

import { readFileSync } from "node:fs";
import { DEFINED_ABI_LIMIT, DEFINED_ROWS_BASE } from "../../assembly/shared/limits.js";
import { assert, bytes } from "../support/assert.js";
import { COUNTING, coreBytes, RawCore } from "../support/core.js";
import { suite } from "../support/suite.js";
import { parseWasm } from "../support/wasm.js";

/** Name and number of parameters. A change here is a new major version of the interface, what is added a new minor one. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  version: 0,
  scratch_base: 0,
  scratch_size: 0,
  coverage_base: 0,
  coverage_size: 0,
  abi_count: 0,
  abi_column: 2,
  abi_define: 1,
  layout: 4,
  struct_program: 3,
  pack: 7,
  unpack: 7,
  cmsg_align: 2,
  cmsg_len: 2,
  cmsg_space: 2,
  cmsg_append: 8,
  cmsg_append_all: 6,
  cmsg_walk: 5,
  cmsg_firsthdr: 5,
  cmsg_nxthdr: 8,
  rule_answers: 1,
  message_begin: 2,
  message_append: 6,
  message_seal: 2,
  message_compose: 2,
  message_prepare: 2,
  message_open: 2,
  message_compose_batch: 2,
  message_prepare_batch: 2,
  message_open_batch: 2,
  message_sent_batch: 2,
};

const STATUS: Readonly<Record<string, number>> = {
  UNKNOWN_ABI: -1,
  BAD_OFFSET: -2,
  OUT_OF_RANGE: -3,
  NO_SPACE: -4,
  LENGTH_BELOW_HEADER: -5,
  LENGTH_PAST_END: -6,
  PAYLOAD_SHORT: -7,
  BAD_ARGUMENT: -8,
  END_NULL: -16,
  END_NO_PROGRESS: -17,
  END_BACKWARD: -18,
  END_OUT_OF_BOUNDS: -19,
  END_EINVAL: -20,
};

const PAGES = 96;

const parsed = parseWasm(coreBytes);
const table = readFileSync("docs/wasm-abi.md", "utf8");

const test = suite("core exports");

test("the exported functions are these, with i32 parameters and one i32 result", () => {
  const expected = Object.entries(FUNCTIONS).map(([name, count]) => [
    name,
    `(${Array.from({ length: count }, () => "i32").join(", ")}) i32`,
  ]);
  assert.equal([...parsed.functions].sort(), expected.sort());
});

test("nothing is exported beside functions and memory", () => {
  const others = WebAssembly.Module.exports(new WebAssembly.Module(coreBytes)).filter(
    ({ kind }) => kind !== "function",
  );
  assert.equal(others, [{ name: "memory", kind: "memory" }]);
});

test("nothing is imported and nothing runs at instantiation", () => {
  assert.equal(WebAssembly.Module.imports(new WebAssembly.Module(coreBytes)), []);
  assert.is(parsed.imports, 0);
  assert.is(parsed.start, false);
});

test("memory is fixed: initial and maximum are the same, and grow is refused", () => {
  assert.equal(parsed.memories, [{ initial: PAGES, maximum: PAGES }]);
  const core = new RawCore();
  const { memory } = core.exports;
  const { buffer } = memory;
  assert.is(buffer.byteLength, PAGES * 65536);
  assert.throws(
    () => memory.grow(1),
    (error: Error) => error instanceof RangeError,
  );
  assert.is(memory.buffer, buffer);
});

test("the map of memory: static data, the coverage hole, and the caller's part do not overlap", () => {
  const core = new RawCore();
  const hole = core.call("coverage_base");
  const behind = hole + core.call("coverage_size");
  assert.ok(parsed.data.length > 0);
  for (const { from, to } of parsed.data) {
    assert.ok(from >= 1024 && to <= DEFINED_ROWS_BASE, `data at ${from}…${to}`);
  }
  assert.ok(core.call("coverage_size") >= 4096);
  assert.ok(behind <= core.base);
  assert.is(core.end, PAGES * 65536);
  assert.is(core.base % 64, 0);
});

test("rows by numbers, and what follows from all rows, stay in their part of the map", () => {
  const core = new RawCore();
  const before = core.bytes.slice();
  const numbers = core.columns(0);
  for (let row = 0; row < core.call("abi_count") + DEFINED_ABI_LIMIT; row++) {
    if (row >= core.call("abi_count")) {
      numbers[15] = row;
      core.setWords(core.base, ...numbers);
      assert.is(core.call("abi_define", core.base), row);
    }
    assert.ok(core.call("cmsg_len", row, 0) >= 12);
  }
  const hole = core.call("coverage_base");
  for (const [from, to] of [
    [0, DEFINED_ROWS_BASE],
    [COUNTING ? core.base : hole, core.base],
  ] as const) {
    bytes(core.bytes.subarray(from, to), before.subarray(from, to));
  }
  assert.ok(core.bytes.subarray(DEFINED_ROWS_BASE, hole).some((byte) => byte !== 0));
});

test("version 1.1", () => {
  assert.is(new RawCore().call("version"), (1 << 16) | 1);
});

test("instances share nothing", () => {
  const [one, other] = [new RawCore(), new RawCore()];
  one.setWords(one.base, ...one.columns(0));
  assert.is(one.call("abi_define", one.base), one.call("abi_count"));
  assert.is(other.call("abi_column", other.call("abi_count"), 0), STATUS.UNKNOWN_ABI);
});

test("the shipped page lists each export once, with its parameters", () => {
  const exported = table.split("<!-- table: exports -->")[1]?.split("<!-- end -->")[0] ?? "";
  const rows = [...exported.matchAll(/^\| `(\w+)(?:\(([^)]*)\))?` \| (.+) \|$/gm)];
  const listed = rows.map(([, name = "", list]) =>
    list === undefined ? [name] : [name, list === "" ? 0 : list.split(", ").length],
  );
  const expected = [...Object.entries(FUNCTIONS), ["memory"]];
  assert.equal(listed.sort(), expected.sort());
  for (const [, name, , text = ""] of rows) assert.ok(text.length > 10, name);
});

test("the shipped page lists each status with its number", () => {
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` \| (-\d+) \| .+ \|$/gm)];
  assert.equal(
    rows.map(([, name, value]) => [name, Number(value)]),
    Object.entries(STATUS),
  );
});

test.run();

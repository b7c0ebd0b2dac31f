// Vectors as steps that any host of WebAssembly can take: bytes to write, functions of core.wasm to call with their answers,
// bytes to find in memory. What is expected are the vectors' own lengths, offsets and bytes; only positions in memory are ours.

/**
 * `["bytes", at, hex]` writes. `["call", name, args, answer]` calls. `["memory", at, hex]` compares.
 *
 * @typedef {["bytes", number, string] | ["call", string, number[], number] | ["memory", number, string]} Step
 * @typedef {Record<string, any>} Vector
 * @typedef {{ steps: Step[], row: number, core: Core, at: Places }} Writing
 * @typedef {{ control: number, payload: number, cells: number, report: number, step: number }} Places
 * @typedef {Record<string, (...args: number[]) => number> & { memory: { readonly buffer: ArrayBuffer } }} Core
 * @typedef {import("../src/codec/portable.js").Portable} Portable
 */

/** The recorder of the vectors stopped after this many headers. */
const RECORDER_LIMIT = 64;
/** An address in the middle of a program's memory: sums that wrap depend on where a buffer lies. */
const ADDRESS = 0x40000000;
/** What lies in memory before anything is written there, so that padding that is not written is seen. */
const DIRT = "ee";
const CAPACITY = 0x8000;

/** Positions in the caller's part of memory, far enough apart for the largest vector. @param {number} base @returns {Places} */
const placesFrom = (base) => ({
  control: base,
  payload: base + CAPACITY,
  cells: base + 2 * CAPACITY,
  report: base + 3 * CAPACITY,
  step: base + 4 * CAPACITY,
});

/** @param {string} hex */
const sizeOf = (hex) => hex.length / 2;

/** A number in as many little-endian bytes. @param {bigint | number} value @param {number} size */
function littleEndian(value, size) {
  let rest = BigInt.asUintN(size * 8, BigInt(value));
  let hex = "";
  for (let i = 0; i < size; i++, rest >>= 8n) hex += `0${(rest & 255n).toString(16)}`.slice(-2);
  return hex;
}

/** @param {readonly number[]} words */
const wordsHex = (words) => words.map((word) => littleEndian(word, 4)).join("");

/** Appends each message, and finds the bytes that the system's own macros wrote. @param {Vector} record @param {Writing} to */
function encodeSteps({ messages, controlHex, cmsgLens, spaces }, { steps, row, at }) {
  const total = spaces.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0);
  steps.push(["bytes", at.control, DIRT.repeat(total + 8)]);
  let used = 0;
  messages.forEach((/** @type {Vector} */ { level, type, dataHex }, /** @type {number} */ i) => {
    const length = sizeOf(dataHex);
    if (length > 0) steps.push(["bytes", at.payload, dataHex]);
    steps.push(["call", "cmsg_len", [row, length], cmsgLens[i]]);
    steps.push(["call", "cmsg_space", [row, length], spaces[i]]);
    const append = [row, at.control, total, used, level, type, at.payload, length];
    steps.push(["call", "cmsg_append", append, used + spaces[i]]);
    used += spaces[i];
  });
  steps.push(["memory", at.control, controlHex]);
  steps.push(["memory", at.control + total, DIRT.repeat(8)]);
  walkSteps(messages, spaces, cmsgLens, { steps, row, at, size: sizeOf(controlHex) });
}

/**
 * The safe walk finds the same messages again.
 *
 * @param {readonly Vector[]} messages @param {readonly number[]} spaces @param {readonly number[]} lens
 * @param {Pick<Writing, "steps" | "row" | "at"> & { size: number }} to
 */
function walkSteps(messages, spaces, lens, { steps, row, at, size }) {
  const limit = messages.length + 1;
  steps.push(["call", "cmsg_walk", [row, at.control, size, at.report, limit], messages.length]);
  let offset = 0;
  const records = messages.map(({ level, type, dataHex }, i) => {
    const length = sizeOf(dataHex);
    const payload = offset + (lens[i] ?? 0) - length;
    offset += spaces[i] ?? 0;
    return wordsHex([level, type, payload, length]);
  });
  if (records.length > 0) steps.push(["memory", at.report + REPORT_HEAD, records.join("")]);
}

/** Bytes in front of a report's records (assembly/shared/message.ts). */
const REPORT_HEAD = 16;

/** Steps through a buffer as the system's own CMSG_FIRSTHDR and CMSG_NXTHDR do. @param {Vector} record @param {Writing} to @param {Portable} names */
function decodeSteps({ controlHex, yields, end }, { steps, row, core, at }, { columns, status }) {
  const size = sizeOf(controlHex);
  const rule = core["abi_column"]?.(row, columns["NEXT_RULE"] ?? -1) ?? -1;
  const ended = status[`END_${end.toUpperCase().replaceAll("-", "_")}`];
  steps.push(["bytes", at.control, `${controlHex}${DIRT.repeat(8)}`]);
  const first = [row, rule, at.control, size, at.step];
  steps.push(["call", "cmsg_firsthdr", first, yields.length > 0 ? 0 : (ended ?? 0)]);
  yields.forEach((/** @type {Vector} */ { offset }, /** @type {number} */ i) => {
    const next = yields[i + 1]?.offset ?? ended;
    if (next === undefined || i + 1 === RECORDER_LIMIT) return;
    const args = [row, rule, at.control, size, offset, ADDRESS, 0, at.step];
    steps.push(["call", "cmsg_nxthdr", args, next]);
  });
}

/** @param {Vector} fields */
function structOf(fields) {
  const members = Object.keys(fields);
  if (members.some((member) => /_\d$/.test(member))) return undefined;
  const structs = ["mmsghdr", "msghdr", "cmsghdr", "iovec", "sockaddr_un"];
  const marks = ["msg_len", "msg_iov", "cmsg_len", "iov_base", "sun_family"];
  return structs[marks.findIndex((mark) => members.includes(mark))];
}

/** Packs a struct from cells of eight bytes. @param {Vector} record @param {Writing} to @param {Portable} names */
function structSteps({ fields, hex }, { steps, row, core, at }, { kinds, structs }) {
  const name = structOf(fields) ?? "";
  const struct = structs[name];
  if (struct === undefined || name === "sockaddr_un") return;
  const count = core["struct_program"]?.(row, struct.id, at.payload) ?? 0;
  const program = [...new Int32Array(core.memory.buffer, at.payload, count)];
  const ids = Object.entries(struct.members);
  // The end of a struct inside a struct has no value.
  const valued = program.filter((element) => (element & 255) !== kinds["STRUCT_END"]);
  const cells = valued.map((element) => {
    const member = ids.find(([, id]) => id === ((element >> 8) & 255))?.[0] ?? "";
    return littleEndian(BigInt(fields[member] ?? 0), 8);
  });
  steps.push(["call", "struct_program", [row, struct.id, at.payload], count]);
  steps.push(["memory", at.payload, wordsHex(program)]);
  steps.push(["bytes", at.cells, cells.join("")]);
  const size = sizeOf(hex);
  const args = [row, at.payload, count, at.cells, cells.length, at.control, size];
  steps.push(["call", "pack", args, size], ["memory", at.control, hex]);
}

/** The safe walk over what a kernel has written, cut messages too. @param {Vector} record @param {Writing} to */
function capturedSteps({ controlHex, messages }, { steps, row, core, at }) {
  const head = core["cmsg_len"]?.(row, 0) ?? 0;
  const records = messages.map((/** @type {Vector} */ { offset, level, type, dataHex }) =>
    wordsHex([level, type, offset + head, sizeOf(dataHex)]),
  );
  const walk = [row, at.control, sizeOf(controlHex), at.report, records.length + 1];
  steps.push(["bytes", at.control, `${controlHex}${DIRT.repeat(8)}`]);
  steps.push(["call", "cmsg_walk", walk, records.length]);
  if (records.length > 0) steps.push(["memory", at.report + REPORT_HEAD, records.join("")]);
}

const WRITERS = {
  encode: encodeSteps,
  decode: decodeSteps,
  struct: structSteps,
  captured: capturedSteps,
};

/** Lengths of messages and sizes of structs of an ABI. @param {Vector} abi @param {Writing} to @param {Portable} names */
function lengthSteps(abi, { steps, row, core, at }, { structs }) {
  steps.push(["call", "cmsg_len", [row, 0], abi["cmsg"].dataOffset]);
  steps.push(["call", "cmsg_align", [row, 1], abi["cmsg"].alignUnit]);
  for (const [key, space] of Object.entries(abi["cmsg"])) {
    const [, length] = /^spaceOf(\d+)$/.exec(key) ?? [];
    if (length !== undefined) steps.push(["call", "cmsg_space", [row, Number(length)], space]);
  }
  for (const [name, { id }] of Object.entries(structs)) {
    const size = abi[name]?.size;
    if (size === undefined) continue;
    const count = core["struct_program"]?.(row, id, at.payload) ?? 0;
    steps.push(["call", "struct_program", [row, id, at.payload], count]);
    steps.push(["call", "layout", [row, at.payload, count, at.cells], size]);
  }
}

/**
 * The steps of all vectors, for each row once that an ABI of theirs has, and those of the layouts of all ABIs.
 *
 * @param {{ vectors: readonly Vector[], abis: readonly Vector[] }} file @param {Core} core @param {Portable} names @returns {Step[]}
 */
export function conformanceSteps({ vectors, abis: layouts }, core, names) {
  const rowOf = new Map(names.abis);
  const at = placesFrom(core["scratch_base"]?.() ?? 0);
  const [major, minor] = names.version;
  /** @type {Step[]} */
  const steps = [["call", "version", [], (major << 16) | minor]];
  for (const record of vectors) {
    const write = WRITERS[/** @type {keyof typeof WRITERS} */ (record["kind"])];
    const abis = /** @type {string[]} */ (record["abis"]);
    const rows = new Set(abis.map((name) => rowOf.get(name) ?? -1));
    for (const row of rows) write?.(record, { steps, row, core, at }, names);
  }
  /** @type {Set<string>} */
  const told = new Set();
  for (const abi of layouts) {
    const row = rowOf.get(abi["abi"]) ?? -1;
    /** @type {Step[]} */
    const own = [];
    lengthSteps(abi, { steps: own, row, core, at }, names);
    // ABIs of one row say the same.
    if (!told.has(JSON.stringify(own))) steps.push(...own);
    told.add(JSON.stringify(own));
  }
  return steps;
}

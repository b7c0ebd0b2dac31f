// Compares one record of a golden file with what the built package makes of it, once per ABI that the record names. Every kind
// and every property of a record is compared; what is not known here is a mismatch.

import {
  CMSG_LEN,
  CMSG_SPACE,
  constants,
  decodeControl,
  decodeStruct,
  encodeAddress,
  encodeControl,
  encodeStruct,
  explain,
  walk,
} from "cmsg/codec";

/** The recorder of the vectors stopped after this many headers. */
const RECORDER_LIMIT = 64;

/** @typedef {{ what: string, ours: string, expected: string }} Mismatch */
/** @typedef {Record<string, any>} Vector */

/** @param {Uint8Array} bytes */
const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** Bytes of hex, all of it: Buffer.from stops silently where it is none. @param {unknown} text */
function bytesOf(text) {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/i.test(text)) {
    throw new TypeError(`no hex bytes: ${JSON.stringify(text)}`);
  }
  return Buffer.from(text, "hex");
}

/** @param {unknown} value */
const text = (value) =>
  typeof value === "string"
    ? value
    : JSON.stringify(value, (_, v) => (typeof v === "bigint" ? numberOrText(v) : v));

/** A length as the files write it: a number while it is exact, decimal text above. @param {bigint} value */
function numberOrText(value) {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

class Comparison {
  /** @type {Mismatch[]} */
  mismatches = [];

  /** @param {string} what @param {unknown} ours @param {unknown} expected */
  same(what, ours, expected) {
    const [left, right] = [text(ours), text(expected)];
    // A number and its text are not the same.
    if (left === right && typeof ours === typeof expected) return;
    const plain = left !== right;
    this.mismatches.push({
      what,
      ours: plain ? left : JSON.stringify(ours),
      expected: plain ? right : JSON.stringify(expected),
    });
  }
}

/** @param {Vector} record @param {any} abi @param {Comparison} compare */
function checkEncode(record, abi, compare) {
  const messages = record.messages.map((/** @type {Vector} */ m) => ({
    level: m.level,
    type: m.type,
    payload: bytesOf(m.dataHex),
  }));
  const { trimLast } = record;
  const ours = encodeControl(messages, { abi, trimLast });
  compare.same("controlLen", ours.length, record.controlLen);
  compare.same("controlHex", hex(ours), record.controlHex);
  const lengths = messages.map((/** @type {Vector} */ m) => m.payload.length);
  const spaces = lengths.map((/** @type {number} */ n) => CMSG_SPACE(n, { abi }));
  compare.same(
    "cmsgLens",
    lengths.map((/** @type {number} */ n) => CMSG_LEN(n, { abi })),
    record.cmsgLens,
  );
  compare.same("spaces", spaces, record.spaces);
  const offsets = spaces.map((/** @type {number} */ _, /** @type {number} */ i) =>
    spaces
      .slice(0, i)
      .reduce((/** @type {number} */ sum, /** @type {number} */ space) => sum + space, 0),
  );
  compare.same("offsets", offsets, record.offsets);
  const data = CMSG_LEN(0, { abi });
  compare.same(
    "dataOffsets",
    offsets.map((/** @type {number} */ at) => at + data),
    record.dataOffsets,
  );
  const { headers } = walk(ours, { abi, limit: RECORDER_LIMIT });
  compare.same("macroLoopCount", headers.length, record.macroLoopCount);
  compare.same("macroBuildNullAt", buildNullAt(ours, offsets, abi), record.macroBuildNullAt);
  const { messages: decoded, problems } = decodeControl(ours, { abi });
  const framing = problems.filter((p) => p.code.startsWith("ERR_CMSG_LENGTH_"));
  compare.same(
    "problems of decoding it again",
    framing.map((p) => p.message),
    [],
  );
  compare.same(
    "decoded again",
    decoded.map((m) => [m.level, m.type, hex(m.payload)]),
    record.messages.map((/** @type {Vector} */ m) => [m.level, m.type, m.dataHex]),
  );
}

/** Index of the message for which the macros answer NULL while the zeroed buffer is being filled, or -1. @param {Uint8Array} whole @param {number[]} offsets @param {any} abi */
function buildNullAt(whole, offsets, abi) {
  for (let i = 0; i < offsets.length; i++) {
    const partial = new Uint8Array(whole.length);
    partial.set(whole.subarray(0, offsets[i]));
    const { headers, end } = walk(partial, { abi, limit: i + 1 });
    // Where the rule refuses the unwritten header (einval), the macro itself has reached it.
    if (headers.length <= i && end === "null") return i;
  }
  return -1;
}

/** @param {Vector} record @param {any} abi @param {Comparison} compare */
function checkDecode(record, abi, compare) {
  const control = bytesOf(record.controlHex);
  compare.same("controlLen", control.length, record.controlLen);
  const { headers, end } = walk(control, { abi, limit: RECORDER_LIMIT });
  const yields = headers.map(({ offset, claimed, level, type, dataOffset }) => ({
    cmsgLen: numberOrText(claimed),
    dataOffset,
    level,
    offset,
    type,
  }));
  compare.same("yields", yields, record.yields.map(sorted));
  compare.same("end", end, record.end);
  // Whatever the bytes: the safe walk stays inside, and the explanation names every byte once.
  for (const { payload } of decodeControl(control, { abi }).messages) {
    if (payload.length > control.length) compare.same("payload", payload.length, control.length);
  }
  let at = 0;
  for (const { from, to } of explain(control, { abi }).spans) {
    compare.same("span", from, at);
    at = to;
  }
  compare.same("spans end", at, control.length);
}

/** @param {Vector} object */
function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {Vector} fields */
function structName(fields) {
  if ("msg_len" in fields) return "mmsghdr";
  if ("msg_name" in fields || "msg_iov" in fields) return "msghdr";
  if ("cmsg_len" in fields) return "cmsghdr";
  if ("iov_base" in fields) return "iovec";
  return "sun_family" in fields ? "sockaddr_un" : undefined;
}

/** @param {[string, string]} field @returns {[string, bigint | Uint8Array]} */
function structField([name, value]) {
  return [name, name === "sun_path" ? Buffer.from(value) : BigInt(value)];
}

/** @param {Vector} record @param {any} abi @param {Comparison} compare */
function checkStruct(record, abi, compare) {
  const name = structName(record.fields);
  if (name === undefined)
    return compare.same("struct", Object.keys(record.fields), "a known struct");
  // An array of structs has one suffix per element behind the first: iov_base_1.
  const elements = new Map([["", /** @type {[string, any][]} */ ([])]]);
  for (const [field, value] of Object.entries(record.fields)) {
    const suffix = /_\d+$/.exec(field)?.[0] ?? "";
    const own = field.slice(0, field.length - suffix.length);
    elements.set(suffix, [...(elements.get(suffix) ?? []), structField([own, value])]);
  }
  const parts = [...elements.values()].map((fields) =>
    encodeStruct(name, Object.fromEntries(fields), { abi }),
  );
  compare.same("hex", hex(Buffer.concat(parts)), record.hex);
  let at = 0;
  for (const fields of elements.values()) {
    const size = parts[0]?.length ?? 0;
    const decoded = decodeStruct(name, bytesOf(record.hex).subarray(at, at + size), { abi });
    at += size;
    for (const [field, value] of fields) {
      const ours = decoded[field];
      if (value instanceof Uint8Array) {
        const path = /** @type {Uint8Array} */ (ours).subarray(0, value.length);
        compare.same(`${field} decoded`, hex(path), hex(value));
      } else compare.same(`${field} decoded`, String(ours), String(value));
    }
  }
  if (name === "sockaddr_un") {
    const address = encodeAddress({ path: record.fields.sun_path }, { abi });
    compare.same("as an address", hex(address), record.hex.slice(0, address.length * 2));
  }
}

/** @param {Vector} record @param {any} abi @param {Comparison} compare */
function checkCaptured(record, abi, compare) {
  const control = bytesOf(record.controlHex);
  compare.same("controlLen", control.length, record.controlLen);
  const { messages, problems } = decodeControl(control, { abi });
  const { headers } = walk(control, { abi });
  const ours = messages.map((m, i) => ({
    offset: headers[i]?.offset ?? -1,
    cmsgLen: Number(headers[i]?.claimed ?? -1),
    level: m.level,
    type: m.type,
    dataHex: hex(m.payload),
  }));
  compare.same("messages", ours, record.messages);
  const cut = (record.msgFlags & (constants(abi).MSG_CTRUNC ?? 0)) !== 0;
  if (!cut)
    compare.same(
      "problems",
      problems.map((p) => p.message),
      [],
    );
  const { dataLen, msgFlags } = record;
  if (!Number.isInteger(dataLen) || dataLen < 0) compare.same("dataLen", dataLen, "a length");
  if (!Number.isInteger(msgFlags)) compare.same("msgFlags", msgFlags, "flags");
  const { spans } = explain(control, { abi });
  for (const [field, value] of Object.entries(record.fields ?? {})) {
    const spansOf = spans.filter((s) => s.field === field || s.field?.startsWith(`${field}.`));
    const found = spansOf.some((s) => String(s.value) === String(value));
    if (!found)
      compare.same(
        `field ${field}`,
        spansOf.map((s) => s.value),
        value,
      );
  }
}

const CHECKS = {
  encode: checkEncode,
  decode: checkDecode,
  struct: checkStruct,
  captured: checkCaptured,
};

/** The ABIs that a record names: `abi` is one of `abis`, and counts when it is not. @param {Vector} record @returns {string[]} */
function abisOf({ abi, abis = [abi] }) {
  const list = Array.isArray(abis) ? abis : [abis];
  if (list.length === 0) return ["(none)"];
  return [...new Set((abi === undefined ? list : [...list, abi]).map((name) => String(name)))];
}

/**
 * Compares a record with the built package: one result per ABI that it names, and at least one.
 *
 * @param {any} record @param {string} [place] what the record is called when it has no id
 * @returns {{ id: string, abi: string, mismatches: Mismatch[] }[]}
 */
export function checkRecord(record, place = "record") {
  const vector = typeof record === "object" && record !== null ? record : {};
  const id = typeof vector.id === "string" ? vector.id : place;
  return abisOf(vector).map((abi) => {
    const compare = new Comparison();
    const { kind } = vector;
    const known = typeof kind === "string" && Object.hasOwn(CHECKS, kind);
    if (!known) compare.same("kind", kind ?? "none", Object.keys(CHECKS).join(" or "));
    else {
      try {
        CHECKS[/** @type {keyof typeof CHECKS} */ (kind)](vector, abi, compare);
      } catch (error) {
        compare.same("error", String(error), "none");
      }
    }
    return { id, abi, mismatches: compare.mismatches };
  });
}

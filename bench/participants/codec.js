// Node: a control buffer written and walked by the core, by the public functions, and by a DataView. Arguments: "core", "cmsg", "dataview"
// or "objects", which makes one of each message; "encode" or "walk"; messages, descriptors in each. All for 64-bit little-endian glibc, as the C side is.

import { readFileSync } from "node:fs";
import { codec } from "./package.js";
import { serve } from "./serve.js";

const { encodeControl, decodeControl, rights } = codec;

const [variant = "", job = "", messages = "1", fdsEach = "1"] = process.argv.slice(2);
const messageCount = Number(messages);
const fds = Array.from({ length: Number(fdsEach) }, (_, i) => i);
const abi = "linux-x86_64-glibc";
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const HEADER = 16;

function core() {
  const file = readFileSync(new URL("../../dist/core.wasm", import.meta.url));
  /** @type {any} */
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(file));
  const words = new Int32Array(exports.memory.buffer);
  const { cmsg_append, cmsg_append_all, cmsg_len, cmsg_walk } = exports;
  const row = 0;
  const control = exports.scratch_base();
  const capacity = 0x20000;
  const report = control + capacity;
  const list = report + 0x10000;
  // The payload of one message is written where it belongs; that of many lies elsewhere, as it does for C.
  const payload = messageCount === 1 ? control + cmsg_len(row, 0) : list + 0x10000;
  const numbers = Int32Array.from(fds);
  const length = numbers.length * 4;
  const table = new Int32Array(messageCount * 4);
  for (let i = 0; i < messageCount; i++) {
    table.set([SOL_SOCKET, SCM_RIGHTS, payload, length], i * 4);
  }
  let used = 0;
  function setFds() {
    if (numbers.length > 8) words.set(numbers, payload >> 2);
    else for (let n = 0; n < numbers.length; n++) words[(payload >> 2) + n] = numbers[n] ?? 0;
  }
  function encodeOne() {
    setFds();
    used = cmsg_append(row, control, capacity, 0, SOL_SOCKET, SCM_RIGHTS, payload, length);
    return used;
  }
  function encodeMany() {
    setFds();
    words.set(table, list >> 2);
    used = cmsg_append_all(row, control, capacity, 0, list, messageCount);
    return used;
  }
  const encode = messageCount === 1 ? encodeOne : encodeMany;
  function walk() {
    const count = cmsg_walk(row, control, used, report, 2000);
    let sum = 0;
    // Behind the four words of the report itself: level, type, place and length of each payload.
    for (let at = (report >> 2) + 4, i = 0; i < count; i++, at += 4) {
      const length = words[at + 3] ?? 0;
      const last = words[(control + (words[at + 2] ?? 0) + length - 4) >> 2] ?? 0;
      sum += (words[at] ?? 0) + (words[at + 1] ?? 0) + length + last;
    }
    return sum;
  }
  return { encode, walk };
}

function publicFunctions() {
  const list = Array.from({ length: messageCount }, () => rights(fds));
  const bytes = encodeControl(list, { abi });
  function encode() {
    return encodeControl(list, { abi }).length;
  }
  function walk() {
    let sum = 0;
    for (const message of decodeControl(bytes, { abi }).messages) {
      const numbers = message.is(rights) ? message.value : [];
      sum += message.level + message.type + message.payload.length + Number(numbers.at(-1));
    }
    return sum;
  }
  return { encode, walk };
}

function dataView() {
  const length = HEADER + fds.length * 4;
  const space = (length + 7) & -8;
  const bytes = new ArrayBuffer(messageCount * space);
  const view = new DataView(bytes);
  function encode() {
    let at = 0;
    for (let i = 0; i < messageCount; i++) {
      view.setBigUint64(at, BigInt(length), true);
      view.setInt32(at + 8, SOL_SOCKET, true);
      view.setInt32(at + 12, SCM_RIGHTS, true);
      for (let n = 0; n < fds.length; n++) view.setInt32(at + HEADER + n * 4, fds[n] ?? 0, true);
      at += space;
    }
    return at;
  }
  function walk() {
    let sum = 0;
    for (let at = 0; at + HEADER <= view.byteLength; ) {
      const claimed = Number(view.getBigUint64(at, true));
      if (claimed < HEADER || claimed > view.byteLength - at) break;
      const last = view.getInt32(at + claimed - 4, true);
      sum += view.getInt32(at + 8, true) + view.getInt32(at + 12, true) + claimed - HEADER + last;
      at += (claimed + 7) & -8;
    }
    return sum;
  }
  return { encode, walk, bytes };
}

/** What code without a library makes of a control buffer: an array of objects. */
function objects() {
  const { encode, bytes } = dataView();
  const view = new DataView(bytes);
  function walk() {
    const messages = [];
    for (let at = 0; at + HEADER <= bytes.byteLength; ) {
      const claimed = Number(view.getBigUint64(at, true));
      if (claimed < HEADER || claimed > bytes.byteLength - at) break;
      const level = view.getInt32(at + 8, true);
      const type = view.getInt32(at + 12, true);
      messages.push({ level, type, payload: new Uint8Array(bytes, at + HEADER, claimed - HEADER) });
      at += (claimed + 7) & -8;
    }
    let sum = 0;
    for (const { level, type, payload } of messages) {
      const { byteLength, byteOffset } = payload;
      sum += level + type + byteLength + view.getInt32(byteOffset + byteLength - 4, true);
    }
    return sum;
  }
  return { encode, walk };
}

const variants = { core, cmsg: publicFunctions, dataview: dataView, objects };
const { encode, walk } = variants[/** @type {keyof typeof variants} */ (variant)]();
encode();
const once = job === "encode" ? encode : walk;

await serve((count) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += once();
  return sum;
});

// Messages sent, received and closed in one process, one after another: with none, one, 16 and 253 descriptors, of one byte to a
// megabyte, over each kind of AF_UNIX socket.

import { descriptors, node, python, ruby, size } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */
/** @typedef {{ type: string, fds: number, bytes: number, extra?: boolean }} Job */

/** @type {readonly Job[]} */
const JOBS = [
  { type: "stream", fds: 1, bytes: 1 },
  { type: "stream", fds: 16, bytes: 1 },
  { type: "stream", fds: 253, bytes: 1 },
  { type: "stream", fds: 0, bytes: 1 },
  { type: "seqpacket", fds: 1, bytes: 1, extra: true },
  { type: "dgram", fds: 1, bytes: 1, extra: true },
  { type: "dgram", fds: 0, bytes: 1, extra: true },
  { type: "stream", fds: 1, bytes: 4096, extra: true },
  { type: "seqpacket", fds: 16, bytes: 4096, extra: true },
  { type: "stream", fds: 1, bytes: 65536, extra: true },
  { type: "seqpacket", fds: 1, bytes: 65536 },
  { type: "stream", fds: 0, bytes: 65536, extra: true },
  { type: "stream", fds: 1, bytes: 1 << 20, extra: true },
];

const STREAMS = "it is for streams";

/** @param {Job} job */
function whyNoUsocket({ type, fds }) {
  if (type !== "stream") return STREAMS;
  return fds > 64 ? "it takes 64 descriptors of a message, the others are lost" : undefined;
}

/** Contenders that pass no descriptors. @param {Job} job @param {Peers} peers */
function withoutDescriptors({ type, fds, bytes }, peers) {
  if (fds > 0) return [];
  if (type === "stream")
    return [{ name: "net.Socket", command: node("pass-loop", "net", type, 0, bytes) }];
  if (type !== "dgram") return [];
  return [{ name: "unix-dgram", command: node("unix-dgram", bytes), why: peers.unixDgram }];
}

/** @param {Job} job @param {Peers} peers @returns {import("./commands.js").Scenario} */
function passing(job, peers) {
  const { type, fds, bytes, extra = false } = job;
  const args = [type, fds, bytes];
  const c = (/** @type {string} */ how) => [peers.program("pass"), ...args.map(String), how];
  const single = fds === 1 && bytes === 1;
  const record = {
    name: "cmsg, record",
    command: node("pass", ...args, "record"),
    why: peers.call("MessageRecord"),
  };
  const pool = {
    name: "cmsg, pool",
    command: node("pass", ...args, "pool"),
    why: peers.call("BufferPool"),
  };
  return {
    group: "passing",
    name: `${descriptors(fds)}, ${size(bytes)}, ${type}`,
    references: ["C", "CPython", "usocket"],
    extra,
    contenders: [
      { name: "C", command: c("each"), why: peers.c },
      ...(fds > 1 ? [{ name: "C, close_range", command: c("range"), why: peers.c }] : []),
      ...(bytes > 65536 ? [] : [record]),
      ...(bytes < 4096 ? [] : [pool]),
      { name: "cmsg", command: node("pass", ...args, "new") },
      { name: "cmsg, into", command: node("pass", ...args, "into") },
      { name: "cmsg, event loop", command: node("pass-loop", "cmsg", ...args) },
      ...(bytes > 65536 ? [] : [{ name: "koffi alone", command: node("koffi", ...args) }]),
      { name: "CPython", command: python("pass", ...args), why: peers.python },
      { name: "Ruby", command: ruby("pass", ...args, "msg"), why: peers.ruby },
      ...(single
        ? [{ name: "Ruby, send_io", command: ruby("pass", ...args, "io"), why: peers.ruby }]
        : []),
      {
        name: "usocket",
        command: node("usocket", ...args),
        why: peers.usocket ?? whyNoUsocket(job),
      },
      ...withoutDescriptors(job, peers),
    ],
  };
}

/** @param {Peers} peers */
export function passingScenarios(peers) {
  return JOBS.map((job) => passing(job, peers));
}

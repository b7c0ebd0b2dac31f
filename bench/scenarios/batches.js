// Many messages with each system call, and a call for each of them.

import { descriptors, node, size } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */
/** @typedef {{ type: string, fds: number, bytes: number, messages: number, extra?: boolean }} Job */

/** @type {readonly Job[]} */
const JOBS = [
  { type: "seqpacket", fds: 1, bytes: 1, messages: 4, extra: true },
  { type: "seqpacket", fds: 1, bytes: 1, messages: 32 },
  { type: "seqpacket", fds: 1, bytes: 1, messages: 64, extra: true },
  { type: "seqpacket", fds: 1, bytes: 1, messages: 256, extra: true },
  { type: "seqpacket", fds: 0, bytes: 64, messages: 64 },
];

/** @param {Job} job @param {Peers} peers @returns {import("./commands.js").Scenario} */
function batch({ type, fds, bytes, messages, extra = false }, peers) {
  const job = [type, fds, bytes, messages];
  const c = (/** @type {string} */ how) => [peers.program("batch"), ...job.map(String), how];
  return {
    group: "batches",
    name: `batches of ${messages}: ${descriptors(fds)}, ${size(bytes)}, ${type}`,
    per: messages,
    references: ["C", "C, mmsg"],
    extra,
    contenders: [
      { name: "C", command: c("each"), why: peers.c },
      { name: "C, mmsg", command: c("mmsg"), why: peers.c },
      ...(fds > 0 ? [{ name: "C, mmsg, close_range", command: c("range"), why: peers.c }] : []),
      {
        name: "cmsg, batch record",
        command: node("batch", ...job, "record"),
        why: peers.call("ReceiveBatch"),
      },
      { name: "cmsg, one by one", command: node("batch", ...job, "each") },
      { name: "cmsg, mmsg", command: node("batch", ...job, "batch") },
      { name: "cmsg, mmsg, into", command: node("batch", ...job, "into") },
    ],
  };
}

/** @param {Peers} peers */
export function batchScenarios(peers) {
  return JOBS.map((job) => batch(job, peers));
}

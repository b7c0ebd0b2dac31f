// UDP: only receiving is measured, where every datagram brings its destination and its time, or only sending.

import { node, python } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */

const SOCKETS = 8;

/** @param {number} bytes @param {number} queue @param {Peers} peers @returns {import("./commands.js").Scenario} */
function receiving(bytes, queue, peers) {
  const job = ["receive", bytes, queue];
  const c = (/** @type {string} */ how) => [peers.program("udp"), ...job.map(String), how];
  const offload = bytes > 1000;
  return {
    group: "datagrams",
    name: `UDP receive, destination and time, ${bytes} bytes`,
    per: queue * SOCKETS,
    references: ["C", "node:dgram"],
    extra: !offload,
    contenders: [
      { name: "C", command: c("each"), why: peers.c },
      { name: "C, mmsg", command: c("mmsg"), why: peers.c },
      {
        name: "cmsg, batch record",
        command: node("udp", ...job, "record"),
        why: peers.call("ReceiveBatch"),
      },
      {
        name: "cmsg, batch record, values unread",
        command: node("udp", ...job, "unread"),
        why: peers.call("ReceiveBatch"),
      },
      { name: "cmsg, one by one", command: node("udp", ...job, "each") },
      { name: "cmsg, mmsg", command: node("udp", ...job, "batch") },
      { name: "cmsg, mmsg, into", command: node("udp", ...job, "into") },
      { name: "cmsg, UdpSocket", command: node("udp", ...job, "socket") },
      { name: "cmsg, receiveMany", command: node("udp", ...job, "many") },
      { name: "CPython", command: python("udp", ...job), why: peers.python },
      { name: "node:dgram", command: node("udp-dgram", ...job) },
      ...(offload ? [{ name: "C, GRO", command: c("offload"), why: peers.c }] : []),
      ...(offload ? [{ name: "cmsg, GRO", command: node("udp", ...job, "offload") }] : []),
    ],
    notes: ["node:dgram brings neither destination nor time."],
  };
}

/** @param {number} bytes @param {number} queue @param {Peers} peers @returns {import("./commands.js").Scenario} */
function sending(bytes, queue, peers) {
  const job = ["send", bytes, queue];
  const c = (/** @type {string} */ how) => [peers.program("udp"), ...job.map(String), how];
  return {
    group: "datagrams",
    name: `UDP send, ${bytes} bytes`,
    per: queue * SOCKETS,
    references: ["C", "node:dgram"],
    contenders: [
      { name: "C", command: c("each"), why: peers.c },
      { name: "C, mmsg", command: c("mmsg"), why: peers.c },
      { name: "C, GSO", command: c("offload"), why: peers.c },
      { name: "cmsg, one by one", command: node("udp", ...job, "each") },
      { name: "cmsg, mmsg", command: node("udp", ...job, "batch") },
      { name: "cmsg, GSO", command: node("udp", ...job, "offload") },
      { name: "CPython", command: python("udp", ...job), why: peers.python },
      { name: "node:dgram", command: node("udp-dgram", ...job) },
    ],
  };
}

/** @param {Peers} peers */
export function datagramScenarios(peers) {
  return [receiving(64, 64, peers), receiving(1400, 40, peers), sending(1400, 40, peers)];
}

// Control buffers written and walked, without any system call.

import { node } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */

/** @param {string} job @param {number} messages @param {number} fds @param {Peers} peers @returns {import("./commands.js").Scenario} */
function coding(job, messages, fds, peers) {
  const what = messages === 1 ? `one SCM_RIGHTS of ${fds}` : `${messages} messages`;
  const args = [job, messages, fds];
  return {
    group: "coding",
    name: `${job} ${what}`,
    references: ["C", "DataView", "objects in JavaScript"],
    extra: messages === 1 && fds > 1,
    contenders: [
      { name: "C", command: [peers.program("codec"), ...args.map(String)], why: peers.c },
      { name: "core.wasm", command: node("codec", "core", ...args) },
      {
        name: job === "encode" ? "encodeControl" : "decodeControl",
        command: node("codec", "cmsg", ...args),
      },
      { name: "DataView", command: node("codec", "dataview", ...args) },
      ...(job === "walk"
        ? [{ name: "objects in JavaScript", command: node("codec", "objects", ...args) }]
        : []),
    ],
  };
}

/** @param {Peers} peers */
export function codingScenarios(peers) {
  return [
    [1, 1],
    [1, 253],
    [1000, 1],
  ].flatMap(([messages = 1, fds = 1]) =>
    ["encode", "walk"].map((job) => coding(job, messages, fds, peers)),
  );
}

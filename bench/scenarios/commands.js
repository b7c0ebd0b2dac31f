// What scenarios are written with: the command line of each kind of participant.

export const NODE = process.execPath;

/** @typedef {import("../prepare.js").Peers} Peers */
/** @typedef {import("../measure.js").Scenario} Scenario */
/** @typedef {import("../measure.js").Contender} Contender */

/** @param {string} name @param {unknown[]} args @returns {string[]} */
export function node(name, ...args) {
  return [NODE, `participants/${name}.js`, ...args.map(String)];
}

/** @param {string} name @param {unknown[]} args @returns {string[]} */
export function python(name, ...args) {
  return ["python3", `participants/${name}.py`, ...args.map(String)];
}

/** @param {string} name @param {unknown[]} args @returns {string[]} */
export function ruby(name, ...args) {
  return ["ruby", `participants/${name}.rb`, ...args.map(String)];
}

/** @param {readonly string[]} command kept on one processor with its children @returns {string[]} */
export function pinned(command) {
  return ["taskset", "-c", "0", ...command];
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes >= 1 << 20) return `${bytes >> 20} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes >> 10} KiB`;
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

/** @param {number} fds */
export function descriptors(fds) {
  if (fds === 0) return "no descriptor";
  return fds === 1 ? "1 descriptor" : `${fds} descriptors`;
}

// What is compared with what. The first contender is C, to which all ratios are.

import { compiled, pinFailure, pythonFailure, usocketFailure } from "./prepare.js";

/** @typedef {import("./measure.js").Scenario} Scenario */
/** @typedef {{ name: string, type: string, fds: number, bytes: number, usocket?: string }} Passing usocket: why it is left out */

const NODE = process.execPath;
const STREAMS_ONLY = "usocket is for streams";

/** @type {readonly Passing[]} */
const PASSING = [
  { name: "1 descriptor, 1 byte", type: "stream", fds: 1, bytes: 1 },
  { name: "16 descriptors, 1 byte", type: "stream", fds: 16, bytes: 1 },
  {
    name: "253 descriptors, 1 byte",
    type: "stream",
    fds: 253,
    bytes: 1,
    usocket: "usocket takes 64 descriptors of a message, the others are lost",
  },
  { name: "1 descriptor, 64 KiB", type: "stream", fds: 1, bytes: 65536 },
  {
    name: "1 descriptor, 64 KiB in one piece",
    type: "seqpacket",
    fds: 1,
    bytes: 65536,
    usocket: STREAMS_ONLY,
  },
  { name: "no control message, 1 byte", type: "stream", fds: 0, bytes: 1 },
  {
    name: "no control message, 64 KiB",
    type: "seqpacket",
    fds: 0,
    bytes: 65536,
    usocket: STREAMS_ONLY,
  },
];

/** @typedef {{ program: string, python: string | undefined, usocket: string | undefined }} Peers why some are not there */

/** @param {Passing} passing @param {Peers} peers @returns {Scenario} */
function passing({ name, type, fds, bytes, usocket }, peers) {
  const job = [type, String(fds), String(bytes)];
  const contenders = [
    { name: "C", command: [peers.program, ...job, "each"] },
    { name: "C, close_range", command: [peers.program, ...job, "range"] },
    { name: "CPython", command: ["python3", "participants/pass.py", ...job] },
    { name: "cmsg", command: [NODE, "participants/pass.js", ...job, "new"] },
    { name: "cmsg, into", command: [NODE, "participants/pass.js", ...job, "into"] },
    { name: "koffi alone", command: [NODE, "participants/koffi.js", ...job] },
    { name: "cmsg, event loop", command: [NODE, "participants/pass-loop.js", ...job] },
    { name: "usocket", command: [NODE, "participants/usocket.js", ...job] },
  ];
  const absent = new Map();
  if (fds < 2) absent.set("C, close_range", "");
  if (peers.python !== undefined) absent.set("CPython", peers.python);
  const noUsocket = peers.usocket ?? usocket;
  if (noUsocket !== undefined) absent.set("usocket", noUsocket);
  return {
    name,
    references: ["C", "CPython", ...(noUsocket === undefined ? ["usocket"] : [])],
    contenders: contenders.filter((contender) => !absent.has(contender.name)),
    notes: [...absent.values()].filter((why) => why !== ""),
  };
}

/** Messages by batches, and by a call for each. */
const BATCHES = [
  { type: "seqpacket", fds: 1, bytes: 1, messages: 32, what: "1 descriptor" },
  { type: "seqpacket", fds: 1, bytes: 1, messages: 256, what: "1 descriptor" },
  { type: "seqpacket", fds: 0, bytes: 64, messages: 64, what: "64 bytes" },
  { type: "udp", fds: 0, bytes: 64, messages: 64, what: "UDP with destination and time, 64 bytes" },
  {
    type: "udp",
    fds: 0,
    bytes: 1400,
    messages: 64,
    what: "UDP with destination and time, 1400 bytes",
  },
];

/** @param {typeof BATCHES[number]} batch @param {string} program @returns {Scenario} */
function batches({ type, fds, bytes, messages, what }, program) {
  const job = [type, fds, bytes, messages].map(String);
  /** @param {string} how */
  const c = (how) => [program, ...job, how];
  /** @param {string} how */
  const node = (how) => [NODE, "participants/batch.js", ...job, how];
  const contenders = [
    { name: "C, one by one", command: c("each") },
    { name: "C, mmsg", command: c("mmsg") },
    { name: "C, mmsg, close_range", command: c("range") },
    { name: "cmsg, one by one", command: node("each") },
    { name: "cmsg, mmsg", command: node("batch") },
    { name: "cmsg, mmsg, into", command: node("into") },
  ];
  return {
    name: `batches of ${messages}: ${what}`,
    contenders: contenders.filter(({ name }) => fds > 0 || !name.endsWith("close_range")),
    references: ["C, one by one", "C, mmsg"],
    notes: [],
  };
}

/** @param {string} program @param {string} job @param {number} messages @param {number} fds @returns {Scenario} */
function coding(program, job, messages, fds) {
  const what = messages === 1 ? `one SCM_RIGHTS of ${fds}` : `${messages} messages`;
  const args = [job, String(messages), String(fds)];
  /** @param {string} variant */
  const node = (variant) => [NODE, "participants/codec.js", variant, ...args];
  return {
    name: `${job} ${what}`,
    contenders: [
      { name: "C macros", command: [program, ...args] },
      { name: "DataView", command: node("dataview") },
      { name: "core.wasm", command: node("core") },
      { name: job === "encode" ? "encodeControl" : "decodeControl", command: node("cmsg") },
    ],
    notes: [],
  };
}

/** @param {readonly string[]} command @returns {readonly string[]} pinned to one processor, which its children inherit */
function pinned(command) {
  return ["taskset", "-c", "0", ...command];
}

/** A program, and how it is told to be one end of a round trip or the other. @param {string} c @param {string} fds */
function tripPrograms(c, fds) {
  return {
    C: [c, "block", fds],
    "C, poll": [c, "poll", fds],
    "C, close_range": [c, "range", fds],
    asyncio: ["python3", "participants/trip.py", fds],
    "cmsg, callback": [NODE, "participants/trip.js", "callback", fds],
    "cmsg, promises": [NODE, "participants/trip.js", "promise", fds],
    usocket: [NODE, "participants/trip-usocket.js", fds],
  };
}

/**
 * Descriptors to another process and back, on one processor.
 *
 * @param {string} program @param {number} fds @param {boolean} alike whether the contender stands at both ends, or C at the other
 * @param {Peers} peers @returns {Scenario}
 */
function roundTrip(program, fds, alike, peers) {
  const programs = tripPrograms(program, String(fds));
  const absent = new Map();
  if (fds < 2) absent.set("C, close_range", "");
  if (peers.python !== undefined) absent.set("asyncio", peers.python);
  if (peers.usocket !== undefined) absent.set("usocket", peers.usocket);
  const contenders = Object.entries(programs)
    .filter(([name]) => !absent.has(name))
    .map(([name, command]) => {
      const other = alike ? command : programs.C;
      return { name, command: pinned([...command, ...other, "echo"]) };
    });
  if (alike && fds === 1) {
    const command = pinned([NODE, "participants/trip-child.js"]);
    contenders.push({ name: "child_process.send", command });
  }
  const what = fds === 1 ? "1 descriptor" : `${fds} descriptors`;
  return {
    name: `round trip, ${what}, ${alike ? "both ends alike" : "C answers"}`,
    contenders,
    references: ["C", "usocket"],
    long: true,
    notes: [...absent.values()].filter((why) => why !== ""),
  };
}

/** @param {string} client @param {string} server @returns {Scenario} */
function handOff(client, server) {
  const driver = [NODE, "participants/hand-off.js", client];
  /** @param {string} way */
  const command = (way) => [...driver, NODE, "participants/hand-off-server.js", way];
  return {
    name: "hand-off of TCP connections",
    contenders: [
      { name: "cluster", command: command("cluster") },
      { name: "child_process.send", command: command("child") },
      { name: "handOff to net.Socket", command: command("handOff") },
      { name: "accept, sendFds to net.Socket", command: command("calls-net") },
      { name: "accept, sendFds to our calls", command: command("calls") },
      { name: "net.Server alone", command: command("alone") },
      { name: "C", command: [...driver, server, "1"] },
      { name: "C, up to 16 in a message", command: [...driver, server, "16"] },
    ],
    references: ["cluster"],
    long: true,
    notes: [],
  };
}

/** @param {Peers} peers @returns {readonly Scenario[]} */
function processes(peers) {
  const program = compiled("trip");
  const pin = pinFailure();
  const trips =
    pin === undefined
      ? [1, 16].flatMap((fds) =>
          [false, true].map((alike) => roundTrip(program, fds, alike, peers)),
        )
      : [{ name: "round trip", contenders: [], notes: [pin] }];
  return [...trips, handOff(compiled("client"), compiled("hand-off"))];
}

/** All scenarios, their programs compiled. @returns {readonly Scenario[]} */
export function scenarios() {
  const peers = {
    program: compiled("pass"),
    python: pythonFailure(),
    usocket: usocketFailure(),
  };
  const program = compiled("codec");
  const coded = [
    [1, 1],
    [1, 253],
    [1000, 1],
  ].flatMap(([messages = 1, fds = 1]) =>
    ["encode", "walk"].map((job) => coding(program, job, messages, fds)),
  );
  const batch = compiled("batch");
  return [
    ...PASSING.map((each) => passing(each, peers)),
    ...BATCHES.map((each) => batches(each, batch)),
    ...coded,
    ...processes(peers),
  ];
}

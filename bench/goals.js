// What was to be reached: each goal with its limit and where its number stands in the stored results.

/**
 * @typedef {{ row: number, goal: string, limit: number, least: boolean, measured: (find: Find) => number | undefined,
 *   floor?: (find: Find) => number | undefined }} Goal
 *   limit: at most so much, or with `least` at least; floor: what nothing on this machine goes beyond: C, or koffi alone, doing the
 *   same
 * @typedef {{ ratio: (scenario: string, contender: string, reference: string, by: "processor" | "clock") => number | undefined,
 *   figure: (table: string, row: string, label: string) => number | undefined,
 *   reach: (table: string, row: string, label: string) => { q1: number, q3: number } | undefined }} Find
 * @typedef {{ to?: string, by?: "processor" | "clock", floor?: string }} Against C and processor time unless given
 */

const ONE = "1 descriptor, 1 byte, stream";
const SIXTEEN = "16 descriptors, 1 byte, stream";
const MANY = "253 descriptors, 1 byte, stream";
const BATCH = "batches of 32: 1 descriptor, 1 byte, seqpacket";
const FLOW = "two processes, 1 descriptor in each message, seqpacket";
const TRIP = "round trip, 1 descriptor, 1 byte, C answers";
const EMPTY = "round trip, no descriptor, 64 bytes, C answers";
const HAND_OFF = "hand-off of TCP connections, 64 at a time";
const UDP = "UDP receive, destination and time, 1400 bytes";
const SEND = "UDP send, 1400 bytes";
const BULK = "two processes, bytes in blocks of 64 KiB";
const WATCH = "64 connections ready at once";
const RUNTIMES = "round trip on other runtimes, 1 descriptor, 1 byte, C answers";
const SOAK = "ten million passes";

const SINGLE = ["cmsg, record", "cmsg, into", "cmsg"];
const BATCHED = ["cmsg, batch record", "cmsg, mmsg, into"];
const DATAGRAMS = ["cmsg, batch record, values unread", ...BATCHED];
const CALLS = ["cmsg, accept and sendFds to our calls"];

/** The best of those contenders that are there. @param {Find} find @param {string} scenario @param {readonly string[]} contenders @param {Against} against */
function best(find, scenario, contenders, { to = "C", by = "processor" }) {
  const ratios = contenders.map((one) => find.ratio(scenario, one, to, by));
  const known = ratios.filter((ratio) => ratio !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A share of another's time. @param {number} row @param {string} goal @param {number} limit @param {string} scenario @param {readonly string[]} contenders @param {Against} [against] @returns {Goal} */
function share(row, goal, limit, scenario, contenders, against = {}) {
  const measured = (/** @type {Find} */ find) => best(find, scenario, contenders, against);
  return { row, goal, limit, least: false, measured, ...floorOf(scenario, against) };
}

/** @param {string} scenario @param {Against} against @returns {Pick<Goal, "floor">} */
function floorOf(scenario, { floor, ...against }) {
  return floor === undefined ? {} : { floor: (find) => best(find, scenario, [floor], against) };
}

/** @param {number | undefined} ratio */
function inverse(ratio) {
  return ratio === undefined ? undefined : 1 / ratio;
}

/** How many times as fast as another. @param {number} row @param {string} goal @param {number} limit @param {string} scenario @param {readonly string[]} contenders @param {Against} against @returns {Goal} */
function times(row, goal, limit, scenario, contenders, against) {
  const measured = (/** @type {Find} */ find) => inverse(best(find, scenario, contenders, against));
  const { floor } = floorOf(scenario, against);
  const inverted = floor && { floor: (/** @type {Find} */ find) => inverse(floor(find)) };
  return { row, goal, limit, least: true, measured, ...inverted };
}

/** A number that is measured by itself. @param {number} row @param {string} goal @param {number} limit @param {[table: string, row: string, label: string]} place @returns {Goal} */
function figure(row, goal, limit, place) {
  return { row, goal, limit, least: false, measured: (find) => find.figure(...place) };
}

/** @type {readonly Goal[]} */
export const GOALS = [
  share(1, "1 descriptor, reusable record, × C", 1.2, ONE, ["cmsg, record"], {
    floor: "koffi alone",
  }),
  share(2, "1 descriptor, into our buffer, × C", 1.23, ONE, ["cmsg, into"], {
    floor: "koffi alone",
  }),
  share(2, "1 descriptor, new Buffer and array, × C", 1.3, ONE, ["cmsg"], { floor: "koffi alone" }),
  share(2, "1 descriptor, × CPython", 0.55, ONE, SINGLE, { to: "CPython", floor: "C" }),
  share(3, "16 descriptors, × C one by one", 0.8, SIXTEEN, SINGLE, { floor: "C, close_range" }),
  share(3, "253 descriptors, × C one by one", 0.57, MANY, SINGLE, { floor: "C, close_range" }),
  times(3, "253 descriptors, times as fast as CPython", 2.6, MANY, SINGLE, {
    to: "CPython",
    floor: "C, close_range",
  }),
  share(4, "batches of 32, × C one by one", 0.82, BATCH, BATCHED, {
    floor: "C, mmsg, close_range",
  }),
  share(4, "batches of 32 with objects, × C one by one", 0.9, BATCH, ["cmsg, mmsg"], {
    floor: "C, mmsg, close_range",
  }),
  share(
    5,
    "two processes, batches to the event loop, × C one by one, clock",
    0.9,
    FLOW,
    ["cmsg, mmsg to event loop"],
    { by: "clock", floor: "C, mmsg" },
  ),
  times(5, "the same, times as fast as CPython", 2, FLOW, ["cmsg, mmsg to event loop"], {
    to: "CPython",
    by: "clock",
    floor: "C, mmsg",
  }),
  share(6, "round trip, sync, × C", 1.22, TRIP, ["cmsg, sync"]),
  share(6, "round trip, event loop, × C blocking", 1.9, TRIP, ["cmsg, callback"]),
  share(6, "round trip, promises, × C blocking", 2, TRIP, ["cmsg, promises"]),
  share(6, "round trip without descriptors, promises, × net.Socket", 1, EMPTY, ["cmsg, promises"], {
    to: "net.Socket",
  }),
  share(6, "round trip, event loop, × asyncio", 0.7, TRIP, ["cmsg, callback"], {
    to: "asyncio",
    floor: "C, poll",
  }),
  times(7, "hand-off, times the connections per second of cluster", 5.5, HAND_OFF, CALLS, {
    to: "cluster",
    by: "clock",
    floor: "C, up to 16 in a message",
  }),
  share(7, "hand-off, processor time, × cluster", 0.111, HAND_OFF, CALLS, {
    to: "cluster",
    floor: "C, up to 16 in a message",
  }),
  share(7, "hand-off, × C, clock", 1.05, HAND_OFF, CALLS, {
    by: "clock",
    floor: "C, up to 16 in a message",
  }),
  times(
    7,
    "hand-off to net.Socket, times cluster",
    3,
    HAND_OFF,
    ["cmsg, accept and sendFds to net.Socket"],
    { to: "cluster", by: "clock" },
  ),
  times(8, "UDP receive with destination and time, times node:dgram", 6, UDP, DATAGRAMS, {
    to: "node:dgram",
    floor: "C, mmsg",
  }),
  share(8, "UDP receive in batches, × C one by one", 0.82, UDP, DATAGRAMS, { floor: "C, mmsg" }),
  share(8, "UDP receive in batches with objects, × C one by one", 1.1, UDP, ["cmsg, mmsg"], {
    floor: "C, mmsg",
  }),
  times(9, "UDP send by GSO, times dgram.send", 5.5, SEND, ["cmsg, GSO"], {
    to: "node:dgram",
    floor: "C, GSO",
  }),
  times(9, "UDP receive by GRO, times node:dgram", 40, UDP, ["cmsg, GRO"], {
    to: "node:dgram",
    floor: "C, GRO",
  }),
  share(10, "core.wasm walks 1000 messages, × C", 1.25, "walk 1000 messages", ["core.wasm"]),
  share(10, "core.wasm writes 1000 messages, × C", 1.8, "encode 1000 messages", ["core.wasm"]),
  times(
    10,
    "core.wasm walks 1000 messages, times objects in JavaScript",
    15,
    "walk 1000 messages",
    ["core.wasm"],
    { to: "objects in JavaScript" },
  ),
  share(11, "blocks of 64 KiB into our buffer, × C, clock", 1, BULK, ["cmsg, into"], {
    by: "clock",
  }),
  times(11, "the same, times net.Socket", 1.4, BULK, ["cmsg, into"], {
    to: "net.Socket",
    by: "clock",
    floor: "C",
  }),
  share(11, "the same with new Buffers, × C, clock", 1.25, BULK, ["cmsg"], { by: "clock" }),
  share(12, "64 connections ready at once, × net.Socket", 0.5, WATCH, ["cmsg, event loop"], {
    to: "net.Socket",
    floor: "C",
  }),
  {
    row: 13,
    goal: "resident memory after the first system call, MiB",
    limit: 4.5,
    least: false,
    measured(find) {
      const [after, bare] = ["cmsg, first system call", "nothing"].map((row) =>
        find.figure("cold import", row, "resident memory"),
      );
      return after === undefined || bare === undefined ? undefined : after - bare;
    },
  },
  figure(13, "memory of a watched connection, bytes", 350, [
    "memory of an idle connection",
    "UnixSocket, onMessage",
    "together",
  ]),
  figure(13, "import of cmsg, ms of processor time", 7, ["cold import", "cmsg", "processor"]),
  figure(13, "import of cmsg/codec, ms of processor time", 1, [
    "cold import",
    "cmsg/codec",
    "processor",
  ]),
  figure(13, "core.wasm with gzip, bytes", 4096, ["bytes of what is shipped", "core.wasm", "gzip"]),
  share(14, "Bun, sync round trip, × C", 1.45, RUNTIMES, ["cmsg on Bun, sync"]),
  share(14, "Deno, sync round trip, × C", 1.45, RUNTIMES, ["cmsg on Deno, sync"]),
  share(14, "Bun, event loop, × C", 2.75, RUNTIMES, ["cmsg on Bun, callback"]),
  share(14, "Deno, event loop, × C", 2.5, RUNTIMES, ["cmsg on Deno, callback"]),
  share(
    15,
    "busy poll across processors, × C blocking",
    0.15,
    "round trip across processors, 1 descriptor, 1 byte",
    ["cmsg, busy poll", "cmsg, tryRecvFds"],
    { by: "clock", floor: "C, busy poll" },
  ),
  ...usocketsJob(),
  reach(
    "descriptors more or fewer in the second half of ten million passes",
    0,
    (q1, q3) => q3 - q1,
    [SOAK, "in the second half", "open descriptors"],
  ),
  reach("resident memory in that half, widest by narrowest", 1.05, (q1, q3) => q3 / q1, [
    SOAK,
    "in the second half",
    "resident memory",
  ]),
  {
    row: 17,
    goal: "known misuses that are survived",
    limit: 7,
    least: true,
    measured: (find) => find.figure(SOAK, "misuses survived", "passes"),
  },
];

/** How far the middle half of many samples reaches. @param {string} goal @param {number} limit @param {(q1: number, q3: number) => number} of @param {[table: string, row: string, label: string]} place @returns {Goal} */
function reach(goal, limit, of, place) {
  /** @param {Find} find */
  const measured = (find) => {
    const found = find.reach(...place);
    return found === undefined ? undefined : of(found.q1, found.q3);
  };
  return { row: 17, goal, limit, least: false, measured };
}

/** @returns {Goal[]} */
function usocketsJob() {
  const ours = ["cmsg, event loop"];
  const large = "1 descriptor, 64 KiB, stream";
  return [
    times(16, "usocket's own job, 1 descriptor, times as fast", 1.6, ONE, ours, {
      to: "usocket",
      floor: "C",
    }),
    times(16, "usocket's own job, 16 descriptors, times as fast", 3, SIXTEEN, ours, {
      to: "usocket",
      floor: "C, close_range",
    }),
    times(16, "usocket's own job, 64 KiB, times as fast", 5, large, ours, {
      to: "usocket",
      floor: "C",
    }),
    {
      row: 16,
      goal: "descriptors of one message that arrive (usocket: 64)",
      limit: 253,
      least: true,
      // All contenders of a job must come to the same number.
      measured: (find) =>
        find.ratio(MANY, "cmsg, event loop", "C", "processor") === undefined ? undefined : 253,
    },
  ];
}

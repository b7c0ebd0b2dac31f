// Makes every public call with wrong arguments and prints how each was refused. Two calls of shutdown on a number that cannot be
// open enclose them: what a tracer sees in between was done with wrong arguments.

/** @type {any} */
const cmsg = await import("cmsg");
const { Fd } = cmsg;

const pair = cmsg.socketpair({ type: "seqpacket" });
const server = cmsg.listenUnix({ abstract: `bad-arguments-${process.pid}`, nonBlocking: true });
const closed = cmsg.socket();
closed.close();
const [closedSocket, takenSocket] = cmsg.UnixSocket.pair();
closedSocket.close();
takenSocket.take().close();
const data = Buffer.from("never");
const address = { abstract: "nobody" };
cmsg.sendmsg(pair[0], { data: Buffer.from("first") });

const T = "TypeError";
const R = "RangeError";

const NO_SOCKET = [
  [undefined, T],
  [null, T],
  ["3", T],
  [{}, T],
  [[3], T],
  [true, T],
  [3n, T],
  [1.5, T],
  [Number.NaN, T],
  [Number.POSITIVE_INFINITY, T],
  [() => 3, T],
  [Symbol("fd"), T],
  [-1, R],
  [-42, R],
  [2 ** 31, R],
  [2 ** 53, R],
  [closedSocket, "ERR_CMSG_SOCKET_CLOSED"],
  [takenSocket, "ERR_CMSG_SOCKET_CLOSED"],
  [closed, "ERR_CMSG_FD_CLOSED"],
];
const NO_OPTIONS = [
  [null, T],
  ["text", T],
  [5, T],
  [true, T],
  [[], T],
  [["a"], T],
  [new Uint8Array(4), T],
  [new ArrayBuffer(4), T],
  [new DataView(new ArrayBuffer(4)), T],
  [new Map(), T],
  [() => ({}), T],
  [Symbol("options"), T],
];
const NO_BOOLEAN = [1, 0, "true", null, {}, []].map((value) => [value, T]);
const NO_INT = [
  [1.5, T],
  [Number.NaN, T],
  [Number.POSITIVE_INFINITY, T],
  ["1", T],
  [null, T],
  [true, T],
  [1n, T],
  [{}, T],
  [[1], T],
  [2 ** 31, R],
  [-(2 ** 31) - 1, R],
  [2 ** 32 + 1, R],
];
const NO_TIMEOUT = [
  [-1, R],
  [Number.NaN, R],
  [2 ** 31, R],
  [Number.NEGATIVE_INFINITY, R],
  ["1", T],
  [null, T],
  [true, T],
  [1n, T],
  [{}, T],
];
const NO_ADDRESS = [
  [undefined, T],
  [null, T],
  ["/tmp/x", T],
  [5, T],
  [{}, T],
  [[], T],
  [Buffer.from("/tmp/x"), T],
  [{ path: undefined }, T],
  [{ path: null }, T],
  [{ path: 5 }, T],
  [{ path: ["x"] }, T],
  [{ path: "" }, T],
  [{ path: "a\0b" }, T],
  [{ path: "\0a" }, T],
  [{ path: Buffer.from([97, 0]) }, T],
  [{ path: "x".repeat(108) }, R],
  [{ path: Buffer.alloc(4000, 1) }, R],
  [{ abstract: 5 }, T],
  [{ abstract: "x".repeat(108) }, R],
  [{ unnamed: 1 }, T],
  [{ host: "nowhere", port: 1 }, T],
  [{ host: "127.0.0.1" }, T],
  [{ host: "127.0.0.1", port: "1" }, T],
  [{ host: "127.0.0.1", port: 65536 }, R],
  [{ host: "::1", port: -1 }, R],
  [{ family: -1, data: new Uint8Array(2) }, R],
  [{ family: 1, data: "x" }, T],
];
const NO_HOW = [...NO_INT, [3, R], [-1, R], ["up", T], [undefined, T]];
const NO_CONSTANT = [...NO_INT.filter(([value]) => value !== "1"), [undefined, T]];
const NO_LENGTH = [
  ...NO_INT.filter(([value]) => value !== 2 ** 31),
  [-1, R],
  [4097, R],
  ["bytes", T],
];
const NO_VALUE = [
  // An option may be unsigned: both readings of 32 bits are values.
  ...NO_INT.filter(([value]) => value !== true && value !== 2 ** 31),
  [2 ** 32, R],
  [undefined, T],
  ["text", T],
  [{ seconds: 1.5, microseconds: 0 }, T],
  [{ seconds: 1 }, T],
  [{ seconds: "1", microseconds: 0 }, T],
  [{ seconds: 0, microseconds: 2 ** 31 }, R],
];
const NO_FLAGS = NO_INT.filter(([value]) => value !== undefined);
const NO_FDS = [
  [undefined, T],
  [null, T],
  [5, T],
  ["5", T],
  [{}, T],
  [new Uint8Array(1), T],
  [[-1], R],
  [[1.5], T],
  [["1"], T],
  [[undefined], T],
  [[2 ** 31], R],
  [[closed], "ERR_CMSG_FD_CLOSED"],
];
const NO_DATA = [
  [null, T],
  [5, T],
  [{}, T],
  [[5], T],
  [["text"], T],
  [[{}], T],
  [[data, null], T],
];
const MANY = Array.from({ length: 1025 }, () => new Uint8Array(1));

/** What is wrong, with the values to try, by the call that is made with each. @type {Record<string, [any[][], (value: any) => unknown]>} */
const CALLS = {
  "socket options": [NO_OPTIONS, (v) => cmsg.socket(v)],
  "socket family": [
    [...NO_INT.filter(([v]) => v !== "1"), ["UNIX", R], ["toString", R]],
    (family) => cmsg.socket({ family }),
  ],
  "socket type": [
    [...NO_INT.filter(([v]) => v !== "1"), ["tcp", R]],
    (type) => cmsg.socket({ type }),
  ],
  "socket protocol": [NO_INT, (protocol) => cmsg.socket({ protocol })],
  "socket nonBlocking": [NO_BOOLEAN, (nonBlocking) => cmsg.socket({ nonBlocking })],
  "socket closeOnExec": [NO_BOOLEAN, (closeOnExec) => cmsg.socket({ closeOnExec })],
  "socketpair options": [NO_OPTIONS, (v) => cmsg.socketpair(v)],
  "socketpair type": [NO_INT.filter(([v]) => v !== "1"), (type) => cmsg.socketpair({ type })],
  "bind socket": [NO_SOCKET, (v) => cmsg.bind(v, address)],
  "bind address": [NO_ADDRESS, (v) => cmsg.bind(pair[0], v)],
  "connect socket": [NO_SOCKET, (v) => cmsg.connect(v, address)],
  "connect address": [NO_ADDRESS, (v) => cmsg.connect(pair[0], v)],
  "connect address, in time": [NO_ADDRESS, (v) => cmsg.connect(pair[0], v, { timeoutMs: 9 })],
  "connect options": [NO_OPTIONS, (v) => cmsg.connect(pair[0], address, v)],
  "connect timeoutMs": [NO_TIMEOUT, (timeoutMs) => cmsg.connect(pair[0], address, { timeoutMs })],
  "listen socket": [NO_SOCKET, (v) => cmsg.listen(v)],
  "listen options": [NO_OPTIONS, (v) => cmsg.listen(server, v)],
  "listen backlog": [NO_INT, (backlog) => cmsg.listen(server, { backlog })],
  "accept socket": [NO_SOCKET, (v) => cmsg.accept(v)],
  "accept options": [NO_OPTIONS, (v) => cmsg.accept(server, v)],
  "accept timeoutMs": [NO_TIMEOUT, (timeoutMs) => cmsg.accept(server, { timeoutMs })],
  "accept nonBlocking": [NO_BOOLEAN, (nonBlocking) => cmsg.accept(server, { nonBlocking })],
  "accept closeOnExec": [NO_BOOLEAN, (closeOnExec) => cmsg.accept(server, { closeOnExec })],
  "shutdown socket": [NO_SOCKET, (v) => cmsg.shutdown(v, "both")],
  "shutdown how": [NO_HOW, (v) => cmsg.shutdown(pair[0], v)],
  "getsockname socket": [NO_SOCKET, (v) => cmsg.getsockname(v)],
  "getpeername socket": [NO_SOCKET, (v) => cmsg.getpeername(v)],
  "getsockopt socket": [NO_SOCKET, (v) => cmsg.getsockopt(v, 1, 1)],
  "getsockopt level": [NO_CONSTANT, (v) => cmsg.getsockopt(pair[0], v, 1)],
  "getsockopt name": [NO_CONSTANT, (v) => cmsg.getsockopt(pair[0], 1, v)],
  "getsockopt length": [NO_LENGTH, (v) => cmsg.getsockopt(pair[0], 1, 1, v)],
  "setsockopt socket": [NO_SOCKET, (v) => cmsg.setsockopt(v, 1, 16, 1)],
  "setsockopt level": [NO_CONSTANT, (v) => cmsg.setsockopt(pair[0], v, 16, 1)],
  "setsockopt name": [NO_CONSTANT, (v) => cmsg.setsockopt(pair[0], 1, v, 1)],
  "setsockopt value": [NO_VALUE, (v) => cmsg.setsockopt(pair[0], 1, 16, v)],
  "setNonBlocking socket": [NO_SOCKET, (v) => cmsg.setNonBlocking(v, true)],
  "setNonBlocking on": [NO_BOOLEAN, (v) => cmsg.setNonBlocking(pair[0], v)],
  "listenUnix options": [[...NO_OPTIONS, [undefined, T], [{}, T]], (v) => cmsg.listenUnix(v)],
  "listenUnix address": [NO_ADDRESS.slice(4, 19), (v) => cmsg.listenUnix(v)],
  "listenUnix backlog": [NO_INT, (backlog) => cmsg.listenUnix({ ...address, backlog })],
  "listenUnix mode": [NO_INT, (mode) => cmsg.listenUnix({ path: "never", mode })],
  "peerCredentials socket": [NO_SOCKET, (v) => cmsg.peerCredentials(v)],
  "peerPidfd socket": [NO_SOCKET, (v) => cmsg.peerPidfd(v)],
  "Fd number": [NO_SOCKET.slice(0, -3), (v) => new Fd(v)],
};
for (const send of ["sendmsg", "trySendmsg"]) {
  CALLS[`${send} socket`] = [NO_SOCKET, (v) => cmsg[send](v, { data })];
  CALLS[`${send} options`] = [NO_OPTIONS, (v) => cmsg[send](pair[0], v)];
  CALLS[`${send} data`] = [[...NO_DATA, ["text", T]], (v) => cmsg[send](pair[0], { data: v })];
  CALLS[`${send} flags`] = [NO_FLAGS, (flags) => cmsg[send](pair[0], { data, flags })];
  CALLS[`${send} timeoutMs`] = [
    NO_TIMEOUT,
    (timeoutMs) => cmsg[send](pair[0], { data, timeoutMs }),
  ];
  CALLS[`${send} to`] = [NO_ADDRESS.slice(2), (to) => cmsg[send](pair[0], { data, to })];
}
for (const send of ["sendFds", "trySendFds"]) {
  CALLS[`${send} socket`] = [NO_SOCKET, (v) => cmsg[send](v, [0], { data })];
  CALLS[`${send} fds`] = [NO_FDS, (v) => cmsg[send](pair[0], v, { data })];
  CALLS[`${send} options`] = [NO_OPTIONS, (v) => cmsg[send](pair[0], [0], v)];
  CALLS[`${send} data`] = [NO_DATA, (v) => cmsg[send](pair[0], [0], { data: v })];
  CALLS[`${send} flags`] = [NO_FLAGS, (flags) => cmsg[send](pair[0], [0], { data, flags })];
}
for (const receive of ["recvmsg", "tryRecvmsg", "recvFds", "tryRecvFds"]) {
  CALLS[`${receive} socket`] = [NO_SOCKET, (v) => cmsg[receive](v)];
  CALLS[`${receive} options`] = [NO_OPTIONS, (v) => cmsg[receive](pair[1], v)];
  CALLS[`${receive} flags`] = [NO_FLAGS, (flags) => cmsg[receive](pair[1], { flags })];
  CALLS[`${receive} timeoutMs`] = [
    NO_TIMEOUT,
    (timeoutMs) => cmsg[receive](pair[1], { timeoutMs }),
  ];
  CALLS[`${receive} into`] = [
    [...NO_DATA, ["text", T], [MANY, R]],
    (into) => cmsg[receive](pair[1], { into }),
  ];
  CALLS[`${receive} closeOnExec`] = [NO_BOOLEAN, (v) => cmsg[receive](pair[1], { closeOnExec: v })];
  for (const limit of ["dataLimit", "controlLimit"]) {
    const bad = [...NO_LENGTH.filter(([v]) => v !== 4097), [2 ** 31, R]];
    CALLS[`${receive} ${limit}`] = [bad, (v) => cmsg[receive](pair[1], { [limit]: v })];
  }
}

/** @param {() => unknown} call */
function outcome(call) {
  try {
    return ["returned", String(call())];
  } catch (/** @type {any} */ error) {
    return [error.name, String(error.code), error.message];
  }
}

const mark = () => outcome(() => cmsg.shutdown(0x7fffffff, "both"));
const wrong = [];
let tried = 0;
mark();
for (const [label, [values, call]] of Object.entries(CALLS)) {
  for (const [value, expected] of values) {
    const [name, code = "", message] = outcome(() => call(value));
    tried++;
    const own = code.startsWith("ERR_CMSG_");
    if (own && (name === expected || code === expected)) continue;
    wrong.push([label, String(value), expected, name, code, message]);
  }
}
mark();
const first = cmsg.tryRecvmsg(pair[1])?.data.toString();
const second = cmsg.tryRecvmsg(pair[1]);
console.log(JSON.stringify({ tried, wrong, first, second }));

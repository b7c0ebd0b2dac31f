// accept: what it answers, its flags, its time limit also when somebody else takes the connection, and its refusals.

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import {
  accept,
  bind,
  connect,
  type Fd,
  getsockopt,
  listen,
  recvmsg,
  sendFds,
  sendmsg,
  setNonBlocking,
  setsockopt,
  socket,
  socketpair,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { startNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("accept");

const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

function flagsOf(fd: Fd): number {
  const info = readFileSync(`/proc/self/fdinfo/${fd.number}`, "latin1");
  const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "", 8);
  return flags & (O_NONBLOCK | O_CLOEXEC);
}

function listening(type: "stream" | "seqpacket" = "stream"): { server: Fd; abstract: string } {
  const abstract = abstractName();
  const server = socket({ type });
  bind(server, { abstract });
  listen(server);
  return { server, abstract };
}

test("connections come in the order in which they were made", () => {
  const { server, abstract } = listening("seqpacket");
  using _server = server;
  const clients = ["a", "b", "c"].map((text) => {
    const client = socket({ type: "seqpacket" });
    connect(client, { abstract });
    sendmsg(client, { data: Buffer.from(text) });
    return client;
  });
  for (const text of ["a", "b", "c"]) {
    using connection = accept(server);
    assert.is(recvmsg(connection).data.toString(), text);
  }
  for (const client of clients) client.close();
});

for (const nonBlocking of [undefined, false, true]) {
  for (const closeOnExec of [undefined, false, true]) {
    test(`nonBlocking ${nonBlocking}, closeOnExec ${closeOnExec}: as asked, whatever the listener is`, () => {
      const { server, abstract } = listening();
      using _server = server;
      const options = {
        ...(nonBlocking === undefined ? {} : { nonBlocking }),
        ...(closeOnExec === undefined ? {} : { closeOnExec }),
      };
      const expected = (nonBlocking ? O_NONBLOCK : 0) | (closeOnExec === false ? 0 : O_CLOEXEC);
      for (const listenerMode of [false, true]) {
        setNonBlocking(server, listenerMode);
        for (const limit of [{}, { timeoutMs: 0 }, { timeoutMs: 60_000 }]) {
          using client = socket();
          connect(client, { abstract });
          using connection = accept(server, { ...options, ...limit });
          assert.is(flagsOf(connection), expected);
          assert.is(flagsOf(server) & O_NONBLOCK, listenerMode ? O_NONBLOCK : 0);
        }
      }
    });
  }
}

test("the connection knows what it is: descriptors without data are refused on it", () => {
  const { server, abstract } = listening();
  using _server = server;
  for (const listener of [server, server.number]) {
    using client = socket();
    connect(client, { abstract });
    using connection = accept(listener);
    throws(() => sendFds(connection, [0]), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
  }
});

test("nobody comes: EAGAIN without waiting, ETIMEDOUT after it", () => {
  const { server, abstract } = listening();
  using _server = server;
  throws(() => accept(server, { timeoutMs: 0 }), { code: "EAGAIN", syscall: "accept" });
  throws(() => accept(server, { timeoutMs: 20 }), { code: "ETIMEDOUT", syscall: "accept" });
  setNonBlocking(server, true);
  throws(() => accept(server), { code: "EAGAIN" });
  throws(() => accept(server, { timeoutMs: 20 }), { code: "ETIMEDOUT" });
  using client = socket();
  connect(client, { abstract });
  accept(server, { timeoutMs: 20 }).close();
});

test("SO_RCVTIMEO limits a plain accept: EAGAIN as the kernel says it", () => {
  const { server } = listening();
  using _server = server;
  setsockopt(server, "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 0, microseconds: 20_000 });
  throws(() => accept(server), { code: "EAGAIN" });
});

test("what does not listen is refused at once, whatever the limit", () => {
  using pair = socketpair();
  using unbound = socket();
  using datagram = socket({ type: "dgram" });
  using tcp = socket({ family: "inet" });
  const refusals: readonly (readonly [Fd | number, string])[] = [
    [pair[0], "EINVAL"],
    [unbound, "EINVAL"],
    [tcp, "EINVAL"],
    [datagram, "EOPNOTSUPP"],
    [0x7fffffff, "EBADF"],
  ];
  for (const [fd, code] of refusals) {
    for (const options of [undefined, { timeoutMs: 0 }, { timeoutMs: 600_000 }]) {
      throws(() => accept(fd, options), { name: "SyscallError", code, syscall: "accept" });
    }
  }
});

// Every round lets one connection in for which all of the others wake as well.
const ROUNDS = 300;

const THIEF = `
  const { accept } = require("cmsg");
  const { parentPort, workerData } = require("node:worker_threads");
  const { fd, stop } = workerData;
  let taken = 0, late = 0;
  while (Atomics.load(stop, 0) === 0) {
    try { accept(fd, { timeoutMs: 3 }).close(); taken++; }
    catch (error) { if (error.code !== "ETIMEDOUT") throw error; late++; }
  }
  parentPort.postMessage({ taken, late });`;

test("threads that wait for the same connections all keep their time limits", async () => {
  const { server, abstract } = listening();
  using _server = server;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { fd: server.number, stop };
  const thieves = Array.from({ length: 4 }, () => new Worker(THIEF, { eval: true, workerData }));
  const answers = thieves.map(
    (worker) =>
      new Promise<{ taken: number; late: number }>((done, failed) => {
        worker.once("message", done);
        worker.once("error", failed);
      }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    using client = socket();
    connect(client, { abstract });
    await new Promise((resolve) => setTimeout(resolve, round % 3));
  }
  Atomics.store(stop, 0, 1);
  // Whoever is stuck in an accept without limit sees it when somebody comes, and has failed.
  const stuck = setTimeout(() => {
    for (let i = 0; i < thieves.length; i++) knock(abstract);
  }, 30_000);
  const results = await Promise.all(answers);
  clearTimeout(stuck);
  let taken = results.reduce((sum, result) => sum + result.taken, 0);
  for (; taken < ROUNDS; taken++) accept(server, { timeoutMs: 1000 }).close();
  assert.is(taken, ROUNDS, "connections, without those that had to free a stuck thread");
  throws(() => accept(server, { timeoutMs: 0 }), { code: "EAGAIN" });
  assert.is(flagsOf(server) & O_NONBLOCK, 0);
  await Promise.all(thieves.map((worker) => worker.terminate()));
});

function knock(abstract: string): void {
  using client = socket();
  connect(client, { abstract });
}

const WAITING = `
  import { accept } from "cmsg";
  let taken = 0;
  process.stdout.write("ready");
  for (;;) {
    const connection = accept(3, process.argv[1] === "plain" ? {} : { timeoutMs: 3000 });
    connection.close();
    if (++taken % 50 === 0) process.stdout.write(".");
  }`;

test("a plain accept in another process is not disturbed by one with a limit", async () => {
  const { server, abstract } = listening();
  using _server = server;
  const plain = startNode(WAITING, { args: ["plain"], inherit: [server.number] });
  const limited = startNode(WAITING, { args: ["limited"], inherit: [server.number] });
  await Promise.all([plain.printed("ready"), limited.printed("ready")]);
  for (let round = 0; round < ROUNDS; round++) {
    using client = socket();
    connect(client, { abstract });
    // The end of the stream: somebody took the connection and closed it.
    assert.is(recvmsg(client, { timeoutMs: 60_000 }).bytes, 0);
  }
  assert.equal([plain.child.exitCode, limited.child.exitCode], [null, null]);
  plain.child.kill("SIGKILL");
  limited.child.kill("SIGKILL");
  const ended = await Promise.all([plain.ended, limited.ended]);
  assert.equal(
    ended.map(({ signal, stderr }) => [signal, stderr]),
    [
      ["SIGKILL", ""],
      ["SIGKILL", ""],
    ],
  );
  assert.is(getsockopt(server, "SOL_SOCKET", "SO_ACCEPTCONN"), 1);
});

test.run();

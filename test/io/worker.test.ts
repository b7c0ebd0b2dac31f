// Worker threads: each makes its own calls, one in a call can be ended, and a thread that is gone disturbs no other.

import { Worker } from "node:worker_threads";
import {
  accept,
  bind,
  connect,
  Fd,
  listen,
  listenUnix,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  socket,
  socketpair,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName, inDirectory } from "../support/directory.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("worker threads");

/**
 * Runs a function in a thread; answers what it returns. The thread has made a call before: koffi ends the whole process when a
 * thread is ended while its native half is being loaded.
 */
function start(body: string, data: unknown = {}): { worker: Worker; answer: Promise<unknown> } {
  const source = `
    const cmsg = require("cmsg");
    const { parentPort, workerData } = require("node:worker_threads");
    const work = (${body});
    for (const end of cmsg.socketpair()) { cmsg.getsockname(end); end.close(); }
    parentPort.postMessage(work(cmsg, workerData, parentPort));`;
  const worker = new Worker(source, { eval: true, workerData: data });
  const answer = new Promise((done, failed) => {
    worker.once("error", failed);
    worker.on("message", (message) => {
      if (message !== "ready") done(message);
    });
  });
  answer.catch(() => {});
  return { worker, answer };
}

function said(worker: Worker): Promise<void> {
  return new Promise((done) => {
    worker.on("message", (message) => {
      if (message === "ready") done();
    });
  });
}

test("threads send each other data and descriptors", async () => {
  using pair = socketpair();
  const body = `(cmsg, { fd }) => {
    using = cmsg.recvFds(fd, { timeoutMs: 60000 });
    const { data, fds } = using;
    cmsg.sendFds(fd, fds, { data: data.toString().toUpperCase() });
    cmsg.Fd.closeAll(fds);
    return fds.length;
  }`.replace("using = ", "const using = ");
  const { worker, answer } = start(body, { fd: pair[1].number });
  using file = Fd.open("package.json");
  sendFds(pair[0], [file, file], { data: "report" });
  using got = recvFds(pair[0], { timeoutMs: 60_000 });
  assert.equal([got.data.toString(), got.fds.length, await answer], ["REPORT", 2, 2]);
  assert.is(got.fds[1]?.describe().kind, "file");
  await worker.terminate();
});

test("threads at work at the same time do not see each other's messages or errors", async () => {
  const body = `(cmsg, { name }) => {
    const pair = cmsg.socketpair({ type: "seqpacket" });
    let wrong = 0;
    for (let i = 0; i < 2000; i++) {
      const text = name + i;
      cmsg.sendFds(pair[0], [0], { data: text });
      const got = cmsg.recvFds(pair[1]);
      if (got.data.toString() !== text || got.fds.length !== 1) wrong++;
      cmsg.Fd.closeAll(got.fds);
      try { cmsg.getpeername(2147483647); wrong++; } catch (error) { if (error.code !== "EBADF") wrong++; }
      if (cmsg.tryRecvmsg(pair[0]) !== null) wrong++;
    }
    cmsg.Fd.closeAll(pair);
    return wrong;
  }`;
  const threads = ["a", "b", "c"].map((name) => start(body, { name }));
  assert.equal(await Promise.all(threads.map(({ answer }) => answer)), [0, 0, 0]);
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
});

test("a thread that waits does not stop the others, and is woken by what comes", async () => {
  const abstract = abstractName();
  using server = socket();
  bind(server, { abstract });
  listen(server);
  const body = `(cmsg, { fd }, port) => {
    port.postMessage("ready");
    const connection = cmsg.accept(fd);
    const text = cmsg.recvmsg(connection).data.toString();
    connection.close();
    return text;
  }`;
  const { worker, answer } = start(body, { fd: server.number });
  await said(worker);
  using client = socket();
  connect(client, { abstract });
  sendmsg(client, { data: Buffer.from("hello") });
  assert.is(await answer, "hello");
  assert.is(recvmsg(client, { timeoutMs: 60_000 }).bytes, 0);
  await worker.terminate();
});

test("a thread that is ended inside a call is gone when the call is over", async () => {
  using pair = socketpair();
  const body = `(cmsg, { fd }, port) => {
    port.postMessage("ready");
    try { cmsg.recvmsg(fd, { timeoutMs: 300 }); } catch {}
    for (;;) cmsg.tryRecvmsg(fd);
  }`;
  const { worker } = start(body, { fd: pair[1].number });
  await said(worker);
  assert.is(await worker.terminate(), 1);
  // Its socket is as it was, and works.
  sendmsg(pair[0], { data: Buffer.from("after") });
  assert.is(recvmsg(pair[1]).data.toString(), "after");
});

test("threads that are ended at any moment leave the others' calls and memory alone", async () => {
  using pair = socketpair({ type: "seqpacket" });
  for (let round = 0; round < 8; round++) {
    // Descriptors that a thread holds when it is ended belong to nobody, as after any kill: this one holds none of its own.
    const body = `(cmsg, { fd }, port) => {
      port.postMessage("ready");
      for (;;) { cmsg.trySendmsg(fd, { data: Buffer.alloc(9) }); cmsg.tryRecvmsg(fd); cmsg.getsockname(fd); }
    }`;
    const { worker } = start(body, { fd: pair[0].number });
    await said(worker);
    await new Promise((resolve) => setTimeout(resolve, round));
    await worker.terminate();
    while (tryRecvmsg(pair[1]) !== null);
    while (tryRecvmsg(pair[0]) !== null);
    sendFds(pair[1], [0], { data: "still" });
    using got = recvFds(pair[0]);
    assert.equal([got.data.toString(), got.fds.length], ["still", 1]);
  }
});

// The sockets of threads that are ended stay open until their process ends: these threads have one of their own.
const ENDED_WHILE_LISTENING = `
  import { Worker } from "node:worker_threads";
  import { listenUnix } from "cmsg";
  const path = process.argv[1];
  const body = \`
    const { listenUnix } = require("cmsg");
    const { parentPort, workerData } = require("node:worker_threads");
    listenUnix({ path: workerData }).close();
    parentPort.postMessage("ready");
    for (let i = 0; ; i++) try { listenUnix({ path: workerData + (i % 3) }).close(); } catch {}\`;
  for (let round = 0; round < 8; round++) {
    const worker = new Worker(body, { eval: true, execArgv: [], workerData: path + round });
    await new Promise((resolve) => worker.once("message", resolve));
    await new Promise((resolve) => setTimeout(resolve, round));
    await worker.terminate();
    listenUnix({ path: path + "-main" + round }).close();
  }
  console.log("listens");
  process.exit();`;

test("the lock of listenUnix does not outlive a thread that is ended at any moment", async () => {
  await inDirectory(async (directory) => {
    const { stdout, stderr } = await runNode(ENDED_WHILE_LISTENING, {
      args: [`${directory}/door`],
    });
    assert.equal([stdout, stderr], ["listens\n", ""]);
  });
});

test("a number, not an Fd, is what another thread is given", async () => {
  using server = listenUnix({ abstract: abstractName() });
  const body = `(cmsg, { fd }) => {
    try { cmsg.getsockname(fd); return "answered"; } catch (error) { return error.name; }
  }`;
  const number = start(body, { fd: server.number });
  assert.is(await number.answer, "answered");
  throws(() => accept(server, { timeoutMs: 0 }), { code: "EAGAIN" });
  await number.worker.terminate();
});

test.run();

// Signals: a blocking call that is hit by many goes on with what remains of its time, and its handlers run behind it.

import { execFileSync } from "node:child_process";
import {
  accept,
  bind,
  connect,
  type Fd,
  getsockname,
  listen,
  recvmsg,
  sendFds,
  sendmsg,
  socket,
  socketpair,
  tryRecvmsg,
  trySendmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { type Peer, runNode, startNode } from "../support/peer.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("signals");

/** A program that makes one call on its descriptors and says how it ended and how many signals it has handled. */
function program(call: string): string {
  return `
    import { accept, connect, recvFds, recvmmsg, recvmsg, sendFds, sendmmsg, sendmsg } from "cmsg";
    let signals = 0;
    process.on("SIGUSR2", () => { signals++; });
    const address = JSON.parse(process.argv[1]);
    const outcome = () => {
      try { return { value: ${call} }; } catch (error) { return { code: error.code, message: error.message }; }
    };
    process.stdout.write("ready");
    const result = outcome();
    const during = signals;
    setTimeout(() => { console.log(JSON.stringify({ ...result, during, signals })); process.exit(); }, 20);`;
}

interface Result {
  readonly value?: unknown;
  readonly code?: string;
  readonly during: number;
  readonly signals: number;
}

async function resultOf(peer: Peer): Promise<Result> {
  const { stdout, stderr } = await peer.ended;
  assert.is(stderr, "");
  return JSON.parse(stdout.replace("ready", "")) as Result;
}

/** Sends signals, one a millisecond, until a number of them is sent or the process has ended. */
function shower(peer: Peer, count: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    const timer = setInterval(() => {
      const over = sent++ >= count || peer.child.exitCode !== null;
      if (!over) peer.child.kill("SIGUSR2");
      else {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
}

/** Signals for half a minute: a call whose time begins again with each of them would not end before. */
const UNENDING = 30_000;

async function timesOut(call: string, fds: readonly Fd[], address: unknown = null): Promise<void> {
  const args = [JSON.stringify(address)];
  const peer = startNode(program(call), { args, inherit: fds.map((fd) => fd.number) });
  await peer.printed("ready");
  let stopped = false;
  const rain = shower(peer, UNENDING).then(() => {
    stopped = peer.child.exitCode === null;
  });
  const result = await resultOf(peer);
  await rain;
  assert.is(stopped, false, "it ended while signals still came");
  assert.is(result.code, "ETIMEDOUT");
  // No JavaScript runs before the call is over.
  assert.is(result.during, 0);
  assert.ok(result.signals > 0);
}

function fill(fd: Fd): void {
  while (trySendmsg(fd, { data: Buffer.alloc(512) }) !== null);
}

test("receives and sends end when their time is over", async () => {
  using pair = socketpair();
  await timesOut("recvmsg(3, { timeoutMs: 400 }).bytes", [pair[1]]);
  await timesOut("recvFds(3, { timeoutMs: 400 }).bytes", [pair[1]]);
  await timesOut("recvmmsg(3, { timeoutMs: 400 }).length", [pair[1]]);
  fill(pair[0]);
  await timesOut("sendmmsg(3, [{ data: Buffer.alloc(512) }], { timeoutMs: 400 })", [pair[0]]);
  await timesOut("sendmsg(3, { data: Buffer.alloc(512), timeoutMs: 400 })", [pair[0]]);
  await timesOut('sendFds(3, [0], { data: "x", timeoutMs: 400 })', [pair[0]]);
});

test("accept and connect end when their time is over", async () => {
  const address = { abstract: abstractName() };
  using server = socket();
  bind(server, address);
  listen(server, { backlog: 0 });
  await timesOut("accept(3, { timeoutMs: 400 }).number", [server]);
  using waiting = socket();
  connect(waiting, address);
  using client = socket();
  await timesOut("connect(3, address, { timeoutMs: 400 })", [client], address);
});

test("a TCP connection that is interrupted is waited for, and not begun again", async () => {
  using server = socket({ family: "inet" });
  bind(server, { host: "127.0.0.1", port: 0 });
  listen(server, { backlog: 0 });
  const clients = Array.from({ length: 4 }, () => socket({ family: "inet", nonBlocking: true }));
  using _clients = { [Symbol.dispose]: () => clients.map((fd) => fd.close()) };
  for (const fd of clients) {
    try {
      connect(fd, getsockname(server));
    } catch (error) {
      assert.is((error as { code?: string }).code, "EINPROGRESS");
    }
  }
  using client = socket({ family: "inet" });
  const call = "connect(3, address, { timeoutMs: 400 })";
  await timesOut(call, [client], getsockname(server));
});

const SIGNALS = 200;

/** The call is hit by signals, and only afterwards gets what it waits for. */
async function goesOn(
  call: string,
  fds: readonly Fd[],
  give: () => void,
  address: unknown = null,
): Promise<Result> {
  const args = [JSON.stringify(address)];
  const peer = startNode(program(call), { args, inherit: fds.map((fd) => fd.number) });
  await peer.printed("ready");
  await shower(peer, SIGNALS);
  assert.is(peer.child.exitCode, null);
  give();
  const result = await resultOf(peer);
  assert.is(result.code, undefined);
  assert.is(result.during, 0);
  assert.ok(result.signals > 0);
  return result;
}

for (const limit of ["", "timeoutMs: 120_000"]) {
  const options = limit === "" ? "without a limit" : "within a limit";
  test(`receives, ${options}, get what comes after the signals, once`, async () => {
    using pair = socketpair();
    const data = await goesOn(`recvmsg(3, { ${limit} }).data.toString()`, [pair[1]], () =>
      sendmsg(pair[0], { data: Buffer.from("after") }),
    );
    assert.is(data.value, "after");
    const fds = await goesOn(`recvFds(3, { ${limit} }).fds.length`, [pair[1]], () =>
      sendFds(pair[0], [0, 1, 2], { data: "x" }),
    );
    assert.is(fds.value, 3);
    const batch = await goesOn(`recvmmsg(3, { ${limit} })[0].data.toString()`, [pair[1]], () =>
      sendmsg(pair[0], { data: Buffer.from("batch") }),
    );
    assert.is(batch.value, "batch");
    assert.is(tryRecvmsg(pair[1]), null);
  });

  test(`sends, ${options}, send once when there is room after the signals`, async () => {
    using pair = socketpair({ type: "seqpacket" });
    fill(pair[0]);
    const others: unknown[] = [];
    // The kernel wakes a sender when most of the queue is free.
    const drain = (): void => {
      for (let got = tryRecvmsg(pair[1]); got !== null; got = tryRecvmsg(pair[1])) {
        using message = got;
        if (message.bytes !== 512) others.push([message.data.toString(), message.fds.length]);
      }
    };
    const call = `sendFds(3, [0], { data: "once", ${limit} }).fds`;
    assert.is((await goesOn(call, [pair[0]], drain)).value, 1);
    drain();
    assert.equal(others, [["once", 1]]);
  });

  test(`a batch, ${options}, is sent once, from where it had stopped`, async () => {
    using pair = socketpair({ type: "seqpacket" });
    const found: string[] = [];
    const drain = (): void => {
      for (let got = tryRecvmsg(pair[1]); got !== null; got = tryRecvmsg(pair[1])) {
        found.push(got.data.toString());
      }
    };
    const batch =
      "Array.from({ length: 400 }, (_, i) => ({ data: Buffer.from(String(i).padEnd(512)) }))";
    let timer: NodeJS.Timeout | undefined;
    const goOnDraining = (): void => {
      timer = setInterval(drain, 10);
    };
    const call = `sendmmsg(3, ${batch}, { ${limit} }).count`;
    try {
      assert.is((await goesOn(call, [pair[0]], goOnDraining)).value, 400);
    } finally {
      clearInterval(timer);
    }
    drain();
    const all = Array.from({ length: 400 }, (_, i) => String(i).padEnd(512));
    assert.equal(found, all);
  });

  test(`accept and connect, ${options}, succeed after the signals`, async () => {
    const address = { abstract: abstractName() };
    using server = socket();
    bind(server, address);
    listen(server, { backlog: 0 });
    using first = socket();
    await goesOn(`accept(3, { ${limit} }).number`, [server], () => connect(first, address));
    using waiting = socket();
    connect(waiting, address);
    using client = socket();
    const call = `connect(3, address, { ${limit} })`;
    await goesOn(call, [client], () => accept(server).close(), address);
    using connection = accept(server);
    sendmsg(client, { data: Buffer.from("connected") });
    assert.is(recvmsg(connection).data.toString(), "connected");
  });
}

function canTrace(): boolean {
  if (!hasProgram("strace", "strace")) return false;
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const INTERRUPTED = `
  import { accept, bind, connect, listen, recvmmsg, recvmsg, sendmmsg, sendmsg, socket } from "cmsg";
  const server = socket();
  bind(server, { abstract: process.argv[1] });
  listen(server);
  const client = socket();
  connect(client, { abstract: process.argv[1] });
  const connection = accept(server);
  const sent = sendmsg(client, { data: Buffer.from("text") });
  console.log(sent, recvmsg(connection).data.toString());
  const { count } = sendmmsg(client, [{ data: Buffer.from("more ") }, { data: Buffer.from("text") }]);
  console.log(count, recvmmsg(connection).map(({ data }) => data.toString()).join(""));`;

// Handlers of Node let the kernel restart most calls itself; this is how it looks where it does not.
if (canTrace()) {
  test("EINTR from the call itself is tried again", async () => {
    const inject = ["connect", "accept4", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg"].flatMap(
      (call) => ["-e", `inject=${call}:error=EINTR:when=1..3`],
    );
    const under = ["strace", "-o", "/dev/null", ...inject];
    const { stdout, stderr } = await runNode(INTERRUPTED, { under, args: [abstractName()] });
    assert.equal([stdout, stderr], ["4 text\n2 more text\n", ""]);
  });
} else test.skip("EINTR from the call itself is tried again", "strace is missing or may not trace");

test.run();

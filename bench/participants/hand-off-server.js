// A server that accepts TCP connections in one process and answers them in another with "ok". Argument: how connections come there,
// and with what they are answered. Prints its port and the processes that work for it. Ends with its standard input.

import { fork, spawn } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { cmsg } from "./package.js";

const { accept, bind, Fd, getsockname, handOff, listen, receiveHandOff, sendFds, sendmsg } = cmsg;
const { socket, socketpair, UnixSocket } = cmsg;

const way = process.argv[2] ?? "";
const role = process.argv[3] ?? (cluster.isWorker ? "worker" : "server");
const PROGRAM = fileURLToPath(import.meta.url);
const BACKLOG = 511;

/** @param {Socket} connection */
function answer(connection) {
  connection.on("error", () => {});
  connection.end("ok", () => connection.destroy());
}

/** @param {number} port @param {readonly (number | undefined)[]} processes */
function ready(port, processes) {
  process.stdout.write(`${port} ${processes.join(" ")}\n`);
  process.stdin.resume().on("end", () => process.exit());
}

/** @param {import("node:net").Server} server @param {number} [port] */
async function listening(server, port = 0) {
  server.listen({ port, host: "127.0.0.1", backlog: BACKLOG });
  await once(server, "listening");
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** Starts a process on the other end of a channel. @param {string} role @param {number} end */
function start(role, end) {
  const stdio = /** @type {const} */ ([end, "inherit", "inherit"]);
  return spawn(process.execPath, [PROGRAM, way, role], { stdio: [...stdio] });
}

async function byCluster() {
  if (role === "worker") {
    await listening(createServer(answer), Number(process.env.BENCH_PORT));
    return;
  }
  const probe = createServer();
  const port = await listening(probe);
  probe.close();
  cluster.setupPrimary({ exec: PROGRAM, args: [way], serialization: "json" });
  const worker = cluster.fork({ BENCH_PORT: port });
  await once(worker, "listening");
  ready(port, [process.pid, worker.process.pid]);
}

/** No hand-off at all: what a net.Socket for each connection costs. */
async function alone() {
  ready(await listening(createServer(answer)), [process.pid]);
}

async function byChild() {
  if (role === "worker") {
    process.on("message", (_message, handle) => answer(/** @type {Socket} */ (handle)));
    return;
  }
  const worker = fork(PROGRAM, [way, "worker"]);
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    worker.send("", connection);
  });
  ready(await listening(server), [process.pid, worker.pid]);
}

/** A net.Server hands its connections off. */
async function byHandOff() {
  if (role === "worker") {
    const channel = UnixSocket.adopt(0);
    for (;;) {
      const connection = await receiveHandOff(channel);
      if (!(connection instanceof Socket)) return;
      answer(connection);
    }
  }
  const [end, other] = socketpair({ type: "seqpacket", nonBlocking: true });
  const worker = start("worker", other.number);
  other.close();
  const channel = UnixSocket.adopt(end);
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    handOff(channel, connection);
  });
  ready(await listening(server), [process.pid, worker.pid]);
}

/** A process that does nothing but accept waits in the calls themselves. */
async function byCalls() {
  if (role === "acceptor") return acceptAll();
  if (role === "worker") return answerAll();
  const listener = socket({ family: "inet", type: "stream" });
  bind(listener, { host: "127.0.0.1", port: 0 });
  listen(listener, { backlog: BACKLOG });
  const address = /** @type {{ port: number }} */ (getsockname(listener));
  const [end, other] = socketpair({ type: "seqpacket" });
  const acceptor = spawn(process.execPath, [PROGRAM, way, "acceptor"], {
    stdio: [listener.number, "inherit", "inherit", end.number],
  });
  const worker = start("worker", other.number);
  Fd.closeAll([listener, end, other]);
  ready(address.port, [acceptor.pid, worker.pid]);
  process.on("exit", () => {
    acceptor.kill();
    worker.kill();
  });
}

function acceptAll() {
  const [listener, channel] = [new Fd(0), new Fd(3)];
  const data = Buffer.of(0);
  for (;;) {
    const connection = accept(listener);
    sendFds(channel, [connection], { data });
    connection.close();
  }
}

function answerAll() {
  const data = Buffer.from("ok");
  const channel = UnixSocket.adopt(0);
  channel.onMessage(
    (message) => {
      for (const fd of message.fds) {
        if (way === "calls-net") answer(fd.asSocket());
        else sendmsg(fd, { data });
      }
      message[Symbol.dispose]();
    },
    () => process.exit(),
  );
}

const ways = {
  cluster: byCluster,
  alone,
  child: byChild,
  handOff: byHandOff,
  "calls-net": byCalls,
  calls: byCalls,
};
await ways[/** @type {keyof typeof ways} */ (way)]();

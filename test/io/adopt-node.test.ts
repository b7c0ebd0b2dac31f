// Adoption where Node has traps: numbers that are adopted twice, workers of a cluster, worker threads, the number 0, and what
// stays of libuv's terminals.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { bind, Fd, getsockname, listenUnix, socket, socketpair, UnixSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { isCloseOnExec, isOpen } from "../support/descriptors.js";
import { abstractName, temporaryDirectory } from "../support/directory.js";
import { closed } from "../support/net.js";
import { runNode } from "../support/peer.js";
import { run } from "../support/run.js";
import { evaluation } from "../support/runtime.js";
import { suite } from "../support/suite.js";

const test = suite("adopt in Node");

for (const end of UnixSocket.pair()) end.close();

test("a connection whose number is adopted twice stays with its second owner, and the first goes on", async () => {
  const [end, other] = socketpair();
  const again = new Fd(end.number);
  const first = end.asSocket();
  throws(() => again.asSocket(), { code: "EEXIST" });
  assert.not.ok(again.closed);
  other.write("still read");
  const [data] = await once(first, "data");
  assert.is(String(data), "still read");
  again.take();
  await closed(first);
  other.close();
});

test("a server whose number is adopted twice stays with its second owner, and the first goes on", async () => {
  const name = abstractName("twice");
  const fd = listenUnix({ abstract: name });
  const again = new Fd(fd.number);
  const first = fd.asServer();
  throws(() => again.asServer(), { code: "EEXIST", syscall: "listen" });
  assert.not.ok(again.closed);
  const accepted = once(first, "connection");
  const client = await UnixSocket.connect({ abstract: name });
  const [connection] = await accepted;
  client.close();
  await closed(connection);
  again.take();
  await closed(first);
});

test("a half-open connection stays open when the caller says so, and is ended by default", async () => {
  for (const allowHalfOpen of [true, false]) {
    const [end, other] = socketpair();
    const connection = end.asSocket({ allowHalfOpen });
    connection.resume();
    const finished = once(connection, "end");
    using peer = UnixSocket.adopt(other).take();
    const node = peer.asSocket({ allowHalfOpen: true });
    node.end();
    await finished;
    assert.is(connection.writableEnded, !allowHalfOpen);
    if (allowHalfOpen) {
      connection.end("after the end");
      const [data] = await once(node, "data");
      assert.is(String(data), "after the end");
    }
    await closed(connection);
    await closed(node);
  }
});

test("close-on-exec stays as it was", async () => {
  const [end, other] = socketpair();
  const { number } = end;
  const connection = end.asSocket();
  assert.ok(isCloseOnExec(number));
  await closed(connection);
  assert.not.ok(isOpen(number));
  other.close();
});

test("UDP at number 0 is adopted, not replaced by a port of Node's choice", async () => {
  using udp = socket({ family: "inet", type: "dgram" });
  bind(udp, { host: "127.0.0.1", port: 0 });
  const { port } = getsockname(udp) as { port: number };
  const source = `
    import { once } from "node:events";
    import { Fd } from "cmsg";
    const dgram = new Fd(0).asDgram();
    if (process.versions.bun !== undefined) await once(dgram, "listening");
    console.log(dgram.address().port);
    dgram.close();
  `;
  const child = spawn(process.execPath, evaluation(source), {
    stdio: [udp.number, "pipe", "inherit"],
  });
  const [said] = await once(child.stdout as NodeJS.ReadableStream, "data");
  await once(child, "close");
  assert.is(Number(String(said)), port);
});

test("a worker of a cluster serves its own descriptor, not the primary's of that number", async () => {
  const source = `
    import cluster from "node:cluster";
    import { once } from "node:events";
    import { connect } from "node:net";
    import { bind, getsockname, listen, socket } from ${JSON.stringify(import.meta.resolve("cmsg"))};
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.on("exit", (code) => { process.exitCode = code; });
      setTimeout(() => worker.kill("SIGKILL"), 20_000).unref();
    } else {
      const tcp = socket({ family: "inet", type: "stream" });
      bind(tcp, { host: "127.0.0.1", port: 0 });
      listen(tcp);
      const { port } = getsockname(tcp);
      const server = tcp.asServer((connection) => connection.end("worker " + server.address().port));
      const client = connect(port, "127.0.0.1");
      const [data] = await once(client, "data");
      console.log(data.toString() === "worker " + port ? "served" : "not served: " + data);
      const udp = socket({ family: "inet", type: "dgram" });
      bind(udp, { host: "127.0.0.1", port: 0 });
      const wanted = getsockname(udp).port;
      console.log(udp.asDgram().address().port === wanted ? "bound" : "not bound");
      process.exit(0);
    }
  `;
  // A cluster forks a file.
  using directory = temporaryDirectory();
  const file = directory.file("cluster.mjs");
  writeFileSync(file, source);
  const ended = await run(process.execPath, [file]);
  assert.is(ended.stdout, "served\nbound\n", ended.stderr);
  assert.is(ended.code, 0);
});

test("a server that a cluster's primary listens for has no descriptor to hand off", async () => {
  const source = `
    import cluster from "node:cluster";
    import { once } from "node:events";
    import { createServer } from "node:net";
    import { handOff, UnixSocket } from ${JSON.stringify(import.meta.resolve("cmsg"))};
    if (cluster.isPrimary) cluster.fork();
    else {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const [channel] = UnixSocket.pair({ type: "seqpacket" });
      await handOff(channel, server).catch((error) => console.log(error.code));
      process.exit(0);
    }
  `;
  using directory = temporaryDirectory();
  const file = directory.file("cluster.mjs");
  writeFileSync(file, source);
  const ended = await run(process.execPath, [file]);
  assert.is(ended.stdout, "ERR_CMSG_NO_DESCRIPTOR\n", ended.stderr);
});

test("a worker thread adopts numbers of the process, and closes files without a warning", async () => {
  const source = `
    import { Worker } from "node:worker_threads";
    import { text } from "node:stream/consumers";
    import { fileURLToPath } from "node:url";
    import { Fd, socketpair } from "cmsg";
    const [near, far] = socketpair();
    const file = Fd.open("package.json");
    const worker = new Worker(\`
      const { Fd } = require("cmsg");
      const { workerData } = require("node:worker_threads");
      const { text } = require("node:stream/consumers");
      const { once } = require("node:events");
      (async () => {
        const file = new Fd(workerData.file).asFile();
        const read = JSON.parse(await text(file));
        if (!file.closed) await once(file, "close");
        const connection = new Fd(workerData.connection).asSocket();
        connection.end("worker has read " + read.name);
      })();
    \`, { eval: true, execArgv: [], workerData: { file: file.take(), connection: far.take() } });
    console.log(await text(near.asSocket()));
    await worker.terminate();
  `;
  const ended = await runNode(source);
  assert.is(ended.stdout, "worker has read cmsg\n", ended.stderr);
  assert.is(ended.stderr, "");
});

test.run();

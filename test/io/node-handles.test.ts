// Servers and connections of Node that came from another process: from a parent, and in the worker of a cluster.

import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { assert } from "../support/assert.js";
import { temporaryDirectory } from "../support/directory.js";
import { closed, listening } from "../support/net.js";
import { type Ended, run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("handles of other processes");

const env = { ...process.env, CMSG_URL: import.meta.resolve("cmsg") };

/** Passes every handle that comes to itself, and says what arrived. */
const CHILD = `
process.on("message", async (name, handle) => {
  const { sendFds, recvFds, socketpair } = await import(process.env.CMSG_URL);
  const pair = socketpair();
  sendFds(pair[0], [handle], { data: "x" });
  const { listening, connected, address } = recvFds(pair[1]).fds[0].describe();
  handle.once("close", () => process.send({ name, listening, connected, port: address.port }));
  if (name === "server") handle.close();
  else handle.destroy();
});
`;

/** A worker sends its listening server to itself and prints what happened. */
const CLUSTER = `
const cluster = require("node:cluster");
if (cluster.isPrimary) cluster.fork();
else {
  const server = require("node:net").createServer().listen(0, "127.0.0.1", async () => {
    const { sendFds, recvFds, socketpair } = await import(process.env.CMSG_URL);
    const pair = socketpair();
    try {
      sendFds(pair[0], [server], { data: "x" });
      const { listening, address } = recvFds(pair[1]).fds[0].describe();
      console.log(listening, address.port === server.address().port);
    } catch (error) {
      console.log(error.code, error.message);
    }
    process.exit();
  });
}
`;

/** Writes a program to a file of its own and gives the path to a piece of work. */
async function withProgram(program: string, work: (path: string) => Promise<void>): Promise<void> {
  using directory = temporaryDirectory();
  const path = directory.file("program.cjs");
  writeFileSync(path, program);
  await work(path);
}

test("a server and a connection that came from the parent process have descriptors", async () => {
  await withProgram(CHILD, async (path) => {
    const server = createServer();
    const port = await listening(server);
    using child = fork(path, { env });
    child.send("server", server);
    const facts = { listening: true, connected: false, port };
    assert.equal((await once(child, "message"))[0], { name: "server", ...facts });
    const client = connect(port, "127.0.0.1").on("error", () => {});
    const [connection] = (await once(server, "connection")) as [Socket];
    child.send("connection", connection);
    const its = { listening: false, connected: true, port };
    assert.equal((await once(child, "message"))[0], { name: "connection", ...its });
    // The server asks the child whether the connection is over.
    await Promise.all([closed(client), closed(server)]);
    child.disconnect();
    await once(child, "exit");
  });
});

function cluster(path: string, policy: "none" | "rr"): Promise<Ended> {
  return run(process.execPath, [path], { env: { ...env, NODE_CLUSTER_SCHED_POLICY: policy } });
}

test("a server of a cluster worker has a descriptor with SCHED_NONE", async () => {
  await withProgram(CLUSTER, async (path) => {
    assert.equal(await cluster(path, "none"), { code: 0, stdout: "true true\n", stderr: "" });
  });
});

test("with round robin it listens in the primary: refused, and the way out is named", async () => {
  await withProgram(CLUSTER, async (path) => {
    const { code, stdout } = await cluster(path, "rr");
    assert.is(code, 0);
    assert.match(stdout, /^ERR_CMSG_NO_DESCRIPTOR .*cluster\.schedulingPolicy is SCHED_NONE/);
  });
});

test.run();

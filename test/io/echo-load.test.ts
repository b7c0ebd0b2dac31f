// A server that echoes messages with their descriptors to a thousand clients at once: each gets its own back, and in the end no
// descriptor is left.

import { readFileSync } from "node:fs";
import { type Fd, socketpair, UnixServer, UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { fstat } from "../support/runtime.js";
import { fdCount, suite } from "../support/suite.js";

const CLIENTS = 1000;
const ROUNDS = 3;

const test = suite("echo under load");
// What the first socket on the event loop opens stays open for the next ones.
for (const socket of UnixSocket.pair()) socket.close();

/** Sends every message of a connection back, descriptors and all. */
async function echo(connection: UnixSocket): Promise<void> {
  await using owned = connection;
  for await (const message of owned.messages()) {
    using received = message;
    await owned.send(received.data, { fds: received.fds });
  }
}

/** Answers when all connections have ended. */
async function serve(server: UnixServer): Promise<number> {
  const all: Promise<void>[] = [];
  for await (const connection of server) all.push(echo(connection));
  await Promise.all(all);
  return all.length;
}

const inode = (fd: Fd): number => fstat(fd.number).ino;

/** Sends descriptors of its own, and checks that they come back, in order. */
async function converse(abstract: string, client: number): Promise<number> {
  await using socket = await UnixSocket.connect({ abstract });
  using pair = socketpair();
  const mine = [...pair].map(inode);
  let passed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = `client ${client}, round ${round}`;
    await socket.send(text, { fds: round % 2 === 0 ? [...pair] : [pair[1], pair[0]] });
    using answer = await socket.receive();
    assert.is(answer?.data.toString(), text);
    const came = (answer?.fds ?? []).map(inode);
    assert.equal(round % 2 === 0 ? came : came.reverse(), mine);
    passed += came.length;
  }
  return passed;
}

const title = `${CLIENTS} clients at once, each passing descriptors`;
/** Two ends and four descriptors for each client, twice while they are on their way. */
const NEEDED = CLIENTS * 12;
const limit = Number(
  /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1],
);

async function load(): Promise<void> {
  const name = abstractName("echo");
  const before = fdCount();
  const server = await UnixServer.listen({ abstract: name, backlog: 64 });
  const serving = serve(server);
  const clients = Array.from({ length: CLIENTS }, (_, i) => converse(name, i));
  const passed = await Promise.all(clients);
  assert.equal(passed, new Array(CLIENTS).fill(2 * ROUNDS));
  server.close();
  assert.is(await serving, CLIENTS);
  assert.is(fdCount(), before);
}

if (limit >= NEEDED) test(title, load);
else test.skip(title, `RLIMIT_NOFILE is ${limit}, less than ${NEEDED}`);

test.run();

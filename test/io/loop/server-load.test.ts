// UnixServer under load: floods, a full backlog, an empty descriptor table.

import { UnixServer, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { abstractName, temporaryDirectory } from "../../support/directory.js";
import { after, isSettled, rejects } from "../../support/loop.js";
import { fdLimit, jsonOf, upTo } from "../../support/message.js";
import { fdCount, suite } from "../../support/suite.js";

const test = suite("UnixServer: load");

test("a flood of 1000 clients with descriptors ends with the count it began with", async () => {
  using directory = temporaryDirectory();
  const path = directory.file("flood");
  const before = fdCount();
  const server = await UnixServer.listen({ path, backlog: 16 });
  let served = 0;
  const serving = (async () => {
    for await (const peer of server) {
      void (async () => {
        for await (const message of peer.messages()) {
          await peer.send(message.data, { fds: message.fds });
          message[Symbol.dispose]();
        }
        peer.close();
        served++;
      })();
    }
  })();
  const client = async (i: number): Promise<void> => {
    const socket = await UnixSocket.connect({ path });
    await socket.send(String(i), { fds: [0, 1, 2] });
    const message = await socket.receive();
    assert.is(message?.data.toString(), String(i));
    assert.is(message?.fds.length, 3);
    message?.[Symbol.dispose]();
    socket.close();
  };
  for (let first = 0; first < 1000; first += 100) {
    await Promise.all(upTo(100).map((i) => client(first + i)));
  }
  while (served < 1000) await after(1);
  server.close();
  await serving;
  assert.is(fdCount(), before);
});

test("many connect to a full backlog: all are served when the server accepts", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name, backlog: 0 });
  const connecting = upTo(8).map(() => UnixSocket.connect({ abstract: name }));
  await after(50);
  const accepted: UnixSocket[] = [];
  for (const _ of connecting) accepted.push(await server.accept());
  const clients = await Promise.all(connecting);
  for (const [i, socket] of accepted.entries()) await socket.send(String(i));
  for (const socket of clients) assert.is((await socket.receive())?.bytes, 1);
  for (const socket of [...clients, ...accepted]) socket.close();
});

test("a connect that waits for room gives up: by its signal, after its time, with its server", async () => {
  const name = abstractName();
  const server = await UnixServer.listen({ abstract: name, backlog: 0 });
  await using first = await UnixSocket.connect({ abstract: name });
  const controller = new AbortController();
  const aborted = UnixSocket.connect({ abstract: name, signal: controller.signal });
  // Watched from the beginning: on a busy machine its time is over before the others have begun to wait.
  const late = rejects(UnixSocket.connect({ abstract: name, timeoutMs: 20 }), {
    code: "ETIMEDOUT",
    syscall: "connect",
  });
  const orphan = UnixSocket.connect({ abstract: name });
  assert.not.ok(await isSettled(aborted));
  controller.abort("enough");
  assert.is((await rejects(aborted, { name: "AbortError" })).cause, "enough");
  await late;
  server.close();
  await rejects(orphan, { code: "ECONNREFUSED", syscall: "connect" });
  assert.not.ok(first.closed);
  // Their sockets are closed when no thread works on them any more.
  await after(250);
});

test("a loop over connections survives an empty descriptor table", async () => {
  const seen = await jsonOf(
    `
    import { Fd, UnixServer, UnixSocket } from "cmsg";
    const abstract = "exhausted-" + process.pid;
    const server = await UnixServer.listen({ abstract });
    const probe = Fd.open("/dev/null");
    const clients = [];
    const filler = [];
    const fill = () => {
      try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
    };
    clients.push(await UnixSocket.connect({ abstract }));
    clients.push(await UnixSocket.connect({ abstract }));
    fill();
    const single = await server.accept().catch((error) => error.code);
    let count = 0;
    const serving = (async () => {
      for await (const peer of server) { count++; peer.close(); if (count === 2) break; }
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const during = count;
    Fd.closeAll(filler);
    await serving;
    console.log(JSON.stringify([single, during, count]));
    process.exit(0);
  `,
    fdLimit(64),
  );
  assert.equal(seen, ["EMFILE", 0, 2]);
});

test("leaving the loop leaves the server open; closing ends the loop", async () => {
  const name = abstractName();
  const server = await UnixServer.listen({ abstract: name });
  const clients = [
    await UnixSocket.connect({ abstract: name }),
    await UnixSocket.connect({ abstract: name }),
  ];
  for await (const peer of server) {
    peer.close();
    break;
  }
  assert.not.ok(server.closed);
  (await server.accept()).close();
  const loop = (async () => {
    for await (const _ of server) assert.unreachable();
    return "ended";
  })();
  await after(1);
  await server[Symbol.asyncDispose]();
  assert.is(await loop, "ended");
  for (const client of clients) client.close();
});

test("connections live on when their server closes", async () => {
  const name = abstractName();
  const server = await UnixServer.listen({ abstract: name });
  await using client = await UnixSocket.connect({ abstract: name });
  await using connection = await server.accept();
  server.close();
  await client.send("still");
  assert.is((await connection.receive())?.data.toString(), "still");
  await rejects(UnixSocket.connect({ abstract: name }), { code: "ECONNREFUSED" });
});

test.run();

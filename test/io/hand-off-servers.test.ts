// handOff and receiveHandOff beside plain connections: listening servers, what is refused, wrong messages, and worker threads.

import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer, type Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { Worker } from "node:worker_threads";
import { Fd, handOff, listenUnix, receiveHandOff, socketpair, UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { abstractName, temporaryDirectory } from "../support/directory.js";
import {
  buffered,
  readText,
  receiveConnection,
  withChannel,
  withConnection,
} from "../support/hand-off.js";
import { closed, listening } from "../support/net.js";
import { suite } from "../support/suite.js";

const test = suite("hand-off of servers");

for (const end of UnixSocket.pair()) end.close();

/** The error of a call that has to fail. */
async function refusal(call: Promise<unknown>): Promise<Error & { code?: string }> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  assert.instance(error, Error, "it was refused");
  return error;
}

async function answers(server: Server, connect: () => Promise<Socket>): Promise<void> {
  const accepted = once(server, "connection");
  const client = await connect();
  const [connection] = (await accepted) as [Socket];
  connection.write("served");
  assert.is(await readText(client, 6), "served");
  await Promise.all([closed(client), closed(connection)]);
}

async function netConnect(where: { port: number } | { path: string }): Promise<Socket> {
  const client = new Socket().connect(where as never);
  await once(client, "connect");
  return client;
}

test("a TCP server goes on in its new place, half-open as it was", () =>
  withChannel("seqpacket", async (near, far) => {
    const server = createServer({ allowHalfOpen: true });
    const port = await listening(server);
    const closing = once(server, "close");
    await handOff(near, server);
    await closing;
    // Made before anybody accepts: the kernel keeps it.
    const waiting = await netConnect({ port });
    const next = (await receiveHandOff(far)) as Server;
    const [connection] = (await once(next, "connection")) as [Socket];
    assert.ok(connection.allowHalfOpen);
    await Promise.all([closed(waiting), closed(connection)]);
    await answers(next, () => netConnect({ port }));
    await closed(next);
  }));

for (const bound of ["libuv", "listenUnix"] as const) {
  test(`the socket file of a server that ${bound} has bound stays through a hand-off`, () =>
    withChannel("framed stream", async (near, far) => {
      using directory = temporaryDirectory();
      const path = directory.file("app.sock");
      let server: Server;
      if (bound === "libuv") {
        server = createServer().listen(path);
        await once(server, "listening");
      } else server = listenUnix({ path }).asServer();
      await handOff(near, server);
      assert.not.ok(server.listening);
      assert.equal(readdirSync(directory.path), ["app.sock"]);
      const next = (await receiveHandOff(far)) as Server;
      await answers(next, () => netConnect({ path }));
      await closed(next);
      assert.ok(existsSync(path), "nobody but the one who bound it removes it");
    }));
}

test("a server stays when nobody is there to take it", () =>
  withChannel("seqpacket", async (near, far) => {
    using directory = temporaryDirectory();
    const path = directory.file("app.sock");
    const server = createServer().listen(path);
    await once(server, "listening");
    far.close();
    assert.match((await refusal(handOff(near, server))).code ?? "", /^(EPIPE|ECONNRESET)$/);
    assert.equal(readdirSync(directory.path), ["app.sock"]);
    await answers(server, () => netConnect({ path }));
    await closed(server);
  }));

test("a connection that HTTP reads is refused, and handed off after its upgrade with its head", () =>
  withChannel("seqpacket", async (near, far) => {
    const server = createHttpServer();
    const port = await listening(server);
    const connecting = once(server, "connection");
    const asking = request({ port, headers: { connection: "upgrade", upgrade: "echo" } });
    const upgrading = once(server, "upgrade");
    asking.end();
    const [early] = (await connecting) as [Socket];
    assert.is((await refusal(handOff(near, early))).code, "ERR_CMSG_READ_ELSEWHERE");
    const [, accepted, head] = (await upgrading) as [unknown, Socket, Buffer];
    await handOff(near, accepted, { head: Buffer.concat([head, Buffer.from("head,")]) });
    const got = await receiveConnection(far);
    got.write("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
    const [, client] = (await once(asking, "upgrade")) as [unknown, Socket];
    client.write("on");
    assert.is(await readText(got, 7), "head,on");
    await Promise.all([closed(client), closed(got)]);
    await closed(server);
  }));

test("what cannot be given away is refused with the reason, and stays", () =>
  withChannel("seqpacket", (near) =>
    withConnection({}, async ({ accepted, client, server }) => {
      const expect = async (socket: unknown, code: string, options = {}): Promise<void> => {
        assert.is((await refusal(handOff(near, socket as Socket, options))).code, code);
      };
      await expect(new TLSSocket(new Socket()), "ERR_CMSG_TLS_SOCKET");
      await expect(new Socket(), "ERR_CMSG_FD_CLOSED");
      await expect(createServer(), "ERR_CMSG_FD_CLOSED");
      for (const wrong of [7, null, undefined, "x", {}, near]) {
        await expect(wrong, "ERR_CMSG_INVALID_ARG_TYPE");
      }
      await expect(accepted, "ERR_CMSG_INVALID_ARG_TYPE", { head: "text" });
      await expect(accepted, "ERR_CMSG_INVALID_ARG_TYPE", { signal: 1 });
      await expect(accepted, "ERR_CMSG_OUT_OF_RANGE", { timeoutMs: -1 });
      await expect(accepted, "ERR_CMSG_OUT_OF_RANGE", { head: new ArrayBuffer(2 ** 23 + 1) });
      await expect(accepted, "ABORT_ERR", { signal: AbortSignal.abort() });

      const { port } = server.address() as { port: number };
      const connecting = new Socket().connect({ port, host: "127.0.0.1" });
      await expect(connecting, "ERR_CMSG_NOT_CONNECTED").catch(async () => {
        // Some versions have no descriptor yet.
        await expect(connecting, "ERR_CMSG_NO_DESCRIPTOR");
      });
      await closed(connecting);

      accepted.cork();
      accepted.write("queued");
      await expect(accepted, "ERR_CMSG_WRITES_PENDING");
      accepted.uncork();
      assert.is(await readText(client, 6), "queued");

      accepted.setEncoding("utf8");
      client.write("text");
      await buffered(accepted, 4);
      await expect(accepted, "ERR_CMSG_READ_ELSEWHERE");
      accepted.read();
      // The first of three bytes of a character lies in the decoder alone.
      client.write(Buffer.of(0xe2));
      while (accepted.bytesRead < 5) await new Promise((done) => setImmediate(done));
      await expect(accepted, "ERR_CMSG_READ_ELSEWHERE");

      accepted.end();
      await expect(accepted, "ERR_CMSG_WRITES_PENDING");
      accepted.destroy();
      await expect(accepted, "ERR_CMSG_FD_CLOSED");
    }),
  ));

test("a channel that does not keep messages apart is refused", async () => {
  const [near, far] = UnixSocket.pair();
  const server = createServer();
  await listening(server);
  assert.is((await refusal(handOff(near, server))).code, "ERR_CMSG_NOT_FRAMED");
  assert.is((await refusal(receiveHandOff(far))).code, "ERR_CMSG_NOT_FRAMED");
  assert.is((await refusal(handOff(7 as never, server))).code, "ERR_CMSG_INVALID_ARG_TYPE");
  assert.is((await refusal(receiveHandOff({} as never))).code, "ERR_CMSG_INVALID_ARG_TYPE");
  assert.ok(server.listening);
  await closed(server);
  near.close();
  far.close();
});

for (const kind of ["seqpacket", "framed stream"] as const) {
  test(`other messages on a ${kind} are reported, their descriptors closed, and the next is received`, () =>
    withChannel(kind, async (near, far) => {
      const [left, right] = socketpair();
      const [idle, file] = [Fd.open("/dev/null"), Fd.open("package.json")];
      const wrong: readonly [number[], Fd[], string][] = [
        [[1, 0], [], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 0], [left, right], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 0], [left, right, file], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 4], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 4], [left, right], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[2, 0], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[2, 0], [left, right], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[3, 0], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[0, 0], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 0, ...Buffer.alloc(5000)], [left], "ERR_CMSG_NOT_A_HAND_OFF"],
        [[1, 0], [idle], "ERR_CMSG_WRONG_KIND"],
        [[1, 0], [file], "ERR_CMSG_WRONG_KIND"],
      ];
      for (const [data, fds, code] of wrong) {
        if (kind !== "seqpacket" && data.length > 4100) continue;
        await near.send(Buffer.from(data), { fds });
        const before = readdirSync("/proc/self/fd").length;
        assert.is((await refusal(receiveHandOff(far))).code, code, String(data.slice(0, 2)));
        assert.is(readdirSync("/proc/self/fd").length, before, "its descriptors are closed");
      }
      await near.send(Buffer.of(1, 0, 104, 105), { fds: [left] });
      Fd.closeAll([left, idle, file]);
      const got = await receiveConnection(far);
      assert.is(await readText(got, 2), "hi");
      await closed(got);
      right.close();
    }));
}

test("receiving obeys its signal and its time, and ends with the channel", () =>
  withChannel("seqpacket", async (near, far) => {
    assert.is((await refusal(receiveHandOff(far, { timeoutMs: 5 }))).code, "ETIMEDOUT");
    const aborted = { signal: AbortSignal.abort() };
    assert.is((await refusal(receiveHandOff(far, aborted))).code, "ABORT_ERR");
    near.close();
    assert.is(await receiveHandOff(far), null);
  }));

test("a worker thread serves what is handed to it", () =>
  withConnection({}, async ({ accepted, client }) => {
    const [near, far] = UnixSocket.pair({ type: "seqpacket" });
    const source = `
      import { workerData } from "node:worker_threads";
      import { receiveHandOff, UnixSocket } from "cmsg";
      const channel = UnixSocket.adopt(workerData);
      const connection = await receiveHandOff(channel);
      connection.once("data", (data) => connection.end("thread got " + data));
      channel.close();
    `;
    const url = new URL(
      `data:text/javascript,${encodeURIComponent(source.replace('"cmsg"', JSON.stringify(import.meta.resolve("cmsg"))))}`,
    );
    const worker = new Worker(url, { workerData: far.take().take() });
    client.write("early");
    await buffered(accepted, 5);
    await handOff(near, accepted);
    assert.is(await readText(client, 16), "thread got early");
    client.end();
    await once(worker, "exit");
    near.close();
  }));

test("names without a file need no care", () =>
  withChannel("seqpacket", async (near, far) => {
    const abstract = abstractName("server");
    const server = listenUnix({ abstract }).asServer();
    await handOff(near, server);
    const next = (await receiveHandOff(far)) as Server;
    await answers(next, async () => (await UnixSocket.connect({ abstract })).take().asSocket());
    await closed(next);
  }));

test.run();

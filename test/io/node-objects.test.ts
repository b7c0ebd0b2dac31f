// Objects of Node as descriptors to send: what has a descriptor, what has none, what is not open.

import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, Socket } from "node:net";
import { PassThrough } from "node:stream";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { createGzip } from "node:zlib";
import { Fd, getsockname, recvFds, recvmsg, sendFds, sendmsg, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closed, listening, nodeSocket } from "../support/net.js";
import { CLOSED, passed, passesAs, RANGE, refused, TYPE, WITHOUT } from "../support/passing.js";
import { suite, turn } from "../support/suite.js";

const test = suite("objects of Node to send");

const warnings: string[] = [];
process.on("warning", ({ name, message }) => warnings.push(`${name}: ${message}`));

test("a number and an Fd", () => {
  using file = Fd.open("/dev/null");
  passesAs(file, file.number);
  passesAs(file.number, file.number);
});

test("a FileHandle, until it is closed", async () => {
  const handle = await open("/dev/null");
  passesAs(handle, handle.fd);
  const closing = handle.close();
  refused(handle, CLOSED);
  await closing;
  refused(handle, CLOSED);
});

test("a stream of node:fs, while it is open", async () => {
  const stream = createReadStream("/dev/zero") as ReadStream & { fd: number };
  refused(stream, CLOSED);
  await once(stream, "open");
  passesAs(stream, stream.fd);
  stream.destroy();
  refused(stream, CLOSED);
  await once(stream, "close");
  refused(stream, CLOSED);
});

test("a stream of any kind with a descriptor, until it is destroyed", () => {
  using file = Fd.open("/dev/zero");
  const stream = Object.assign(new PassThrough(), { fd: file.number });
  passesAs(stream, file.number);
  stream.destroy();
  refused(stream, CLOSED);
});

for (const [name, make] of [
  ["net.Server", (): Server => createServer()],
  ["http.Server", (): Server => createHttpServer()],
  ["tls.Server", (): Server => createTlsServer()],
] as const) {
  test(`a ${name}, while it listens`, async () => {
    const server = make();
    refused(server, CLOSED);
    const port = await listening(server);
    const arrived = passed(server);
    for (const fd of arrived) {
      const about = fd.describe();
      assert.ok(about.kind === "socket" && about.listening);
      assert.equal(getsockname(fd), { host: "127.0.0.1", port });
    }
    Fd.closeAll(arrived);
    await closed(server);
    refused(server, CLOSED);
  });
}

test("a net.Socket: connected, not connected, destroyed", async () => {
  const server = createServer((peer) => peer.destroy());
  const port = await listening(server);
  refused(new Socket(), CLOSED);
  const client = connect(port, "127.0.0.1").on("error", () => {});
  await once(client, "connect");
  const { localPort } = client;
  const arrived = passed(client);
  for (const fd of arrived) assert.equal(getsockname(fd), { host: "127.0.0.1", port: localPort });
  Fd.closeAll(arrived);
  await closed(client);
  refused(client, CLOSED);
  await closed(server);
});

test("a net.Socket that is still looking for its host has no descriptor", async () => {
  const client = connect({ port: 9, host: "localhost", lookup: () => {} });
  refused(client, WITHOUT);
  throws(() => sendmsg(client, { data: Buffer.from("x") }), WITHOUT);
  await closed(client);
});

test("a dgram.Socket: not bound, bound, closed; read without a deprecation warning", async () => {
  const udp = createSocket("udp4");
  refused(udp, WITHOUT);
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const address = { host: "127.0.0.1", port: udp.address().port };
  const [receiver, other] = passed(udp);
  other.close();
  assert.equal(getsockname(receiver), address);
  const data = Buffer.from("to itself");
  assert.is(sendmsg(udp, { data, to: address }), data.length);
  assert.is(`${recvmsg(receiver, { timeoutMs: 10_000 }).data}`, "to itself");
  throws(() => sendFds(udp, [0], { data }), { code: "ERR_CMSG_NOT_UNIX" });
  receiver.close();
  await closed(udp);
  refused(udp, CLOSED);
  throws(() => sendmsg(udp, { data }), CLOSED);
  await turn();
  assert.equal(warnings, []);
});

test("a TLS connection is refused: its state is in this process", () => {
  using pair = socketpair();
  const plain = nodeSocket(pair[0].dup());
  const secure = new TLSSocket(plain);
  refused(secure, { code: "ERR_CMSG_TLS_SOCKET" });
  throws(() => sendFds(secure, [0], { data: "x" }), { code: "ERR_CMSG_TLS_SOCKET" });
  secure.destroy();
  plain.destroy();
});

test("what has no descriptor is a TypeError", async () => {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  const gzip = createGzip();
  const timer = setTimeout(() => {}, 0);
  const wrongs = [child, gzip, timer, new MessageChannel().port1, process, {}, [0]];
  for (const wrong of [...wrongs, "0", null, undefined, 0n, true, () => 0, { number: 0 }]) {
    refused(wrong, TYPE);
  }
  for (const wrong of [1.5, Number.NaN, Infinity, { fd: 1.5 }, { fd: () => Number.NaN }]) {
    refused(wrong, TYPE);
  }
  for (const wrong of [-1, -100, 2 ** 31, { fd: 2 ** 31 }, { fd: -2 }]) refused(wrong, RANGE);
  gzip.close();
  await once(child, "exit");
});

test("a list that is none, and a list that breaks off", () => {
  using pair = socketpair({ nonBlocking: true });
  const wrongs = [undefined, null, 0, "0", {}, new Uint8Array(1), new Int32Array(1), pair[0]];
  for (const wrong of wrongs) throws(() => sendFds(pair[0], wrong as never, { data: "x" }), TYPE);
  function* breaks(): Generator<number> {
    yield 0;
    throw new Error("no more");
  }
  throws(() => sendFds(pair[0], breaks(), { data: "x" }), { message: /no more/ });
  throws(() => recvFds(pair[1]), { code: "EAGAIN" });
});

test("none of it prints a warning", async () => {
  await turn();
  assert.equal(warnings, []);
});

test.run();

// How data flows through what a descriptor has become.

import { createSocket, type Socket as DgramSocket } from "node:dgram";
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import type { ReadStream, WriteStream } from "node:tty";
import {
  connect,
  type Fd,
  getsockname,
  recvmsg,
  sendmsg,
  socket,
  type UnixServer,
  UnixSocket,
} from "cmsg";
import { familyOf, type Sample } from "./adoptable-make.js";
import { assert } from "./assert.js";
import { RUNTIME } from "./runtime.js";

/** A server accepts who connects to its address, and serves. */
export async function flowServer(adopted: unknown, _sample: Sample, number: number): Promise<void> {
  const server = adopted as Server;
  const address = getsockname(number);
  const accepted = once(server, "connection");
  using client = socket({ family: "host" in address ? familyOf(address.host) : "unix" });
  connect(client, address);
  const [connection] = (await accepted) as [Socket];
  connection.end("served");
  await once(connection, "finish");
  using answer = recvmsg(client, { timeoutMs: 5000 });
  assert.is(answer.data.toString(), "served");
  client.close();
  if (!connection.closed) await once(connection.resume(), "close");
}

/** Both ways between a net.Socket and the other end. */
export async function flowBoth(adopted: unknown, { others }: Sample): Promise<void> {
  const connection = adopted as Socket;
  const [other] = others as [Fd];
  sendmsg(other, { data: Buffer.from("in") });
  const [data] = (await once(connection, "data")) as [Buffer];
  assert.is(data.toString(), "in");
  await new Promise((done) => connection.write("out", done));
  using answer = recvmsg(other, { timeoutMs: 5000 });
  assert.is(answer.data.toString(), "out");
}

export async function flowIn(adopted: unknown, { others }: Sample): Promise<void> {
  const [other] = others as [Fd];
  other.write("in");
  const [data] = (await once(adopted as Socket, "data")) as [Buffer];
  assert.is(data.toString(), "in");
  assert.not.ok((adopted as Socket).writable);
}

export async function flowOut(adopted: unknown, { others }: Sample): Promise<void> {
  const [other] = others as [Fd];
  await new Promise((done) => (adopted as Socket).write("out", done));
  assert.is(other.read(10).toString(), "out");
  assert.not.ok((adopted as Socket).readable);
}

/** Bun takes some turns of the event loop. */
export async function bound(socket: DgramSocket): Promise<void> {
  if (RUNTIME === "bun") await once(socket, "listening");
}

/** A UDP socket gets a message, and answers it; its family is its own. */
export function flowDgram(family: "IPv4" | "IPv6"): (adopted: unknown) => Promise<void> {
  return async (adopted) => {
    const receiver = adopted as DgramSocket;
    await bound(receiver);
    const { port, address, family: said } = receiver.address();
    assert.is(said, family);
    const sender = createSocket(family === "IPv4" ? "udp4" : "udp6");
    sender.send("ask", port, address);
    const [ask, from] = (await once(receiver, "message")) as [Buffer, { port: number }];
    assert.is(ask.toString(), "ask");
    receiver.send("answer", from.port, address);
    const [answer] = (await once(sender, "message")) as [Buffer];
    assert.is(answer.toString(), "answer");
    const closing = once(sender, "close");
    sender.close();
    await closing;
  };
}

/** A connected one sends without an address. */
export async function flowConnectedDgram(
  adopted: unknown,
  { others }: Sample,
  number: number,
): Promise<void> {
  const [other] = others as [Fd];
  const connected = adopted as DgramSocket;
  await bound(connected);
  assert.is(connected.remoteAddress().port, (getsockname(other) as { port: number }).port);
  await new Promise<void>((done, failed) => {
    connected.send("ask", (error) => (error === null ? done() : failed(error)));
  });
  using ask = recvmsg(other, { timeoutMs: 5000 });
  assert.is(ask.data.toString(), "ask");
  const answered = once(connected, "message");
  sendmsg(other, { data: Buffer.from("answer"), to: getsockname(number) });
  const [answer] = (await answered) as [Buffer];
  assert.is(answer.toString(), "answer");
}

export async function flowMessages(adopted: unknown, { others }: Sample): Promise<void> {
  const [other] = others as [Fd];
  sendmsg(other, { data: Buffer.from("in") });
  const message = await (adopted as UnixSocket).receive();
  assert.is(message?.data.toString(), "in");
  await (adopted as UnixSocket).send("out");
  using answer = recvmsg(other, { timeoutMs: 5000 });
  assert.is(answer.data.toString(), "out");
}

export async function flowUnixServer(adopted: unknown): Promise<void> {
  const server = adopted as UnixServer;
  const { abstract } = server.localAddress as { abstract: string };
  const client = await UnixSocket.connect({ abstract, type: "seqpacket" });
  const connection = await server.accept();
  await client.send("ask");
  assert.is((await connection.receive())?.data.toString(), "ask");
  client.close();
  connection.close();
}

/** What is written at one end of a terminal in raw mode is read at the other. */
export async function flowTerminal(adopted: unknown, { others }: Sample): Promise<void> {
  const [other] = others as [Fd];
  const terminal = adopted as ReadStream;
  await new Promise((done) => terminal.write("out\n", done));
  assert.is(other.read(100).toString(), "out\n");
  other.write("in\n");
  const [data] = (await once(terminal, "data")) as [Buffer];
  assert.is(data.toString(), "in\n");
}

export async function flowTerminalOut(adopted: unknown, { others }: Sample): Promise<void> {
  const [other] = others as [Fd];
  await new Promise((done) => (adopted as WriteStream).write("out\n", done));
  assert.is(other.read(100).toString(), "out\n");
}

// Connections to hand off, channels to hand them off over, and what fills those.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { receiveHandOff, UnixSocket } from "cmsg";
import { assert } from "./assert.js";
import { closed, listening } from "./net.js";

/** Both ends of a TCP connection in this process. */
export interface Connection {
  /** The accepted end, which is handed off. */
  readonly accepted: Socket;
  readonly client: Socket;
  readonly server: Server;
}

/** Makes a TCP connection, gives it to a piece of work, and closes what is left of it. */
export async function withConnection(
  options: { allowHalfOpen?: boolean; pauseOnConnect?: boolean },
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const server = createServer(options);
  const port = await listening(server);
  const accepting = once(server, "connection");
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => {});
  const [accepted] = (await accepting) as [Socket];
  accepted.on("error", () => {});
  try {
    await work({ accepted, client, server });
  } finally {
    for (const end of [client, accepted]) await closed(end);
    await closed(server);
  }
}

/** Kinds of channels. */
export const CHANNELS = {
  seqpacket: () => UnixSocket.pair({ type: "seqpacket" }),
  dgram: () => UnixSocket.pair({ type: "dgram" }),
  "framed stream": () => UnixSocket.pair({ framed: true }),
} as const;

/** A kind of channel. */
export type ChannelKind = keyof typeof CHANNELS;

/** Gives both ends of a channel to a piece of work. */
export async function withChannel(
  kind: ChannelKind,
  work: (near: UnixSocket, far: UnixSocket) => Promise<void>,
): Promise<void> {
  const [near, far] = CHANNELS[kind]();
  try {
    await work(near, far);
  } finally {
    near.close();
    far.close();
  }
}

/** Sends until the kernel takes no more. Answers how many messages are in the channel's way. */
export function fill(channel: UnixSocket): number {
  let count = 0;
  do {
    channel.send(Buffer.alloc(1024)).catch(() => {});
    count += 1;
  } while (channel.queuedBytes === 0);
  return count;
}

/** Receives what is in the way. */
export async function drain(channel: UnixSocket, count: number): Promise<void> {
  for (let i = 0; i < count; i++) (await channel.receive())?.[Symbol.dispose]();
}

/** Resolves when a socket has read so many bytes that nobody has consumed. */
export async function buffered(socket: Socket, bytes: number): Promise<void> {
  while (socket.readableLength < bytes) await new Promise((done) => setImmediate(done));
}

/** The next connection that is handed off. */
export async function receiveConnection(channel: UnixSocket): Promise<Socket> {
  const got = (await receiveHandOff(channel)) as Socket;
  assert.ok(got !== null && "write" in got, "a connection came");
  got.on("error", () => {});
  return got;
}

/** Reads so many bytes as text, or until the end. */
export async function readText(socket: Socket, bytes: number): Promise<string> {
  let text = "";
  while (text.length < bytes) {
    const part: Buffer | null = socket.read();
    if (part !== null) text += part.toString("latin1");
    else if (socket.readableEnded || socket.destroyed) break;
    else await Promise.race([once(socket, "readable"), once(socket, "close")]);
  }
  return text;
}

// Servers and sockets of Node for tests: listening on a free port, and closed to the end.

import type { Socket as DgramSocket } from "node:dgram";
import { once } from "node:events";
import { type Server, Socket } from "node:net";
import type { Fd } from "cmsg";
import { RUNTIME } from "./runtime.js";

/** Makes a server listen on a free port of this machine, and answers the port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** Closes an object of Node, if it is not closed by itself already, and waits for its end. */
export async function closed(object: Server | Socket | DgramSocket): Promise<void> {
  if (object instanceof Socket && object.closed) return;
  const closing = once(object, "close");
  if (object instanceof Socket) object.destroy();
  else object.close();
  await closing;
}

/** A socket of Node on a descriptor, which it owns from here on. */
export function nodeSocket(end: Fd): Socket {
  const fd = end.take();
  // Bun's constructor leaves the descriptor alone.
  return RUNTIME === "bun" ? new Socket().connect({ fd } as never) : new Socket({ fd });
}

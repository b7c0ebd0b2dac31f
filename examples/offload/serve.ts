// What a worker does, be it a process or a thread: takes the connections that it is handed, and serves HTTP on them.

import { createServer } from "node:http";
import type { Socket } from "node:net";
import { receiveHandOff, type UnixSocket } from "cmsg";

/** Serves until the channel ends. Answers how many requests were served. */
export async function serve(channel: UnixSocket, name: string): Promise<number> {
  let requests = 0;
  // It never listens: an HTTP server takes any connection that it is told of.
  const http = createServer((request, response) => {
    requests += 1;
    response.end(`${name} served ${request.url}`);
  });
  for (;;) {
    // The bytes that the dispatcher had read already are in front: the HTTP parser sees the whole request.
    const connection = (await receiveHandOff(channel)) as Socket | null;
    if (connection === null) break;
    http.emit("connection", connection);
  }
  return requests;
}

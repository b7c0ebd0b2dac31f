// The new server: takes both listeners from the old one, and serves until the Unix socket's client says stop.

import type { Server, Socket } from "node:net";
import { receiveHandOff, UnixSocket } from "cmsg";

const [control = "control.sock"] = process.argv.slice(2);

let served = 0;

await using predecessor = await UnixSocket.connect({ path: control, type: "seqpacket" });
const servers: Server[] = [];
for (let i = 0; i < 2; i++) {
  const server = (await receiveHandOff(predecessor)) as Server | null;
  if (server === null) throw new Error("the old server has ended too early");
  server.on("connection", (connection: Socket) => {
    served += 1;
    connection.on("error", () => {});
    connection.end("new");
  });
  servers.push(server);
}
console.log("took over");

process.once("SIGTERM", () => {
  console.log(`ended after ${served} connections`);
  for (const server of servers) server.close();
});

// The old server: listens on TCP and on a Unix socket. When a new server connects to its control socket it hands both listeners
// over, answers what it has accepted, and ends.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { handOff, listenUnix, UnixServer } from "cmsg";

const [control = "control.sock", path = "app.sock"] = process.argv.slice(2);

let served = 0;

function answer(connection: Socket): void {
  served += 1;
  connection.on("error", () => {});
  connection.end("old");
}

const tcp = createServer(answer).listen(0, "127.0.0.1");
await once(tcp, "listening");
// `createServer().listen(path)` would let libuv remove the file when the server is closed, and clients would miss it for a
// moment. This file belongs to nobody's handle: it stays.
const unix = listenUnix({ path }).asServer(answer);

await using switchboard = await UnixServer.listen({
  path: control,
  type: "seqpacket",
  mode: 0o600,
});
console.log(`listening on port ${(tcp.address() as AddressInfo).port}`);

await using successor = await switchboard.accept();
const closed = [tcp, unix].map((server) => once(server, "close"));
// From here on the kernel queues connections for whoever accepts next: both listen on the same open socket.
await handOff(successor, tcp);
await handOff(successor, unix);
await Promise.all(closed);
console.log(`handed over after ${served} connections`);

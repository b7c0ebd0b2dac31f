// Sends a line to the echo server, ends its own direction, and prints what comes back until the server ends the other.

import { connect, recvmsg, sendmsg, shutdown, socket } from "cmsg";

const [path = "echo.sock", text = "hello"] = process.argv.slice(2);

using connection = socket();
try {
  connect(connection, { path });
} catch (error) {
  console.log(`cannot connect: ${(error as NodeJS.ErrnoException).code}`);
  process.exit(0);
}
sendmsg(connection, { data: Buffer.from(text) });
shutdown(connection, "write");

const chunks: Buffer[] = [];
for (;;) {
  using chunk = recvmsg(connection, { timeoutMs: 10_000 });
  if (chunk.bytes === 0) break;
  chunks.push(chunk.data);
}
console.log(`echo: ${Buffer.concat(chunks)}`);

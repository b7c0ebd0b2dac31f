// An echo server on a Unix socket. A socket file that a dead server left behind is replaced, a live server's never; only those
// who may write to the file can connect.

import { unlinkSync } from "node:fs";
import { accept, listenUnix, recvmsg, sendmsg } from "cmsg";

const [path = "echo.sock", mode = "600", connections = "1"] = process.argv.slice(2);

using server = listenUnix({ path, mode: Number.parseInt(mode, 8) });
console.log(`listening on ${path}, mode ${mode}`);

for (let left = Number(connections); left > 0; ) {
  using connection = accept(server, { timeoutMs: 20_000 });
  let total = 0;
  for (;;) {
    // Small chunks, so that every message comes in several.
    using chunk = recvmsg(connection, { dataLimit: 16, timeoutMs: 10_000 });
    if (chunk.bytes === 0) break;
    sendmsg(connection, { data: chunk.data });
    total += chunk.bytes;
  }
  // A connection without a byte was only a look at whether somebody listens here.
  if (total === 0) continue;
  console.log(`echoed ${total} bytes`);
  left -= 1;
}
unlinkSync(path);

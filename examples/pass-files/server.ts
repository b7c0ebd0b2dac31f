// Waits for a client, reads from the files that it passes, shows what came over the socket, and replies.

import {
  accept,
  explain,
  type Fd,
  listenUnix,
  peerCredentials,
  recvmsg,
  rights,
  sendmsg,
} from "cmsg";

/** The first lines of a file, whose offset stays where it is. */
function firstLines(file: Fd, count: number): string[] {
  const text = file.read(4096, { position: 0 }).toString();
  return text.split("\n").slice(0, count);
}

const [path = "door.sock"] = process.argv.slice(2);

using server = listenUnix({ path, mode: 0o600 });
console.log(`listening on ${path} (process ${process.pid})`);

using connection = accept(server, { timeoutMs: 10_000 });
using message = recvmsg(connection, { dataLimit: 1024, timeoutMs: 10_000 });

const { pid, uid } = peerCredentials(connection);
console.log(
  `process ${pid} of user ${uid} sent ${message.bytes} bytes and ${message.fds.length} descriptors:`,
);
console.log(`\n${explain(message.controlBytes)}\n`);

const names = message.data.toString().split("\n");
const sizes: number[] = [];
for (const control of message.control) {
  if (!control.is(rights)) continue;
  for (const [i, file] of control.value.entries()) {
    const about = file.describe();
    if (about.kind !== "file") continue;
    sizes.push(about.size);
    console.log(`descriptor ${file.number} is ${names[i]}, ${about.size} bytes:`);
    for (const line of firstLines(file, 3)) console.log(`  | ${line}`);
  }
}

sendmsg(connection, {
  data: Buffer.from(`read ${sizes.length} files of ${sizes.join(" and ")} bytes`),
});
console.log("replied");

// Asks the server for files by name, and reads them through the descriptors that it sends.

import { connect, recvFds, sendmsg, socket } from "cmsg";

const [path = "files.sock", ...names] = process.argv.slice(2);

using connection = socket();
connect(connection, { path });
sendmsg(connection, { data: Buffer.from(names.join("\n")) });

// The server answers and closes; "stop" has no answer.
using answer = recvFds(connection, { fdLimit: names.length, timeoutMs: 10_000 });
const fds = [...answer.fds];
for (const line of answer.data
  .toString()
  .split("\n")
  .filter((text) => text !== "")) {
  const [status, name] = line.split(" ", 2);
  if (status === "ok") console.log(`${name}: ${fds.shift()?.read(1024).toString().trimEnd()}`);
  else console.log(`${name}: not sent, ${status}`);
}

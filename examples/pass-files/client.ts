// Opens files, passes them to the server as open descriptors, and prints its reply. The server needs no permission to open them.

import { connect, Fd, recvmsg, sendFds, socket } from "cmsg";

const [path = "door.sock", ...names] = process.argv.slice(2);

using connection = socket();
connect(connection, { path });

const files = names.map((name) => Fd.open(name));
for (const [i, file] of files.entries())
  console.log(`opened ${names[i]} as descriptor ${file.number}`);

const sent = sendFds(connection, files, { data: names.join("\n") });
console.log(`sent ${sent.fds} descriptors with ${sent.bytes} bytes`);

// Sending borrows: they are still ours to close, and may be closed while they are on their way.
Fd.closeAll(files);

using reply = recvmsg(connection, { timeoutMs: 10_000 });
console.log(`the server has ${reply.data}`);

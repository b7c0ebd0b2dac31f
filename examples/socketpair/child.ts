// The child's end of a socketpair: descriptor 3, given by its parent.

import { Fd, recvFds, sendFds } from "cmsg";

using parent = new Fd(3);
using request = recvFds(parent, { timeoutMs: 10_000 });
const [file] = request.fds;
console.log(`asked: ${request.data}; got ${file?.describe().kind}`);
const text = file?.read(1024, { position: 0 }).toString().toUpperCase() ?? "";
sendFds(parent, [], { data: text });

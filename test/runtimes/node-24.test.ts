// Descriptors and sockets on Node 24: what meets Node itself. The rest, which meets the kernel, runs on 22 and 26.

import { SLOW, testOn } from "./run-on.js";

const WITH_NODE = [
  "io/adopt",
  "io/fd-stream",
  "io/hand-off",
  "io/loop/",
  "io/node-",
  "io/readiness/",
  "io/recv-fds",
  "io/send-fds",
  "io/udp-",
  "io/worker",
];

testOn("node-24", [...WITH_NODE.map((part) => `test/${part}`), "test/package/"], SLOW);

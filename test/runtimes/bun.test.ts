// Descriptors and sockets on Bun: synchronous calls, and sockets on the event loop. What it cannot adopt is refused in words;
// tests that pass descriptors to programs that it starts do not run there.

import { CORE, testOn } from "./run-on.js";

testOn(
  "bun",
  [
    ...CORE,
    "test/io/loop/send-receive",
    "test/io/fd.",
    "test/io/open",
    "test/io/send-fds",
    "test/io/stream",
  ],
  {},
);

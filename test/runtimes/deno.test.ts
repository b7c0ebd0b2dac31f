// Descriptors and sockets on Deno. What it lacks for single tests: test/support/unable.ts.

import { SLOW, testOn } from "./run-on.js";

testOn("deno", ["test/io/", "test/package/"], {
  ...SLOW,
  "io/worker": "its terminate() does not always end a thread that makes calls without end",
  "io/hand-off-read": "who reads a connection is told by the inside of Node's TLS and HTTP/2",
});

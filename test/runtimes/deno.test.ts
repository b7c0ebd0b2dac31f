// Descriptors and sockets on Deno: synchronous calls, and sockets on the event loop. What it cannot adopt is refused in words;
// tests that use its node:fs or its own net on our descriptors do not run there.

import { CORE, testOn } from "./run-on.js";

testOn("deno", [...CORE, "test/io/recv-fds"], {});

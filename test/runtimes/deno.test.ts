// Descriptors and sockets on Deno. What it lacks for single tests: test/support/unable.ts.

import { SLOW, testOn } from "./run-on.js";

testOn("deno", ["test/io/", "test/package/"], SLOW);

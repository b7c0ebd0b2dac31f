// Descriptors and sockets on Bun. What it lacks for single tests: test/support/unable.ts.

import { SLOW, testOn } from "./run-on.js";

testOn("bun", ["test/io/", "test/package/"], SLOW);

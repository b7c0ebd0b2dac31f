// Descriptors and sockets on Node 24.

import { SLOW, testOn } from "./run-on.js";

testOn("node-24", ["test/io/", "test/package/"], SLOW);

// Descriptors and sockets on Node 26.

import { SLOW, testOn } from "./run-on.js";

testOn("node-26", ["test/io/", "test/package/"], SLOW);

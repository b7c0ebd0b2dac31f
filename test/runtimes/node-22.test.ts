// Descriptors and sockets on Node 22.

import { SLOW, testOn } from "./run-on.js";

testOn("node-22", ["test/io/", "test/package/"], SLOW);

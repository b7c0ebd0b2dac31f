// Descriptors and sockets on Node 24: what meets Node itself. The rest runs on Node 20 and 26.

import { SLOW, testOn, WITH_NODE } from "./run-on.js";

testOn("node-24", WITH_NODE, SLOW);

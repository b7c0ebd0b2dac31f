// The package on big-endian s390x, with the codec alone.

import { testMachine } from "./foreign.js";

await testMachine("s390x");

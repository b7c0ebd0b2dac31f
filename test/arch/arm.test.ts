// The package on 32-bit ARM.

import { testMachine } from "./foreign.js";

await testMachine("arm");

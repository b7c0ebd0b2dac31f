// The package on 64-bit ARM.

import { testMachine } from "./foreign.js";

await testMachine("arm64");

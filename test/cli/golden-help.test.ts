// The help page of every subcommand, byte for byte: see golden-files.ts for how they are compared.

import { suite } from "../support/suite.js";
import { addGoldens } from "./golden-files.js";

const test = suite("cmsg help goldens");

addGoldens(test, "help");

test.run();

// What subcommands print of control buffers, byte for byte: see golden-files.ts for how they are compared.

import { suite } from "../support/suite.js";
import { addGoldens } from "./golden-files.js";

const test = suite("cmsg goldens of buffers");

addGoldens(test, "buffers");

test.run();

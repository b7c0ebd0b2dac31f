// What subcommands print of sockets, processes and systems, byte for byte: see golden-cases.ts for the lines, golden-files.ts for how they are compared.

import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { addGoldens, strayGoldens } from "./golden-files.js";

const test = suite("cmsg goldens");

addGoldens(test, "others");

test("each golden belongs to a case", () => {
  assert.equal(strayGoldens(), []);
});

test.run();

// Every example runs to its last line. They check themselves: the processes that they start, and what those print.

import { readdirSync } from "node:fs";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("examples");

const names = readdirSync("examples").filter((name) => name !== "support");

await run(process.execPath, ["build/example.js", "--build"]);

for (const name of names) {
  if (name === "python-peer" && !hasProgram("python3", "python3")) {
    test.skip(name, "python3 is not installed (package python3)");
    continue;
  }
  test(`${name} does what it says`, async () => {
    const { code, stdout, stderr } = await run(process.execPath, [`dist/examples/${name}/main.js`]);
    assert.is(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /\ndone: .+\n$/);
    assert.is(stderr, "");
  });
}

test("there are examples", () => assert.ok(names.length >= 6, names.join(", ")));

test("npm start shows the control buffer that came over the socket", async () => {
  const { stdout } = await run(process.execPath, ["dist/examples/pass-files/main.js"]);
  assert.match(stdout, /SCM_RIGHTS/);
  assert.match(stdout, /client +the server has read 2 files of \d+ and \d+ bytes/);
});

test.run();

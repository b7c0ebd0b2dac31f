// The core's own tests reach each outcome of each of its conditions, but for those that test/core/unreached.json excuses with a reason.

import { readFile } from "node:fs/promises";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("branches of the core");
const elsewhere =
  process.env.CI === "true" ? undefined : "runs in CI; elsewhere npm run coverage says it";

test.unless(elsewhere, "each outcome is reached, or excused", async () => {
  const { code, stdout, stderr } = await run(process.execPath, ["build/core-coverage.js"]);
  assert.is(code, 0, `${stdout}${stderr}`);
  const [, reached = "0", all = "0"] = /(\d+) of (\d+) outcomes/.exec(stdout) ?? [];
  const excused = JSON.parse(await readFile("test/core/unreached.json", "utf8")) as unknown[];
  assert.is(Number(reached) + excused.length, Number(all), stdout);
});

test.run();

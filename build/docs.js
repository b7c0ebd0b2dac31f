// npm run docs: the API reference from the doc comments, as pages in docs/reference. TypeDoc lives in docs/ with a compiler of
// its own, because it does not work beside TypeScript 7. Fails when something public is not documented.

import { existsSync } from "node:fs";
import { run } from "./run.js";

const options = { cwd: "docs" };
if (!existsSync("docs/node_modules/typedoc")) {
  await run("npm", ["ci", "--no-audit", "--no-fund"], options);
}
await run(process.execPath, ["node_modules/typedoc/bin/typedoc"], options).catch(() => {
  process.exitCode = 1;
});

// npm run coverage: which lines of src and shim the tests run, by c8. It sees nothing inside the core.

import { run } from "./run.js";

// Limits below what the tests reach today, so that a fall is seen. Reports map dist/ back to the sources.
const OPTIONS = [
  "--all",
  ...["--include", "dist/*.js"],
  ...["--reporter", "text", "--reporter", "html"],
  ...["--check-coverage", "--lines", "90", "--branches", "85", "--functions", "90"],
];

const c8 = ["node_modules/c8/bin/c8.js", ...OPTIONS, process.execPath, "test/runner.js"];
await run(process.execPath, [...c8, ...process.argv.slice(2)]).catch(() => {
  process.exitCode = 1;
});

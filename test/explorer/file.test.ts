// dist/explorer.html as a file: no larger than it says, nothing to load, part of the package.

import { readFileSync, statSync } from "node:fs";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("explorer: file");

/** Bytes of dist/explorer.html. Core, catalogue and constants of all systems are most of it. */
const BUDGET = 310_000;

test(`it has at most ${BUDGET} bytes`, () => {
  const { size } = statSync("dist/explorer.html");
  assert.ok(size <= BUDGET, `${size} bytes`);
  assert.ok(size > BUDGET / 2, `a budget of ${BUDGET} is no budget for ${size} bytes`);
});

test("it names nothing to load, and forbids it", () => {
  const html = readFileSync("dist/explorer.html", "utf8");
  assert.match(
    html,
    /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+' /,
  );
  const [, head = ""] = /<head>([\s\S]*?)<style>/.exec(html) ?? [];
  const rest = html
    .replace(/<script>[\s\S]*<\/script>/, "")
    .replace(/<style>[\s\S]*?<\/style>/, "");
  assert.equal(
    [...rest.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, at]) => at),
    ["data:,", "#grid"],
  );
  assert.not.match(head, /http:|https:/);
  const [, styles = ""] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
  assert.ok(styles.length > 1000);
  assert.not.match(styles, /@import|url\(/);
});

test("it is part of the package", () => {
  const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
  assert.ok(files.includes("dist/explorer.html"));
});

test.run();

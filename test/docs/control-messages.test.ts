// docs/control-messages.md and the README's coverage table are what the definitions say.

import { readFileSync } from "node:fs";
import { definitions } from "cmsg/codec";
import { controlMessagesPage, coverage, withCoverage } from "../../build/control-messages.js";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("control messages page");

const page = readFileSync("docs/control-messages.md", "utf8");
const readme = readFileSync("README.md", "utf8");

test("the page is a fresh one: npm run docs writes it", () => {
  assert.fixture(page, controlMessagesPage());
});

test("each definition has a row on the system that it belongs to, with its source", () => {
  const linux = /^## Linux[\s\S]*?(?=^## )/m.exec(page)?.[0] ?? "";
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  for (const definition of definitions()) {
    const own = rows.filter(
      (row) => row.includes(definition.source) && row.startsWith(`| \`${definition.name}\` (`),
    );
    assert.ok(own.length > 0, definition.name);
    for (const row of own) {
      const proven = definition.proven && linux.includes(row);
      assert.is(row.includes("| yes |"), proven, definition.name);
      assert.is(row.includes("| not proven against a kernel |"), !proven);
    }
  }
  assert.ok(rows.length >= definitions().length);
});

test("the README's table has our own numbers, counted here", () => {
  const all = definitions();
  const going = (ways: readonly string[]) =>
    all.filter(({ forms }) => forms.some(({ direction }) => ways.includes(direction)));
  const sent = going(["send", "both"]);
  const received = going(["receive", "both"]);
  const proven = all.filter((definition) => definition.proven);
  assert.equal(coverage(), {
    send: sent.length,
    receive: received.length,
    proven: proven.length,
    kinds: all.length,
  });
  const row = `| **cmsg** | ${received.length} | ${sent.length} | ${proven.length} |`;
  assert.ok(readme.split("\n").includes(row), `npm run docs writes ${row}`);
  assert.fixture(withCoverage(readme), readme);
  assert.match(withCoverage(readme.replace(row, "| **cmsg** | 1 | 2 | 3 |")), row);
});

test("the README's table has more of ours than of any other", () => {
  const table = /^\| \| to receive \|.*\n(?:\|.*\n)+/m.exec(readme)?.[0] ?? "";
  const rows = table.trimEnd().split("\n").slice(2);
  const numbers = rows.map((row) => row.split("|").slice(2, 4).map(Number));
  assert.is(numbers.length, 7);
  const [ours = [], ...others] = numbers;
  for (const theirs of others) {
    for (const i of [0, 1]) assert.ok((theirs[i] ?? 0) < (ours[i] ?? 0), rows.join("\n"));
  }
});

test.run();

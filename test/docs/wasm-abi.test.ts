// docs/wasm-abi.md: its tables are what the module and its sources say, and dist/core.json is what the page says that it is.

import { readFileSync } from "node:fs";
import { abis, definitions } from "cmsg/codec";
import { tableNames, withTables } from "../../build/wasm-abi.js";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("page of the module");
const page = readFileSync("docs/wasm-abi.md", "utf8");
const names = JSON.parse(readFileSync("dist/core.json", "utf8"));

test("its tables are fresh ones: npm run docs writes them", () => {
  assert.fixture(page, withTables(page));
});

test("has every table, and none is empty", () => {
  for (const name of tableNames) {
    const table = page.split(`<!-- table: ${name} -->`)[1]?.split("<!-- end -->")[0] ?? "";
    assert.ok(table.split("\n").length > 6, name);
    assert.not.match(table, /\| +\|$/m, "each row says what it is");
  }
});

test("core.json has every ABI and every definition, and the members that the page names", () => {
  assert.equal(
    names.abis.map(([name]: [string, number]) => name),
    [...abis()],
  );
  assert.is(Object.keys(names.messages).length, definitions().length);
  for (const member of Object.keys(names)) assert.ok(page.includes(`\`${member}\``), member);
});

test.run();

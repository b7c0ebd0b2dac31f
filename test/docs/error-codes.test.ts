// docs/errors.md lists every code that the package throws, and no other.

import { readdirSync, readFileSync } from "node:fs";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("error codes");

function codesIn(text: string): string[] {
  return [...new Set(text.match(/ERR_CMSG_[A-Z_]+[A-Z]/g) ?? [])].sort();
}

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n");
}

test("the list is whole", () => {
  const thrown = codesIn(`${sources("src")}\n${sources("shim")}`);
  assert.ok(thrown.length > 30, `${thrown.length} codes found`);
  assert.equal(codesIn(readFileSync("docs/errors.md", "utf8")), thrown);
});

test.run();

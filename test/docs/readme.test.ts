// Every code block of the README is run, and prints what its comments say. TypeScript blocks are type-checked as a user would.

import { assert } from "../support/assert.js";
import { blocksOf, compile, folderOf, runBlock } from "../support/page.js";
import { suite } from "../support/suite.js";

/** What the comments behind console.log say that it prints; a line of nothing but a comment goes on. */
function promised(block: string): string[] {
  const lines: string[] = [];
  let printing = false;
  for (const line of block.split("\n")) {
    const comment = /(?:^|[^:"])\/\/ (.*)$/.exec(line)?.[1];
    const only = /^\s*\/\//.test(line);
    printing = only ? printing : line.includes("console.log(");
    if (printing && comment !== undefined) lines.push(comment);
  }
  return lines;
}

const blocks = blocksOf("README.md");
const test = suite("README");
const folder = await folderOf("readme");

blocks.forEach((block, i) => {
  const { language, text, line } = block;
  if (language === "text") return;
  test(`the ${language} block at line ${line}`, async () => {
    const drawn = blocks[i + 1]?.language === "text" ? blocks[i + 1]?.text : undefined;
    const { code, stdout, stderr } = await runBlock(block, folder);
    assert.is(code, 0, stderr);
    assert.is(stderr, "");
    if (drawn !== undefined) assert.is(stdout, drawn);
    else if (language === "ts") assert.equal(stdout.trimEnd().split("\n"), promised(text));
    else assert.ok(stdout.length > 0);
  });
});

test("its TypeScript blocks are what a strict program compiles", async () => {
  assert.is(await compile(folder), "");
});

test("has blocks of all three kinds", () => {
  const languages = new Set(blocks.map(({ language }) => language));
  assert.equal([...languages].sort(), ["sh", "text", "ts"]);
});

test.run();

// Every program of the tutorial is compiled and run, and prints what stands behind it.

import { hostAbi } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { blocksOf, compile, folderOf, runBlock } from "../support/page.js";
import { hasProgram, suite } from "../support/suite.js";

const ABI = "linux-x86_64-glibc";

const test = suite("tutorial");
const blocks = blocksOf("docs/tutorial.md");
const folder = await folderOf("tutorial");

function unable(): string | undefined {
  if (hostAbi().name !== ABI) return `its numbers are those of ${ABI}`;
  if (!hasProgram("gcc", "gcc libc6-dev")) return "gcc is not installed";
  if (!hasProgram("python3", "python3")) return "python3 is not installed";
  return undefined;
}

const reason = unable();

blocks.forEach((block, i) => {
  const { language, line } = block;
  if (language === "text") return;
  test.unless(reason, `the ${language} program at line ${line}`, async () => {
    const printed = blocks[i + 1];
    assert.is(printed?.language, "text", "what it prints stands behind it");
    const { code, stdout, stderr } = await runBlock(block, folder);
    assert.is(code, 0, stderr);
    assert.is(stderr, "");
    assert.is(stdout, printed?.text);
  });
});

test("its TypeScript programs are what a strict compiler takes", async () => {
  assert.is(await compile(folder), "");
});

test("speaks C, Python, TypeScript and the shell", () => {
  const languages = new Set(blocks.map(({ language }) => language));
  assert.equal([...languages].sort(), ["c", "python", "sh", "text", "ts"]);
});

test.run();

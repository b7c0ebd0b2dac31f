// Every program of the tutorial is compiled and run, and prints what stands behind it.

import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { hostAbi } from "cmsg/codec";
import { figures } from "../../build/figures.js";
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

test("its figures are fresh ones, and it shows each: npm run docs draws them", () => {
  const page = readFileSync("docs/tutorial.md", "utf8");
  for (const [file, text] of figures()) {
    assert.fixture(readFileSync(file, "utf8"), text);
    assert.ok(page.includes(`](${relative("docs", file)})`), file);
  }
});

test("its links lead somewhere", () => {
  const page = readFileSync("docs/tutorial.md", "utf8");
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const [, target = ""] of page.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith("#")) assert.ok(headings.includes(target.slice(1)), target);
    else assert.ok(existsSync(join("docs", target)), target);
  }
});

test("speaks C, Python, TypeScript and the shell", () => {
  const languages = new Set(blocks.map(({ language }) => language));
  assert.equal([...languages].sort(), ["c", "python", "sh", "text", "ts"]);
});

test.run();

// cmsg/codec in a page: bundled as a user would, below a size, without anything of Node, and with the same bytes and texts in
// Chromium as here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";
import { hashOfAll } from "./browser-program.js";

/** Bytes of a page's script with the whole codec, minified and compressed. */
const BUDGET = 64 * 1024;

const test = suite("cmsg/codec in a browser");

const { outputFiles } = await build({
  stdin: {
    contents: `import { hashOfAll } from "./test/reuse/browser-program.js";
      document.querySelector("output").textContent = hashOfAll();`,
    resolveDir: ".",
  },
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  platform: "browser",
});
const script = outputFiles[0]?.text ?? "";

test("its bundle is small, and asks for nothing of Node", () => {
  const size = gzipSync(script).length;
  assert.ok(size < BUDGET, `${size} bytes`);
  assert.not.match(script, /["'`]node:|require\(/);
});

const unable = hasProgram("chromium", "chromium") ? undefined : "chromium is not installed";

test.unless(unable, "bytes and texts of every ABI are the same in Chromium", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-browser-"));
  const page = join(folder, "page.html");
  writeFileSync(page, `<!doctype html><output></output><script>${script}</script>`);
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    `--user-data-dir=${folder}/profile`,
  ];
  const address = pathToFileURL(page).href;
  const { stdout } = await run("chromium", [...flags, "--dump-dom", address]);
  rmSync(folder, { recursive: true });
  assert.is(/<output>(.*?)<\/output>/.exec(stdout)?.[1], hashOfAll());
});

test.run();

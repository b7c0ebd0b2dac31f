// One encoding on every host: core.wasm takes the steps of the conformance file on each engine that can be had, and all of them
// come to the same checksum, because all bytes and answers are the same.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { credentials, encodeControl, packetInfo, rights, timestampNs } from "cmsg/codec";
import { commandOf, hasRuntimes } from "../runtimes/binaries.js";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

execFileSync(process.execPath, ["build/conformance.js"]);

const test = suite("core.wasm on other hosts");
const folder = mkdtempSync(join(tmpdir(), "cmsg-hosts-"));
const player = readFileSync("test/reuse/player.js", "utf8");
const core = readFileSync("dist/core.wasm");
const steps = readFileSync("dist/conformance.json", "utf8");

/** A program of one file, which `tell`s the line. */
const program = (tell: string): string => `${player}
const module = new WebAssembly.Module(new Uint8Array([${core.join(",")}]));
${tell}(playConformance(new WebAssembly.Instance(module).exports, ${steps}));
`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const script = file("program.mjs", program("console.log"));
const plain = file("program.js", program("print"));

async function told(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assert.is(code, 0, stderr);
  return stdout.trim();
}

const expected = await told(process.execPath, [script]);

/** Why a program of Debian is not here; in CI that is an error. */
function lacks(command: string, debianPackage: string): string | undefined {
  return hasProgram(command, debianPackage) ? undefined : `${command} is not installed`;
}

test("the vectors hold", () => {
  assert.match(expected, /^\d{5,} compared, 0 failed, checksum [0-9a-f]+$/);
});

test("a host that answered one bit differently would be seen", async () => {
  const wrong = program("console.log").replace(
    "core[where](...what) | 0",
    "core[where](...what) ^ (at === 0)",
  );
  const line = await told(process.execPath, [file("wrong.mjs", wrong)]);
  assert.match(line, /, 1 failed, checksum (?!0 )/);
  assert.is.not(line.split("; ")[0]?.split(" ").at(-1), expected.split(" ").at(-1));
});

for (const name of ["node-22", "node-24", "node-26", "bun", "deno"]) {
  test.unless(hasRuntimes() ? undefined : "its binary is not installed", name, async () => {
    const [command = "", ...args] = commandOf(name);
    assert.is(await told(command, [...args, script]), expected);
  });
}

/** Engines that import a module as if it were a script. Bun answers the name of the file. */
const DIRECT = ["node-22", "node-24", "node-26", "deno"];

for (const name of DIRECT) {
  const absent = hasRuntimes() ? undefined : "its binary is not installed";
  test.unless(absent, `${name}: functions and memory imported from cmsg/core.wasm`, async () => {
    const direct = file(
      "direct.mjs",
      `import * as core from ${JSON.stringify(pathToFileURL("dist/core.wasm").href)};
${player}
console.log(playConformance(core, ${steps}));`,
    );
    const [command = "", ...args] = commandOf(name);
    assert.is(await told(command, [...args, direct]), expected);
  });
}

test.unless(lacks("jsc", "libjavascriptcoregtk-4.0-bin"), "JavaScriptCore", async () => {
  assert.is(await told("jsc", [plain]), expected);
});

test.unless(lacks("gjs", "gjs"), "SpiderMonkey", async () => {
  assert.is(await told("gjs", [plain]), expected);
});

const browser = lacks("chromium", "chromium");

/** What a page has written into itself. */
async function pageText(html: string): Promise<string> {
  const page = file("page.html", html);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"];
  const profile = `--user-data-dir=${join(folder, "profile")}`;
  const dom = await told("chromium", [...flags, profile, "--dump-dom", pathToFileURL(page).href]);
  return /<output>(.*?)<\/output>/.exec(dom)?.[1] ?? dom.slice(0, 500);
}

const TELL = "(line => { document.querySelector('output').textContent = line; })";

test.unless(browser, "Chromium, in the page", async () => {
  const html = `<!doctype html><output></output><script>${program(TELL)}</script>`;
  assert.is(await pageText(html), expected);
});

test.unless(browser, "Chromium, in a worker", async () => {
  const worker = JSON.stringify(program("postMessage")).replaceAll("<", "\\u003c");
  const url = `URL.createObjectURL(new Blob([${worker}]))`;
  const start = `new Worker(${url}).onmessage = ({ data }) => ${TELL}(data);`;
  assert.is(await pageText(`<!doctype html><output></output><script>${start}</script>`), expected);
});

test.unless(lacks("spectest-interp", "wabt"), "wabt's interpreter, by the .wast file", async () => {
  const json = join(folder, "conformance.json");
  await told("wast2json", ["dist/conformance.wast", "-o", json]);
  const line = await told("spectest-interp", [json]);
  const [, passed, all] = /^(\d+)\/(\d+) tests passed\.$/m.exec(line) ?? [];
  assert.is(passed, all);
  assert.ok(Number(all) >= Number.parseInt(expected, 10), line);
});

/** ABIs whose messages the native host encodes by their names, from core.json alone. */
const BY_NAME = ["linux-x86_64-glibc", "linux-i386-glibc", "linux-s390x-glibc"] as const;

/** The same by our own encoder. */
function byName(abi: (typeof BY_NAME)[number]): Uint8Array {
  const messages = [
    rights([3, 4, 5]),
    credentials({ pid: 1, uid: 2, gid: 3 }),
    timestampNs(1_700_000_000_123_456_789n),
    packetInfo({ ifindex: 2, specDst: "127.0.0.1", addr: "192.0.2.1" }),
  ];
  return encodeControl(messages, { abi });
}

const native =
  lacks("wasm2c", "wabt") ?? lacks("gcc", "gcc libc6-dev") ?? lacks("python3", "python3");

test.unless(
  native,
  "native code called from Python, which passes a descriptor with it",
  async () => {
    const source = join(folder, "core.c");
    const library = join(folder, "libcore.so");
    const runtime = "/usr/share/wabt/wasm2c";
    await told("wasm2c", ["dist/core.wasm", "-o", source]);
    const sources = ["test/reuse/native.c", source, `${runtime}/wasm-rt-impl.c`];
    const flags = ["-O1", "-fPIC", "-shared", "-w", `-I${folder}`, `-I${runtime}`];
    await told("gcc", [...flags, "-o", library, ...sources, "-lm"]);
    const files = [library, "dist/core.json", "dist/conformance.json"];
    const args = ["test/reuse/native.py", ...files, ...BY_NAME];
    const lines = (await told("python3", args)).split("\n");
    const encoded = BY_NAME.map((abi) => `${abi} ${Buffer.from(byName(abi)).toString("hex")}`);
    assert.equal(lines, [expected, "descriptor passed, credentials told", ...encoded]);
  },
);

test("clean", () => rmSync(folder, { recursive: true }));

test.run();

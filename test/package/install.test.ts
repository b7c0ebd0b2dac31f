// The package as its users get it: packed, installed into an empty project without install scripts, imported, required, and
// type-checked.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("installed package");

const PASS = `
const pair = socketpair();
const file = Fd.open("package.json");
sendFds(pair[0], [file], { data: "hello" });
const got = recvFds(pair[1]);
const text = got.fds[0]?.read(4096, { position: 0 }).toString() ?? "";
console.log(got.data.toString(), got.fds.length, JSON.parse(text).name);
`;
const NAMES = "{ Fd, recvFds, sendFds, socketpair }";

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "empty-project", private: true }),
  "esm.mjs": `import ${NAMES} from "cmsg";${PASS}`,
  "cjs.cjs": `const ${NAMES} = require("cmsg");${PASS}`,
  "codec.cjs": `
const { encodeControl, rights } = require("cmsg/codec");
const { rights: same } = require("cmsg");
console.log(encodeControl([rights([1, 2])], { abi: "linux-x86_64-glibc" }).length, rights === same);`,
  "faces.cjs": `
const { parseNotation } = require("cmsg/notation");
const { receiveControl } = require("cmsg/model");
const { rights } = require("cmsg");
const { descriptors } = receiveControl([rights([1, 2])], { system: "linux", controlLimit: 20 });
console.log(parseNotation("14 00").bytes.length, descriptors.closed);`,
  "wasm.mjs": `
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const path = createRequire(import.meta.url).resolve("cmsg/core.wasm");
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)));
console.log(exports.version() >> 16);`,
  "fuzz.mjs": `
import { coreTarget, fuzz, wasmTarget } from "cmsg/fuzz";
const { found } = await fuzz(coreTarget(), { runs: 200, seed: 1 });
const refused = await wasmTarget(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).catch((error) => error);
console.log(found.length, refused.code, /npm install --save-dev binaryen/.test(refused.message));`,
  "types.ts": `
import { credentials, type Received, recvFds, recvmsg, rights, sendFds, sendmsg, socketpair } from "cmsg";
import { control, decodeControl, field } from "cmsg/codec";
const mark = control("SO_MARK", { level: "SOL_SOCKET", direction: "both", value: field.u32("mark"), source: "socket(7)" });
using pair = socketpair({ type: "seqpacket" });
sendFds(pair[0], [0, pair[1]], { data: "text" });
const got: Received = recvFds(pair[1]);
const numbers: number[] = got.fds.map((fd) => fd.number);
sendmsg(pair[0], { control: [mark(7), credentials({ pid: 1, uid: 0, gid: 0 }), rights([0])] });
for (const m of recvmsg(pair[1]).control) {
  if (m.is(credentials)) { const uid: number = m.value.uid; numbers.push(uid); }
  if (m.is(rights)) numbers.push(...m.value.map((fd) => fd.take()));
  if (m.is(mark)) { const value: number = m.value; numbers.push(value); }
}
for (const m of decodeControl(new Uint8Array(0)).messages) if (m.is(rights)) numbers.push(...m.value);
// @ts-expect-error: a definition's value has a type
mark("seven");
// @ts-expect-error: strings are data of sendFds only
sendmsg(pair[0], { data: "text" });
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      strict: true,
      module: "nodenext",
      target: "es2022",
      lib: ["es2023", "esnext.disposable"],
      noEmit: true,
      types: ["node"],
      typeRoots: [join(process.cwd(), "node_modules/@types")],
    },
    files: ["types.ts"],
  }),
};

const directory = mkdtempSync(join(tmpdir(), "cmsg-install-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

async function passes(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, { cwd: directory });
  assert.is(code, 0, `${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout.trim();
}

test("installs from its tarball with install scripts off: itself and koffi, nothing else", async () => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(directory, name), text);
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", directory]);
  assert.is(packed.code, 0, packed.stderr);
  const tarball = readdirSync(directory).find((name) => name.endsWith(".tgz")) ?? "";
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await passes("npm", ["install", ...quiet, `./${tarball}`]);
  const installed = readdirSync(join(directory, "node_modules")).filter((n) => !n.startsWith("."));
  assert.equal(installed.sort(), ["@koromix", "cmsg", "koffi"]);
});

const HELLO = "hello 1 empty-project";

for (const [name, line] of [
  ["esm.mjs", HELLO],
  ["cjs.cjs", HELLO],
  ["codec.cjs", "24 true"],
  ["faces.cjs", "2 1"],
  ["wasm.mjs", "1"],
  // binaryen is an optional peer, and not there.
  ["fuzz.mjs", "0 ERR_CMSG_BINARYEN true"],
] as const) {
  test(`${name} prints "${line}" and no warning`, async () => {
    const { code, stdout, stderr } = await run(process.execPath, [name], { cwd: directory });
    assert.equal({ code, stdout: stdout.trim(), stderr }, { code: 0, stdout: line, stderr: "" });
  });
}

test("its types are those that a strict program needs", async () => {
  const tsc = join(process.cwd(), "node_modules/typescript/bin/tsc");
  await passes(process.execPath, [tsc, "-p", "."]);
});

test("its command runs", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.ok((await passes("node_modules/.bin/cmsg", ["--version"])).includes(version));
});

test("contains what its files need, and no tests", () => {
  const has = (path: string): boolean =>
    readdirSync(join(directory, "node_modules/cmsg")).includes(path);
  for (const path of [
    "dist",
    "src",
    "assembly",
    "shim",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "SECURITY.md",
  ]) {
    assert.ok(has(path), `${path} is missing`);
  }
  for (const path of ["test", "build", "examples", "bench"]) assert.not.ok(has(path), path);
});

test.run();

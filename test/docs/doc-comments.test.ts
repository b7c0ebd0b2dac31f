// Every @example of the public doc comments is run; a value behind `//` at the end of a line is what the line answers.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { transform } from "esbuild";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";

interface Example {
  readonly place: string;
  readonly text: string;
}

/** Examples in the doc comments of a file. */
function examplesOf(file: string): Example[] {
  const source = readFileSync(`src/${file}`, "utf8");
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap(({ 1: comment = "", index }) => {
    const plain = comment.replace(/^\s*\* ?/gm, "");
    const text = /@example\n([\s\S]*?)(?=\n@|$)/.exec(plain)?.[1];
    const line = source.slice(0, index).split("\n").length;
    return text === undefined ? [] : [{ place: `src/${file}:${line}`, text }];
  });
}

/** A line that ends with `// VALUE` also checks the value of what stands before it. */
function checked(line: string): string {
  const [, declared = "", name, call, value] =
    /^(\s*const (\w+) = |)(.+?);? \/\/ (null|true|false|-?\d+n?|["[{].*)$/.exec(line) ?? [];
  if (value === undefined) return line;
  if (declared !== "") return `${declared}${call};\nsame(${name}, (${value}));`;
  return `same(${call}, (${value}));`;
}

// What the examples speak of without making it: both ends of a pair, an open file, a server and its clients.
const STAGE = `
const directory = mkdtempSync(tmpdir() + "/cmsg-doc-");
const path = directory + "/app.sock";
using pair = socketpair();
using file = Fd.open("/etc/hostname");
using server = socket();
using client = socket();
const [head, body, data] = [Buffer.from("head"), Buffer.from("body"), Buffer.from("data")];
const { pid } = process;
const [uid, gid] = [process.getuid(), process.getgid()];
const bytesOfCore = readFileSync("dist/core.wasm");
const same = (actual, expected) => deepStrictEqual(plain(actual), plain(expected));
const plain = (value) => (Object(value) === value ? structuredClone({ ...value }) : value);
`;

/** A server at the path that says one word to everybody, and listens to the end. */
const DESK = `const desk = (await UnixServer.listen({ path })).unref();
(async () => {
  for await (const client of desk) {
    await client.unref().send("answer");
    for await (const message of client.messages()) message[Symbol.dispose]();
    client.close();
  }
})()`;

/** What must have happened before an example begins, by what it calls. */
function before(text: string): string {
  const steps = [];
  if (/\brecv(Fds|m?msg)\(/.test(text) && !/\btry/.test(text))
    steps.push("sendFds(pair[0], [file], { data })");
  if (/(?<!\.)\b(listen|accept|connect)\(/.test(text)) steps.push("bind(server, { path })");
  if (/(?<!\.)\b(accept|connect)\(/.test(text)) steps.push("listen(server)");
  if (/(?<!\.)\baccept\(/.test(text)) steps.push("connect(client, { path })");
  if (/\bhandOff\(/.test(text)) steps.push("const connection = pair[0].asSocket()");
  else if (/\bconnection\b/.test(text)) steps.push("const connection = pair[0]");
  if (text.includes("/run/app.sock") && /(UnixSocket|USocket|FdStream)\b/.test(text))
    steps.push(DESK);
  return steps.map((step) => `${step};\n`).join("");
}

function programOf({ text }: Example): string {
  const lines = text.split("\n").map(checked).join("\n");
  return `
import { deepStrictEqual } from "node:assert";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as node from "cmsg";
import * as model from "cmsg/model";
import * as notation from "cmsg/notation";
import { UServer, USocket } from "cmsg/compat/usocket";
import * as fuzzing from "cmsg/fuzz";
const { ${NAMES.join(", ")} } = { ...node, ...notation, ...model, ...fuzzing };
{
${STAGE}${before(text)}
try { {
${lines.replaceAll('"/run/app.sock"', "path")}
} } finally { rmSync(directory, { recursive: true }); }
}`;
}

const node = await import("cmsg");
const others = ["cmsg/notation", "cmsg/model", "cmsg/fuzz"].map((face) => import(face));
const cmsg = Object.assign({}, node, ...(await Promise.all(others)));
const NAMES = Object.keys(cmsg).filter((name) => /[a-z]|^CMSG_/.test(name));

const files = readdirSync("src", { recursive: true }).map(String);
const examples = files.filter((file) => file.endsWith(".ts")).flatMap(examplesOf);
const test = suite("doc comments");
// esbuild keeps a process of its own, with its descriptors: not part of what a test leaves open.
await transform("");

for (const example of examples) {
  test(`the example at ${example.place}`, async () => {
    const options = { loader: "ts", target: "node20.19", format: "esm" } as const;
    const { code } = await transform(programOf(example), options);
    const script = resolve(`dist/example-${process.pid}.mjs`);
    writeFileSync(script, code);
    const ended = await run(process.execPath, [script]);
    rmSync(script);
    assert.is(ended.code, 0, `${example.text}\n${ended.stderr}`);
    assert.is(ended.stderr, "");
  });
}

test("there is an example for every public function", () => {
  const text = examples.map((example) => example.text).join("\n");
  const functions = NAMES.filter((name) => /^[a-z]/.test(name));
  const declared = new Set<unknown>(cmsg.definitions());
  const without = functions.filter(
    (name) =>
      !declared.has(cmsg[name as keyof typeof cmsg]) && !new RegExp(`\\b${name}\\b`).test(text),
  );
  assert.equal(without, []);
});

test.run();

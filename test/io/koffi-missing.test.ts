// koffi that cannot be loaded: importing works, the codec works, and the first call says what is wrong and what to do.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assert } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("without koffi");

/** A project in which the package is installed with another koffi, or none. */
async function project(
  koffi: Readonly<Record<string, string>> | undefined,
  work: (directory: string) => Promise<void>,
): Promise<void> {
  await inDirectory(async (directory) => {
    const modules = join(directory, "node_modules");
    mkdirSync(join(modules, "cmsg"), { recursive: true });
    cpSync(resolve("package.json"), join(modules, "cmsg/package.json"));
    cpSync(resolve("dist"), join(modules, "cmsg/dist"), {
      recursive: true,
      filter: (path) => !path.includes("/dist/test"),
    });
    if (koffi !== undefined) mkdirSync(join(modules, "koffi"));
    for (const [name, text] of Object.entries(koffi ?? {})) {
      writeFileSync(join(modules, "koffi", name), text);
    }
    await work(directory);
  });
}

const PROGRAM = `
  import * as cmsg from "cmsg";
  import { encodeControl, rights } from "cmsg/codec";
  const say = (call) => {
    try { call(); return ["returned"]; } catch (error) {
      return [error.name, error.code, error.message, error.cause instanceof Error];
    }
  };
  const length = encodeControl([rights([1])], { abi: "linux-x86_64-glibc" }).length;
  const calls = [
    () => cmsg.socket(),
    () => cmsg.socketpair(),
    () => cmsg.recvFds(0),
    () => cmsg.sendFds(0, [0], { data: "x" }),
    () => cmsg.accept(0, { timeoutMs: 1 }),
    () => cmsg.listenUnix({ abstract: "x" }),
    () => cmsg.Fd.open("x"),
    () => new cmsg.Fd(0),
    () => cmsg.socket(),
  ];
  console.log(JSON.stringify({ length, wrong: say(() => cmsg.socket([]))[0], calls: calls.map(say) }));`;

interface Said {
  readonly length: number;
  readonly wrong: string;
  readonly calls: readonly (readonly [
    name: string,
    code?: string,
    message?: string,
    cause?: boolean,
  ])[];
}

const broken = (main: string): Readonly<Record<string, string>> => ({
  "package.json": JSON.stringify({ name: "koffi", version: "3.3.4", main: "index.cjs" }),
  "index.cjs": main,
});

const CASES: Readonly<
  Record<string, [koffi: Readonly<Record<string, string>> | undefined, why: RegExp]>
> = {
  "is not installed": [undefined, /Cannot find module 'koffi'/],
  "has no native half for this machine": [
    broken('throw new Error("Cannot find the native Koffi module; did you bundle it correctly?");'),
    /Cannot find the native Koffi module/,
  ],
  "throws what is no error": [broken('throw "nothing to say";'), /nothing to say/],
  "says it in many lines": [
    broken('throw new Error("first line\\nsecond line");'),
    /first line\n(?!second)/,
  ],
};

for (const [what, [koffi, why]] of Object.entries(CASES)) {
  test(`koffi ${what}: one code, the reason and the remedy, each time`, async () => {
    await project(koffi, async (cwd) => {
      const { stdout, stderr } = await runNode(PROGRAM, { cwd });
      assert.is(stderr, "");
      const said = JSON.parse(stdout) as Said;
      assert.equal([said.length, said.wrong], [24, "TypeError"]);
      for (const [name, code, message = "", cause] of said.calls) {
        assert.equal([name, code], ["Error", "ERR_CMSG_KOFFI"], message);
        assert.match(message, why);
        assert.match(message, `${process.platform}-${process.arch}`);
        assert.match(message, /--include=optional/);
        assert.match(message, /--external:koffi/);
        assert.match(message, /--allow-addons/);
        assert.is(cause, !what.includes("no error"));
      }
    });
  });
}

test("importing does not load koffi; the first call does", async () => {
  const koffi = broken('console.log("loaded"); module.exports = {};');
  await project(koffi, async (cwd) => {
    const source = `
      import "cmsg";
      import { socket } from "cmsg";
      console.log("imported");
      try { socket(); } catch {}`;
    const { stdout } = await runNode(source, { cwd });
    assert.is(stdout, "imported\nloaded\n");
  });
});

test("node --permission without addons says which flag is missing", async () => {
  const source = `
    import { socket } from "cmsg";
    try { socket(); } catch (error) { console.log(error.code, error.message.includes("--allow-addons")); }`;
  const [major = 0] = process.versions.node.split(".").map(Number);
  const flag = major < 23 ? "--experimental-permission" : "--permission";
  const node = [flag, "--allow-fs-read=*"];
  const { stdout } = await runNode(source, { node });
  assert.is(stdout, "ERR_CMSG_KOFFI true\n");
});

test.run();

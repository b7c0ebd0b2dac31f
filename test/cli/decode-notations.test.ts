// cmsg decode: bytes in other notations than hex, and what a text does not tell of them.

import { credentials, encodeControl, explain, rights } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { type Ended, run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg decode: notations");

const abi = "linux-x86_64-glibc";
const BYTES = encodeControl([rights([5, 6, 7]), credentials({ pid: 1, uid: 2, gid: 3 })], { abi });

const pairs = (bytes: Uint8Array): string[] =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));

async function decoded(input: string | Uint8Array, ...args: readonly string[]): Promise<Ended> {
  return await run(["decode", "--abi", abi, ...args], { input });
}

test("text in other notations, as --notation says or as it looks", async () => {
  const trace =
    "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_control=[{cmsg_len=20, " +
    "cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}], msg_controllen=24, msg_flags=0}, 0) = 1";
  const one = Buffer.from(encodeControl([rights([5])], { abi }));
  for (const [name, text] of [
    ["strace", trace],
    ["base64", one.toString("base64")],
    ["python", `bytes([${[...one]}])`],
    ["javascript", `Uint8Array.of(${[...one]})`],
    ["c", `{ ${[...one]} }`],
  ] as const) {
    const drawing = `${explain(one, { abi })}\n`;
    for (const args of [[], ["--notation", name], ["-n", name]]) {
      const { status, stdout, stderr } = await decoded(text, ...args);
      assert.equal([status, stdout, stderr], [0, drawing, ""], name);
    }
  }
  const wrong = await decoded("14 00", "--notation", "strace");
  assert.equal([wrong.status, wrong.stdout], [1, ""]);
});

test("bytes that are not known are drawn as such", async () => {
  const text = `${pairs(BYTES).slice(0, 20).join(" ")} ?? ?? ?? ?? ${pairs(BYTES).slice(24).join(" ")}`;
  const { status, stdout } = await decoded(text);
  assert.is(status, 0);
  assert.match(stdout, /0014 {2}\?\? \?\? \?\? \?\? {14}fd\[1\] +not known\n/);
  const json = await decoded(text, "--json");
  assert.equal(JSON.parse(json.stdout).unknown, [{ from: 20, to: 24 }]);
  assert.equal(JSON.parse((await decoded(BYTES, "--json")).stdout).unknown, []);
});

test.run();

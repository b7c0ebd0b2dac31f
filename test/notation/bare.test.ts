// notation and model where there is nothing but the web's globals: no node: import, no Buffer, no process.

import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { assert } from "../support/assert.js";
import { WEB } from "../support/bare.js";
import { suite } from "../support/suite.js";

const test = suite("bare");

const contents = `
export * as codec from "./dist/codec.js";
export * as notation from "./dist/notation.js";
export * as model from "./dist/model.js";
`;
// esbuild keeps a process of its own, with its descriptors: not part of what a test leaves open.
const bundled = await build({
  stdin: { contents, resolveDir: process.cwd() },
  bundle: true,
  write: false,
  format: "iife",
  globalName: "cmsg",
  platform: "browser",
  logLevel: "silent",
});

function inBareContext(script: string): unknown {
  const context = createContext({ ...WEB });
  runInContext(bundled.outputFiles[0]?.text ?? "", context);
  return runInContext(script, context);
}

test("texts are read and written", () => {
  const script = `
    const { bytes } = cmsg.notation.parseNotation("sendmsg(3, {msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}], msg_controllen=24})");
    cmsg.notation.formats().map((as) => cmsg.notation.write(bytes, { as }).length > 20).join() + cmsg.notation.write(bytes, { as: "base64" });
  `;
  assert.is(inBareContext(script), `${"true,".repeat(7)}trueFAAAAAAAAAABAAAAAQAAAAUAAAAAAAAA\n`);
});

test("models answer", () => {
  const script = `
    const { codec, model } = cmsg;
    const sent = [codec.rights([1, 2, 3])];
    [
      ...model.modelSystems().map((system) => model.receiveControl(sent, { system, controlLimit: 25 }).controlLength),
      model.compareControl(sent, { abis: ["linux-x86_64-glibc", "darwin-arm64"] }).abis.length,
      model.valueForm(codec.credentials, { abi: "linux-x86_64-glibc" }).fields.length,
      model.walkByRules(new Uint8Array(32)).length,
      model.structViews().length,
    ].join();
  `;
  assert.is(inBareContext(script), "24,24,0,0,2,3,9,7");
});

test.run();

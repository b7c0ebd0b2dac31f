// The built codec has no node: import and no koffi, and works where there is nothing but the web's globals.

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { encodeControl, explain, rights } from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { codecScript, inBareContext, WEB } from "../support/bare.js";
import { suite } from "../support/suite.js";

const test = suite("browser");

// esbuild keeps a process of its own, with its descriptors: not part of what a test leaves open.
await codecScript();

/** Files of dist that dist/codec.js loads, itself included, and what else it imports. */
function closure(entry: string) {
  const files = new Set([entry]);
  const others = new Set<string>();
  for (const file of files) {
    const source = readFileSync(file, "utf8");
    for (const [, specifier = ""] of source.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
      if (specifier.startsWith(".")) files.add(posix.join(posix.dirname(file), specifier));
      else others.add(specifier);
    }
    for (const [, name = ""] of source.matchAll(/require\(["']([^"']+)["']\)/g)) others.add(name);
  }
  return { files: [...files], others: [...others] };
}

test("it imports its own chunks only, and none of them names koffi or Buffer", () => {
  const { files, others } = closure("dist/codec.js");
  assert.equal(others, []);
  for (const file of files) {
    const code = readFileSync(file, "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    assert.not.match(code, /node:|koffi|\bBuffer\b|__filename|__dirname/, file);
  }
  const { files: all } = closure("dist/index.js");
  assert.ok(all.length > files.length, "the search finds imports where there are some");
  assert.ok(all.some((file) => /node:fs/.test(readFileSync(file, "utf8"))));
});

test("nothing happens when it is loaded: the core is compiled at the first call", async () => {
  let compiled = 0;
  class Module extends WebAssembly.Module {
    constructor(source: ConstructorParameters<typeof WebAssembly.Module>[0]) {
      super(source);
      compiled += 1;
    }
  }
  const counting = { ...WEB, WebAssembly: { Module, Instance: WebAssembly.Instance } };
  await inBareContext("0", counting);
  await inBareContext(
    "codec.abis().length + codec.rules().length + String(codec.rights).length",
    counting,
  );
  assert.is(compiled, 0);
  await inBareContext("codec.CMSG_LEN(4); codec.CMSG_LEN(5)", counting);
  assert.is(compiled, 1);
});

test("it encodes, decodes, walks, explains and describes in a context without Node", async () => {
  const globals = (await inBareContext(
    "[typeof process, typeof require, typeof Buffer, typeof global, typeof module, typeof URL].join()",
  )) as string;
  assert.is(globals, new Array(6).fill("undefined").join());
  const made = await inBareContext(`
    const abi = "linux-s390x-glibc";
    const bytes = codec.encodeControl([codec.rights([7, 8])], { abi });
    const { messages } = codec.decodeControl(bytes, { abi, strict: true });
    ({
      bytes: Array.from(bytes),
      value: Array.from(messages[0].value).join(),
      is: messages[0].is(codec.rights),
      drawing: String(codec.explain(bytes, { abi })),
      end: codec.walk(new Uint8Array(32), { abi: "freebsd-amd64" }).end,
      space: codec.CMSG_SPACE(4, { abi: "netbsd-aarch64" }),
      size: codec.layout("windows-x64").msghdr.size,
      host: codec.decodeAddress(codec.encodeAddress({ host: "::1", port: 5 }, { abi }), { abi }).host,
      error: (() => { try { codec.encodeControl([1]); } catch (e) { return e.name + " " + e.code; } })(),
    })`);
  const abi = "linux-s390x-glibc";
  const control = encodeControl([rights([7, 8])], { abi });
  const { bytes: encoded, ...rest } = made as { bytes: number[] };
  bytes(Uint8Array.from(encoded), control);
  assert.equal(
    { ...rest },
    {
      value: "7,8",
      is: true,
      drawing: String(explain(control, { abi })),
      end: "no-progress",
      space: 32,
      size: 56,
      host: "::1",
      error: "TypeError ERR_CMSG_INVALID_ARG_TYPE",
    },
  );
});

test("bytes of another realm are bytes", async () => {
  const foreign = await inBareContext("Uint8Array.of(1, 2, 3)");
  const buffer = await inBareContext("Uint8Array.of(1, 2, 3).buffer");
  const view = await inBareContext("new DataView(Uint8Array.of(0, 1, 2, 3).buffer, 1)");
  const abi = "linux-x86_64-glibc";
  for (const payload of [foreign, buffer, view] as Uint8Array[]) {
    bytes(encodeControl([{ level: 1, type: 9, payload }], { abi }).slice(16, 19), "010203");
  }
});

test("a page that is not isolated has no SharedArrayBuffer", async () => {
  const type = await inBareContext(`
    delete globalThis.SharedArrayBuffer;
    typeof SharedArrayBuffer + codec.encodeControl([{ level: 1, type: 1, payload: new ArrayBuffer(3) }]).length`);
  assert.is(type, "undefined24");
});

test.run();

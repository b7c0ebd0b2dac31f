// createCodec(): the codec on an instance of the core of its own.

import { readFileSync } from "node:fs";
import * as shared from "cmsg/codec";
import { type AbiRow, createCodec, credentials, rights } from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { codecScript, inBareContext, WEB } from "../support/bare.js";
import { suite } from "../support/suite.js";

const test = suite("createCodec");

await codecScript();

const module = new WebAssembly.Module(readFileSync("dist/core.wasm"));
const abi = "linux-x86_64-glibc";

const ROW: AbiRow = {
  pointerSize: 4,
  longSize: 4,
  endian: "little",
  alignMax: 8,
  cmsgLenWidth: 4,
  iovlenWidth: 4,
  controllenWidth: 4,
  iovLenWidth: 4,
  headerAlign: 4,
  dataAlign: 4,
  rule: "bsd",
  constants: { SOL_SOCKET: 1, SCM_RIGHTS: 1 },
};

test("it answers what the shared one answers", () => {
  const codec = createCodec(module);
  const messages = [rights([1, 2]), credentials({ pid: 1, uid: 2, gid: 3 })];
  const control = shared.encodeControl(messages, { abi });
  bytes(codec.encodeControl(messages, { abi }), control);
  assert.equal(
    codec.decodeControl(control, { abi }).messages.map((m) => m.value),
    [[1, 2], { pid: 1, uid: 2, gid: 3 }],
  );
  assert.equal(codec.walk(control, { abi }), shared.walk(control, { abi }));
  assert.is(String(codec.explain(control, { abi })), String(shared.explain(control, { abi })));
  assert.is(String(codec.layout(abi)), String(shared.layout(abi)));
  assert.is(codec.constants(abi), shared.constants(abi));
  const { CMSG_ALIGN, CMSG_LEN, CMSG_SPACE } = shared;
  const macros = { CMSG_ALIGN, CMSG_LEN, CMSG_SPACE };
  for (const macro of ["CMSG_ALIGN", "CMSG_LEN", "CMSG_SPACE"] as const) {
    assert.is(codec[macro](13, { abi }), macros[macro](13, { abi }));
    throws(() => codec[macro](-1, { abi }), {
      name: "RangeError",
      message: new RegExp(`^${macro} argument`),
    });
  }
  const iovec = { iov_base: 5n, iov_len: 6n };
  bytes(codec.encodeStruct("iovec", iovec, { abi }), shared.encodeStruct("iovec", iovec, { abi }));
  assert.equal(
    codec.decodeStruct("iovec", new Uint8Array(16), { abi }),
    shared.decodeStruct("iovec", new Uint8Array(16), { abi }),
  );
  const address = { host: "::1", port: 5 };
  bytes(codec.encodeAddress(address, { abi }), shared.encodeAddress(address, { abi }));
  assert.equal(codec.decodeAddress(codec.encodeAddress({ path: "/x" }, { abi }), { abi }), {
    path: "/x",
  });
});

test("rows that callers define belong to one instance", () => {
  const [one, two] = [createCodec(module), createCodec(module)];
  const other: AbiRow = {
    ...ROW,
    lengthFirst: true,
    endian: "big",
    pointerSize: 8,
    headerAlign: 8,
    dataAlign: 8,
  };
  // Both are the first row of their instance.
  assert.is(one.layout(ROW).abi, two.layout(other).abi);
  assert.equal([one.layout(ROW).iovec.size, two.layout(other).iovec.size], [8, 16]);
  const lengths = [one.layout(ROW).iovec, two.layout(other).iovec].map(
    (s) => s.fields.iov_len?.offset,
  );
  assert.equal(lengths, [4, 0]);
  assert.equal([one.layout(ROW).endian, two.layout(other).endian], ["little", "big"]);
  const [small, large] = [
    one.encodeControl([rights([5])], { abi: ROW }),
    two.encodeControl([rights([5])], { abi: other }),
  ];
  assert.equal([small.length, large.length], [16, 24]);
  assert.equal([small[12], large[19]], [5, 5]);
  assert.equal(one.decodeControl(small, { abi: ROW }).messages[0]?.value, [5]);
  assert.equal(two.decodeControl(large, { abi: other }).messages[0]?.value, [5]);
  bytes(
    two.encodeStruct("iovec", { iov_base: 1n }, { abi: ROW }),
    one.encodeStruct("iovec", { iov_base: 1n }, { abi: ROW }),
  );
});

test("one whose rows are used up leaves the others alone", () => {
  const full = createCodec(module);
  const units = [1, 2, 4, 8, 16, 32, 64];
  const rows = units.flatMap((dataAlign) =>
    units.map((headerAlign): AbiRow => ({ ...ROW, dataAlign, headerAlign })),
  );
  throws(() => rows.map((row) => full.layout(row)), {
    name: "EncodeError",
    code: "ERR_CMSG_BAD_ABI",
  });
  assert.is(createCodec(module).layout(ROW).pointerSize, 4);
});

test("a message keeps to the instance that decoded it", () => {
  const codec = createCodec(module);
  const control = codec.encodeControl([rights([9])], { abi: ROW });
  const [message] = codec.decodeControl(control, { abi: ROW }).messages;
  shared.encodeControl([rights([1, 2, 3])], { abi });
  assert.equal([message?.is(rights), message?.as(rights), message?.value], [true, [9], [9]]);
});

test("a host that forbids compiling needs no other call", async () => {
  class Module {
    constructor() {
      throw new Error("compiling is forbidden here");
    }
  }
  const forbidden = { ...WEB, WebAssembly: { Module, Instance: WebAssembly.Instance }, module };
  const answers = (await inBareContext(
    `const { CMSG_SPACE, constants, encodeControl, decodeControl, layout } = codec.createCodec(module);
     const abi = "darwin-arm64";
     [CMSG_SPACE(4, { abi }), constants(abi).SOL_SOCKET, layout(abi).msghdr.size,
      decodeControl(encodeControl([codec.rights([7])], { abi }), { abi }).messages[0].value[0]].join()`,
    forbidden,
  )) as string;
  assert.is(answers, "16,65535,48,7");
});

test("what is no core is refused", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  for (const wrong of [
    undefined,
    null,
    5,
    "core.wasm",
    {},
    readFileSync("dist/core.wasm"),
    empty,
  ]) {
    throws(() => createCodec(wrong as never), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
      message: /^module must be the WebAssembly\.Module of cmsg\/core\.wasm/,
    });
  }
});

test.run();

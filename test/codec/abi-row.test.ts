// abiRow(): the numbers of an ABI by name make the same ABI again, and layouts of internet addresses are those of C.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AbiName,
  abiRow,
  abis,
  createCodec,
  encodeControl,
  hostAbi,
  layout,
  rights,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("abiRow");

/** An instance of the codec keeps 16 rows that have no name. */
const AT_ONCE = 16;

test("the row of every ABI has its layout", () => {
  const module = new WebAssembly.Module(readFileSync("dist/core.wasm"));
  const names = abis();
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const codec = createCodec(module);
    for (const abi of names.slice(i, i + AT_ONCE)) {
      const row = codec.abiRow(abi);
      const { abi: name, ...shape } = codec.layout(row);
      const { abi: own, ...expected } = layout(abi);
      assert.is(own, abi);
      assert.not.equal(name, abi);
      assert.equal(JSON.parse(JSON.stringify(shape)), JSON.parse(JSON.stringify(expected)), abi);
      assert.equal(codec.abiRow(row), row, abi);
    }
  }
});

test("a row has the constants of its ABI, so that names mean the same", () => {
  for (const abi of ["linux-mips-glibc", "darwin-arm64"] as const) {
    const expected = encodeControl([rights([3])], { abi });
    const { constants = {} } = abiRow(abi);
    const message = { level: "SOL_SOCKET", type: "SCM_RIGHTS", payload: Uint8Array.of(1) } as const;
    assert.ok("SCM_RIGHTS" in constants);
    bytes(encodeControl([message], { abi: abiRow(abi) }), encodeControl([message], { abi }));
    assert.ok(expected.length > 0);
  }
});

test("one number changed is another ABI; the row itself is frozen", () => {
  const row = abiRow("linux-x86_64-glibc");
  assert.ok(Object.isFrozen(row));
  assert.is(layout({ ...row, headerAlign: 4, dataAlign: 4 }).cmsg.align, 4);
  assert.is(layout({ ...row, endian: "big" }).endian, "big");
  assert.is(abiRow(row).rule, "glibc");
});

test("without an ABI it is that of the host", () => {
  assert.equal(abiRow(), abiRow(hostAbi().name));
});

const STRUCTS = {
  sockaddr_in: ["sin_family", "sin_port", "sin_addr", "sin_zero"],
  sockaddr_in6: ["sin6_family", "sin6_port", "sin6_flowinfo", "sin6_addr", "sin6_scope_id"],
} as const;

const host: AbiName = hostAbi().name;
const noCompiler =
  hasProgram("gcc", "gcc libc6-dev") && host.startsWith("linux-") ? undefined : "no gcc for Linux";

test.unless(noCompiler, "internet addresses are laid out as the C compiler does", () => {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-row-"));
  const prints = Object.entries(STRUCTS).map(([name, members]) => {
    const fields = members.map(
      (member) =>
        `printf("%zu %zu ", offsetof(struct ${name}, ${member}), sizeof(((struct ${name} *)0)->${member}));`,
    );
    return `printf("%zu %zu ", sizeof(struct ${name}), _Alignof(struct ${name}));${fields.join("")}`;
  });
  try {
    const path = join(folder, "layout");
    const head = "#include <netinet/in.h>\n#include <stddef.h>\n#include <stdio.h>\n";
    writeFileSync(`${path}.c`, `${head}int main(void) {${prints.join("")} return 0;}\n`);
    execFileSync("gcc", ["-o", path, `${path}.c`], { stdio: "pipe" });
    const numbers = execFileSync(path, { encoding: "utf8" }).trim().split(" ").map(Number);
    const shape = layout(host);
    const ours = Object.entries(STRUCTS).flatMap(([name, members]) => {
      const { size, align, fields } = shape[name as keyof typeof STRUCTS];
      return [size, align, ...members.flatMap((m) => [fields[m]?.offset, fields[m]?.width])];
    });
    assert.equal(ours, numbers);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();

// structViews(): structs of the host as its C compiler lays them out, internet addresses included.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abis, hostAbi } from "cmsg/codec";
import { type StructView, structViews } from "cmsg/model";
import { assert } from "../support/assert.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("structViews");

const host = hostAbi().name;
const noCompiler =
  hasProgram("gcc", "gcc libc6-dev") && host.startsWith("linux-") ? undefined : "no gcc for Linux";

const HEADERS = ["netinet/in.h", "stddef.h", "stdio.h", "sys/socket.h", "sys/un.h"];

/** A program that prints size and alignment of each struct, and offset and size of its members. */
function program(views: readonly StructView[]): string {
  const prints = views.map(({ name, rows }) => {
    const members = rows.flatMap(({ name: member }) =>
      member === null || name === "mmsghdr"
        ? []
        : `printf("%zu %zu ", offsetof(struct ${name}, ${member}), sizeof(((struct ${name} *)0)->${member}));`,
    );
    const types = rows.flatMap(({ name: member, type }) =>
      member === null || name === "mmsghdr"
        ? []
        : `_Static_assert(IS(${type}, ((struct ${name} *)0)->${member}), "${name}.${member} is no ${type}");`,
    );
    return `${types.join("")}printf("%zu %zu ", sizeof(struct ${name}), _Alignof(struct ${name}));${members.join("")}`;
  });
  const head = HEADERS.map((name) => `#include <${name}>`).join("\n");
  const is =
    "#define IS(type, member) _Generic(&(member), type *: 1, type (*)[sizeof(member)]: 1, default: 0)";
  return `#define _GNU_SOURCE\n${head}\n${is}\nint main(void) {${prints.join("")} return 0;}\n`;
}

test.unless(noCompiler, "sizes, alignments and members are those of the C compiler", () => {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-structs-"));
  try {
    const views = structViews(host);
    const path = join(folder, "structs");
    writeFileSync(`${path}.c`, program(views));
    execFileSync("gcc", ["-o", path, `${path}.c`], { stdio: "pipe" });
    const numbers = execFileSync(path, { encoding: "utf8" }).trim().split(" ").map(Number);
    const ours = views.flatMap(({ name, size, align, rows }) => [
      size,
      align,
      ...rows.flatMap((row) =>
        row.name === null || name === "mmsghdr" ? [] : [row.offset, row.length],
      ),
    ]);
    assert.equal(ours, numbers);
    assert.ok(numbers.length > 40);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every byte is in one row, in every ABI", () => {
  for (const abi of abis()) {
    for (const { name, size, align, rows } of structViews(abi)) {
      let at = 0;
      for (const { offset, length } of rows) {
        assert.is(offset, at, `${abi} ${name}`);
        at += length;
      }
      assert.is(at, size, `${abi} ${name}`);
      assert.is(size % align, 0, `${abi} ${name}`);
    }
  }
});

test("types of lengths are those of each system's headers", () => {
  const typesOf = (abi: (typeof ABIS)[number]) => {
    const rows = structViews(abi).flatMap(({ rows: all }) => all);
    return ["cmsg_len", "msg_iovlen", "msg_controllen", "iov_len", "msg_len"].map(
      (member) => rows.find(({ name }) => name === member)?.type ?? null,
    );
  };
  const ABIS = [
    "linux-i386-glibc",
    "linux-i386-musl",
    "hurd-i386-glibc",
    "openbsd-amd64",
    "freebsd-amd64",
    "windows-x64",
  ] as const;
  assert.equal(ABIS.map(typesOf), [
    ["size_t", "size_t", "size_t", "size_t", "unsigned int"],
    ["socklen_t", "int", "socklen_t", "size_t", "unsigned int"],
    ["socklen_t", "int", "socklen_t", "size_t", null],
    ["socklen_t", "unsigned int", "socklen_t", "size_t", "unsigned int"],
    ["socklen_t", "int", "socklen_t", "size_t", "ssize_t"],
    ["SIZE_T", "ULONG", "ULONG", "ULONG", null],
  ]);
});

test.run();

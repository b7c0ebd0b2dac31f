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
    return `printf("%zu %zu ", sizeof(struct ${name}), _Alignof(struct ${name}));${members.join("")}`;
  });
  const head = HEADERS.map((name) => `#include <${name}>`).join("\n");
  return `#define _GNU_SOURCE\n${head}\nint main(void) {${prints.join("")} return 0;}\n`;
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

test.run();

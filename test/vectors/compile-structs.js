// Compiles the structs of structs-table.js with every compiler that is installed, and writes what they made of them: structs.json.
// node test/vectors/compile-structs.js

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { CONSTANTS, RXRPC_ABORTS, STRUCTS } from "./structs-table.js";

/** Compilers, and the machines of the names of ABIs for which they stand. */
const COMPILERS = [
  { command: ["x86_64-linux-gnu-gcc"], machines: ["x86_64"] },
  { command: ["x86_64-linux-gnu-gcc", "-mx32", "-I/usr/include/x86_64-linux-gnu"], machines: ["x32"] },
  { command: ["i686-linux-gnu-gcc"], machines: ["i386", "i686"] },
  { command: ["aarch64-linux-gnu-gcc"], machines: ["aarch64"] },
  { command: ["arm-linux-gnueabihf-gcc"], machines: ["armhf", "arm"] },
  { command: ["s390x-linux-gnu-gcc"], machines: ["s390x"] },
  { command: ["powerpc-linux-gnu-gcc"], machines: ["powerpc"] },
  { command: ["mips-linux-gnu-gcc"], machines: ["mips"] },
  { command: ["mips64el-linux-gnuabi64-gcc"], machines: ["mips64el"] },
  { command: ["sparc64-linux-gnu-gcc"], machines: ["sparc64"] },
  { command: ["m68k-linux-gnu-gcc"], machines: ["m68k"] },
];

/** What an object file says stands in it as text: each record begins with a mark, and numbers are decimal digits. */
const PRELUDE = `
#define _GNU_SOURCE
#include <stddef.h>
#include <time.h>
#include <stdint.h>
#include <sys/socket.h>
#include <linux/types.h>
#define D(n) '0'+((n)/1000000000)%10, '0'+((n)/100000000)%10, '0'+((n)/10000000)%10, '0'+((n)/1000000)%10, '0'+((n)/100000)%10, \\
  '0'+((n)/10000)%10, '0'+((n)/1000)%10, '0'+((n)/100)%10, '0'+((n)/10)%10, '0'+(n)%10
#define NUMBER(id, name, n) const struct { char mark[16], of[48], number[10]; } id = { "@cmsg number", name, { D((unsigned)(n)) } };
#define STRUCT(C, ...) struct marked { char mark[16], of[48], at[10], size[10], align[10]; C sample; }; const struct marked s = \\
  { "@cmsg sample", "sample", { D(offsetof(struct marked, sample)) }, { D(sizeof(C)) }, { D(_Alignof(C)) }, __VA_ARGS__ };
`;

/** @param {import("./structs-table.js").Struct} entry */
function sourceOf({ c, header, declared, members, value }) {
  const initial = Object.entries(members ?? {}).map(([name, text]) => `.${name} = ${text}`);
  const numbers = Object.keys(members ?? {}).flatMap((name, i) => [
    `NUMBER(offset${i}, "offset ${name}", offsetof(${c}, ${name}))`,
    `NUMBER(width${i}, "width ${name}", sizeof(((${c} *)0)->${name}))`,
  ]);
  return [
    PRELUDE,
    header === undefined ? "" : `#include <${header}>`,
    declared ?? "",
    `STRUCT(${c}, ${value ?? `{ ${initial.join(", ")} }`})`,
    ...numbers,
  ].join("\n");
}

/** @param {readonly string[]} command @param {string} source @returns {Buffer} the object file */
function compile([compiler = "", ...options], source) {
  const folder = mkdtempSync(`${tmpdir()}/cmsg-structs-`);
  try {
    writeFileSync(`${folder}/x.c`, source);
    const quiet = ["-w", "-O0", "-c", "x.c", "-o", "x.o"];
    execFileSync(compiler, [...options, ...quiet], { cwd: folder, stdio: "pipe" });
    return readFileSync(`${folder}/x.o`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {Buffer} object @param {number} from @param {number} length */
const text = (object, from, length) => object.toString("latin1", from, from + length);

/** The numbers of an object file by name. @param {Buffer} object */
function numbersIn(object) {
  /** @type {Record<string, number>} */
  const numbers = {};
  for (let at = object.indexOf("@cmsg number"); at >= 0; at = object.indexOf("@cmsg number", at + 1)) {
    const name = text(object, at + 16, 48).replace(/\0.*/, "");
    numbers[name] = Number(text(object, at + 64, 10));
  }
  return numbers;
}

/** @param {readonly string[]} command @param {import("./structs-table.js").Struct} entry */
function layoutOf(command, entry) {
  const object = compile(command, sourceOf(entry));
  const sample = object.indexOf("@cmsg sample");
  const [at = 0, size = 0, align = 0] = [64, 74, 84].map((from) =>
    Number(text(object, sample + from, 10)),
  );
  const numbers = numbersIn(object);
  const fields = Object.fromEntries(
    Object.keys(entry.members ?? {}).map((name) => [
      name,
      { offset: numbers[`offset ${name}`], width: numbers[`width ${name}`] },
    ]),
  );
  const hex = object.toString("hex", sample + at, sample + at + size);
  return { size, align, fields, hex };
}

/** The same answers are written once. @template T @param {(command: readonly string[]) => T} answer */
function byAnswer(answer) {
  /** @type {Map<string, { machines: string[] } & T>} */
  const found = new Map();
  for (const { command, machines } of installed) {
    const own = answer(command);
    const key = JSON.stringify(own);
    const known = found.get(key) ?? { machines: [], ...own };
    known.machines.push(...machines);
    found.set(key, known);
  }
  return [...found.values()];
}

const installed = COMPILERS.filter(({ command }) => {
  try {
    compile(command, PRELUDE);
    return true;
  } catch {
    console.error(`left out: ${command.join(" ")}`);
    return false;
  }
});

/** @param {string} header @param {string} names */
function constantsOf(header, names) {
  const list = names.split(" ");
  const source = list.map((name, i) => `NUMBER(n${i}, "${name}", ${name})`);
  const [first, ...others] = byAnswer((command) => ({
    numbers: numbersIn(compile(command, [PRELUDE, `#include <${header}>`, ...source].join("\n"))),
  }));
  if (first === undefined || others.length > 0) throw new Error(`${header}: machines differ`);
  return first.numbers;
}

const named = STRUCTS.flatMap(({ header, named: lists = {} }) =>
  Object.values(lists).map((names) => [header ?? "", names]),
);
const asked = [...Object.entries(CONSTANTS), ...named, ["linux/rxrpc.h", RXRPC_ABORTS]];
const file = {
  format: "cmsg-structs/1",
  note: "Compiled by compile-structs.js, see README.md. `hex` is the struct with the members of `values`, in each machine's byte order.",
  compilers: installed.map(({ command: [compiler = "", ...options], machines }) => ({
    compiler: execFileSync(compiler, ["--version"], { encoding: "utf8" }).split("\n")[0],
    options,
    machines,
  })),
  constants: Object.assign(
    {},
    ...asked.map(([header = "", names = ""]) => constantsOf(header, names)),
  ),
  structs: STRUCTS.map((entry) => {
    const { c, header, declared, names, value, members, named: lists = {} } = entry;
    const kinds = Object.entries(lists).map(([member, list]) => [member, list.split(" ")]);
    return {
      struct: c,
      header,
      declared,
      names,
      values: members ?? value,
      named: Object.fromEntries(kinds),
      layouts: byAnswer((command) => layoutOf(command, entry)),
    };
  }),
};
writeFileSync(new URL("structs.json", import.meta.url), `${JSON.stringify(file, null, 1)}\n`);

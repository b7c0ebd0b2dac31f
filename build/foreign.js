// npm run foreign: the macros of other machines' headers, compiled by cross compilers and run by qemu, and the parsers of Go and CPython, against ours on
// damaged control areas. What is not installed is named and left out. The last result is kept in fuzz/foreign.md. Not part of CI: run it
// before a release. Arguments: a seed, and areas for each ABI.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { encodeControl, layout, walk } from "cmsg/codec";
import { generateControl, mutateControl, Random } from "cmsg/fuzz";
import { ask, compareWitness, WITNESSES } from "./witnesses.js";

/** @typedef {import("cmsg/codec").AbiName} AbiName */
/** @typedef {{ abi: AbiName, compiler: string, flags?: readonly string[], qemu: string, debian: string }} Machine */

/** @type {readonly Machine[]} */
const MACHINES = [
  { abi: "linux-x86_64-glibc", compiler: "gcc", qemu: "", debian: "gcc" },
  { abi: "linux-x86_64-musl", compiler: "musl-gcc", qemu: "", debian: "musl-tools" },
  {
    abi: "linux-i386-glibc",
    compiler: "i686-linux-gnu-gcc",
    qemu: "qemu-i386",
    debian: "gcc-i686-linux-gnu",
  },
  {
    abi: "linux-armhf-glibc",
    compiler: "arm-linux-gnueabihf-gcc",
    qemu: "qemu-arm",
    debian: "gcc-arm-linux-gnueabihf",
  },
  {
    abi: "linux-aarch64-glibc",
    compiler: "aarch64-linux-gnu-gcc",
    qemu: "qemu-aarch64",
    debian: "gcc-aarch64-linux-gnu",
  },
  {
    abi: "linux-s390x-glibc",
    compiler: "s390x-linux-gnu-gcc",
    qemu: "qemu-s390x",
    debian: "gcc-s390x-linux-gnu",
  },
  {
    abi: "linux-ppc64-glibc",
    compiler: "powerpc64-linux-gnu-gcc",
    qemu: "qemu-ppc64",
    debian: "gcc-powerpc64-linux-gnu",
  },
  {
    abi: "linux-powerpc-glibc",
    compiler: "powerpc-linux-gnu-gcc",
    qemu: "qemu-ppc",
    debian: "gcc-powerpc-linux-gnu",
  },
  {
    abi: "linux-mips-glibc",
    compiler: "mips-linux-gnu-gcc",
    qemu: "qemu-mips",
    debian: "gcc-mips-linux-gnu",
  },
  {
    abi: "linux-mips64el-glibc",
    compiler: "mips64el-linux-gnuabi64-gcc",
    qemu: "qemu-mips64el",
    debian: "gcc-mips64el-linux-gnuabi64",
  },
  {
    abi: "linux-sparc64-glibc",
    compiler: "sparc64-linux-gnu-gcc",
    qemu: "qemu-sparc64",
    debian: "gcc-sparc64-linux-gnu",
  },
  {
    abi: "linux-m68k-glibc",
    compiler: "m68k-linux-gnu-gcc",
    qemu: "qemu-m68k",
    debian: "gcc-m68k-linux-gnu",
  },
];

const seed = Number(process.argv[2] ?? Date.now() % 0x7fffffff);
const count = Number(process.argv[3] ?? 20_000);
const folder = mkdtempSync(`${tmpdir()}/cmsg-foreign-`);

/** @param {string} program */
function isInstalled(program) {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** @param {AbiName} abi */
function areasOf(abi) {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    let area = generateControl(random, { abi, payload: 24 });
    for (let turns = random.below(4); turns > 0; turns--)
      area = mutateControl(area, random, { abi });
    return area.slice(0, 4000);
  });
}

/** glibc before 2.37 steps by another rule: a last message without padding tells. @param {Machine} machine @param {string[]} command */
async function ruleOf({ abi }, command) {
  const own = layout(abi).cmsg.rule;
  if (own !== "glibc") return own;
  const one = { level: 1, type: 1, payload: new Uint8Array(1) };
  const [program = "", ...args] = command;
  const [, line = ""] = await ask(program, args, [
    encodeControl([one, one], { abi, trimLast: true }),
  ]);
  return line.split(" ").length === 4 ? "glibc" : "glibc-old";
}

/** @param {Machine} machine @returns {Promise<string>} what came of it */
async function compare(machine) {
  const { abi, compiler, qemu } = machine;
  for (const program of [compiler, qemu]) {
    if (program !== "" && !isInstalled(program))
      return `left out: ${program} is not installed (${machine.debian})`;
  }
  const binary = `${folder}/${abi}`;
  const flags = ["-std=gnu11", "-O1", "-fwrapv", "-static", "-w"];
  execFileSync(compiler, [...flags, "-o", binary, "fuzz/native/foreign.c"]);
  const command = qemu === "" ? [binary] : [qemu, binary];
  const rule = await ruleOf(machine, command);
  const areas = areasOf(abi);
  const [program = "", ...args] = command;
  const [sizes, ...lines] = await ask(program, args, areas);
  const { pointerSize, cmsghdr, cmsg } = layout(abi);
  const ownSpace = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(1) }], {
    abi,
  }).length;
  const own = [pointerSize, cmsghdr.size, cmsg.dataOffset, ownSpace].join(" ");
  if (sizes !== own) return `DIFFERS: sizes ${sizes}, ours ${own}`;
  for (const [i, area] of areas.entries()) {
    const [address = "", ...rest] = (lines[i] ?? "").split(" ");
    const { headers, end } = walk(area, { abi, rule, address: BigInt(`0x${address}`) });
    const ours = [...headers.map(({ offset }) => offset), end].join(" ");
    if (ours !== rest.join(" ")) {
      return `DIFFERS: seed ${seed}, ${Buffer.from(area).toString("hex")}: ${rest.join(" ")}, ours ${ours}`;
    }
  }
  return `${areas.length} areas, no disagreement (rule ${rule})`;
}

/** @type {string[]} */
const rows = [];
try {
  for (const machine of MACHINES) {
    const result = await compare(machine).catch(
      (error) => `FAILED: ${error.message.split("\n")[0]}`,
    );
    rows.push(
      `| ${machine.abi} | \`${machine.compiler}\`${machine.qemu && `, \`${machine.qemu}\``} | ${result} |`,
    );
    console.log(`${machine.abi}: ${result}`);
  }
  const areas = areasOf("linux-x86_64-glibc");
  for (const witness of WITNESSES) {
    const lacking = witness.needs.find((program) => !isInstalled(program));
    const result =
      lacking === undefined
        ? await compareWitness(witness, areas, folder).catch(
            (error) => `FAILED: ${error.message.split("\n")[0]}`,
          )
        : `left out: ${lacking} is not installed (${witness.debian})`;
    rows.push(`| ${witness.name} | \`${witness.needs.join("`, `")}\` | ${result} |`);
    console.log(`${witness.name}: ${result}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const page = [
  "# Other machines",
  "",
  `The last result of \`npm run foreign\`: cmsg ${version}, ${new Date().toISOString().slice(0, 10)}, seed ${seed}.`,
  "",
  "| headers of | by | result |",
  "|---|---|---|",
  ...rows,
  "",
];
writeFileSync("fuzz/foreign.md", page.join("\n"));
process.exitCode = rows.some((row) => /DIFFERS|FAILED/.test(row)) ? 1 : 0;

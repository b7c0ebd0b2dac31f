// Which ABI this process has, and how that was found out.

import { type AbiName, rowOf } from "./abi-names.js";

/** The ABI of this process, and how it was found out. */
export interface HostAbi {
  readonly name: AbiName;
  readonly reason: string;
}

const FALLBACK: AbiName = "linux-x86_64-glibc";

const MACHINES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linux: {
    x64: "x86_64",
    arm64: "aarch64",
    arm: "armhf",
    ia32: "i386",
    ppc64: "ppc64le",
    s390x: "s390x",
    riscv64: "riscv64",
    loong64: "loongarch64",
    mips: "mips",
    mipsel: "mipsel",
  },
  android: { x64: "x86_64", arm64: "aarch64", arm: "arm", ia32: "i686", riscv64: "riscv64" },
  darwin: { x64: "x86_64", arm64: "arm64" },
  freebsd: { x64: "amd64", arm64: "arm64", ia32: "i386", arm: "armv7", riscv64: "riscv64" },
  openbsd: { x64: "amd64", arm64: "arm64", ia32: "i386", arm: "armv7", riscv64: "riscv64" },
  netbsd: { x64: "amd64", arm64: "aarch64", ia32: "i386", arm: "arm" },
  sunos: { x64: "amd64", ia32: "i386" },
  haiku: { x64: "x86_64", ia32: "x86" },
  win32: { x64: "x64", ia32: "x86" },
};

const SYSTEMS: Readonly<Record<string, string>> = { sunos: "illumos", win32: "windows" };

/** What this file asks of a process object; browsers have none. */
interface HostProcess {
  readonly platform?: string;
  readonly arch?: string;
  readonly report?: { excludeNetwork?: boolean; getReport(): unknown };
}

/** System and machine of this process without its C library, which takes milliseconds to find out. */
export function hostSystem(): string {
  const { platform = "", arch = "" } = (globalThis as { process?: HostProcess }).process ?? {};
  const system = SYSTEMS[platform] ?? platform;
  return `${system}-${MACHINES[platform]?.[arch] ?? ""}`;
}

let host: HostAbi | undefined;

/**
 * The ABI of this process, found out once.
 *
 * @example
 * console.log(hostAbi()); // such as { name: "linux-x86_64-glibc", reason: "process: linux x64; its report names glibc 2.36" }
 */
export function hostAbi(): HostAbi {
  host ??= Object.freeze(detectHost((globalThis as { process?: HostProcess }).process));
  return host;
}

function detectHost(process: HostProcess | undefined): HostAbi {
  const { platform, arch } = process ?? {};
  if (platform === undefined || arch === undefined) {
    return { name: FALLBACK, reason: "this host has no process object: a common ABI stands in" };
  }
  const machines = Object.hasOwn(MACHINES, platform) ? MACHINES[platform] : undefined;
  const machine = machines && Object.hasOwn(machines, arch) ? machines[arch] : undefined;
  if (machine === undefined) {
    return { name: FALLBACK, reason: `${platform} on ${arch} has no row: a common ABI stands in` };
  }
  const system = SYSTEMS[platform] ?? platform;
  if (system === "android")
    return named(`android-${machine}-bionic`, `process: ${platform} ${arch}`);
  if (system !== "linux") return named(`${system}-${machine}`, `process: ${platform} ${arch}`);
  const libc = linuxLibc(process);
  return named(`linux-${machine}-${libc.name}`, `process: ${platform} ${arch}; ${libc.reason}`);
}

function named(name: string, reason: string): HostAbi {
  if (rowOf(name) !== undefined) return { name: name as AbiName, reason };
  return { name: FALLBACK, reason: `${name} has no row: a common ABI stands in` };
}

interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
}

function reportOf(process: HostProcess | undefined): Report | undefined {
  const report = process?.report;
  if (report === undefined) return undefined;
  const before = report.excludeNetwork;
  try {
    // Without this the report resolves the name of every connected peer, which can take seconds.
    report.excludeNetwork = true;
    return report.getReport() as Report;
  } catch {
    return undefined;
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}

function linuxLibc(process: HostProcess | undefined): { name: string; reason: string } {
  const report = reportOf(process);
  if (report === undefined) return { name: "glibc", reason: "no report, glibc assumed" };
  const version = report.header?.glibcVersionRuntime;
  if (version === undefined) return { name: "musl", reason: "its report names no glibc" };
  return { name: "glibc", reason: `its report names glibc ${version}` };
}

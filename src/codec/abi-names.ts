// Names of ABIs, and which row of the core's table each one is.

/** Names by row, in the order of assembly/abi.ts. Names in one line share every layout and the next-header rule. */
const NAMES_BY_ROW = [
  [
    "linux-x86_64-glibc",
    "linux-aarch64-glibc",
    "linux-riscv64-glibc",
    "linux-ppc64le-glibc",
    "linux-mips64el-glibc",
    "linux-alpha-glibc",
    "linux-loongarch64-glibc",
  ],
  ["linux-ppc64-glibc", "linux-s390x-glibc", "linux-mips64-glibc", "linux-sparc64-glibc"],
  ["linux-i386-glibc", "linux-i386-glibc-time64"],
  [
    "linux-x32-glibc",
    "linux-armhf-glibc",
    "linux-mipsel-glibc",
    "linux-mipsn32el-glibc",
    "linux-armhf-glibc-time64",
  ],
  [
    "linux-powerpc-glibc",
    "linux-mips-glibc",
    "linux-mipsn32-glibc",
    "linux-sparc-glibc",
    "linux-hppa-glibc",
  ],
  ["linux-m68k-glibc"],
  ["linux-x86_64-glibc-old", "linux-aarch64-glibc-old"],
  ["linux-i386-glibc-old"],
  ["linux-s390x-glibc-old"],
  ["linux-mips-glibc-old"],
  [
    "linux-x86_64-musl",
    "linux-aarch64-musl",
    "linux-riscv64-musl",
    "linux-ppc64le-musl",
    "linux-mips64el-musl",
    "linux-loongarch64-musl",
  ],
  ["linux-ppc64-musl", "linux-s390x-musl", "linux-mips64-musl"],
  ["linux-i386-musl"],
  ["linux-x32-musl", "linux-armhf-musl", "linux-mipsel-musl"],
  ["linux-powerpc-musl", "linux-mips-musl", "linux-mipsn32-musl"],
  ["linux-m68k-musl"],
  ["android-x86_64-bionic", "android-aarch64-bionic", "android-riscv64-bionic"],
  ["android-i686-bionic"],
  ["android-arm-bionic"],
  ["linux-kernel-lp64le"],
  ["linux-kernel-lp64be"],
  ["linux-kernel-compat32le"],
  ["linux-kernel-ilp32le"],
  ["linux-kernel-ilp32be"],
  ["freebsd-amd64", "freebsd-arm64", "freebsd-riscv64", "freebsd-powerpc64le"],
  ["freebsd-i386", "netbsd-i386", "openbsd-i386"],
  ["freebsd-armv7"],
  ["freebsd-powerpc64"],
  ["netbsd-amd64", "openbsd-amd64", "openbsd-arm64", "openbsd-riscv64"],
  ["netbsd-aarch64"],
  ["netbsd-arm", "openbsd-armv7"],
  ["netbsd-sparc64", "openbsd-sparc64"],
  ["netbsd-sparc", "netbsd-powerpc", "netbsd-mips"],
  ["openbsd-powerpc64", "openbsd-mips64"],
  ["darwin-x86_64", "darwin-arm64"],
  ["dragonfly-x86_64-pre2019"],
  ["dragonfly-x86_64"],
  ["illumos-amd64"],
  ["illumos-i386"],
  ["illumos-sparcv9"],
  ["illumos-sparc"],
  ["haiku-x86_64"],
  ["haiku-x86"],
  ["hurd-i386-glibc"],
  ["hurd-x86_64-glibc"],
  ["windows-x64"],
  ["windows-x86"],
] as const;

/** The name of an ABI: system, machine, C library. */
export type AbiName = (typeof NAMES_BY_ROW)[number][number];

const ROW_OF = new Map<string, number>(
  NAMES_BY_ROW.flatMap((names, row) => names.map((name) => [name, row] as const)),
);

const ALL_NAMES: readonly AbiName[] = Object.freeze([...ROW_OF.keys()].sort() as AbiName[]);

/** Names of all ABIs, sorted. */
export function abiNames(): readonly AbiName[] {
  return ALL_NAMES;
}

/** The row of a name; undefined when it is not one of an ABI. */
export function rowOf(name: string): number | undefined {
  return ROW_OF.get(name);
}

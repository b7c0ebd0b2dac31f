// Systems whose macros are compared, each with an ABI that has its rule.

import type { AbiName } from "../src/codec.js";

/** A system in the order of the tables. */
export interface System {
  readonly name: string;
  readonly abi: AbiName;
}

export const SYSTEMS: readonly System[] = [
  { name: "glibc", abi: "linux-x86_64-glibc" },
  { name: "glibc before 2.37", abi: "linux-x86_64-glibc-old" },
  { name: "musl", abi: "linux-x86_64-musl" },
  { name: "Android", abi: "android-aarch64-bionic" },
  { name: "Linux kernel", abi: "linux-kernel-lp64le" },
  { name: "FreeBSD, NetBSD, OpenBSD", abi: "freebsd-amd64" },
  { name: "Darwin (macOS)", abi: "darwin-arm64" },
  { name: "illumos", abi: "illumos-amd64" },
  { name: "Windows", abi: "windows-x64" },
];

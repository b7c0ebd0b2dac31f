// The C helper of the oracles, compiled for this host and loaded into this process.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannotCompile } from "../support/compiled.js";
import { RUNTIME } from "../support/runtime.js";

const SOURCE = "test/fuzz/oracle.c";

type Native = (...args: readonly (number | bigint)[]) => number;

/** What is used of koffi. */
interface Koffi {
  load(path: string): { func(prototype: string): Native };
  address(memory: ArrayBuffer | ArrayBufferView): bigint;
}

/** The functions of oracle.c. Memory is given by its native address. */
export interface Oracle {
  readonly walkMacros: Native;
  readonly sendArea: Native;
  readonly takeOne: Native;
  readonly receiveArea: Native;
  readonly lonelySocket: Native;
  readonly setOption: Native;
  address(memory: ArrayBuffer | ArrayBufferView): bigint;
}

/** Why there is no oracle here; undefined when there is one. */
export function noOracle(): string | undefined {
  if (RUNTIME !== "node") return "koffi is loaded by Node alone here";
  return cannotCompile(SOURCE);
}

/** Compiles and loads the helper. Sums that wrap are undefined to an optimizer. */
export function loadOracle(): Oracle {
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const folder = mkdtempSync(join(tmpdir(), "cmsg-oracle-"));
  try {
    const path = join(folder, "oracle.so");
    const flags = ["-std=gnu11", "-O1", "-fwrapv", "-shared", "-fPIC", "-w"];
    execFileSync("gcc", [...flags, "-o", path, SOURCE]);
    const library = koffi.load(path);
    return {
      walkMacros: library.func(
        "int walk_macros(uintptr_t control, uint32_t length, uintptr_t answer, int room)",
      ),
      sendArea: library.func("int send_area(int fd, uintptr_t control, uint32_t length)"),
      takeOne: library.func("int take_one(int fd)"),
      receiveArea: library.func(
        "int receive_area(int fd, uintptr_t control, uint32_t room, uintptr_t answer)",
      ),
      lonelySocket: library.func("int lonely_socket(void)"),
      setOption: library.func("int set_option(int fd, int level, int name)"),
      address: (memory) => koffi.address(memory),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

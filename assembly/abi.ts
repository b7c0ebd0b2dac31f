// THE table: one row per ABI, one column per question on which ABIs differ. Names live in src/codec/abi.ts, in this order.
// Nothing here is an offset or a size of a struct: those follow from the row by the C layout rule (layout.ts).

import { outsideScratch } from "./memory";
import { COLUMN_COUNT, NEXT_RULE, SUN_PATH_SIZE } from "./shared/column";
import { DEFINED_ABI_LIMIT, DEFINED_ROWS_BASE } from "./shared/limits";
import { RULE_COUNT } from "./shared/rule";
import { BAD_ARGUMENT, BAD_OFFSET, NO_SPACE, UNKNOWN_ABI } from "./shared/status";

/** Rows of the table below. */
const ROW_COUNT = 47;

// Sources: musl and glibc bits/socket.h, bionic sys/socket.h, linux include/linux/socket.h and net/compat.c, sys/socket.h of
// FreeBSD, NetBSD, OpenBSD, DragonFly, XNU, illumos, Haiku and the Hurd, winsock2.h and mswsock.h of mingw-w64.
//
// biome-ignore format: a table
const ROWS = memory.data<u8>([
  //ptr long  big  align  slot  cmsg     msg      msg  iov    len  mmsg  header   data  round   sun   sun  next
  //                 max         len  iovlen  ctrllen  len  first   len   align  align          len  path  rule
  // Linux, glibc 2.37 and later
    8,    8,   0,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,  108,    0,  // 64-bit little
    8,    8,   1,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,  108,    0,  // 64-bit big
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    0,  // i386
    4,    4,   0,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    0,  // 32-bit little
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    0,  // 32-bit big
    4,    4,   1,     2,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    0,  // m68k
  // Linux, glibc up to 2.36
    8,    8,   0,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,  108,    1,  // 64-bit little
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    1,  // i386
    8,    8,   1,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,  108,    1,  // 64-bit big
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    1,  // 32-bit big
  // Linux, musl
    8,    8,   0,     8,    8,    4,      4,       4,   8,     0,    4,      8,     8,     8,    0,  108,    2,  // 64-bit little
    8,    8,   1,     8,    8,    4,      4,       4,   8,     0,    4,      8,     8,     8,    0,  108,    2,  // 64-bit big
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    2,  // i386
    4,    4,   0,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    2,  // 32-bit little
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    2,  // 32-bit big
    4,    4,   1,     2,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    2,  // m68k
  // Android, bionic
    8,    8,   0,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,  108,    3,  // 64-bit little
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    3,  // i686
    4,    4,   0,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,  108,    3,  // arm
  // The Linux kernel as it reads msg_control
    8,    8,   0,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,    0,    4,  // 64-bit little
    8,    8,   1,     8,    0,    8,      8,       8,   8,     0,    4,      8,     8,     8,    0,    0,    4,  // 64-bit big
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,    0,    5,  // 32-bit program, 64-bit kernel
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,    0,    4,  // 32-bit little
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    0,    0,    4,  // 32-bit big
  // FreeBSD, NetBSD, OpenBSD
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    8,      8,     8,     8,    1,  104,    6,  // FreeBSD 64-bit little
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    1,  104,    6,  // i386 of all three
    4,    4,   0,     8,    0,    4,      4,       4,   4,     0,    4,      4,     4,     4,    1,  104,    6,  // FreeBSD armv7
    8,    8,   1,     8,    0,    4,      4,       4,   8,     0,    8,      8,     8,     8,    1,  104,    6,  // FreeBSD powerpc64
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    4,      8,     8,     8,    1,  104,    6,  // NetBSD, OpenBSD 64-bit little
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    4,     16,    16,     8,    1,  104,    6,  // NetBSD aarch64
    4,    4,   0,     8,    0,    4,      4,       4,   4,     0,    4,      8,     8,     4,    1,  104,    6,  // NetBSD, OpenBSD 32-bit arm
    8,    8,   1,     8,    0,    4,      4,       4,   8,     0,    4,     16,    16,     8,    1,  104,    6,  // NetBSD, OpenBSD sparc64
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    4,      8,     8,     4,    1,  104,    6,  // NetBSD 32-bit big
    8,    8,   1,     8,    0,    4,      4,       4,   8,     0,    4,      8,     8,     8,    1,  104,    6,  // OpenBSD 64-bit big
  // Darwin, DragonFly
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      4,     4,     8,    1,  104,    6,  // Darwin
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      4,     4,     4,    1,  104,    6,  // DragonFly before September 2019
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      8,     8,     8,    1,  104,    6,  // DragonFly
  // illumos
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      4,     4,     8,    0,  108,    7,  // amd64
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    0,      4,     4,     4,    0,  108,    7,  // i386
    8,    8,   1,     8,    0,    4,      4,       4,   8,     0,    0,      8,     4,     8,    0,  108,    7,  // sparcv9
    4,    4,   1,     8,    0,    4,      4,       4,   4,     0,    0,      8,     4,     4,    0,  108,    7,  // sparc
  // Haiku, the Hurd
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      8,     8,     8,    1,  126,    6,  // Haiku x86_64
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    0,      4,     4,     4,    1,  126,    6,  // Haiku x86
    4,    4,   0,     4,    0,    4,      4,       4,   4,     0,    0,      4,     4,     4,    1,    0,    0,  // Hurd i386
    8,    8,   0,     8,    0,    4,      4,       4,   8,     0,    0,      8,     8,     8,    1,    0,    0,  // Hurd x86_64
  // Windows
    8,    4,   0,     8,    0,    8,      4,       4,   4,     1,    0,      8,     8,     8,    0,  108,    8,  // x64
    4,    4,   0,     8,    0,    4,      4,       4,   4,     1,    0,      4,     4,     4,    0,  108,    8,  // x86
]);

let definedCount: i32 = 0;

/** Number of rows of the table; rows that callers define come after. */
export function abiCount(): i32 {
  return ROW_COUNT;
}

/** Whether `abi` is a row of the table or a defined one. */
export function isAbi(abi: i32): bool {
  return <u32>abi < <u32>(ROW_COUNT + definedCount);
}

/** A column of a row that exists. */
export function column(abi: i32, name: i32): i32 {
  const row =
    abi < ROW_COUNT
      ? ROWS + <usize>(abi * COLUMN_COUNT)
      : <usize>(DEFINED_ROWS_BASE + (abi - ROW_COUNT) * COLUMN_COUNT);
  return load<u8>(row + <usize>name);
}

/** A column, or a status. */
export function abiColumn(abi: i32, name: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (<u32>name >= <u32>COLUMN_COUNT) return BAD_ARGUMENT;
  return column(abi, name);
}

/**
 * Defines a row by its numbers: COLUMN_COUNT words at `at`. Answers its index; the same numbers answer the same index.
 */
export function defineAbi(at: i32): i32 {
  if (outsideScratch(at, COLUMN_COUNT * 4)) return BAD_OFFSET;
  for (let name = 0; name < COLUMN_COUNT; name++) {
    if (!allowed(name, load<i32>(<usize>(at + name * 4)))) return BAD_ARGUMENT;
  }
  for (let known = 0; known < definedCount; known++) {
    if (sameRow(ROW_COUNT + known, at)) return ROW_COUNT + known;
  }
  if (definedCount == DEFINED_ABI_LIMIT) return NO_SPACE;
  const row = DEFINED_ROWS_BASE + definedCount * COLUMN_COUNT;
  for (let name = 0; name < COLUMN_COUNT; name++) {
    store<u8>(<usize>(row + name), <u8>load<i32>(<usize>(at + name * 4)));
  }
  definedCount += 1;
  return ROW_COUNT + definedCount - 1;
}

function sameRow(abi: i32, at: i32): bool {
  for (let name = 0; name < COLUMN_COUNT; name++) {
    if (column(abi, name) != load<i32>(<usize>(at + name * 4))) return false;
  }
  return true;
}

// Values that each column may have, as bits: 1 for 0, 2 for 1, 4 for 2, 8 for 4 and so on. 0: any value up to its limit.
const WORD = (1 << 3) | (1 << 4);
const ZERO = 1 << 0;
const FLAG = ZERO | (1 << 1);
const UNIT = 0xfe;
const VALUES = memory.data<i32>([
  WORD, // POINTER_SIZE
  WORD, // LONG_SIZE
  FLAG, // BYTE_ORDER
  UNIT, // ALIGN_MAX
  ZERO | (1 << 4), // LENGTH_SLOT
  WORD, // CMSG_LEN_WIDTH
  WORD, // IOVLEN_WIDTH
  WORD, // CONTROLLEN_WIDTH
  WORD, // IOV_LEN_WIDTH
  FLAG, // LENGTH_FIRST
  ZERO | WORD, // MSG_LEN_WIDTH
  UNIT, // HEADER_ALIGN
  UNIT, // DATA_ALIGN
  WORD, // ROUNDING_WIDTH
  FLAG, // SUN_LEN_WIDTH
  0, // SUN_PATH_SIZE
  0, // NEXT_RULE
]);

function allowed(name: i32, value: i32): bool {
  if (name == SUN_PATH_SIZE) return <u32>value <= 255;
  if (name == NEXT_RULE) return <u32>value < <u32>RULE_COUNT;
  if (<u32>value > 64 || (value & (value - 1)) != 0) return false;
  const bit = value == 0 ? 0 : ctz<i32>(value) + 1;
  return ((load<i32>(VALUES + <usize>(name * 4)) >> bit) & 1) != 0;
}

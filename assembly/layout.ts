// The C layout rule: a member lies at the next offset that its alignment divides, a struct ends at a multiple of its largest one.

import { column, isAbi } from "./abi";
import { outsideScratch, overlap } from "./memory";
import {
  ALIGN_MAX,
  BYTE_ORDER,
  CMSG_LEN_WIDTH,
  CONTROLLEN_WIDTH,
  IOV_LEN_WIDTH,
  IOVLEN_WIDTH,
  LENGTH_SLOT,
  LONG_SIZE,
  MSG_LEN_WIDTH,
  POINTER_SIZE,
  SUN_LEN_WIDTH,
  SUN_PATH_SIZE,
} from "./shared/column";
import {
  CMSG_LENGTH,
  CONTROL_LENGTH,
  ELEMENT_REST,
  KIND_END,
  OCTETS,
  SA_FAMILY,
  STRUCT_END,
  SUN_PATH,
} from "./shared/kind";
import { BAD_ARGUMENT, BAD_OFFSET, UNKNOWN_ABI } from "./shared/status";

/** Rounds `value` up to a power of two. */
export function alignUp(value: i32, unit: i32): i32 {
  return (value + unit - 1) & -unit;
}

/** Marks a width that is a column of the ABI table. */
const BY_ABI = 0x80;

// Widths by kind, in the order of shared/kind.ts: bytes, or a column.
const WIDTHS = memory.data<i32>([
  0,
  1, // U8
  1, // I8
  2, // U16
  2, // I16
  4, // U32
  4, // I32
  8, // U64
  8, // I64
  BY_ABI | LONG_SIZE, // LONG
  BY_ABI | LONG_SIZE, // ULONG
  BY_ABI | POINTER_SIZE, // SIZE
  BY_ABI | POINTER_SIZE, // POINTER
  2, // BE16
  4, // BE32
  1, // OCTETS
  BY_ABI | CMSG_LEN_WIDTH, // CMSG_LENGTH
  BY_ABI | IOVLEN_WIDTH, // IOV_COUNT
  BY_ABI | CONTROLLEN_WIDTH, // CONTROL_LENGTH
  BY_ABI | IOV_LEN_WIDTH, // IOV_LENGTH
  BY_ABI | MSG_LEN_WIDTH, // MMSG_LENGTH
  BY_ABI | SUN_LEN_WIDTH, // SA_LENGTH
  BY_ABI | SUN_LEN_WIDTH, // SA_FAMILY: what sa_len leaves of two bytes
  BY_ABI | SUN_PATH_SIZE, // SUN_PATH
  0, // STRUCT_END
]);

/** Bytes of the number itself. */
export function kindWidth(abi: i32, kind: i32): i32 {
  const entry = load<i32>(WIDTHS + <usize>(kind * 4));
  const width = entry & BY_ABI ? column(abi, entry & ~BY_ABI) : entry;
  return kind == SA_FAMILY ? 2 - width : width;
}

/** Bytes that one element of the kind takes: its width, or the slot that a narrow length lies in. */
export function kindSize(abi: i32, kind: i32): i32 {
  const width = kindWidth(abi, kind);
  if (kind < CMSG_LENGTH || kind > CONTROL_LENGTH) return width;
  const slot = column(abi, LENGTH_SLOT);
  return slot > width ? slot : width;
}

/** Bytes in front of a narrow length inside its slot: the low-order end holds the number. */
export function kindShift(abi: i32, kind: i32): i32 {
  return column(abi, BYTE_ORDER) ? kindSize(abi, kind) - kindWidth(abi, kind) : 0;
}

function kindAlign(abi: i32, kind: i32): i32 {
  if (kind == OCTETS || kind == SUN_PATH) return 1;
  const width = kind == STRUCT_END ? column(abi, POINTER_SIZE) : kindWidth(abi, kind);
  const most = column(abi, ALIGN_MAX);
  if (width == 0) return 1;
  return width < most ? width : most;
}

/** Kind of an element. */
export function elementKind(element: i32): i32 {
  return element & 0xff;
}

/** Field id of an element. */
export function elementId(element: i32): i32 {
  return (element >> 8) & 0xff;
}

/** Count of an element; 0 for one that repeats to the end of the payload. */
export function elementCount(element: i32): i32 {
  const count = (element >> 16) & 0xffff;
  return count == ELEMENT_REST ? 0 : count;
}

/** Whether an element repeats to the end of the payload. */
export function isRest(element: i32): bool {
  return ((element >> 16) & 0xffff) == ELEMENT_REST;
}

/** Offset of `element` when `used` bytes lie in front of it. */
export function placeElement(abi: i32, element: i32, used: i32): i32 {
  return alignUp(used, kindAlign(abi, elementKind(element)));
}

/** Bytes that `element` takes, without a repeated tail. */
export function elementSize(abi: i32, element: i32): i32 {
  return kindSize(abi, elementKind(element)) * elementCount(element);
}

/** The largest alignment of a program's elements. */
export function programAlign(abi: i32, program: usize, count: i32): i32 {
  let most = 1;
  for (let i = 0; i < count; i++) {
    const align = kindAlign(abi, elementKind(load<i32>(program + <usize>(i * 4))));
    if (align > most) most = align;
  }
  return most;
}

/** Size of a program: the end of its last element, rounded up to its alignment. A repeated tail adds nothing. */
export function programSize(abi: i32, program: usize, count: i32): i32 {
  let used = 0;
  for (let i = 0; i < count; i++) {
    const element = load<i32>(program + <usize>(i * 4));
    used = placeElement(abi, element, used) + elementSize(abi, element);
  }
  return alignUp(used, programAlign(abi, program, count));
}

/**
 * Whether `count` elements lie at `program`, all of kinds that exist; only the last may repeat, and only a payload kind.
 * The width of sun_path is a column: there is one, never an array of them.
 */
export function isProgram(program: i32, count: i32): bool {
  if (<u32>count > 255 || outsideScratch(program, count * 4)) return false;
  for (let i = 0; i < count; i++) {
    const element = load<i32>(<usize>(program + i * 4));
    if (<u32>(elementKind(element) - 1) >= <u32>(KIND_END - 1)) return false;
    if (elementKind(element) == SUN_PATH && elementCount(element) != 1) return false;
    if (isRest(element) && (i != count - 1 || elementKind(element) > OCTETS)) return false;
  }
  return true;
}

/** Whether `length` bytes at `out` would overwrite the program that says what to write there. */
export function overwritesProgram(program: i32, count: i32, out: i32, length: i32): bool {
  return overlap(program, count * 4, out, length);
}

/**
 * Lays a field program out: two words per element at `out`, offset and width of its number, then two more, alignment and
 * end of the last element. Answers the size of the struct.
 */
export function layoutProgram(abi: i32, program: i32, count: i32, out: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (!isProgram(program, count)) return BAD_ARGUMENT;
  const room = (count + 1) * 8;
  if (outsideScratch(out, room) || overwritesProgram(program, count, out, room)) return BAD_OFFSET;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const element = load<i32>(<usize>(program + i * 4));
    const kind = elementKind(element);
    const at = placeElement(abi, element, used);
    store<i32>(<usize>(out + i * 8), at + kindShift(abi, kind));
    store<i32>(<usize>(out + i * 8 + 4), kindWidth(abi, kind));
    used = at + elementSize(abi, element);
  }
  store<i32>(<usize>(out + count * 8), programAlign(abi, <usize>program, count));
  store<i32>(<usize>(out + count * 8 + 4), used);
  return programSize(abi, <usize>program, count);
}

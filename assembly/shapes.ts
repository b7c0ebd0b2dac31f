// The headers and addresses as field programs. Their members' order is C's, except where a row describes buffers length first.

import { column, isAbi } from "./abi";
import {
  alignUp,
  elementId,
  elementKind,
  elementSize,
  kindShift,
  placeElement,
  programAlign,
} from "./layout";
import { outsideScratch } from "./memory";
import { LENGTH_FIRST } from "./shared/column";
import {
  BE16,
  BE32,
  CMSG_LENGTH,
  CONTROL_LENGTH,
  I32,
  IOV_COUNT,
  IOV_LENGTH,
  MMSG_LENGTH,
  OCTETS,
  POINTER,
  SA_FAMILY,
  SA_LENGTH,
  STRUCT_END,
  SUN_PATH,
  U32,
} from "./shared/kind";
import { BAD_ARGUMENT, BAD_OFFSET, UNKNOWN_ABI } from "./shared/status";
import {
  CMSGHDR,
  IOVEC,
  MMSGHDR,
  MSGHDR,
  SOCKADDR_IN,
  SOCKADDR_UN,
  STRUCT_COUNT,
} from "./shared/struct";

const ONE = 0x10000;

// msghdr and mmsghdr share their beginning: the shorter is a prefix of the longer.
const MSG = memory.data<i32>([
  POINTER | (0 << 8) | ONE, // msg_name
  U32 | (1 << 8) | ONE, // msg_namelen
  POINTER | (2 << 8) | ONE, // msg_iov
  IOV_COUNT | (3 << 8) | ONE, // msg_iovlen
  STRUCT_END | (0xff << 8), // where control data is described by a struct of its own (WSABUF), it begins aligned
  POINTER | (4 << 8) | ONE, // msg_control
  CONTROL_LENGTH | (5 << 8) | ONE, // msg_controllen
  I32 | (6 << 8) | ONE, // msg_flags
  STRUCT_END | (0xff << 8),
  MMSG_LENGTH | (7 << 8) | ONE, // msg_len
]);
const MSG_FIELDS = 8;
const MMSG_FIELDS = 10;
/** Place of msg_control in the program above. */
const CONTROL_PLACE = 5;

const CMSG = memory.data<i32>([
  CMSG_LENGTH | (0 << 8) | ONE, // cmsg_len
  I32 | (1 << 8) | ONE, // cmsg_level
  I32 | (2 << 8) | ONE, // cmsg_type
]);

const IOV = memory.data<i32>([
  POINTER | (0 << 8) | ONE, // iov_base
  IOV_LENGTH | (1 << 8) | ONE, // iov_len
]);

const SUN = memory.data<i32>([
  SA_LENGTH | (0 << 8) | ONE, // sun_len
  SA_FAMILY | (1 << 8) | ONE, // sun_family
  SUN_PATH | (2 << 8) | ONE, // sun_path
]);

const SIN = memory.data<i32>([
  SA_LENGTH | (0 << 8) | ONE, // sin_len
  SA_FAMILY | (1 << 8) | ONE, // sin_family
  BE16 | (2 << 8) | ONE, // sin_port
  OCTETS | (3 << 8) | (4 << 16), // sin_addr
  OCTETS | (4 << 8) | (8 << 16), // sin_zero
]);

const SIN6 = memory.data<i32>([
  SA_LENGTH | (0 << 8) | ONE, // sin6_len
  SA_FAMILY | (1 << 8) | ONE, // sin6_family
  BE16 | (2 << 8) | ONE, // sin6_port
  BE32 | (3 << 8) | ONE, // sin6_flowinfo
  OCTETS | (4 << 8) | (16 << 16), // sin6_addr
  U32 | (5 << 8) | ONE, // sin6_scope_id
]);

function shapeOf(struct: i32): usize {
  if (struct == MSGHDR || struct == MMSGHDR) return MSG;
  if (struct == CMSGHDR) return CMSG;
  if (struct == IOVEC) return IOV;
  if (struct == SOCKADDR_UN) return SUN;
  return struct == SOCKADDR_IN ? SIN : SIN6;
}

function fieldCount(struct: i32): i32 {
  if (struct == MSGHDR) return MSG_FIELDS;
  if (struct == MMSGHDR) return MMSG_FIELDS;
  if (struct == CMSGHDR || struct == SOCKADDR_UN) return 3;
  if (struct == IOVEC) return 2;
  return struct == SOCKADDR_IN ? 5 : 6;
}

/** Element `i` of a struct in memory order: the pairs (iov_base, iov_len) and (msg_control, msg_controllen) may be swapped. */
function elementOf(abi: i32, struct: i32, i: i32): i32 {
  const first = struct == IOVEC ? 0 : CONTROL_PLACE;
  const paired = struct == MSGHDR || struct == MMSGHDR || struct == IOVEC;
  const swapped = paired && (i == first || i == first + 1) && column(abi, LENGTH_FIRST) != 0;
  const place = swapped ? first + first + 1 - i : i;
  return load<i32>(shapeOf(struct) + <usize>(place * 4));
}

/** Writes a struct's field program at `at`, in memory order. Answers its element count. */
export function structProgram(abi: i32, struct: i32, at: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (<u32>struct >= <u32>STRUCT_COUNT) return BAD_ARGUMENT;
  const count = fieldCount(struct);
  if (outsideScratch(at, count * 4)) return BAD_OFFSET;
  for (let i = 0; i < count; i++) {
    store<i32>(<usize>(at + i * 4), elementOf(abi, struct, i));
  }
  return count;
}

/** Size of a struct of an ABI that exists. */
export function sizeOf(abi: i32, struct: i32): i32 {
  const count = fieldCount(struct);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const element = elementOf(abi, struct, i);
    used = placeElement(abi, element, used) + elementSize(abi, element);
  }
  return alignUp(used, programAlign(abi, shapeOf(struct), count));
}

/** Offset of a member of a struct of an ABI that exists. */
export function offsetOf(abi: i32, struct: i32, field: i32): i32 {
  let used = 0;
  for (let i = 0; i < fieldCount(struct); i++) {
    const element = elementOf(abi, struct, i);
    const at = placeElement(abi, element, used);
    if (elementId(element) == field) return at + kindShift(abi, elementKind(element));
    used = at + elementSize(abi, element);
  }
  return -1;
}

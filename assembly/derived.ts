// What the hot path asks of a row, computed once per ABI by the layout rule and kept: a load instead of a walk over a struct.

import { column, isAbi } from "./abi";
import { alignUp } from "./layout";
import { offsetOf, sizeOf } from "./shapes";
import {
  BYTE_ORDER,
  CMSG_LEN_WIDTH,
  COLUMN_COUNT,
  CONTROLLEN_WIDTH,
  DATA_ALIGN,
  HEADER_ALIGN,
  IOV_LEN_WIDTH,
  IOVLEN_WIDTH,
  MSG_LEN_WIDTH,
  POINTER_SIZE,
} from "./shared/column";
import { DERIVED_BASE } from "./shared/limits";
import {
  CMSG_LEN,
  CMSG_LEVEL,
  CMSG_TYPE,
  CMSGHDR,
  IOV_BASE,
  IOV_LEN,
  IOVEC,
  MMSGHDR,
  MSG_FLAGS,
  MSG_LEN,
  MSG_NAME,
  MSGHDR,
} from "./shared/struct";

/** sizeof(struct cmsghdr): never 0, so it also says that the row is filled. */
export const HEADER_SIZE = 0;
export const LEN_AT = 1;
export const LEVEL_AT = 2;
export const TYPE_AT = 3;
/** Offset of CMSG_DATA from its header, which is also CMSG_LEN(0). */
export const DATA_AT = 4;
export const MSGHDR_SIZE = 5;
/** Offsets of the members of struct msghdr, in the order of their ids. */
export const MSGHDR_AT = 6;
export const IOVEC_SIZE = 13;
export const IOV_BASE_AT = 14;
export const IOV_LEN_AT = 15;
/** Where there is no struct mmsghdr, MMSG_WIDTH is 0 and these say nothing. */
export const MMSGHDR_SIZE = 16;
export const MSG_LEN_AT = 17;
/** 1 where messages are little-endian words of 64 bits: the length, level and type, then the payload. */
export const IN_WORDS = 18;
/** The row's own columns, beside what they lead to. */
const COLUMNS = 19;
export const ORDER = COLUMNS + BYTE_ORDER;
export const ALIGNMENT = COLUMNS + HEADER_ALIGN;
export const POINTER_WIDTH = COLUMNS + POINTER_SIZE;
export const LEN_WIDTH = COLUMNS + CMSG_LEN_WIDTH;
export const COUNT_WIDTH = COLUMNS + IOVLEN_WIDTH;
export const CONTROL_WIDTH = COLUMNS + CONTROLLEN_WIDTH;
export const IOV_WIDTH = COLUMNS + IOV_LEN_WIDTH;
export const MMSG_WIDTH = COLUMNS + MSG_LEN_WIDTH;
const WORDS = COLUMNS + COLUMN_COUNT;

/** Address of the derived numbers of an ABI; 0 when it does not exist. */
export function derivedIf(abi: i32): usize {
  return isAbi(abi) ? derivedOf(abi) : 0;
}

/** Address of the derived numbers of an ABI that exists. */
export function derivedOf(abi: i32): usize {
  const at = <usize>(DERIVED_BASE + abi * WORDS * 4);
  if (load<i32>(at) == 0) derive(abi, at);
  return at;
}

/** One derived number. */
export function derived(at: usize, name: i32): i32 {
  return load<i32>(at + <usize>(name * 4));
}

function keep(at: usize, name: i32, value: i32): void {
  store<i32>(at + <usize>(name * 4), value);
}

function derive(abi: i32, at: usize): void {
  const header = sizeOf(abi, CMSGHDR);
  keep(at, LEN_AT, offsetOf(abi, CMSGHDR, CMSG_LEN));
  keep(at, LEVEL_AT, offsetOf(abi, CMSGHDR, CMSG_LEVEL));
  keep(at, TYPE_AT, offsetOf(abi, CMSGHDR, CMSG_TYPE));
  keep(at, DATA_AT, alignUp(header, column(abi, DATA_ALIGN)));
  keep(at, MSGHDR_SIZE, sizeOf(abi, MSGHDR));
  for (let field = MSG_NAME; field <= MSG_FLAGS; field++) {
    keep(at, MSGHDR_AT + field, offsetOf(abi, MSGHDR, field));
  }
  keep(at, IOVEC_SIZE, sizeOf(abi, IOVEC));
  keep(at, IOV_BASE_AT, offsetOf(abi, IOVEC, IOV_BASE));
  keep(at, IOV_LEN_AT, offsetOf(abi, IOVEC, IOV_LEN));
  keep(at, MMSGHDR_SIZE, sizeOf(abi, MMSGHDR));
  keep(at, MSG_LEN_AT, offsetOf(abi, MMSGHDR, MSG_LEN));
  const header16 =
    derived(at, LEN_AT) == 0 && derived(at, LEVEL_AT) == 8 && derived(at, DATA_AT) == 16;
  keep(
    at,
    IN_WORDS,
    i32(header16 && column(abi, HEADER_ALIGN) == 8 && column(abi, BYTE_ORDER) == 0),
  );
  for (let name = 0; name < COLUMN_COUNT; name++) keep(at, COLUMNS + name, column(abi, name));
  keep(at, HEADER_SIZE, header);
}

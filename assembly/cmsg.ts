// Control messages: the lengths of one, writing one, and the safe walk over what a kernel or a peer has written.
//
//          0          LEN_AT … TYPE_AT      header size   DATA_AT                        LEN(n)      SPACE(n)
//          ╒═════════════════════════════════╤════════════╤══════════════════════════════╤═══════════╕
//          │ cmsg_len │ cmsg_level │ cmsg_type │  padding   │ payload, n bytes              │  padding  │
//          ╘═════════════════════════════════╧════════════╧══════════════════════════════╧═══════════╛
//          ├───────────────────── CMSG_LEN(n), kept in cmsg_len ─────────────────────────┤
//          ├────────────────────────────── CMSG_SPACE(n), to the next header ─────────────────────────┤

import { column, isAbi } from "./abi";
import {
  ALIGNMENT,
  DATA_AT,
  derived,
  derivedOf,
  HEADER_SIZE,
  LEN_AT,
  LEN_WIDTH,
  LEVEL_AT,
  ORDER,
  TYPE_AT,
} from "./derived";
import { alignUp } from "./layout";
import { clear, outsideScratch, outsideUnlessEmpty } from "./memory";
import { loadInt, loadWord, storeInt, storeWord } from "./scalar";
import { HEADER_ALIGN } from "./shared/column";
import {
  RECORD_LENGTH,
  RECORD_LEVEL,
  RECORD_PAYLOAD,
  RECORD_TYPE,
  RECORD_WORDS,
  REPORT_CLAIMED,
  REPORT_OFFSET,
  REPORT_RECORDS,
  REPORT_STATUS,
} from "./shared/message";
import {
  BAD_OFFSET,
  LENGTH_BELOW_HEADER,
  LENGTH_PAST_END,
  NO_SPACE,
  OUT_OF_RANGE,
  UNKNOWN_ABI,
} from "./shared/status";

/** `value` rounded up to the header alignment, or OUT_OF_RANGE above 2^31 - 1. */
export function cmsgAlign(abi: i32, value: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (value < 0) return OUT_OF_RANGE;
  return roundedUp(abi, value);
}

/**
 * Bytes of a message with a payload of `length` bytes, without the padding behind it. That of an empty one is also the offset
 * of a payload from its header: CMSG_DATA(c) - c.
 */
export function cmsgLen(abi: i32, length: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  const end = <i64>derived(derivedOf(abi), DATA_AT) + <i64>length;
  return length < 0 || end > <i64>i32.MAX_VALUE ? OUT_OF_RANGE : <i32>end;
}

/** Bytes that a message with a payload of `length` bytes takes in a control buffer. */
export function cmsgSpace(abi: i32, length: i32): i32 {
  const end = cmsgLen(abi, length);
  return end < 0 ? end : roundedUp(abi, end);
}

function roundedUp(abi: i32, value: i32): i32 {
  const unit = <i64>column(abi, HEADER_ALIGN);
  const rounded = (<i64>value + unit - 1) & -unit;
  return rounded > <i64>i32.MAX_VALUE ? OUT_OF_RANGE : <i32>rounded;
}

/**
 * Writes one message at `control + used`: header, payload, and zeros as padding. The payload may lie anywhere, in its place
 * already too. Answers the bytes used after it (a multiple of the header alignment).
 */
export function append(
  abi: i32,
  control: i32,
  capacity: i32,
  used: i32,
  level: i32,
  type: i32,
  payload: i32,
  length: i32,
): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (outsideScratch(control, capacity) || outsideUnlessEmpty(payload, length)) return BAD_OFFSET;
  const layout = derivedOf(abi);
  const data = derived(layout, DATA_AT);
  // No sum overflows: the payload lies in memory.
  const space = alignUp(data + length, derived(layout, ALIGNMENT));
  if (used < 0 || used > capacity || space > capacity - used) return NO_SPACE;
  const big = derived(layout, ORDER);
  const header = <usize>(control + used);
  // The payload moves first: it may lie where the header's padding will be zeroed.
  const place = header + <usize>data;
  if (length != 0 && place != <usize>payload) memory.copy(place, <usize>payload, <usize>length);
  clear(header, data);
  clear(place + <usize>length, space - data - length);
  storeWord(
    header + <usize>derived(layout, LEN_AT),
    derived(layout, LEN_WIDTH),
    big,
    data + length,
  );
  storeInt(header + <usize>derived(layout, LEVEL_AT), big, level);
  storeInt(header + <usize>derived(layout, TYPE_AT), big, type);
  return used + space;
}

/** cmsg_len of the header at `header`, as it stands there. */
export function claimedLength(layout: usize, header: usize): u64 {
  return loadWord(
    header + <usize>derived(layout, LEN_AT),
    derived(layout, LEN_WIDTH),
    derived(layout, ORDER),
  );
}

/**
 * The safe walk: every header that fits, lengths clamped to the bytes that are there, the first broken length reported.
 * Fills the report at `report`; answers the number of its records.
 */
export function walk(abi: i32, control: i32, length: i32, report: i32, limit: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (outsideUnlessEmpty(control, length)) return BAD_OFFSET;
  if (<u32>limit > 0xfffff) return BAD_OFFSET;
  if (outsideScratch(report, (REPORT_RECORDS + limit * RECORD_WORDS) * 4)) return BAD_OFFSET;
  const layout = derivedOf(abi);
  const headerSize = derived(layout, HEADER_SIZE);
  const dataAt = derived(layout, DATA_AT);
  const unit = <u64>derived(layout, ALIGNMENT);
  store<i32>(<usize>(report + REPORT_STATUS * 4), 0);
  let record = report + REPORT_RECORDS * 4;
  let count = 0;
  let at = 0;
  while (length - at >= headerSize) {
    const claimed = claimedLength(layout, <usize>(control + at));
    const left = length - at;
    if (claimed < <u64>dataAt) return finish(report, LENGTH_BELOW_HEADER, at, claimed, count);
    if (count == limit) return finish(report, NO_SPACE, at, claimed, count);
    const past = claimed > <u64>left;
    const end = past ? left : <i32>claimed;
    writeRecord(layout, record, control + at, at + dataAt, end > dataAt ? end - dataAt : 0);
    record += RECORD_WORDS * 4;
    count += 1;
    if (past) return finish(report, LENGTH_PAST_END, at, claimed, count);
    const next = (<u64>end + unit - 1) & (0 - unit);
    if (next > <u64>left) break;
    at += <i32>next;
  }
  return count;
}

function writeRecord(layout: usize, record: i32, header: i32, payload: i32, length: i32): void {
  const big = derived(layout, ORDER);
  const level = loadInt(<usize>(header + derived(layout, LEVEL_AT)), big);
  const type = loadInt(<usize>(header + derived(layout, TYPE_AT)), big);
  store<i32>(<usize>(record + RECORD_LEVEL * 4), level);
  store<i32>(<usize>(record + RECORD_TYPE * 4), type);
  store<i32>(<usize>(record + RECORD_PAYLOAD * 4), payload);
  store<i32>(<usize>(record + RECORD_LENGTH * 4), length);
}

function finish(report: i32, status: i32, offset: i32, claimed: u64, count: i32): i32 {
  store<i32>(<usize>(report + REPORT_STATUS * 4), status);
  store<i32>(<usize>(report + REPORT_OFFSET * 4), offset);
  store<u64>(<usize>(report + REPORT_CLAIMED * 4), claimed);
  return count;
}

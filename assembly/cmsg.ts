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
  derivedIf,
  derivedOf,
  HEADER_SIZE,
  IN_WORDS,
  LEN_AT,
  LEN_WIDTH,
  LEVEL_AT,
  ORDER,
} from "./derived";
import { alignUp } from "./layout";
import { clear, outsideScratch, outsideUnlessEmpty } from "./memory";
import { loadIds, loadWord, storeIds, storeWord } from "./scalar";
import { HEADER_ALIGN } from "./shared/column";
import { MEMORY_SIZE, SCRATCH_BASE } from "./shared/limits";
import {
  MESSAGE_WORDS,
  RECORD_LENGTH,
  RECORD_PAYLOAD,
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

/** Bytes of the longest payload that is copied here: above it the engine's own copy costs less. */
const SHORT = 128;

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
  const layout = derivedIf(abi);
  if (layout == 0) return UNKNOWN_ABI;
  if (outsideScratch(control, capacity) || outsideUnlessEmpty(payload, length)) return BAD_OFFSET;
  if (<u32>used > <u32>capacity) return NO_SPACE;
  const at = control + used;
  const ids = <u64>(<u32>level) | ((<u64>(<u32>type)) << 32);
  const end = control + capacity;
  let next = derived(layout, IN_WORDS) ? writeInWords(at, end, ids, payload, length) : 0;
  if (next == 0) next = writeMessage(layout, at, end, ids, payload, length);
  return next < 0 ? next : next - control;
}

/**
 * append for each of the `count` messages of the list at `list`: level, type, offset and length of the payload. Answers the bytes
 * used after them; when one has no room or lies outside, those in front of it are written.
 */
export function appendAll(
  abi: i32,
  control: i32,
  capacity: i32,
  used: i32,
  list: i32,
  count: i32,
): i32 {
  const layout = derivedIf(abi);
  if (layout == 0) return UNKNOWN_ABI;
  if (outsideScratch(control, capacity)) return BAD_OFFSET;
  if (<u32>count > 0xfffff || outsideUnlessEmpty(list, count * MESSAGE_WORDS * 4)) {
    return BAD_OFFSET;
  }
  if (<u32>used > <u32>capacity) return NO_SPACE;
  const inWords = derived(layout, IN_WORDS) != 0;
  const end = control + capacity;
  let at = control + used;
  const last = list + count * MESSAGE_WORDS * 4;
  for (; list < last; list += MESSAGE_WORDS * 4) {
    const ids = load<u64>(<usize>list);
    const payload = load<i32>(<usize>list, 8);
    const length = load<i32>(<usize>list, 12);
    const next = inWords ? writeInWords(at, end, ids, payload, length) : 0;
    at = next != 0 ? next : writeMessage(layout, at, end, ids, payload, length);
    if (at < 0) return at;
  }
  return at - control;
}

/** Writes a message. `ids` is its level, and in the high half its type. Answers the place behind it, or a status. */
function writeMessage(layout: usize, at: i32, end: i32, ids: u64, payload: i32, length: i32): i32 {
  if (outsideUnlessEmpty(payload, length)) return BAD_OFFSET;
  const data = derived(layout, DATA_AT);
  const used = data + length;
  const space = alignUp(used, derived(layout, ALIGNMENT));
  if (space > end - at) return NO_SPACE;
  const header = <usize>at;
  const place = header + <usize>data;
  // The payload moves first: it may lie where the header's padding will be zeroed.
  if (length != 0 && place != <usize>payload) memory.copy(place, <usize>payload, <usize>length);
  clear(place + <usize>length, space - used);
  clear(header, data);
  const big = derived(layout, ORDER);
  storeWord(header + <usize>derived(layout, LEN_AT), derived(layout, LEN_WIDTH), big, used);
  storeIds(header + <usize>derived(layout, LEVEL_AT), big, ids);
  return at + space;
}

/**
 * The same for short payloads where messages are words, and 0 where it is not as simple as that: a payload lies in its place or
 * shares no byte with that of its message, and whole words of it lie inside.
 */
function writeInWords(at: i32, end: i32, ids: u64, payload: i32, length: i32): i32 {
  const used = 16 + length;
  const space = (used + 7) & -8;
  if (
    <u32>length > <u32>SHORT ||
    <u32>(payload - SCRATCH_BASE) > <u32>(MEMORY_SIZE - SCRATCH_BASE - SHORT - 8) ||
    space > end - at ||
    (<u32>(payload + length - at) < <u32>(space + length) && payload != at + 16)
  ) {
    return 0;
  }
  store<u64>(<usize>at, <u64>used);
  store<u64>(<usize>at, ids, 8);
  const rest = length & 7;
  const whole = length - rest;
  for (let i = 0; i < whole; i += 8)
    store<u64>(<usize>(at + i), load<u64>(<usize>(payload + i)), 16);
  if (rest != 0) {
    const last = load<u64>(<usize>(payload + whole)) & (((<u64>1) << (<u64>(rest * 8))) - 1);
    store<u64>(<usize>(at + whole), last, 16);
  }
  return at + space;
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
  const layout = derivedIf(abi);
  if (layout == 0) return UNKNOWN_ABI;
  if (outsideUnlessEmpty(control, length)) return BAD_OFFSET;
  if (<u32>limit > 0xfffff) return BAD_OFFSET;
  if (outsideScratch(report, (REPORT_RECORDS + limit * RECORD_WORDS) * 4)) return BAD_OFFSET;
  store<i32>(<usize>(report + REPORT_STATUS * 4), 0);
  // An empty buffer lies anywhere: no sum of its offset is safe.
  if (length == 0) return 0;
  const data = derived(layout, DATA_AT);
  const unit = <u64>derived(layout, ALIGNMENT);
  const lengthAt = derived(layout, LEN_AT);
  const idsAt = derived(layout, LEVEL_AT);
  const width = derived(layout, LEN_WIDTH);
  const big = derived(layout, ORDER);
  const end = control + length;
  const records = report + REPORT_RECORDS * 4;
  const full = records + limit * RECORD_WORDS * 4;
  let record = records;
  let header = control;
  let claimed: u64 = 0;
  do {
    // Whole messages of little-endian systems, which is all there is to nearly every buffer.
    while (!big && header <= end - data) {
      const at = <usize>(header + lengthAt);
      claimed = width == 4 ? <u64>load<u32>(at) : load<u64>(at);
      if (claimed - <u64>data > <u64>(end - header - data) || record == full) break;
      const ids = load<u64>(<usize>(header + idsAt));
      writeRecord(record, ids, header - control + data, <i32>claimed - data);
      record += RECORD_WORDS * 4;
      header += <i32>((claimed + unit - 1) & (0 - unit));
    }
    const count = (record - records) >>> 4;
    const at = header - control;
    const left = end - header;
    if (left < derived(layout, HEADER_SIZE)) return count;
    claimed = claimedLength(layout, <usize>header);
    if (claimed < <u64>data) return finish(report, LENGTH_BELOW_HEADER, at, claimed, count);
    if (record == full) return finish(report, NO_SPACE, at, claimed, count);
    const there = (claimed > <u64>left ? left : <i32>claimed) - data;
    const ids = loadIds(<usize>(header + idsAt), big);
    writeRecord(record, ids, at + data, there > 0 ? there : 0);
    if (claimed > <u64>left) return finish(report, LENGTH_PAST_END, at, claimed, count + 1);
    record += RECORD_WORDS * 4;
    header += <i32>((claimed + unit - 1) & (0 - unit));
  } while (header < end);
  return (record - records) >>> 4;
}

/** `ids` is the level, and in the high half the type. */
function writeRecord(record: i32, ids: u64, payload: i32, length: i32): void {
  store<u64>(<usize>record, ids);
  store<i32>(<usize>(record + RECORD_PAYLOAD * 4), payload);
  store<i32>(<usize>(record + RECORD_LENGTH * 4), length);
}

function finish(report: i32, status: i32, offset: i32, claimed: u64, count: i32): i32 {
  store<i32>(<usize>(report + REPORT_STATUS * 4), status);
  store<i32>(<usize>(report + REPORT_OFFSET * 4), offset);
  store<u64>(<usize>(report + REPORT_CLAIMED * 4), claimed);
  return count;
}

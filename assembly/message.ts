// One message in flight: seal what sendmsg takes, prepare what recvmsg fills, open what it filled.
// All numbers come from a request (shared/message.ts) that the host keeps in its own part of memory.

import { isAbi } from "./abi";
import { append, appendAll, walk } from "./cmsg";
import {
  CONTROL_WIDTH,
  COUNT_WIDTH,
  derived,
  derivedOf,
  IOV_BASE_AT,
  IOV_LEN_AT,
  IOV_WIDTH,
  IOVEC_SIZE,
  MSGHDR_AT,
  MSGHDR_SIZE,
  ORDER,
  POINTER_WIDTH,
} from "./derived";
import { clear, outsideScratch, outsideUnlessEmpty } from "./memory";
import { loadWord, storeWord } from "./scalar";
import {
  OPENED_CONTROL_LENGTH,
  OPENED_FLAGS,
  OPENED_NAME_LENGTH,
  PART_WORDS,
  REQUEST_BASE,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_CONTROL_LENGTH,
  REQUEST_IOVEC,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_MSGHDR,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PART_COUNT,
  REQUEST_PARTS,
  REQUEST_RECORD_LIMIT,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "./shared/message";
import { BAD_OFFSET, OUT_OF_RANGE, UNKNOWN_ABI } from "./shared/status";
import {
  MSG_CONTROL,
  MSG_CONTROLLEN,
  MSG_FLAGS,
  MSG_IOV,
  MSG_IOVLEN,
  MSG_NAME,
  MSG_NAMELEN,
} from "./shared/struct";

function word(request: i32, name: i32): i32 {
  return load<i32>(<usize>(request + name * 4));
}

function setWord(request: i32, name: i32, value: i32): void {
  store<i32>(<usize>(request + name * 4), value);
}

function check(abi: i32, request: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  return outsideScratch(request, REQUEST_WORDS * 4) ? BAD_OFFSET : 0;
}

/** Begins a message to send: no control data yet. */
export function begin(abi: i32, request: i32): i32 {
  const bad = check(abi, request);
  if (bad < 0) return bad;
  setWord(request, REQUEST_CONTROL_LENGTH, 0);
  return 0;
}

/** Appends one control message. Answers the bytes of control data so far. */
export function appendMessage(
  abi: i32,
  request: i32,
  level: i32,
  type: i32,
  payload: i32,
  length: i32,
): i32 {
  const bad = check(abi, request);
  if (bad < 0) return bad;
  const used = append(
    abi,
    word(request, REQUEST_CONTROL),
    word(request, REQUEST_CONTROL_CAPACITY),
    word(request, REQUEST_CONTROL_LENGTH),
    level,
    type,
    payload,
    length,
  );
  if (used >= 0) setWord(request, REQUEST_CONTROL_LENGTH, used);
  return used;
}

/** Whether the system would be pointed at an address or control buffer outside the caller's part. */
function pointsOutside(request: i32, controlLength: i32): bool {
  const name = word(request, REQUEST_NAME);
  return (
    (name != 0 && outsideScratch(name, word(request, REQUEST_NAME_LENGTH))) ||
    outsideUnlessEmpty(word(request, REQUEST_CONTROL), controlLength)
  );
}

/** Writes msghdr and iovecs around what begin and append have written. Answers the offset of msghdr, for sendmsg. */
export function seal(abi: i32, request: i32): i32 {
  const bad = check(abi, request);
  if (bad < 0) return bad;
  return writeMsghdr(derivedOf(abi), request, word(request, REQUEST_CONTROL_LENGTH));
}

/** begin, append for each message of the request's list, and seal: one call for a whole message. */
export function compose(abi: i32, request: i32): i32 {
  const bad = begin(abi, request);
  if (bad < 0) return bad;
  const count = word(request, REQUEST_MESSAGE_COUNT);
  let used = 0;
  if (count != 0) {
    used = appendAll(
      abi,
      word(request, REQUEST_CONTROL),
      word(request, REQUEST_CONTROL_CAPACITY),
      0,
      word(request, REQUEST_MESSAGES),
      count,
    );
    if (used < 0) return used;
    setWord(request, REQUEST_CONTROL_LENGTH, used);
  }
  return writeMsghdr(derivedOf(abi), request, used);
}

/** Writes msghdr and iovecs with the whole capacity for name and control data. Answers the offset of msghdr, for recvmsg. */
export function prepare(abi: i32, request: i32): i32 {
  const bad = check(abi, request);
  if (bad < 0) return bad;
  return writeMsghdr(derivedOf(abi), request, word(request, REQUEST_CONTROL_CAPACITY));
}

/**
 * Reads back what recvmsg has written: length of the address, flags and control length into the request, the control
 * messages into its report. Lengths are claims: they are clamped to the capacities. msghdr gets its capacities back, so that
 * the same request can receive again without `prepare`. Answers the number of records.
 */
export function open(abi: i32, request: i32): i32 {
  const bad = check(abi, request);
  if (bad < 0) return bad;
  const layout = derivedOf(abi);
  const msghdr = word(request, REQUEST_MSGHDR);
  if (outsideScratch(msghdr, derived(layout, MSGHDR_SIZE))) return BAD_OFFSET;
  if (pointsOutside(request, word(request, REQUEST_CONTROL_CAPACITY))) return BAD_OFFSET;
  const name = memberOf(layout, msghdr, MSG_NAMELEN, 4);
  const control = clamped(
    memberOf(layout, msghdr, MSG_CONTROLLEN, derived(layout, CONTROL_WIDTH)),
    word(request, REQUEST_CONTROL_CAPACITY),
  );
  setWord(request, OPENED_NAME_LENGTH, clamped(name, word(request, REQUEST_NAME_LENGTH)));
  setWord(request, OPENED_FLAGS, <i32>memberOf(layout, msghdr, MSG_FLAGS, 4));
  setWord(request, OPENED_CONTROL_LENGTH, control);
  arm(layout, request);
  return walk(
    abi,
    word(request, REQUEST_CONTROL),
    control,
    word(request, REQUEST_REPORT),
    word(request, REQUEST_RECORD_LIMIT),
  );
}

/** Puts the capacities for name and control data into msghdr. */
function arm(layout: usize, request: i32): void {
  const at = word(request, REQUEST_MSGHDR);
  const width = derived(layout, CONTROL_WIDTH);
  if (word(request, REQUEST_NAME) != 0) {
    setMember(layout, at, MSG_NAMELEN, 4, word(request, REQUEST_NAME_LENGTH));
  }
  setMember(layout, at, MSG_CONTROLLEN, width, word(request, REQUEST_CONTROL_CAPACITY));
}

function clamped(claimed: u64, capacity: i32): i32 {
  return claimed > <u64>(<u32>capacity) ? capacity : <i32>claimed;
}

function memberOf(layout: usize, msghdr: i32, field: i32, width: i32): u64 {
  const at = <usize>(msghdr + derived(layout, MSGHDR_AT + field));
  return loadWord(at, width, derived(layout, ORDER));
}

function setMember(layout: usize, msghdr: i32, field: i32, width: i32, value: u64): void {
  const at = <usize>(msghdr + derived(layout, MSGHDR_AT + field));
  storeWord(at, width, derived(layout, ORDER), value);
}

function writeMsghdr(layout: usize, request: i32, controlLength: i32): i32 {
  const at = word(request, REQUEST_MSGHDR);
  const size = derived(layout, MSGHDR_SIZE);
  if (outsideScratch(at, size) || pointsOutside(request, controlLength)) return BAD_OFFSET;
  const iovecs = writeIovecs(layout, request);
  if (iovecs < 0) return iovecs;
  const base = load<u64>(<usize>(request + REQUEST_BASE * 4));
  const name = word(request, REQUEST_NAME);
  const pointer = derived(layout, POINTER_WIDTH);
  clear(<usize>at, size);
  if (name != 0) {
    setMember(layout, at, MSG_NAME, pointer, base + <u64>(<u32>name));
    setMember(layout, at, MSG_NAMELEN, 4, word(request, REQUEST_NAME_LENGTH));
  }
  setMember(layout, at, MSG_IOV, pointer, base + <u64>(<u32>word(request, REQUEST_IOVEC)));
  setMember(layout, at, MSG_IOVLEN, derived(layout, COUNT_WIDTH), iovecs);
  // A pointer to no control data is refused by some systems: null goes with length 0.
  if (controlLength != 0) {
    const control = base + <u64>(<u32>word(request, REQUEST_CONTROL));
    setMember(layout, at, MSG_CONTROL, pointer, control);
    setMember(layout, at, MSG_CONTROLLEN, derived(layout, CONTROL_WIDTH), controlLength);
  }
  return at;
}

/** Writes the request's parts as struct iovec. Answers their count. */
function writeIovecs(layout: usize, request: i32): i32 {
  const count = word(request, REQUEST_PART_COUNT);
  const parts = word(request, REQUEST_PARTS);
  const to = word(request, REQUEST_IOVEC);
  if (count == 0) return 0;
  const size = derived(layout, IOVEC_SIZE);
  if (<u32>count > 0xffff || outsideScratch(parts, count * PART_WORDS * 4)) return BAD_OFFSET;
  if (outsideScratch(to, count * size)) return BAD_OFFSET;
  const big = derived(layout, ORDER);
  const pointer = derived(layout, POINTER_WIDTH);
  const width = derived(layout, IOV_WIDTH);
  const baseAt = <usize>derived(layout, IOV_BASE_AT);
  const lengthAt = <usize>derived(layout, IOV_LEN_AT);
  for (let i = 0; i < count; i++) {
    const part = <usize>(parts + i * PART_WORDS * 4);
    const iovec = <usize>(to + i * size);
    const address = load<u64>(part);
    const length = load<u64>(part + 8);
    if (width == 4 && length > <u64>u32.MAX_VALUE) return OUT_OF_RANGE;
    clear(iovec, size);
    storeWord(iovec + baseAt, pointer, big, address);
    storeWord(iovec + lengthAt, width, big, length);
  }
  return count;
}

// A batch of messages in one array of struct mmsghdr: what sendmmsg takes, what recvmmsg fills, and what they have written.
// Each message has a request of its own, and is laid out and opened as one message is.

import { isAbi } from "./abi";
import {
  derived,
  derivedOf,
  MMSG_WIDTH,
  MMSGHDR_SIZE,
  MSG_LEN_AT,
  MSGHDR_SIZE,
  ORDER,
} from "./derived";
import { clear, outsideScratch } from "./memory";
import { compose, open, prepare } from "./message";
import { loadWord } from "./scalar";
import {
  BATCH_CONTROL,
  BATCH_CONTROL_CAPACITY,
  BATCH_COUNT,
  BATCH_MMSGHDR,
  BATCH_RECORD_LIMIT,
  BATCH_REPORT,
  BATCH_REQUESTS,
  BATCH_WORDS,
  OPENED_LENGTH,
  OPENED_RECORDS,
  RECORD_WORDS,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_CONTROL_LENGTH,
  REQUEST_MSGHDR,
  REQUEST_RECORD_LIMIT,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "./shared/message";
import { BAD_ARGUMENT, BAD_OFFSET, NO_SPACE, UNKNOWN_ABI } from "./shared/status";

function word(at: i32, name: i32): i32 {
  return load<i32>(<usize>(at + name * 4));
}

function setWord(at: i32, name: i32, value: i32): void {
  store<i32>(<usize>(at + name * 4), value);
}

/** Whether the batch, its requests and its array lie in the caller's part. */
// Who calls this reads the batch once and counts on from there: a hostile one may lie under its own requests, and change.
function check(abi: i32, batch: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  const layout = derivedOf(abi);
  if (derived(layout, MMSG_WIDTH) == 0) return BAD_ARGUMENT;
  if (outsideScratch(batch, BATCH_WORDS * 4)) return BAD_OFFSET;
  const count = word(batch, BATCH_COUNT);
  if (<u32>count > 0xffff) return BAD_OFFSET;
  if (outsideScratch(word(batch, BATCH_REQUESTS), count * REQUEST_WORDS * 4)) return BAD_OFFSET;
  const size = derived(layout, MMSGHDR_SIZE);
  return outsideScratch(word(batch, BATCH_MMSGHDR), count * size) ? BAD_OFFSET : 0;
}

/** Zeros what is behind msghdr: msg_len, and padding. */
function clearTail(layout: usize, mmsghdr: i32): void {
  const head = derived(layout, MSGHDR_SIZE);
  clear(<usize>(mmsghdr + head), derived(layout, MMSGHDR_SIZE) - head);
}

/** Reads msg_len into the request. */
function takeLength(layout: usize, mmsghdr: i32, request: i32): void {
  const at = <usize>(mmsghdr + derived(layout, MSG_LEN_AT));
  const length = loadWord(at, derived(layout, MMSG_WIDTH), derived(layout, ORDER));
  setWord(request, OPENED_LENGTH, length > <u64>i32.MAX_VALUE ? i32.MAX_VALUE : <i32>length);
}

/**
 * `compose` for each request of a batch, their control buffers one behind the other. Answers the number of messages that are laid
 * out: those in front of the one whose control data found no room, which is NO_SPACE when it is the first.
 */
export function composeBatch(abi: i32, batch: i32): i32 {
  const bad = check(abi, batch);
  if (bad < 0) return bad;
  const layout = derivedOf(abi);
  const size = derived(layout, MMSGHDR_SIZE);
  const count = word(batch, BATCH_COUNT);
  const capacity = word(batch, BATCH_CONTROL_CAPACITY);
  const control = word(batch, BATCH_CONTROL);
  let request = word(batch, BATCH_REQUESTS);
  let mmsghdr = word(batch, BATCH_MMSGHDR);
  let used = 0;
  for (let i = 0; i < count; i++) {
    setWord(request, REQUEST_MSGHDR, mmsghdr);
    setWord(request, REQUEST_CONTROL, control + used);
    setWord(request, REQUEST_CONTROL_CAPACITY, capacity - used);
    const result = compose(abi, request);
    if (result < 0) return result == NO_SPACE && i != 0 ? i : result;
    used += word(request, REQUEST_CONTROL_LENGTH);
    clearTail(layout, mmsghdr);
    request += REQUEST_WORDS * 4;
    mmsghdr += size;
  }
  return count;
}

/** `prepare` for each request of a batch. Answers the number of messages. */
export function prepareBatch(abi: i32, batch: i32): i32 {
  const bad = check(abi, batch);
  if (bad < 0) return bad;
  const layout = derivedOf(abi);
  const size = derived(layout, MMSGHDR_SIZE);
  const count = word(batch, BATCH_COUNT);
  let request = word(batch, BATCH_REQUESTS);
  let mmsghdr = word(batch, BATCH_MMSGHDR);
  for (let i = 0; i < count; i++) {
    setWord(request, REQUEST_MSGHDR, mmsghdr);
    const result = prepare(abi, request);
    if (result < 0) return result;
    clearTail(layout, mmsghdr);
    request += REQUEST_WORDS * 4;
    mmsghdr += size;
  }
  return count;
}

/**
 * `open` for each message of a batch, whose count says how many recvmmsg has filled; their reports lie one behind the other. What
 * msg_len says and the number of records go into each request. Answers the number of messages for whose reports there was room.
 */
export function openBatch(abi: i32, batch: i32): i32 {
  const bad = check(abi, batch);
  if (bad < 0) return bad;
  const layout = derivedOf(abi);
  const size = derived(layout, MMSGHDR_SIZE);
  const count = word(batch, BATCH_COUNT);
  let request = word(batch, BATCH_REQUESTS);
  let mmsghdr = word(batch, BATCH_MMSGHDR);
  let report = word(batch, BATCH_REPORT);
  let left = word(batch, BATCH_RECORD_LIMIT);
  for (let i = 0; i < count; i++) {
    if (left < 1) return i;
    setWord(request, REQUEST_MSGHDR, mmsghdr);
    setWord(request, REQUEST_REPORT, report);
    setWord(request, REQUEST_RECORD_LIMIT, left - 1);
    const records = open(abi, request);
    if (records < 0) return records;
    setWord(request, OPENED_RECORDS, records);
    takeLength(layout, mmsghdr, request);
    // REPORT_RECORDS, the words of a report's head, are RECORD_WORDS.
    report += (records + 1) * RECORD_WORDS * 4;
    left -= records + 1;
    request += REQUEST_WORDS * 4;
    mmsghdr += size;
  }
  return count;
}

/** Reads what sendmmsg says that it has sent, msg_len, into each request of a batch. Answers the number of messages. */
export function sentBatch(abi: i32, batch: i32): i32 {
  const bad = check(abi, batch);
  if (bad < 0) return bad;
  const layout = derivedOf(abi);
  const size = derived(layout, MMSGHDR_SIZE);
  const count = word(batch, BATCH_COUNT);
  let request = word(batch, BATCH_REQUESTS);
  let mmsghdr = word(batch, BATCH_MMSGHDR);
  for (let i = 0; i < count; i++) {
    takeLength(layout, mmsghdr, request);
    request += REQUEST_WORDS * 4;
    mmsghdr += size;
  }
  return count;
}

// Calls of the core that take lists, for the fuzz target: several control messages, batches with names and parts, structs by their id.

import {
  BATCH_CONTROL,
  BATCH_CONTROL_CAPACITY,
  BATCH_COUNT,
  BATCH_MMSGHDR,
  BATCH_RECORD_LIMIT,
  BATCH_REPORT,
  BATCH_REQUESTS,
  BATCH_WORDS,
  MESSAGE_WORDS,
  OPENED_CONTROL_LENGTH,
  OPENED_LENGTH,
  OPENED_RECORDS,
  PART_WORDS,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_IOVEC,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PART_COUNT,
  REQUEST_PARTS,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import {
  BAD_ARGUMENT,
  NO_SPACE,
  OUT_OF_RANGE,
  PAYLOAD_SHORT,
} from "../../assembly/shared/status.js";
import { STRUCT_COUNT } from "../../assembly/shared/struct.js";
import {
  BATCH,
  CELLS,
  CONTROL,
  type CoreMemory,
  check,
  LIMIT,
  NAME,
  OUT,
  PROGRAM,
  RECORDS,
  REPORT,
} from "./core-memory.js";

/** Requests of a batch at most, and where what belongs to them lies. */
const MOST = 3;
const REQUESTS = BATCH + 0x100;
const MMSGHDR = BATCH + 0x400;
const PARTS = BATCH + 0x800;
const IOVEC = BATCH + 0xc00;
/** Nothing is written from here to the names. */
export const BATCH_END = BATCH + 0x1000;
/** Bytes of the control buffer: few, so that it is full now and then. */
const CAPACITY = 512;
/** The largest struct mmsghdr. */
const MMSGHDR_MOST = 64;

/** Up to seven messages as the input says: level, type, place and length of the payload. Answers their count. */
function putMessages(core: CoreMemory, input: Uint8Array): number {
  const count = Math.min((input[0] ?? 0) & 7, Math.floor((input.length - 1) / 4));
  for (let i = 0; i < count; i++) {
    const [level = 0, type = 0, place = 0, length = 0] = input.subarray(1 + i * 4, 5 + i * 4);
    // Payloads lie anywhere in the buffer that is written, and behind it.
    const payload = core.base + CONTROL + place * 4;
    const words = [level, type, payload, length] as const;
    core.setWords(PROGRAM + i * MESSAGE_WORDS * 4, MESSAGE_WORDS, [...words.entries()]);
  }
  core.put(CONTROL, input.subarray(0, LIMIT / 2));
  return Math.max(count, 0);
}

/** Messages of a list, appended: the bytes that were counted beforehand, and the walk finds them all. */
export function appendAll(core: CoreMemory, abi: number, input: Uint8Array): void {
  const { exports, base } = core;
  const count = putMessages(core, input);
  let space = 0;
  for (let i = 0; i < count; i++) {
    space += exports.cmsg_space(abi, core.word(PROGRAM + (i * MESSAGE_WORDS + 3) * 4));
  }
  const list = base + PROGRAM;
  const used = exports.cmsg_append_all(abi, base + CONTROL, CAPACITY, 0, list, count);
  check(used === (space > CAPACITY ? NO_SPACE : space), "the bytes of all", abi, used, space);
  if (used < 0) return;
  const records = exports.cmsg_walk(abi, base + CONTROL, used, base + REPORT, RECORDS);
  check(records === count, "as many records as messages", abi, records, count);
}

/** A batch: `count` requests, each with `words` of its own. */
function putBatch(
  core: CoreMemory,
  count: number,
  words: (i: number) => readonly (readonly [number, number])[],
): number {
  const { base } = core;
  core.setWords(BATCH, BATCH_WORDS, [
    [BATCH_REQUESTS, base + REQUESTS],
    [BATCH_COUNT, count],
    [BATCH_MMSGHDR, base + MMSGHDR],
    [BATCH_CONTROL, base + CONTROL],
    [BATCH_CONTROL_CAPACITY, CAPACITY],
    [BATCH_REPORT, base + REPORT],
    [BATCH_RECORD_LIMIT, RECORDS],
  ]);
  for (let i = 0; i < count; i++)
    core.setWords(REQUESTS + i * REQUEST_WORDS * 4, REQUEST_WORDS, words(i));
  return base + BATCH;
}

/** Messages with a name, parts of any address and length, and control messages, laid out as a batch. */
export function composeBatch(core: CoreMemory, abi: number, input: Uint8Array): void {
  const { exports, base } = core;
  const [head = 0, name = 0] = input;
  const count = Math.min(head >> 6, MOST);
  const rest = input.subarray(2);
  const messages = putMessages(core, rest);
  const parts = Math.min((head >> 3) & 7, Math.floor(rest.length / (PART_WORDS * 4)));
  core.put(PARTS, rest.subarray(0, parts * PART_WORDS * 4));
  const batch = putBatch(core, count, (i) => [
    [REQUEST_NAME, name === 0 ? 0 : base + NAME],
    [REQUEST_NAME_LENGTH, name],
    [REQUEST_IOVEC, base + IOVEC + i * 0x100],
    [REQUEST_PARTS, base + PARTS],
    [REQUEST_PART_COUNT, parts],
    [REQUEST_MESSAGES, base + PROGRAM],
    [REQUEST_MESSAGE_COUNT, messages],
  ]);
  const composed = exports.message_compose_batch(abi, batch);
  const refused = [NO_SPACE, BAD_ARGUMENT, OUT_OF_RANGE].includes(composed);
  check(refused || (composed >= 0 && composed <= count), "messages laid out", abi, composed);
  core.put(MMSGHDR, rest.subarray(0, count * MMSGHDR_MOST));
  const sent = exports.message_sent_batch(abi, batch);
  check(sent === count || sent === BAD_ARGUMENT, "messages sent", abi, sent);
  for (let i = 0; i < Math.max(sent, 0); i++) {
    const length = core.word(REQUESTS + (i * REQUEST_WORDS + OPENED_LENGTH) * 4);
    check(length >= 0, "bytes that were sent", abi, length);
  }
}

/** A batch that recvmmsg may have filled: msghdrs, then control areas, as the input says. */
export function openBatch(core: CoreMemory, abi: number, input: Uint8Array): void {
  const { exports, base } = core;
  const count = Math.min((input[0] ?? 0) & 3, MOST);
  const room = LIMIT / 4;
  const batch = putBatch(core, count, (i) => [
    [REQUEST_NAME, base + NAME],
    [REQUEST_NAME_LENGTH, 128],
    [REQUEST_CONTROL, base + CONTROL + i * room],
    [REQUEST_CONTROL_CAPACITY, room],
  ]);
  const prepared = exports.message_prepare_batch(abi, batch);
  check(prepared === count || prepared === BAD_ARGUMENT, "messages prepared", abi, prepared);
  core.put(MMSGHDR, input.subarray(1, 1 + count * MMSGHDR_MOST));
  core.put(CONTROL, input.subarray(1 + count * MMSGHDR_MOST));
  const opened = exports.message_open_batch(abi, batch);
  check(
    opened === BAD_ARGUMENT || (opened >= 0 && opened <= count),
    "messages opened",
    abi,
    opened,
  );
  for (let i = 0; i < Math.max(opened, 0); i++) {
    const at = REQUESTS + i * REQUEST_WORDS * 4;
    const records = core.word(at + OPENED_RECORDS * 4);
    const control = core.word(at + OPENED_CONTROL_LENGTH * 4);
    check(records >= 0 && records < RECORDS, "records", abi, records);
    check(control >= 0 && control <= room, "control data within the capacity", abi, control);
  }
}

/** A struct by its id, read from the input and written again: what is read then is the same. */
export function structs(core: CoreMemory, abi: number, input: Uint8Array): void {
  const { exports, base } = core;
  const struct = input[0] ?? 0;
  const program = base + PROGRAM;
  const count = exports.struct_program(abi, struct, program);
  check(count > 0 || count === BAD_ARGUMENT, "elements", abi, struct, count);
  check(struct < STRUCT_COUNT || count === BAD_ARGUMENT, "a struct that there is", struct, count);
  if (count < 0) return;
  const bytes = input.subarray(1);
  core.put(CONTROL, bytes);
  const cells = base + CELLS;
  const read = exports.unpack(abi, program, count, base + CONTROL, bytes.length, cells, 1024);
  check(read >= 0 || read === PAYLOAD_SHORT, "cells", abi, struct, read);
  if (read < 0) return;
  const before = core.bytes.slice(cells, cells + read * 8);
  const size = exports.pack(abi, program, count, cells, read, base + OUT, LIMIT);
  // Padding at the end need not be there to be read.
  check(size > 0 && size < bytes.length + 16, "bytes of the struct", abi, struct, size);
  const again = exports.unpack(abi, program, count, base + OUT, size, cells, 1024);
  check(
    again === read && before.every((byte, i) => byte === core.bytes[cells + i]),
    "the same values",
    abi,
    struct,
  );
}

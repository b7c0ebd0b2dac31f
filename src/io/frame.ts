// The memory of messages in flight, all of it in the core's linear memory: an envelope for each direction, addresses and small
// data. One frame is enough: a message's life in it is one synchronous stretch, in which no caller's code runs.

import {
  MESSAGE_WORDS,
  PART_WORDS,
  RECORD_WORDS,
  REPORT_RECORDS,
  REQUEST_BASE,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_IOVEC,
  REQUEST_MESSAGES,
  REQUEST_MSGHDR,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PARTS,
  REQUEST_RECORD_LIMIT,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { addressOf, errnoNumber, type System } from "../../shim/index.js";
import type { Abi } from "../codec/abi.js";
import { ADDRESS_SIZE } from "../codec/address.js";
import type { Core, CoreExports } from "../codec/core.js";
import { currentHost } from "./host.js";

/** Buffers in one message. UIO_MAXIOV of Linux, IOV_MAX of the BSDs. */
export const PART_LIMIT = 1024;

/** Bytes of control data in one message. Linux refuses to send net.core.optmem_max (128 KiB) or more. */
export const CONTROL_CAPACITY = 0x40000;

/** Data up to this size is copied through the frame, above it the kernel is pointed at the caller's memory: measured. */
export const COPY_LIMIT = 4096;

/** Bytes for the small values of other system calls: paths, options, pollfds. */
export const VALUE_SIZE = 4352;

/** Bytes of the largest struct iovec. */
export const IOVEC_SIZE = 16;

const RECORD_LIMIT = Math.ceil(CONTROL_CAPACITY / 12);

/** A request in linear memory, and what its offsets point at. */
export class Envelope {
  readonly words: Int32Array<ArrayBuffer>;
  /** Offset of the request. */
  readonly request: number;
  /** Offset of the control buffer. */
  control: number;
  /** Index of the request's first word. */
  readonly at: number;
  #firstPart: number;

  constructor(words: Int32Array<ArrayBuffer>, base: number, request: number) {
    this.words = words;
    this.request = request;
    this.control = 0;
    this.at = request >> 2;
    this.#firstPart = 0;
    this.set(REQUEST_BASE, base);
    this.set(REQUEST_BASE + 1, highWord(base));
  }

  /** Where the parts of the message and its iovecs lie. */
  placeParts(parts: number, iovec: number): void {
    this.#firstPart = parts >> 2;
    this.set(REQUEST_PARTS, parts);
    this.set(REQUEST_IOVEC, iovec);
  }

  /** Where the control buffer lies. */
  placeControl(control: number, capacity: number): void {
    this.control = control;
    this.set(REQUEST_CONTROL, control);
    this.set(REQUEST_CONTROL_CAPACITY, capacity);
  }

  /** Writes a word of the request. */
  set(name: number, value: number): void {
    this.words[this.at + name] = value;
  }

  /** A word of the request. */
  get(name: number): number {
    return this.words[this.at + name] as number;
  }

  /** Part `i` of the message: `length` bytes at a native address, given by its two words. */
  setPart(i: number, low: number, high: number, length: number): void {
    const at = this.#firstPart + i * PART_WORDS;
    const { words } = this;
    words[at] = low;
    words[at + 1] = high;
    words[at + 2] = length;
    words[at + 3] = length > 0xffffffff ? highWord(length) : 0;
  }
}

/** The one message of a direction that is sent or received by itself. */
export class SingleEnvelope extends Envelope {
  /** Native address of msghdr. */
  readonly address: number;

  constructor(core: Core, words: Int32Array<ArrayBuffer>, base: number, name: number) {
    super(words, base, core.reserve(REQUEST_WORDS * 4));
    const msghdr = core.reserve(64);
    // A field that has held something else keeps its number boxed, as calls take it: V8 would box a plain one for each call.
    this.address = undefined as unknown as number;
    this.address = base + msghdr;
    const parts = core.reserve(PART_LIMIT * PART_WORDS * 4);
    this.placeParts(parts, core.reserve(PART_LIMIT * IOVEC_SIZE));
    this.placeControl(core.reserve(CONTROL_CAPACITY), CONTROL_CAPACITY);
    this.set(REQUEST_MSGHDR, msghdr);
    this.set(REQUEST_NAME, name);
  }
}

/** The memory of messages in flight, and what every call needs beside it. */
export class Frame {
  readonly core: Core;
  readonly abi: Abi;
  /** Row of the ABI, for calls of the core. */
  readonly row: number;
  readonly system: System;
  readonly exports: CoreExports;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  /** Native address of offset 0. The memory never grows, so it never moves. */
  readonly base: number;
  readonly outgoing: SingleEnvelope;
  readonly incoming: SingleEnvelope;
  /** Offset of the list of messages to send: room for one. */
  readonly messages: number;
  readonly name: number;
  readonly pollfd: number;
  readonly value: number;
  readonly data: number;
  /** Native address of the data, in two words. */
  readonly dataLow: number;
  readonly dataHigh: number;
  readonly report: number;
  /** Bytes between a control message's header and its payload. */
  readonly payloadOffset: number;
  /** Index of the word where the first outgoing control message has its payload. */
  readonly rights: number;
  readonly EINTR: number;
  readonly EINVAL: number;
  readonly EAGAIN: number;
  readonly ETIMEDOUT: number;

  constructor() {
    const { core, abi, system } = currentHost();
    this.core = core;
    this.abi = abi;
    this.row = abi.index;
    this.system = system;
    this.exports = core.exports;
    this.bytes = core.bytes;
    this.words = new Int32Array(core.bytes.buffer);
    this.base = addressOf(core.bytes.buffer);
    this.messages = core.reserve(MESSAGE_WORDS * 4);
    this.name = core.reserve(ADDRESS_SIZE);
    this.pollfd = core.reserve(8);
    this.value = core.reserve(VALUE_SIZE);
    this.data = core.reserve(COPY_LIMIT);
    this.dataLow = (this.base + this.data) | 0;
    this.dataHigh = highWord(this.base + this.data);
    this.report = core.reserve((REPORT_RECORDS + RECORD_LIMIT * RECORD_WORDS) * 4);
    this.outgoing = new SingleEnvelope(core, this.words, this.base, 0);
    this.outgoing.set(REQUEST_MESSAGES, this.messages);
    this.incoming = new SingleEnvelope(core, this.words, this.base, this.name);
    this.incoming.set(REQUEST_NAME_LENGTH, ADDRESS_SIZE);
    this.incoming.set(REQUEST_REPORT, this.report);
    this.incoming.set(REQUEST_RECORD_LIMIT, RECORD_LIMIT);
    this.payloadOffset = core.exports.cmsg_len(abi.index, 0);
    this.rights = (this.outgoing.control + this.payloadOffset) >> 2;
    this.EINTR = errnoNumber("EINTR");
    this.EINVAL = errnoNumber("EINVAL");
    this.EAGAIN = errnoNumber("EAGAIN");
    this.ETIMEDOUT = errnoNumber("ETIMEDOUT");
  }
}

/** The high word of a number below 2^53. A division of floats: too dear for every message. */
export function highWord(value: number): number {
  return Math.floor(value / 0x100000000);
}

let frame: Frame | undefined;

/** The frame of this thread, made at the first system call. */
export function theFrame(): Frame {
  frame ??= new Frame();
  return frame;
}

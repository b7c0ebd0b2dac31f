// The core of this package as target: the shipped module with counters, every call that reads bytes of others, and what must hold
// whatever the bytes are.

import { readFileSync } from "node:fs";
import {
  MESSAGE_WORDS,
  RECORD_LENGTH,
  RECORD_PAYLOAD,
  RECORD_WORDS,
  REPORT_RECORDS,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_MSGHDR,
  REQUEST_RECORD_LIMIT,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { RULE_COUNT, STEP_WORDS } from "../../assembly/shared/rule.js";
import { NO_SPACE, UNKNOWN_ABI } from "../../assembly/shared/status.js";
import { appendAll, BATCH_END, composeBatch, openBatch, structs } from "./core-lists.js";
import {
  CELLS,
  CONTROL,
  CoreMemory,
  check,
  LIMIT,
  MSGHDR,
  OUT,
  PROGRAM,
  RECORDS,
  REPORT,
  REQUEST,
  STEP,
} from "./core-memory.js";
import type { Target } from "./target.js";
import { edgeMapOf, wordsOf } from "./wasm-target.js";

/** Conditions and turns of loops that no call needs for so few bytes. */
const FUEL = 1_000_000;
/** One instance and its calls. */
class CoreRun extends CoreMemory {
  readonly counters: Uint8Array;
  readonly #fuelAt: number;

  constructor(module: object, base: number, size: number, counters: number) {
    super(module);
    this.counters = this.bytes.subarray(base, base + counters);
    this.#fuelAt = base + size - 4;
  }

  fuel(): void {
    this.view.setInt32(this.#fuelAt, FUEL, true);
  }

  /** The safe walk: records in order, inside the buffer; at most one for each header that fits. */
  walk(abi: number, length: number): number {
    const { base, exports } = this;
    const count = exports.cmsg_walk(abi, base + CONTROL, length, base + REPORT, RECORDS);
    this.#records(abi, count, length);
    return count;
  }

  #records(abi: number, count: number, length: number): void {
    const data = this.exports.cmsg_len(abi, 0);
    check(count >= 0 && count <= RECORDS, "records", count);
    let last = -1;
    for (let i = 0; i < count; i++) {
      const at = REPORT + (REPORT_RECORDS + i * RECORD_WORDS) * 4;
      const payload = this.word(at + RECORD_PAYLOAD * 4);
      const size = this.word(at + RECORD_LENGTH * 4);
      check(payload > last && size >= 0, "a record behind the one before", payload, size);
      // A header that fits, in front of padding that does not, has no payload.
      check(size === 0 || payload + size <= length, "a payload inside the buffer", payload, size);
      check(payload - data >= 0 && payload - data < length, "a header inside the buffer", payload);
      last = payload;
    }
  }

  /** The macros' walk: forward, inside the buffer, and it ends. */
  macros(abi: number, rule: number, length: number, low: number, high: number): void {
    const { exports, base } = this;
    const control = base + CONTROL;
    let at = exports.cmsg_firsthdr(abi, rule, control, length, base + STEP);
    for (let steps = 0; at >= 0; steps++) {
      check(steps <= length, "a walk that ends", abi, rule);
      const next = exports.cmsg_nxthdr(abi, rule, control, length, at, low, high, base + STEP);
      check(
        next < 0 || (next > at && next < length),
        "a step forward, inside",
        abi,
        rule,
        at,
        next,
      );
      at = next;
    }
    check(at >= -20 && at <= -16, "an end", at);
  }

  /** What recvmsg may have written, opened. */
  open(abi: number, input: Uint8Array): void {
    const words = new Map([
      [REQUEST_MSGHDR, this.base + MSGHDR],
      [REQUEST_CONTROL, this.base + CONTROL],
      [REQUEST_CONTROL_CAPACITY, Math.max(input.length - 56, 0)],
      [REQUEST_REPORT, this.base + REPORT],
      [REQUEST_RECORD_LIMIT, RECORDS],
    ]);
    for (let i = 0; i < REQUEST_WORDS; i++) this.setWord(REQUEST + i * 4, words.get(i) ?? 0);
    this.bytes.fill(0, this.base + MSGHDR, this.base + MSGHDR + 64);
    this.bytes.set(input.subarray(0, 56), this.base + MSGHDR);
    this.bytes.set(input.subarray(56), this.base + CONTROL);
    const count = this.exports.message_open(abi, this.base + REQUEST);
    check(count >= 0 && count <= RECORDS, "records", count);
  }

  /** A field program, the first words of the input, over the rest of it: there and back. */
  fields(abi: number, input: Uint8Array): void {
    const { exports, base } = this;
    const count = Math.min((input[0] ?? 0) & 7, Math.floor(input.length / 4));
    this.bytes.set(input.subarray(0, count * 4), base + PROGRAM);
    const rest = input.subarray(count * 4);
    this.bytes.set(rest, base + CONTROL);
    exports.layout(abi, base + PROGRAM, count, base + OUT);
    const cells = exports.unpack(
      abi,
      base + PROGRAM,
      count,
      base + CONTROL,
      rest.length,
      base + CELLS,
      1024,
    );
    if (cells < 0) return;
    check(cells <= 1024, "cells", cells);
    const size = exports.pack(abi, base + PROGRAM, count, base + CELLS, cells, base + OUT, LIMIT);
    if (size < 0) return;
    check(size <= LIMIT, "bytes", size);
    const again = exports.unpack(abi, base + PROGRAM, count, base + OUT, size, base + CELLS, 1024);
    check(again === -7 || again >= 0, "what was packed can be read", again);
  }

  /** Messages as the input lists them, composed. */
  compose(abi: number, input: Uint8Array): void {
    const count = Math.min((input[0] ?? 0) & 3, 3);
    for (let i = 0; i < REQUEST_WORDS; i++) this.setWord(REQUEST + i * 4, 0);
    this.setWord(REQUEST + REQUEST_MSGHDR * 4, this.base + MSGHDR);
    this.setWord(REQUEST + REQUEST_CONTROL * 4, this.base + CONTROL);
    this.setWord(REQUEST + REQUEST_CONTROL_CAPACITY * 4, 256);
    this.setWord(REQUEST + REQUEST_MESSAGES * 4, this.base + PROGRAM);
    this.setWord(REQUEST + REQUEST_MESSAGE_COUNT * 4, count);
    for (let i = 0; i < count; i++) {
      const at = PROGRAM + i * MESSAGE_WORDS * 4;
      this.setWord(at, 1);
      this.setWord(at + 4, 1);
      this.setWord(at + 8, this.base + OUT);
      this.setWord(at + 12, input[i + 1] ?? 0);
    }
    const result = this.exports.message_compose(abi, this.base + REQUEST);
    check(result === NO_SPACE || result === this.base + MSGHDR, "a message or no space", result);
  }

  /** A row of numbers. Answers its index, or a status. */
  define(input: Uint8Array): number {
    for (let i = 0; i < 17; i++) this.setWord(OUT + i * 4, input[i] ?? 0);
    return this.exports.abi_define(this.base + OUT);
  }
}

/** Bytes that are never written to: between the parts of a call. */
const QUIET = [
  CONTROL - 64,
  CONTROL + LIMIT + 64,
  STEP + STEP_WORDS * 4,
  OUT + LIMIT + 64,
  BATCH_END,
] as const;
const MARK = 0x5a;

/**
 * The core of this package as target. Inputs begin with two bytes: which ABI, and what is done with the rest.
 *
 * @example
 * const { found } = await fuzz(coreTarget(), { runs: 500 });
 * found.length // 0
 */
export function coreTarget(): Target {
  const module = new WebAssembly.Module(readFileSync(new URL("core-edges.wasm", import.meta.url)));
  const map = edgeMapOf(module);
  if (map === undefined) throw new Error("dist/core-edges.wasm holds no counters");
  const start = (): CoreRun => {
    const run = new CoreRun(module, map.base, map.size, map.counters);
    for (const at of QUIET) run.bytes.fill(MARK, run.base + at, run.base + at + 32);
    return run;
  };
  let core = start();
  const rows = core.exports.abi_count();
  return {
    name: "core",
    head: 2,
    get counters() {
      return core.counters;
    },
    sites: map.sites,
    dictionary: wordsOf(map),
    run(input) {
      const rest = input.subarray(2, 2 + LIMIT);
      core.fuel();
      runOn(core, (input[0] ?? 0) % rows, input[1] ?? 0, rest);
      for (const at of QUIET) {
        const from = core.base + at;
        for (let i = 0; i < 32; i++) check(core.bytes[from + i] === MARK, "a stray write", at + i);
      }
      return undefined;
    },
    reset() {
      core = start();
    },
  };
}

/** One call, or a walk of calls, as the second byte of an input says. */
function runOn(core: CoreRun, abi: number, operation: number, input: Uint8Array): void {
  const kind = operation & 7;
  if (kind <= 1) {
    core.bytes.set(input, core.base + CONTROL);
    core.walk(abi, input.length);
  } else if (kind <= 3) {
    core.bytes.set(input, core.base + CONTROL);
    const high = (operation & 64) === 0 ? 0 : -1;
    const low = (operation & 128) === 0 ? 0x40000000 : -64;
    core.macros(abi, (operation >> 3) % RULE_COUNT, input.length, low, high);
  } else if (kind === 4) {
    if ((operation & 8) === 0) core.open(abi, input);
    else openBatch(core, abi, input);
  } else if (kind === 5) {
    core.fields(abi, input);
  } else if (kind === 6) {
    const calls = [
      core.compose.bind(core, abi),
      ...[appendAll, composeBatch, structs].map((call) => call.bind(undefined, core, abi)),
    ];
    calls[(operation >> 3) & 3]?.(input);
  } else {
    const row = core.define(input);
    check(row !== UNKNOWN_ABI, "a row or a reason", row);
    if (row >= 0) core.fields(row, input.subarray(17));
  }
}

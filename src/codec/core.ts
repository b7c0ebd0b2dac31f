// The core's loader and the owner of the views over its memory: the only file that knows the names of its exports.

import wasm from "../../dist/core.wasm";
import { typeError } from "./arguments.js";
import { unpackHex } from "./hex.js";

/** Exports of the core. Integer arguments; answers are >= 0 or a status of assembly/shared/status.ts. */
export interface CoreExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  version(): number;
  scratch_base(): number;
  scratch_size(): number;
  coverage_base(): number;
  coverage_size(): number;
  abi_count(): number;
  abi_column(abi: number, column: number): number;
  abi_define(at: number): number;
  layout(abi: number, program: number, count: number, out: number): number;
  struct_program(abi: number, struct: number, at: number): number;
  pack(
    abi: number,
    program: number,
    count: number,
    cells: number,
    cellCount: number,
    at: number,
    room: number,
  ): number;
  unpack(
    abi: number,
    program: number,
    count: number,
    at: number,
    available: number,
    cells: number,
    cellRoom: number,
  ): number;
  cmsg_align(abi: number, value: number): number;
  cmsg_len(abi: number, length: number): number;
  cmsg_space(abi: number, length: number): number;
  cmsg_append(
    abi: number,
    control: number,
    capacity: number,
    used: number,
    level: number,
    type: number,
    payload: number,
    length: number,
  ): number;
  cmsg_append_all(
    abi: number,
    control: number,
    capacity: number,
    used: number,
    list: number,
    count: number,
  ): number;
  cmsg_walk(abi: number, control: number, length: number, report: number, limit: number): number;
  cmsg_firsthdr(abi: number, rule: number, control: number, length: number, step: number): number;
  cmsg_nxthdr(
    abi: number,
    rule: number,
    control: number,
    length: number,
    at: number,
    addressLow: number,
    addressHigh: number,
    step: number,
  ): number;
  rule_answers(rule: number): number;
  message_begin(abi: number, request: number): number;
  message_append(
    abi: number,
    request: number,
    level: number,
    type: number,
    payload: number,
    length: number,
  ): number;
  message_seal(abi: number, request: number): number;
  message_compose(abi: number, request: number): number;
  message_prepare(abi: number, request: number): number;
  message_open(abi: number, request: number): number;
  message_compose_batch(abi: number, batch: number): number;
  message_prepare_batch(abi: number, batch: number): number;
  message_open_batch(abi: number, batch: number): number;
  message_sent_batch(abi: number, batch: number): number;
}

const SCRATCH_SIZE = 4096;

function exportsOf(module: object): CoreExports {
  let exports: CoreExports | undefined;
  try {
    exports = new WebAssembly.Instance(module).exports as unknown as CoreExports;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  if (typeof exports?.cmsg_walk === "function") return exports;
  throw typeError("module", "the WebAssembly.Module of cmsg/core.wasm", module);
}

/**
 * One instance of the core. Its memory never grows, so the views stay valid. `arena` is where a call may write whatever it
 * needs until it returns: no caller's code runs in between, and nothing in it outlives the call.
 */
export class Core {
  readonly exports: CoreExports;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  #arena: number;
  /** 4 KiB behind the arena for field programs and their layouts, which any step of a call may need. */
  readonly scratch: number;

  /** @param module A compiled WebAssembly.Module: typed so that no type of a browser or of Node is needed to use it. */
  constructor(module: object) {
    this.exports = exportsOf(module);
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#arena = this.exports.scratch_base();
    this.scratch = this.#arena + this.exports.scratch_size() - SCRATCH_SIZE;
  }

  /** First offset of the arena, a multiple of 64. */
  get arena(): number {
    return this.#arena;
  }

  /** Takes `size` bytes out of the arena for good, at a multiple of 64. */
  reserve(size: number): number {
    const at = this.#arena;
    this.#arena = (at + size + 63) & -64;
    return at;
  }

  // Linear memory is little-endian on every host, typed arrays are not: numbers go through a DataView.

  /** The signed word at an offset. */
  word(at: number): number {
    return this.#view.getInt32(at, true);
  }

  /** Writes the low 32 bits of an integer. */
  setWord(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  /** Writes words one after another. */
  setWords(at: number, values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.setWord(at + i * 4, values[i] as number);
  }

  /** The signed double word at an offset. */
  double(at: number): bigint {
    return this.#view.getBigInt64(at, true);
  }

  /** The unsigned double word at an offset. */
  unsignedDouble(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  /** Writes the low 64 bits of an integer. */
  setDouble(at: number, value: bigint): void {
    this.#view.setBigInt64(at, value, true);
  }
}

/** Bytes of the largest control buffer that the codec takes or makes. Linux refuses to send 128 KiB. */
export const CONTROL_LIMIT: number = 0x100000;

/**
 * How a codec call divides the arena: the control buffer first, then what it is made of or what was found in it (one record
 * of 16 bytes for every header of 12), then the cells of one payload.
 */
export const ARENA_CONTROL = 0;
export const ARENA_RECORDS: number = CONTROL_LIMIT;
export const ARENA_PAYLOAD: number = CONTROL_LIMIT;
export const ARENA_CELLS: number = 2 * CONTROL_LIMIT;

let standard: Core | undefined;

/** The instance that the package's own functions share, compiled from the embedded bytes at first use. */
export function standardCore(): Core {
  standard ??= new Core(new WebAssembly.Module(unpackHex(wasm)));
  return standard;
}

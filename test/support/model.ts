// A second implementation of control buffers, straight from the facts about headers (layouts.json) and the prose about each
// system's macros: what the core is compared with. Slow, plain, all numbers bigint.

import type { CompiledAbi } from "./layouts.js";

/** A control message as the model has it. */
export interface ModelMessage {
  readonly level: number;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** What the safe rule makes of a buffer. */
export interface ModelDecoded {
  readonly messages: readonly ModelMessage[];
  readonly problem: {
    readonly code: string;
    readonly offset: number;
    readonly claimed: bigint;
  } | null;
}

/** What a system's own macros make of a buffer. */
export interface ModelWalk {
  readonly offsets: readonly number[];
  readonly end: string;
}

const big = (value: number): bigint => BigInt(value);

/** The model of one ABI. */
export class Model {
  readonly layout: CompiledAbi;
  readonly header: bigint;
  readonly data: bigint;
  readonly unit: bigint;
  readonly #mask: bigint;
  readonly #roundingMask: bigint;

  constructor(layout: CompiledAbi) {
    this.layout = layout;
    this.header = big(layout.cmsghdr.size);
    this.data = big(layout.cmsg.dataOffset);
    this.unit = big(layout.cmsg.alignUnit);
    this.#mask = (1n << big(layout.pointerSize * 8)) - 1n;
    this.#roundingMask = layout.abi === "dragonfly-x86_64-pre2019" ? 0xffffffffn : this.#mask;
  }

  #read(bytes: Uint8Array, at: number, field: string): bigint {
    const { offset, width } = this.layout.cmsghdr.fields[field] ?? { offset: 0, width: 0 };
    const found = Buffer.from(bytes.subarray(at + offset, at + offset + width));
    if (this.layout.endian === "little") found.reverse();
    return BigInt(`0x${found.toString("hex")}`);
  }

  /** Writes cmsg_len, cmsg_level or cmsg_type of the header at `at`. */
  write(bytes: Uint8Array, at: number, field: string, value: bigint): void {
    const { offset, width } = this.layout.cmsghdr.fields[field] ?? { offset: 0, width: 0 };
    const hex = BigInt.asUintN(width * 8, value)
      .toString(16)
      .padStart(width * 2, "0");
    const digits = Buffer.from(hex, "hex");
    if (this.layout.endian === "little") digits.reverse();
    bytes.set(digits, at + offset);
  }

  #roundUp(value: bigint): bigint {
    return ((value + this.unit - 1n) / this.unit) * this.unit;
  }

  /** CMSG_SPACE. */
  space(length: number): number {
    return Number(this.#roundUp(this.data + big(length)));
  }

  /** A well-formed buffer, and the offset of each header. */
  encode(messages: readonly ModelMessage[]): { bytes: Uint8Array; offsets: number[] } {
    const offsets: number[] = [];
    let used = 0;
    for (const { payload } of messages) {
      offsets.push(used);
      used += this.space(payload.length);
    }
    const bytes = new Uint8Array(used);
    messages.forEach(({ level, type, payload }, i) => {
      const at = offsets[i] as number;
      this.write(bytes, at, "cmsg_len", this.data + big(payload.length));
      this.write(bytes, at, "cmsg_level", big(level));
      this.write(bytes, at, "cmsg_type", big(type));
      bytes.set(payload, at + Number(this.data));
    });
    return { bytes, offsets };
  }

  /** The message whose header lies at `at`, as much of it as there is. */
  message(bytes: Uint8Array, at: number): ModelMessage {
    const claimed = this.#read(bytes, at, "cmsg_len");
    const left = big(bytes.length - at);
    const last = at + Number(claimed > left ? left : claimed);
    return {
      level: Number(BigInt.asIntN(32, this.#read(bytes, at, "cmsg_level"))),
      type: Number(BigInt.asIntN(32, this.#read(bytes, at, "cmsg_type"))),
      payload: bytes.slice(at + Number(this.data), last),
    };
  }

  /** The safe rule: each header that fits, its length clamped; the first broken length ends the walk. */
  decode(bytes: Uint8Array): ModelDecoded {
    const messages: ModelMessage[] = [];
    let at = 0;
    while (bytes.length - at >= Number(this.header)) {
      const claimed = this.#read(bytes, at, "cmsg_len");
      const broken = (code: string) => ({ messages, problem: { code, offset: at, claimed } });
      if (claimed < this.data) return broken("ERR_CMSG_LENGTH_BELOW_HEADER");
      messages.push(this.message(bytes, at));
      const left = big(bytes.length - at);
      if (claimed > left) return broken("ERR_CMSG_LENGTH_PAST_END");
      at += Number(this.#roundUp(claimed));
    }
    return { messages, problem: null };
  }

  /** The walk by a rule's macros over a buffer at a native address. */
  walk(bytes: Uint8Array, rule: string, address: bigint): ModelWalk {
    const offsets: number[] = [];
    const ended = (end: string): ModelWalk => ({ offsets, end });
    const compat = rule === "linux-compat";
    if (bytes.length < Number(this.header) && !(compat && bytes.length > 0)) return ended("null");
    let at = 0;
    for (;;) {
      if (rule.startsWith("linux") && !this.#accepted(bytes, at)) return ended("einval");
      offsets.push(at);
      const current = address + big(at);
      const next = this.#next(rule, bytes, at, address);
      if (next === null) return ended("null");
      if (next === current) return ended("no-progress");
      if (next < current) return ended("backward");
      const room = rule.startsWith("linux") ? 1n : this.header;
      if (next + room > address + big(bytes.length)) return ended("out-of-bounds");
      at = Number(next - address);
    }
  }

  /** CMSG_OK: sizeof(struct cmsghdr) <= cmsg_len <= what is left. */
  #accepted(bytes: Uint8Array, at: number): boolean {
    const left = big(bytes.length - at);
    if (left < this.header) return false;
    const length = this.#read(bytes, at, "cmsg_len");
    return this.header <= length && length <= left;
  }

  /** CMSG_NXTHDR: an address, which may have wrapped, or null. */
  #next(rule: string, bytes: Uint8Array, at: number, control: bigint): bigint | null {
    const { header, unit } = this;
    const mask = (value: bigint): bigint => value & this.#mask;
    const length = this.#read(bytes, at, "cmsg_len");
    const aligned = (value: bigint): bigint => this.#roundUp(value) & this.#roundingMask;
    const current = control + big(at);
    const end = control + big(bytes.length);
    const next = mask(current + aligned(length));
    switch (rule) {
      case "glibc": {
        if (length < header) return null;
        const left = end - current;
        const needed = header + ((unit - (length % unit)) % unit);
        return left < needed || left - needed < length ? null : next;
      }
      case "glibc-old": {
        if (length < header || mask(next + header) > end) return null;
        const readable = next >= control && next + header <= end;
        if (!readable) return next;
        const following = this.#read(bytes, Number(next - control), "cmsg_len");
        return mask(next + aligned(following)) > end ? null : next;
      }
      case "musl":
        return length < header || mask(aligned(length) + header) >= end - current ? null : next;
      case "bionic":
      case "linux-kernel":
        return mask(next + header - control) > big(bytes.length) ? null : next;
      case "linux-compat":
        return mask(next + 1n - control) > big(bytes.length) ? null : next;
      case "bsd":
        return mask(next + this.#roundUp(header)) > end ? null : next;
      case "illumos": {
        const rounded = mask(this.#roundUp(current + length));
        return mask(rounded + header) > end ? null : rounded;
      }
      case "windows":
        return mask(next + header) > end ? null : next;
      default:
        throw new Error(`no rule ${rule}`);
    }
  }
}

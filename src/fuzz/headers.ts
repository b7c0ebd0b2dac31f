// Reading and writing headers at any place of a buffer, without a check: mutators write what no encoder would.

import { type AbiOption, type Layout, layout } from "../codec.js";

/** A member of struct cmsghdr. */
export type Member = "cmsg_len" | "cmsg_level" | "cmsg_type";

/** Struct cmsghdr of one ABI. */
export class Headers {
  readonly layout: Layout;
  /** Bytes of a header, of a header with the padding in front of its payload, and what messages are rounded up to. */
  readonly size: number;
  readonly data: number;
  readonly align: number;
  readonly #little: boolean;

  constructor(abi?: AbiOption) {
    this.layout = layout(abi);
    this.size = this.layout.cmsghdr.size;
    this.data = this.layout.cmsg.dataOffset;
    this.align = this.layout.cmsg.align;
    this.#little = this.layout.endian === "little";
  }

  /** Rounded up to what messages are rounded up to. */
  aligned(length: number): number {
    return Math.ceil(length / this.align) * this.align;
  }

  /** A member of the header at `at`, unsigned; bytes behind the end count as zero. */
  read(bytes: Uint8Array, at: number, member: Member): bigint {
    const { offset, width } = this.layout.cmsghdr.fields[member] as {
      offset: number;
      width: number;
    };
    let value = 0n;
    for (let i = 0; i < width; i++) {
      const place = at + offset + (this.#little ? width - 1 - i : i);
      value = (value << 8n) | BigInt(bytes[place] ?? 0);
    }
    return value;
  }

  /** Writes a member of the header at `at`, as much of it as there is room for. */
  write(bytes: Uint8Array, at: number, member: Member, value: bigint): void {
    const { offset, width } = this.layout.cmsghdr.fields[member] as {
      offset: number;
      width: number;
    };
    let rest = value;
    for (let i = 0; i < width; i++) {
      const place = at + offset + (this.#little ? i : width - 1 - i);
      if (place < bytes.length) bytes[place] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  /** Offsets of the headers that lengths lead to, while they make sense. */
  offsets(bytes: Uint8Array): number[] {
    const found: number[] = [];
    for (let at = 0; bytes.length - at >= this.size; ) {
      found.push(at);
      const claimed = this.read(bytes, at, "cmsg_len");
      if (claimed < BigInt(this.data) || claimed > BigInt(bytes.length - at)) break;
      at += this.aligned(Number(claimed));
    }
    return found;
  }
}

const known = new Map<string, Headers>();

/** The headers of an ABI: those of a name are made once. */
export function headersOf(abi?: AbiOption): Headers {
  if (typeof abi === "object") return new Headers(abi);
  const name = abi ?? "";
  const made = known.get(name) ?? new Headers(abi);
  known.set(name, made);
  return made;
}

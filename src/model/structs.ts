// The structs of an ABI as rows for a drawing in the manner of pahole: members and holes, in order.

import { ALIGN_MAX } from "../../assembly/shared/column.js";
import { type AbiOption, resolveAbi } from "../codec/abi.js";
import { standardCore } from "../codec/core.js";
import { type Layout, layoutOf, type StructLayout, structLayout } from "../codec/layout.js";
import type { StructName } from "../codec/struct.js";
import { memberType } from "./member-types.js";

/** A member or a hole of a struct, in bytes. */
export interface StructRow {
  /** C name of the member; null for a hole. */
  readonly name: string | null;
  /** C type of the member in the system's headers, of its elements where it is an array; null for a hole. */
  readonly type: string | null;
  readonly offset: number;
  readonly length: number;
}

/** A struct with every byte of it in one row. */
export interface StructView {
  readonly name: StructName;
  readonly size: number;
  readonly align: number;
  readonly rows: readonly StructRow[];
  /** Bytes of all holes. */
  readonly holes: number;
}

const NAMES = [
  "msghdr",
  "iovec",
  "cmsghdr",
  "mmsghdr",
  "sockaddr_un",
  "sockaddr_in",
  "sockaddr_in6",
] as const;

/**
 * The structs of an ABI: msghdr, iovec, cmsghdr, mmsghdr and the socket addresses, each byte in a member or a hole. Those that the
 * system does not have are left out.
 *
 * @param abi The host's unless given.
 * @example
 * structViews("linux-x86_64-musl").find(({ name }) => name === "cmsghdr").holes // 4
 */
export function structViews(abi?: AbiOption): readonly StructView[] {
  const core = standardCore();
  const known = resolveAbi(core, abi);
  const layout = layoutOf(core, known);
  const isMissing = (name: StructName): boolean =>
    (name === "mmsghdr" || name === "sockaddr_un") && layout[name] === null;
  const most = core.exports.abi_column(known.index, ALIGN_MAX);
  return NAMES.filter((name) => !isMissing(name)).map((name) =>
    viewOf(layout, name, structLayout(core, known, name), most),
  );
}

/** Members that are a number of four bytes in C, and octets to the core, which does not compute with addresses. */
const ADDRESSES = ["sin_addr"];

function viewOf(layout: Layout, name: StructName, struct: StructLayout, most: number): StructView {
  const { size, fields, padding } = struct;
  const holdsNumber = ADDRESSES.some((member) => Object.hasOwn(fields, member));
  const align = holdsNumber ? Math.max(struct.align, Math.min(4, most)) : struct.align;
  const members = Object.entries(fields).map(
    ([member, { offset, width }]): StructRow => ({
      name: member,
      type: memberType(layout, member, width),
      offset,
      length: width,
    }),
  );
  const holes = padding.map(
    ([offset, length]): StructRow => ({ name: null, type: null, offset, length }),
  );
  const rows = [...members, ...holes].sort((a, b) => a.offset - b.offset);
  for (const row of rows) Object.freeze(row);
  const hidden = holes.reduce((sum, { length }) => sum + length, 0);
  return Object.freeze({ name, size, align, rows: Object.freeze(rows), holes: hidden });
}

// What an ABI's headers look like, as data and as a drawing in the manner of pahole: holes are shown.

import {
  BYTE_ORDER,
  HEADER_ALIGN,
  MSG_LEN_WIDTH,
  NEXT_RULE,
  POINTER_SIZE,
  SUN_PATH_SIZE,
} from "../../assembly/shared/column.js";
import { OCTETS, STRUCT_END } from "../../assembly/shared/kind.js";
import type { Abi } from "./abi.js";
import type { Core } from "./core.js";
import { type RuleName, ruleName } from "./rules.js";
import { type StructName, structProgram } from "./struct.js";

/** A member of a struct, in bytes. */
export interface MemberLayout {
  readonly offset: number;
  readonly width: number;
}

/** A struct, in bytes. */
export interface StructLayout {
  readonly size: number;
  readonly align: number;
  readonly fields: Readonly<Record<string, MemberLayout>>;
  /** Holes: offset and length of each. */
  readonly padding: readonly (readonly [offset: number, length: number])[];
}

/** Headers of an ABI, and the rules for control messages. */
export interface Layout {
  readonly abi: string;
  readonly pointerSize: number;
  readonly endian: "little" | "big";
  readonly cmsghdr: StructLayout;
  readonly cmsg: {
    /** What messages are rounded up to, in bytes. */
    readonly align: number;
    /** Offset of the payload from its header, which is CMSG_LEN(0). */
    readonly dataOffset: number;
    /** How the system's own CMSG_NXTHDR steps. */
    readonly rule: RuleName;
  };
  readonly msghdr: StructLayout;
  readonly iovec: StructLayout;
  /** Null where the system has no sendmmsg and recvmmsg. */
  readonly mmsghdr: StructLayout | null;
  /** Null where AF_UNIX is not described. */
  readonly sockaddr_un: StructLayout | null;
  /** The structs as text. */
  toString(): string;
}

function holes(
  fields: readonly MemberLayout[],
  size: number,
): (readonly [offset: number, length: number])[] {
  const found: (readonly [number, number])[] = [];
  let used = 0;
  for (const { offset, width } of [...fields].sort((a, b) => a.offset - b.offset)) {
    if (offset > used) found.push([used, offset - used]);
    used = offset + width;
  }
  if (size > used) found.push([used, size - used]);
  return found;
}

/** Members and holes of a struct of an ABI. */
export function structLayout(core: Core, abi: Abi, name: StructName): StructLayout {
  const program = structProgram(core, abi, name);
  const { places, size, align } = program.layout(core, abi);
  const entries = program.elements.flatMap((element, i): [string, MemberLayout][] => {
    const place = places[i];
    if (place === undefined || element.kind === STRUCT_END || place.width === 0) return [];
    const isBytes = element.kind === OCTETS;
    return [[element.name, isBytes ? Object.freeze({ ...place, width: element.count }) : place]];
  });
  const padding = holes(
    entries.map(([, place]) => place),
    size,
  );
  return { size, align, fields: Object.fromEntries(entries), padding };
}

/** The layout of an ABI. */
export function layoutOf(core: Core, abi: Abi): Layout {
  const column = (name: number): number => core.exports.abi_column(abi.index, name);
  const layout = {
    abi: abi.name,
    pointerSize: column(POINTER_SIZE),
    endian: column(BYTE_ORDER) === 1 ? ("big" as const) : ("little" as const),
    cmsghdr: structLayout(core, abi, "cmsghdr"),
    cmsg: {
      align: column(HEADER_ALIGN),
      dataOffset: core.exports.cmsg_len(abi.index, 0),
      rule: ruleName(column(NEXT_RULE)),
    },
    msghdr: structLayout(core, abi, "msghdr"),
    iovec: structLayout(core, abi, "iovec"),
    mmsghdr: column(MSG_LEN_WIDTH) === 0 ? null : structLayout(core, abi, "mmsghdr"),
    sockaddr_un: column(SUN_PATH_SIZE) === 0 ? null : structLayout(core, abi, "sockaddr_un"),
  };
  Object.defineProperty(layout, "toString", { value: () => drawLayout(layout) });
  return layout;
}

const STRUCT_NAMES = ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;

function drawLayout(layout: Layout): string {
  const { abi, pointerSize, endian, cmsg } = layout;
  const head = `${abi}: ${pointerSize * 8}-bit, ${endian}-endian, control messages rounded up to ${cmsg.align}, payload at ${cmsg.dataOffset}, rule ${cmsg.rule}`;
  const structs = STRUCT_NAMES.flatMap((name) => {
    const struct = layout[name];
    return struct === null ? [] : [drawStruct(name, struct)];
  });
  return [head, ...structs].join("\n\n");
}

function drawStruct(name: string, struct: StructLayout): string {
  const rows: (readonly [offset: number, length: number, text: string])[] = [
    ...Object.entries(struct.fields).map(
      ([field, { offset, width }]) => [offset, width, field] as const,
    ),
    ...struct.padding.map(([offset, length]) => [offset, length, "(hole)"] as const),
  ];
  rows.sort((a, b) => a[0] - b[0]);
  const lines = rows.map(
    ([offset, length, text]) =>
      `  ${String(offset).padStart(3)}  ${String(length).padStart(3)}  ${text}`,
  );
  return [`struct ${name}  size ${struct.size}, align ${struct.align}`, ...lines].join("\n");
}

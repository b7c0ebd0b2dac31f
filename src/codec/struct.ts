// The structs that the core lays out itself: their members by C name, and their bytes for any ABI.

import { MSG_LEN_WIDTH, SUN_PATH_SIZE } from "../../assembly/shared/column.js";
import { STRUCT_END, SUN_PATH } from "../../assembly/shared/kind.js";
import {
  CMSGHDR,
  IOVEC,
  MMSGHDR,
  MSGHDR,
  SOCKADDR_IN,
  SOCKADDR_IN6,
  SOCKADDR_UN,
} from "../../assembly/shared/struct.js";
import type { Abi } from "./abi.js";
import { bytesOf, rangeError, unknownName } from "./arguments.js";
import { type Cell, type Element, isOctets } from "./cell.js";
import { ARENA_PAYLOAD, type Core } from "./core.js";
import { Program } from "./program.js";

const MSGHDR_MEMBERS = [
  "msg_name",
  "msg_namelen",
  "msg_iov",
  "msg_iovlen",
  "msg_control",
  "msg_controllen",
  "msg_flags",
];

/** A struct that the core lays out itself. */
export type StructName =
  | "msghdr"
  | "cmsghdr"
  | "iovec"
  | "mmsghdr"
  | "sockaddr_un"
  | "sockaddr_in"
  | "sockaddr_in6";

/** Id in the core, and the members' C names by their ids. */
export const STRUCTS: Readonly<
  Record<StructName, { readonly id: number; readonly members: readonly string[] }>
> = {
  msghdr: { id: MSGHDR, members: MSGHDR_MEMBERS },
  cmsghdr: { id: CMSGHDR, members: ["cmsg_len", "cmsg_level", "cmsg_type"] },
  iovec: { id: IOVEC, members: ["iov_base", "iov_len"] },
  mmsghdr: { id: MMSGHDR, members: [...MSGHDR_MEMBERS, "msg_len"] },
  sockaddr_un: { id: SOCKADDR_UN, members: ["sun_len", "sun_family", "sun_path"] },
  sockaddr_in: {
    id: SOCKADDR_IN,
    members: ["sin_len", "sin_family", "sin_port", "sin_addr", "sin_zero"],
  },
  sockaddr_in6: {
    id: SOCKADDR_IN6,
    members: [
      "sin6_len",
      "sin6_family",
      "sin6_port",
      "sin6_flowinfo",
      "sin6_addr",
      "sin6_scope_id",
    ],
  },
};

/** Structs that an ABI may lack, and the column that is 0 there. */
const MAY_LACK = new Map<StructName, number>([
  ["mmsghdr", MSG_LEN_WIDTH],
  ["sockaddr_un", SUN_PATH_SIZE],
]);

/** Members of a struct by C name: numbers, bigints for what is as wide as a pointer somewhere, bytes for paths and addresses. */
export type StructValue = Readonly<Record<string, number | bigint | Uint8Array>>;

const programs = new WeakMap<Abi, Map<StructName, Program>>();

/** The field program of a struct, in the memory order of an ABI. */
export function structProgram(core: Core, abi: Abi, name: StructName): Program {
  const own = programs.get(abi) ?? new Map<StructName, Program>();
  programs.set(abi, own);
  const known = own.get(name);
  if (known !== undefined) return known;
  const struct = Object.hasOwn(STRUCTS, name) ? STRUCTS[name] : undefined;
  if (struct === undefined) throw unknownName("struct", name, Object.keys(STRUCTS));
  const column = MAY_LACK.get(name);
  if (column !== undefined && core.exports.abi_column(abi.index, column) === 0) {
    throw rangeError("struct", `one that ${abi.name} has`, name);
  }
  const count = core.exports.struct_program(abi.index, struct.id, core.scratch);
  const program = new Program(
    Array.from({ length: count }, (_, i): Element => {
      const element = core.word(core.scratch + i * 4);
      const id = (element >> 8) & 0xff;
      const memberName = struct.members[id] ?? "";
      const count = (element >> 16) & 0xffff;
      return { name: memberName, kind: element & 0xff, count, id, path: `.${memberName}` };
    }),
  );
  own.set(name, program);
  return program;
}

/** Bytes of a struct; members that are not given are zero. */
export function packStruct(core: Core, abi: Abi, name: StructName, value: StructValue): Uint8Array {
  const program = structProgram(core, abi, name);
  const { places } = program.layout(core, abi);
  for (const given of Object.keys(value)) {
    if (!program.elements.some((element) => element.name === given)) {
      throw rangeError(name, `given ${program.elements.map((e) => e.name).join(", ")}`, given);
    }
  }
  const cells = program.elements.map((element, i): Cell => {
    const empty = isOctets(element.kind) ? new Uint8Array(0) : 0;
    if (places[i]?.width === 0) return empty;
    const given = value[element.name] ?? empty;
    return isOctets(element.kind) ? bytesOf(given, `${name}.${element.name}`) : given;
  });
  const length = program.pack(core, abi, cells, name);
  const at = core.arena + ARENA_PAYLOAD;
  return core.bytes.slice(at, at + length);
}

/** Members of the struct whose bytes are given; undefined when they are too short. Members that an ABI lacks are left out. */
export function unpackStruct(
  core: Core,
  abi: Abi,
  name: StructName,
  bytes: Uint8Array,
): StructValue | undefined {
  const program = structProgram(core, abi, name);
  const { places, end } = program.layout(core, abi);
  if (bytes.length < end) return undefined;
  const at = core.arena + ARENA_PAYLOAD;
  core.bytes.set(bytes.subarray(0, end), at);
  const cells = program.unpack(core, abi, at, end) ?? [];
  const value: Record<string, number | bigint | Uint8Array> = {};
  program.elements.forEach(({ name: member, kind }, i) => {
    const absent = kind === STRUCT_END || (places[i]?.width === 0 && kind !== SUN_PATH);
    if (!absent) value[member] = cells[i] as number | bigint | Uint8Array;
  });
  return value;
}

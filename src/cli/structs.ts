// cmsg structs: structs as pahole prints them, with their holes.

import { type AbiName, hostAbi, type Layout, layout } from "../index.js";
import { structViews } from "../model.js";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { findKnown, knownIn, namesOf } from "./definitions.js";
import { EXIT, usageError } from "./errors.js";
import { ABIS_OPTION } from "./input.js";
import { count, paint, print, printJson, sign, width } from "./output.js";
import { abisNamed, likest } from "./values.js";

/** Structs of messages themselves. */
export const STRUCTS = ["msghdr", "cmsghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;

export const structs: Command = {
  name: "structs",
  summary: "print structs with offsets, widths and holes, as pahole does",
  usage: ["structs [OPTIONS] [NAME…]"],
  operands: {
    NAME: `${STRUCTS.join(", ")}, or a control message, whose payload is printed; the former unless given`,
  },
  options: {
    abi: ABIS_OPTION,
    json: { short: "j", text: "print them as a JSON array" },
  },
  notes: [
    "Behind each member stand its offset and its width in bytes. A hole is padding that the compiler puts in; what lies in it is not defined, " +
      "and the kernel does not look at it.",
    "cmsg layout shows the same structs of several ABIs side by side.",
  ],
  examples: [
    ["The header of a control message with musl", "cmsg structs cmsghdr --abi linux-x86_64-musl"],
    ["What IP_PKTINFO carries", "cmsg structs packetInfo --abi linux-x86_64-glibc"],
    ["All structs of two systems", "cmsg structs --abi darwin-arm64,windows-x64"],
  ],
  see: ["cmsg layout", "cmsg types", "pahole(1)"],
  complete: () => "struct",
  run: runStructs,
};

/** A member, or a hole where it has no name. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly width: number;
  /** Elements of an array; null where they repeat to the end of the payload. */
  readonly count: number | null;
}

interface Struct {
  readonly abi: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly Member[];
  readonly holes: readonly { readonly offset: number; readonly width: number }[];
}

function runStructs(args: Arguments): number {
  const wanted = args.values("abi");
  const abis = abisNamed(wanted.length === 0 ? ["host"] : wanted) as AbiName[];
  const names = args.operands;
  const found = abis.flatMap((abi) =>
    (names.length === 0 ? STRUCTS : names).flatMap((name) =>
      structsNamed(name, abi, names.length > 0),
    ),
  );
  if (args.has("json")) printJson(found, 2);
  else print(found.map((one) => drawing(one).join("\n")).join("\n\n"));
  return EXIT.fine;
}

/** The structs of a name: several where a control message has several payloads. */
function structsNamed(name: string, abi: AbiName, isAsked: boolean): Struct[] {
  const header = STRUCTS.find((known) => known === name.replace(/^struct /, ""));
  if (header !== undefined) {
    const one = layout(abi);
    if (one[header] !== null) return [headerStruct(one, header)];
    if (isAsked) throw usageError(`${abi} has no struct ${header}${help(structs)}`);
    return [];
  }
  const known = findKnown(name, abi);
  if (known === undefined) throw unknownStruct(name, abi);
  return known.about.payloads.map(({ typeName, size, members }) => ({
    abi,
    name: `payload of ${typeName}`,
    size,
    members: members.map(({ name: member, type, offset, width: bytes, count: elements }) => ({
      name: member,
      type,
      offset,
      width: bytes,
      count: elements,
    })),
    holes: holesOf(members, size),
  }));
}

function unknownStruct(name: string, abi: AbiName): Error {
  const near = likest(name, [...STRUCTS, ...knownIn(abi).flatMap(namesOf)]);
  const hint = near.length === 0 ? "" : `; close to it: ${near.join(", ")}`;
  return usageError(`${abi} has no struct or control message '${name}'${hint}${help(structs)}`);
}

function headerStruct(one: Layout, name: (typeof STRUCTS)[number]): Struct {
  const struct = one[name] as NonNullable<Layout["cmsghdr"]>;
  const rows = structViews(one.abi as AbiName).find((view) => view.name === name)?.rows ?? [];
  const types = new Map(rows.map((row) => [row.name, row.type]));
  const members = Object.entries(struct.fields).map(
    ([member, { offset, width: bytes }]): Member => {
      const isPath = member === "sun_path";
      return {
        name: member,
        type: types.get(member) ?? "",
        offset,
        width: isPath ? 1 : bytes,
        count: isPath ? bytes : 1,
      };
    },
  );
  const holes = struct.padding.map(([offset, length]) => ({ offset, width: length }));
  return { abi: one.abi, name: `struct ${name}`, size: struct.size, members, holes };
}

function holesOf(members: readonly Member[], size: number): Struct["holes"] {
  const holes: { offset: number; width: number }[] = [];
  let end = 0;
  for (const { offset, width: bytes, count: elements } of members) {
    if (offset > end) holes.push({ offset: end, width: offset - end });
    end = offset + bytes * (elements ?? 0);
  }
  if (size > end && members.at(-1)?.count !== null) holes.push({ offset: end, width: size - end });
  return holes;
}

function drawing({ abi, name, size, members, holes }: Struct): string[] {
  const decls = members.map(declText);
  const column = Math.max(0, ...decls.map((text) => text.length));
  const indent = width() < NARROW ? "  " : "    ";
  const digits = placeDigits(members, holes);
  const line = (text: string, offset: number, bytes: string): string => {
    const place = `/* ${String(offset).padStart(digits.offset)} ${bytes.padStart(digits.width)} */`;
    return `${indent}${text}  ${paint("dim", place)}`;
  };
  const rows = [
    ...members.map((member, i) => ({
      offset: member.offset,
      text: line(memberText(decls[i] ?? "", column), member.offset, bytesText(member)),
    })),
    ...holes.map((hole) => ({
      offset: hole.offset,
      text: line(holeText(hole, size, column), hole.offset, String(hole.width)),
    })),
  ].sort((a, b) => a.offset - b.offset);
  const lost = holes.reduce((sum, hole) => sum + hole.width, 0);
  const where = abi === hostAbi().name ? `${abi}, this host` : abi;
  const total = `size: ${size}, members: ${members.length}, holes: ${holes.length}`;
  const front =
    width() < NARROW
      ? [paint("dim", `/* ${where} */`), `${paint("bold", name)} {`]
      : [`${paint("bold", name)} { ${paint("dim", `/* ${where} */`)}`];
  return [
    ...front,
    ...rows.map(({ text }) => text),
    `${indent}${paint("dim", `/* ${total}${lost > 0 ? ` (${count(lost, "byte")})` : ""} */`)}`,
    "};",
  ].map(sign);
}

function declText(member: Member): string {
  const { type, name } = member;
  return `${type}${type.endsWith("*") ? "" : " "}${name}${arrayText(member)};`;
}

function arrayText({ type, count: elements, width: bytes }: Member): string {
  if (elements === null) return "[]";
  return elements === 1 && !(type === "unsigned char" && bytes === 1) ? "" : `[${elements}]`;
}

/** Below so many columns lines begin further left. */
const NARROW = 60;

/** What offsets and widths take. */
function placeDigits(
  members: readonly Member[],
  holes: Struct["holes"],
): { offset: number; width: number } {
  const offsets = [...members, ...holes].map(({ offset }) => String(offset).length);
  const widths = members.map((member) => bytesText(member).length);
  return { offset: Math.max(2, ...offsets), width: Math.max(2, ...widths) };
}

function bytesText({ width: bytes, count: elements }: Member): string {
  return elements === null ? `${bytes}*n` : String(bytes * elements);
}

function memberText(decl: string, column: number): string {
  const at = decl.lastIndexOf(" ") + 1;
  const painted = `${paint("cyan", decl.slice(0, at))}${paint("green", decl.slice(at))}`;
  return `${painted}${" ".repeat(Math.max(column - decl.length, 0))}`;
}

function holeText(
  { offset, width: bytes }: Struct["holes"][number],
  size: number,
  column: number,
): string {
  const text = `/* ${offset + bytes === size ? "padding" : "hole"}: ${bytes} */`;
  return `${paint("yellow", text)}${" ".repeat(Math.max(column - text.length, 0))}`;
}

// cmsg layout: structs of ABIs side by side, with what differs between them.

import {
  type AbiName,
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  type Layout,
  layout,
  type StructLayout,
} from "../index.js";
import type { Arguments, Command } from "./command.js";
import { EXIT, usageError } from "./errors.js";
import { ABIS_OPTION } from "./input.js";
import { merged, table } from "./lines.js";
import { count, paint, print, printJson, sign, width } from "./output.js";
import { abisNamed } from "./values.js";

const STRUCTS = ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;

/** Payloads whose lengths are shown: nothing, one descriptor, two, struct ucred, 16 bytes, the most descriptors of Linux. */
const PAYLOADS = [0, 4, 8, 12, 16, 1012] as const;

export const layoutCommand: Command = {
  name: "layout",
  summary: "draw the structs of one ABI, or of several side by side",
  usage: ["layout [OPTIONS]"],
  operands: {},
  options: {
    abi: ABIS_OPTION,
    list: { short: "l", text: "print the names of all ABIs, as does --abi list" },
    json: { short: "j", text: "print the layouts as a JSON array" },
  },
  notes: [
    "Shows how the structs of messages lie in memory, and what CMSG_LEN and CMSG_SPACE answer for payloads of some lengths.",
    "Each member has its offset and its width in bytes; a hole is padding that the compiler puts in. With several ABIs, ≠ marks " +
      "the rows in which they differ.",
  ],
  examples: [
    ["The ABI of this machine", "cmsg layout"],
    [
      "Two C libraries of Linux and a Mac",
      "cmsg layout --abi linux-x86_64-glibc,linux-x86_64-musl,darwin-arm64",
    ],
    ["For a program", "cmsg layout --abi 'host,*s390x*' --json"],
  ],
  see: ["cmsg structs", "cmsg compare"],
  run: runLayout,
};

function runLayout(args: Arguments): number {
  const [extra] = args.operands;
  if (extra !== undefined) throw usageError(`'${extra}' is too much: name ABIs with --abi`);
  const wanted = args.values("abi");
  if (args.has("list") || wanted.includes("list")) {
    if (args.has("json")) printJson(abis());
    else print(abis().join("\n"));
    return EXIT.fine;
  }
  const names = abisNamed(wanted.length === 0 ? ["host"] : wanted) as AbiName[];
  const layouts = names.map((name) => layout(name));
  if (args.has("json")) printJson(layouts.map(withLengths), 2);
  else {
    print(drawings(layouts).join("\n\n\n"));
    const marks = layouts.length > 1 ? `; ${DIFFERENT} not the same in all` : "";
    print(`\n${paint("dim", `members: offset and width in bytes${marks}`)}`);
  }
  return EXIT.fine;
}

function withLengths(one: Layout): object {
  const abi = one.abi as AbiName;
  const lengths = PAYLOADS.map((payload) => ({
    payload,
    len: CMSG_LEN(payload, { abi }),
    space: CMSG_SPACE(payload, { abi }),
  }));
  return { ...one, lengths };
}

/** A row of the drawing: a label, and a cell for each ABI. */
type Row = readonly [label: string, ...cells: string[]];

/** Columns of a drawing in front of those of its ABIs: the mark and the label. */
const FRONT = 2;

/** Drawings of all ABIs: one, or as many as the terminal's width makes necessary. */
function drawings(layouts: readonly Layout[]): string[] {
  const rows = markedRows(layouts);
  const front = widthOf(rows, 0) + widthOf(rows, 1);
  const limit = width() + GAP;
  const parts: number[][] = [[]];
  let used = front;
  for (let column = FRONT; column < FRONT + layouts.length; column++) {
    used += widthOf(rows, column);
    if (used > limit && parts.at(-1)?.length !== 0) {
      parts.push([]);
      used = front + widthOf(rows, column);
    }
    parts.at(-1)?.push(column);
  }
  return parts.map((columns) => drawing(rows, layouts.length === 1 ? [1] : [0, 1], columns));
}

/** Columns between those of a table. */
const GAP = 2;

function widthOf(rows: readonly (readonly string[])[], column: number): number {
  return GAP + Math.max(...rows.map((row) => sign(row[column] ?? "").length));
}

function drawing(
  rows: readonly (readonly string[])[],
  front: readonly number[],
  columns: readonly number[],
): string {
  const shown = [...front, ...columns];
  const cells = rows.map((row) => (row.length === 0 ? [] : shown.map((i) => row[i] ?? "")));
  const lines = table(cells, (cell, i, number) => {
    const [mark, label = ""] = rows[number] ?? [];
    const isLabel = shown[i] === 1;
    if (number === 0 || (isLabel && !label.startsWith(" "))) return paint("bold", cell);
    if (label.trim() === HOLE) return paint("dim", cell);
    return mark === DIFFERENT && (isLabel || shown[i] === 0) ? paint("yellow", cell) : cell;
  });
  return lines.join("\n");
}

const DIFFERENT = "≠";

/** The rows of a drawing behind a mark where its ABIs differ, with an empty one in front of each section. */
function markedRows(layouts: readonly Layout[]): string[][] {
  const sections = [
    [["ABI", ...layouts.map(({ abi }) => abi)] as Row, ...generalRows(layouts)],
    ...STRUCTS.map((name) => structRows(name, layouts)),
    lengthRows(layouts),
  ].filter((rows) => rows.length > 0);
  return sections.flatMap((rows, i) => [
    ...(i === 0 ? [] : [[]]),
    ...rows.map((row, j) => [i > 0 || j > 0 ? markOf(row) : " ", ...row]),
  ]);
}

function markOf([, first, ...others]: Row): string {
  return others.every((cell) => cell === first) ? " " : DIFFERENT;
}

function generalRows(layouts: readonly Layout[]): Row[] {
  const row = (label: string, cell: (one: Layout) => string | number): Row => [
    `  ${label}`,
    ...layouts.map((one) => String(cell(one))),
  ];
  return [
    row("pointer", ({ pointerSize }) => `${pointerSize * 8} bits`),
    row("byte order", ({ endian }) => endian),
    row("message alignment", ({ cmsg }) => cmsg.align),
    row("payload offset", ({ cmsg }) => cmsg.dataOffset),
    row("CMSG_NXTHDR rule", ({ cmsg }) => cmsg.rule),
  ];
}

const HOLE = "(hole)";
const ABSENT = "–";

function structRows(name: (typeof STRUCTS)[number], layouts: readonly Layout[]): Row[] {
  const structs = layouts.map((one) => one[name]);
  if (structs.every((struct) => struct === null)) return [];
  const members = structs.map((struct) => (struct === null ? new Map() : membersOf(struct)));
  const head: Row = [
    `struct ${name}`,
    ...structs.map((struct) =>
      struct === null ? ABSENT : `${count(struct.size, "byte")}, align ${struct.align}`,
    ),
  ];
  const rows = merged(members.map((cells) => [...cells.keys()])).map(
    (key): Row => [
      `  ${key.startsWith(HOLE) ? HOLE : key}`,
      ...members.map((cells) => cells.get(key) ?? ABSENT),
    ],
  );
  return [head, ...rows];
}

/** Members in the order of their offsets; each hole is known by the member in front of it. */
function membersOf({ fields, padding }: StructLayout): Map<string, string> {
  const parts = [
    ...Object.entries(fields).map(([name, { offset, width }]) => ({ name, offset, width })),
    ...padding.map(([offset, width]) => ({ name: HOLE, offset, width })),
  ].sort((a, b) => a.offset - b.offset);
  return new Map(
    parts.map(({ name, offset, width }, i): [string, string] => [
      name === HOLE ? `${HOLE} ${parts[i - 1]?.name}` : name,
      `${String(offset).padStart(3)} ${String(width).padStart(3)}`,
    ]),
  );
}

function lengthRows(layouts: readonly Layout[]): Row[] {
  const cells = (macro: typeof CMSG_LEN, payload: number): string[] =>
    layouts.map(({ abi }) => String(macro(payload, { abi: abi as AbiName })).padStart(3));
  return [
    ["bytes of a message", ...layouts.map(() => "")],
    ...PAYLOADS.map((payload): Row => [`  CMSG_LEN(${payload})`, ...cells(CMSG_LEN, payload)]),
    ...PAYLOADS.map((payload): Row => [`  CMSG_SPACE(${payload})`, ...cells(CMSG_SPACE, payload)]),
  ];
}

// The numbers of an ABI by hand, as a link has them: one after another, in the order of the form.

import type { AbiRow, RuleName } from "../src/codec.js";

/** A number of a row: what it is called, and what it may be. */
export interface RowField {
  readonly name: keyof AbiRow;
  readonly label: string;
  readonly choices: readonly (string | number)[];
}

const WORDS = [4, 8];
const UNITS = [1, 2, 4, 8, 16, 32, 64];

/** The numbers that the form asks for, without the rule. */
export const ROW_FIELDS: readonly RowField[] = [
  { name: "pointerSize", label: "pointer", choices: WORDS },
  { name: "longSize", label: "long", choices: WORDS },
  { name: "endian", label: "byte order", choices: ["little", "big"] },
  { name: "alignMax", label: "largest alignment", choices: UNITS },
  { name: "lengthSlot", label: "place of a length", choices: [0, 8] },
  { name: "cmsgLenWidth", label: "cmsg_len", choices: WORDS },
  { name: "iovlenWidth", label: "msg_iovlen", choices: WORDS },
  { name: "controllenWidth", label: "msg_controllen", choices: WORDS },
  { name: "iovLenWidth", label: "iov_len", choices: WORDS },
  { name: "lengthFirst", label: "iovec begins with", choices: ["pointer", "length"] },
  { name: "msgLenWidth", label: "msg_len of mmsghdr", choices: [0, 4, 8] },
  { name: "headerAlign", label: "messages rounded to", choices: UNITS },
  { name: "dataAlign", label: "payload rounded to", choices: UNITS },
  { name: "roundingWidth", label: "rounding computed in", choices: WORDS },
  { name: "sockaddrLength", label: "sockaddr begins with", choices: ["family", "length"] },
  { name: "sunPathSize", label: "sun_path", choices: [0, 104, 108, 126, 253] },
];

/** Numbers that are yes or no, with the word for yes. */
const YES: Readonly<Partial<Record<keyof AbiRow, string>>> = {
  lengthFirst: "length",
  sockaddrLength: "length",
};

/** What the form shows for a number. */
export function choiceOf(row: AbiRow, { name, choices }: RowField): string {
  if (YES[name] !== undefined) return String(choices[row[name] === true ? 1 : 0]);
  const given = row[name] ?? (name === "roundingWidth" ? row.pointerSize : 0);
  return String(given);
}

/** The row with one number changed; undefined for a choice that there is not. */
export function withChoice(
  row: AbiRow,
  { name, choices }: RowField,
  text: string,
): AbiRow | undefined {
  const choice = choices.find((each) => String(each) === text);
  if (choice === undefined) return undefined;
  const yes = YES[name];
  return { ...row, [name]: yes === undefined ? choice : choice === yes };
}

const START = {
  pointerSize: 8,
  longSize: 8,
  endian: "little",
  alignMax: 8,
  cmsgLenWidth: 8,
  iovlenWidth: 8,
  controllenWidth: 8,
  iovLenWidth: 8,
  headerAlign: 8,
  dataAlign: 8,
} as const;

/** A row as words with dots between them. */
export function textOfRow(row: AbiRow): string {
  return [...ROW_FIELDS.map((field) => choiceOf(row, field)), row.rule].join(".");
}

/** The row that words stand for; undefined unless each of them is known. */
export function rowOfText(text: string, rules: readonly RuleName[]): AbiRow | undefined {
  const words = text.split(".");
  const rule = rules.find((name) => name === words.at(-1));
  if (words.length !== ROW_FIELDS.length + 1 || rule === undefined) return undefined;
  let row: AbiRow | undefined = { ...START, rule };
  for (const [i, field] of ROW_FIELDS.entries()) {
    row = row && withChoice(row, field, words[i] ?? "");
  }
  return row;
}

// The same messages in several ABIs side by side: rows aligned by message, bytes that differ, CMSG_LEN and CMSG_SPACE.

import type { AbiOption } from "../codec/abi.js";
import { optionsOf, rangeError, typeError } from "../codec/arguments.js";
import type { AnyDefinition } from "../codec/definition.js";
import { type MessageInput, messageList } from "../codec/encode.js";
import type { Explanation } from "../codec/explain.js";
import type { Span } from "../codec/spans.js";
import { CMSG_LEN, CMSG_SPACE, decodeControl, encodeControl, explain } from "../codec.js";
import { abiFact } from "./abi-facts.js";

/** How messages are compared. */
export interface CompareOptions {
  /** The ABIs, from the left; two or more. */
  readonly abis: readonly AbiOption[];
  /** Definitions to know beside the built-in ones, and before them. */
  readonly definitions?: readonly AnyDefinition[];
}

/** One ABI of a comparison: all its messages in a control buffer. */
export interface ComparedAbi {
  readonly abi: AbiOption;
  /** Its control messages in a line. */
  readonly fact: string;
  readonly bytes: Uint8Array;
  readonly explanation: Explanation;
  /** Sums of CMSG_LEN and CMSG_SPACE over its messages, in bytes. */
  readonly length: number;
  readonly space: number;
}

/** A message in one ABI. */
export interface ComparedCell {
  /** Where it lies in the control buffer of its ABI, padding behind it included. */
  readonly from: number;
  readonly to: number;
  /** CMSG_LEN and CMSG_SPACE of it, in bytes. */
  readonly length: number;
  readonly space: number;
  readonly spans: readonly Span[];
  /** Offsets in the control buffer of bytes that are others, or not there, at the same distance in another ABI. */
  readonly differing: readonly number[];
}

/** A message of a comparison: a cell per ABI, null where the system does not have it or its value has no bytes there. */
export interface ComparedMessage {
  readonly cells: readonly (ComparedCell | null)[];
  /** Why a cell is null, by ABI; null where there is a cell. */
  readonly reasons: readonly (string | null)[];
}

/** The same messages in several ABIs. */
export interface Comparison {
  readonly abis: readonly ComparedAbi[];
  readonly messages: readonly ComparedMessage[];
}

/** A message made in one ABI, or why it cannot be. */
type Made = { readonly bytes: Uint8Array } | { readonly error: unknown; readonly reason: string };

/**
 * Lays the same messages out in several ABIs: for each message where it lies, how long it is and which of its bytes differ.
 *
 * @param messages An iterable, consumed once.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for fewer than two ABIs; what `encodeControl` throws for a message that none of them takes.
 * @example
 * const { abis } = compareControl([rights([7])], { abis: ["linux-x86_64-glibc", "darwin-arm64"] });
 * abis.map(({ space }) => space) // [24, 16]
 */
export function compareControl(
  messages: Iterable<MessageInput>,
  options: CompareOptions,
): Comparison {
  const { abis, definitions = [] } = optionsOf(options, "options");
  if (!Array.isArray(abis)) throw typeError("abis", "an array of ABIs", abis);
  if (abis.length < 2) throw rangeError("abis", "two or more", abis.length);
  const given = messageList(messages, "messages") as readonly MessageInput[];
  const made = abis.map((abi) => given.map((message, row) => make(message, abi, row)));
  refuseImpossible(made);
  const columns = abis.map((abi, i) => columnOf(abi, made[i] as readonly Made[], definitions));
  const rows = given.map((_, row) => {
    const cells = columns.map(({ cells }) => cells[row] ?? null);
    const reasons = made.map((column) => {
      const one = column[row] as Made;
      return "reason" in one ? one.reason : null;
    });
    return Object.freeze({
      cells: markDifferences(cells, columns),
      reasons: Object.freeze(reasons),
    });
  });
  return Object.freeze({
    abis: Object.freeze(columns.map(({ column }) => column)),
    messages: Object.freeze(rows),
  });
}

/** The bytes of a message in an ABI. */
function make(message: MessageInput, abi: AbiOption, index: number): Made {
  try {
    return { bytes: encodeControl([message], { abi }) };
  } catch (error) {
    const { code, message: text } = error as { code?: unknown; message: string };
    if (!String(code).startsWith("ERR_CMSG_")) throw error;
    return { error, reason: text.replace("messages[0]", `messages[${index}]`) };
  }
}

/** What no ABI takes is a mistake of the caller's, and no difference. */
function refuseImpossible(made: readonly (readonly Made[])[]): void {
  const [first = []] = made;
  first.forEach((one, row) => {
    if ("error" in one && made.every((column) => "error" in (column[row] as Made))) throw one.error;
  });
}

type Cell = Omit<ComparedCell, "differing">;

function columnOf(
  abi: AbiOption,
  made: readonly Made[],
  definitions: readonly AnyDefinition[],
): { column: ComparedAbi; cells: readonly (Cell | null)[] } {
  const parts = made.flatMap((one) => ("bytes" in one ? [one.bytes] : []));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  const places = made.map((one) => {
    if (!("bytes" in one)) return null;
    bytes.set(one.bytes, at);
    at += one.bytes.length;
    return { from: at - one.bytes.length, to: at };
  });
  const explanation = explain(bytes, { abi, definitions });
  const cells = places.map((place): Cell | null => {
    if (place === null) return null;
    const { from, to } = place;
    const [message] = decodeControl(bytes.subarray(from, to), { abi }).messages;
    const payload = message?.payload.length ?? 0;
    return {
      from,
      to,
      length: CMSG_LEN(payload, { abi }),
      space: CMSG_SPACE(payload, { abi }),
      spans: Object.freeze(explanation.spans.filter((span) => span.from >= from && span.to <= to)),
    };
  });
  const sum = (of: (cell: Cell) => number): number =>
    cells.reduce((all, cell) => all + (cell === null ? 0 : of(cell)), 0);
  const column = Object.freeze({
    ...{ abi, fact: abiFact(abi), bytes, explanation },
    length: sum(({ length }) => length),
    space: sum(({ space }) => space),
  });
  return { column, cells };
}

/** The cells of a row with the bytes in which they are not all alike. */
function markDifferences(
  cells: readonly (Cell | null)[],
  columns: readonly { readonly column: ComparedAbi }[],
): readonly (ComparedCell | null)[] {
  const parts = cells.map((cell, i) =>
    cell === null ? null : columns[i]?.column.bytes.subarray(cell.from, cell.to),
  );
  const present = parts.filter((part) => part !== null && part !== undefined);
  return Object.freeze(
    cells.map((cell, i): ComparedCell | null => {
      if (cell === null) return null;
      const own = parts[i] as Uint8Array;
      const differing = Array.from(own.keys()).filter((at) =>
        present.some((other) => other[at] !== own[at]),
      );
      return Object.freeze({
        ...cell,
        differing: Object.freeze(differing.map((at) => cell.from + at)),
      });
    }),
  );
}

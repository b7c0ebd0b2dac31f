// What is wrong with a payload that a form is to read: its length, and the numbers in it that count what follows.

import type { Abi } from "./abi.js";
import type { Cell } from "./cell.js";
import type { Core } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import { type Form, minimumLength } from "./form.js";
import { type Problem, type ProblemCode, problemOf } from "./problem.js";

/** What is wrong with a payload. */
export interface Complaint {
  readonly severity: "error" | "warning";
  readonly code: ProblemCode;
  /** Found and expected. */
  readonly text: string;
  /** The length that the fields need, where it is too short for them; the number that a count says. */
  readonly claimed?: bigint;
}

/** What is wrong with a payload of `length` bytes, of which `cells` were read. */
export function complaintsOf(
  core: Core,
  abi: Abi,
  form: Form,
  length: number,
  cells: readonly Cell[] | undefined,
): readonly Complaint[] {
  const ofLength = lengthComplaint(core, abi, form, length);
  const ofCounts =
    cells === undefined || !form.program.counts ? NONE : countComplaints(form, cells);
  return ofLength === undefined ? ofCounts : [ofLength, ...ofCounts];
}

/** Nearly every payload is as it should be. */
const NONE: readonly Complaint[] = [];
const NO_PROBLEMS: readonly Problem[] = [];

/** Numbers that count more than there is. */
function countComplaints({ program }: Form, cells: readonly Cell[]): readonly Complaint[] {
  return program.elements.flatMap(({ name, counts }, i): Complaint[] => {
    const [claimed, items] = [cells[i], cells[i + 1]];
    if (counts !== true || typeof claimed !== "number" || typeof items !== "object") return [];
    if (claimed <= items.length) return [];
    return [
      {
        severity: "warning",
        code: "ERR_CMSG_COUNT_PAST_END",
        text: `${name} says ${claimed}, ${items.length} are there`,
        claimed: BigInt(claimed),
      },
    ];
  });
}

function lengthComplaint(core: Core, abi: Abi, form: Form, length: number): Complaint | undefined {
  const least = minimumLength(core, form, abi);
  if (length < least) {
    return {
      severity: "error",
      code: "ERR_CMSG_PAYLOAD_TOO_SHORT",
      text: `${length} bytes, needs ${least}`,
      claimed: BigInt(least),
    };
  }
  const left = leftOver(core, abi, form, length);
  if (left === 0) return undefined;
  const verb = left === 1 ? "makes" : "make";
  return {
    severity: "warning",
    code: "ERR_CMSG_PAYLOAD_NOT_WHOLE",
    text: `${length} bytes, of which the last ${left} ${verb} no whole element`,
  };
}

/** Bytes behind the whole elements of a repeated tail. */
function leftOver(core: Core, abi: Abi, { program }: Form, length: number): number {
  if (!program.repeats) return 0;
  const { places } = program.layout(core, abi);
  const last = places[places.length - 1];
  return last === undefined ? 0 : (length - last.offset) % last.width;
}

/** A control message by where it lies and what it says that it is, and the bytes of its payload. */
interface PlacedPayload {
  readonly offset: number;
  readonly level: number;
  readonly type: number;
  readonly length: number;
}

/** The same as problems of a control buffer. */
export function payloadProblems(
  core: Core,
  abi: Abi,
  { definition, form }: { readonly definition: AnyDefinition; readonly form: Form },
  { offset, level, type, length }: PlacedPayload,
  cells: readonly Cell[] | undefined,
): readonly Problem[] {
  const complaints = complaintsOf(core, abi, form, length, cells);
  if (complaints.length === 0) return NO_PROBLEMS;
  const place = { offset, level, type, available: length };
  return complaints.map(({ text, code, ...rest }) => {
    const message = `${definition.name} payload at offset ${offset}: ${text} (${abi.name})`;
    return problemOf(code, message, { ...rest, ...place });
  });
}

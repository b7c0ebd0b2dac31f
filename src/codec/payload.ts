// What is wrong with the length of a payload that a form is to read.

import type { Abi } from "./abi.js";
import type { Core } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import { type Form, minimumLength } from "./form.js";
import type { Problem } from "./message.js";

/** What is wrong with the length of a payload. */
export interface LengthComplaint {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** Found and expected. */
  readonly text: string;
  /** The length that the fields need, where it is too short for them. */
  readonly claimed?: bigint;
}

/** What is wrong with a payload of `length` bytes: a complaint, or undefined. */
export function lengthComplaint(
  core: Core,
  abi: Abi,
  form: Form,
  length: number,
): LengthComplaint | undefined {
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
  const last = program.layout(core, abi).places.at(-1);
  return last === undefined ? 0 : (length - last.offset) % last.width;
}

/** The same as a problem of a control buffer. */
export function payloadProblem(
  core: Core,
  abi: Abi,
  { definition, form }: { readonly definition: AnyDefinition; readonly form: Form },
  place: Pick<Problem, "offset"> & Required<Pick<Problem, "level" | "type" | "available">>,
): Problem | undefined {
  const complaint = lengthComplaint(core, abi, form, place.available);
  if (complaint === undefined) return undefined;
  const { text, ...rest } = complaint;
  const message = `${definition.name} payload at offset ${place.offset}: ${text} (${abi.name})`;
  return { ...rest, message, ...place };
}

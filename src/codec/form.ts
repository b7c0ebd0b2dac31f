// Forms: what the payload of a control-message type is on some systems, and by which level and type it is known there. Most types
// have one form; systems that gave one name to different structs, or one message two numbers, have several.

import { type Abi, constantOf } from "./abi.js";
import type { Cell } from "./cell.js";
import type { Core } from "./core.js";
import type { ReadContext, WriteContext } from "./field.js";
import type { Program } from "./program.js";

/** The level and type that identify a message in one ABI. */
export interface Identity {
  readonly level: number;
  readonly type: number;
}

/** Who sends a message: programs, the kernel, or either. */
export type Direction = "send" | "receive" | "both";

/** The payload of a control-message type on the systems that share it. `T` is its value. */
export interface Form<T = unknown> {
  /** Names of ABIs, or how they begin: "netbsd", "linux-sparc64". All that no other form names, when there are none. */
  readonly on: readonly string[];
  readonly level: string | number;
  readonly type: string | number;
  readonly direction: Direction;
  /** Socket options that make the kernel deliver it. */
  readonly enable: readonly string[];
  /** Bytes of the longest payload; undefined where it has no bound but the control buffer's. */
  readonly limit: number | undefined;
  /** Whether its payload holds file descriptors. */
  readonly descriptors: boolean;
  readonly program: Program;
  /** Cells of a value, one per element of the program. */
  write(value: unknown, path: string, context: WriteContext): Cell[];
  /** The value that cells stand for. */
  read(cells: readonly Cell[], context: ReadContext): T;
}

/** A form with its numbers in one ABI. */
export interface KnownForm extends Identity {
  readonly form: Form;
}

/** What has forms: a definition. */
interface Formed {
  readonly name: string;
  readonly forms: readonly Form[];
}

function numberOf(name: string | number, abi: Abi): number | undefined {
  return typeof name === "number" ? name : constantOf(abi, name);
}

/** What the names of a level have in common: SOL_UDP and IPPROTO_UDP. */
export function protocolOf(level: string | number): string {
  return String(level).replace(/^(SOL|IPPROTO)_/, "");
}

/** Length of the part of an ABI's name that a form names; 0 for a form of all systems, -1 when it is of others. */
function closeness({ on }: Form, abi: Abi): number {
  if (on.length === 0) return 0;
  const named = on.filter((name) => `${abi.name}-`.startsWith(`${name}-`));
  return Math.max(-1, ...named.map((name) => name.length));
}

const known = new WeakMap<Abi, WeakMap<Formed, readonly KnownForm[]>>();

/** The forms that a definition has in an ABI. The first is the one to send. */
export function formsIn(definition: Formed, abi: Abi): readonly KnownForm[] {
  if (lastDefinition === definition && lastAbi === abi) return lastForms;
  const own = known.get(abi) ?? new WeakMap<Formed, readonly KnownForm[]>();
  known.set(abi, own);
  const found = own.get(definition) ?? findForms(definition, abi);
  own.set(definition, found);
  lastDefinition = definition;
  lastAbi = abi;
  lastForms = found;
  return found;
}

// Nearly always it is asked for the same one again.
let lastDefinition: Formed | undefined;
let lastAbi: Abi | undefined;
let lastForms: readonly KnownForm[] = [];

function findForms({ name, forms }: Formed, abi: Abi): readonly KnownForm[] {
  const candidates = forms.flatMap((form) => {
    const near = closeness(form, abi);
    const level = numberOf(form.level, abi);
    const type = numberOf(form.type, abi);
    if (near < 0 || level === undefined || type === undefined) return [];
    return [{ form, level, type, near }];
  });
  const closest = candidates.filter(
    ({ level, type, near }) =>
      !candidates.some((o) => o.level === level && o.type === type && o.near > near),
  );
  // A message of two numbers is sent by the one that the system itself gives to its name.
  const plain = numberOf(name, abi);
  return [
    ...closest.filter(({ type }) => type === plain),
    ...closest.filter(({ type }) => type !== plain),
  ];
}

/** Whether a definition is received in an ABI, by one of its forms at least. */
export function isReceived(definition: Formed, abi: Abi): boolean {
  return formsIn(definition, abi).some(({ form }) => form.direction !== "send");
}

/** The shortest payload that holds every field of a form, in bytes. */
export function minimumLength(core: Core, form: Form, abi: Abi): number {
  return form.program.layout(core, abi).end;
}

/** Whether a payload of `length` bytes is the struct of a form that repeats to the end. */
export function holdsAny(core: Core, form: Form, abi: Abi, length: number): boolean {
  return form.program.repeats && length >= form.program.layout(core, abi).end;
}

/** Whether a payload of `length` bytes is exactly the struct of a form, with or without the padding at its end. */
export function fitsExactly(core: Core, form: Form, abi: Abi, length: number): boolean {
  const { end, size } = form.program.layout(core, abi);
  return !form.program.repeats && (length === end || length === size);
}

// A control message as it was found: identity and bytes always, definition and value when they are known.

import type { Abi } from "./abi.js";
import { typeError } from "./arguments.js";
import { ARENA_PAYLOAD, type Core } from "./core.js";
import {
  type AnyDefinition,
  type DefinitionOf,
  isDefinition,
  type WithDescriptors,
} from "./definition.js";
import type { ReadContext } from "./field.js";
import { type Form, fitsExactly, formsIn, minimumLength } from "./form.js";
import { levelName, typeName, withNumber } from "./names.js";

/** Something wrong with a control buffer. Decoding goes on around it. */
export interface Problem {
  /** An error changes what is delivered; a warning does not. */
  readonly severity: "error" | "warning";
  /** A stable code: `ERR_CMSG_…`. */
  readonly code: string;
  /** What, where, expected, found. */
  readonly message: string;
  /** Offset of the control message's header in the control buffer, in bytes. */
  readonly offset: number;
  readonly level?: number;
  readonly type?: number;
  /** cmsg_len as it stands there, or the length that the fields need. */
  readonly claimed?: bigint;
  /** Bytes that are really there. */
  readonly available?: number;
}

/**
 * A control message of a control buffer. `F` is what a descriptor has become: a number in plain bytes, an owned `Fd` from the
 * kernel.
 */
export class ControlMessage<V = unknown, F = number> {
  readonly level: number;
  readonly type: number;
  /** The bytes behind the header, without padding. */
  readonly payload: Uint8Array;
  /** The definition that knows this level and type; undefined when none does. */
  readonly definition: AnyDefinition | undefined;
  /** The decoded payload; undefined when no definition knows it or when it is too short. */
  readonly value: WithDescriptors<V, F> | undefined;
  readonly #abi: Abi;
  readonly #core: Core;

  constructor(
    core: Core,
    abi: Abi,
    level: number,
    type: number,
    payload: Uint8Array,
    definition: AnyDefinition | undefined,
    value: unknown,
  ) {
    this.level = level;
    this.type = type;
    this.payload = payload;
    this.definition = definition;
    this.value = value as WithDescriptors<V, F> | undefined;
    this.#core = core;
    this.#abi = abi;
  }

  static {
    // Declared by hand: what node:util calls it is not to be imported here.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(
        this: ControlMessage,
        _depth: number,
        options: object,
        inspect: (value: unknown, options: object) => string,
      ): string {
        const level = withNumber(levelName(this.#abi, this.level, this.definition), this.level);
        const name = this.definition?.name ?? typeName(this.#abi, this.level, this.type);
        const shown = this.value === undefined ? this.payload : this.value;
        return `${level} ${withNumber(name, this.type)} ${inspect(shown, options)}`;
      },
    });
  }

  /** Whether this is a message of `definition` with a value: narrows the type of `value`. */
  is<W>(definition: DefinitionOf<W>): this is ControlMessage<W, F> & {
    readonly value: WithDescriptors<W, F>;
  } {
    if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
    return this.definition === definition && this.value !== undefined;
  }

  /**
   * Reads the payload with a definition that decoding did not know of; undefined when level and type are not its own or the
   * payload is too short. Descriptors come out as the numbers that stand in the payload.
   */
  as<W>(definition: DefinitionOf<W>): WithDescriptors<W, number> | undefined {
    if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
    const core = this.#core;
    const { length } = this.payload;
    const forms = formsIn(definition, this.#abi)
      .filter(({ level, type }) => level === this.level && type === this.type)
      .map(({ form }) => form);
    const form = forms.find((each) => fitsExactly(core, each, this.#abi, length)) ?? forms[0];
    if (form === undefined) return undefined;
    const at = core.arena + ARENA_PAYLOAD;
    core.bytes.set(this.payload, at);
    const cells = form.program.unpack(core, this.#abi, at, length);
    if (cells === undefined) return undefined;
    const context: ReadContext = { abi: this.#abi, descriptor: (number) => number };
    return form.read(cells, context) as WithDescriptors<W, number>;
  }
}

/** What is wrong with the length of a payload: a reason, or undefined. */
export function payloadProblem(
  core: Core,
  abi: Abi,
  { definition, form }: { readonly definition: AnyDefinition; readonly form: Form },
  place: {
    readonly offset: number;
    readonly level: number;
    readonly type: number;
    readonly available: number;
  },
): Problem | undefined {
  const { offset, available: length } = place;
  const least = minimumLength(core, form, abi);
  if (length < least) {
    return {
      severity: "error",
      code: "ERR_CMSG_PAYLOAD_TOO_SHORT",
      message: `${definition.name} payload at offset ${offset}: ${length} bytes, needs ${least} (${abi.name})`,
      claimed: BigInt(least),
      ...place,
    };
  }
  const left = leftOver(core, abi, form, length);
  if (left === 0) return undefined;
  return {
    severity: "warning",
    code: "ERR_CMSG_PAYLOAD_NOT_WHOLE",
    message: `${definition.name} payload at offset ${offset}: ${length} bytes, of which the last ${left} ${left === 1 ? "makes" : "make"} no whole element (${abi.name})`,
    ...place,
  };
}

/** Bytes behind the whole elements of a repeated tail. */
function leftOver(core: Core, abi: Abi, { program }: Form, length: number): number {
  if (!program.repeats) return 0;
  const last = program.layout(core, abi).places.at(-1);
  return last === undefined ? 0 : (length - last.offset) % last.width;
}

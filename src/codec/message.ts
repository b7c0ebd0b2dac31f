// A control message as it was found: identity and bytes always, definition and value when they are known.

import { type Abi, numberOf } from "./abi.js";
import { typeError } from "./arguments.js";
import type { Core } from "./core.js";
import {
  type AnyDefinition,
  type DefinitionOf,
  isDefinition,
  type WithDescriptors,
} from "./definition.js";
import type { ReadContext } from "./field.js";
import { inspectText, messageText, readForm } from "./message-text.js";

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
        const shown = inspect(this.value === undefined ? this.payload : this.value, options);
        return inspectText(this.#core, this.#abi, this, shown);
      },
    });
  }

  /** Family, level, type, and each field by its C name, with its unit or what it stands for; then what is wrong with it. */
  toString(): string {
    return messageText(this.#core, this.#abi, this);
  }

  /** Whether this is a message of `definition` with a value: narrows the type of `value`. */
  is<W>(definition: DefinitionOf<W>): this is ControlMessage<W, F> & {
    readonly value: WithDescriptors<W, F>;
  };

  /**
   * Whether this is a message of a level and type, as numbers or C names.
   *
   * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for a name that the system does not have.
   */
  is(level: number | string, type: number | string): boolean;

  is(wanted: unknown, type?: number | string): boolean {
    if (isDefinition(wanted)) return this.definition === wanted && this.value !== undefined;
    if (type === undefined) throw typeError("definition", "made by control()", wanted);
    const level = numberOf(this.#abi, wanted, "level", "level");
    return this.type === numberOf(this.#abi, type, "type", "type") && this.level === level;
  }

  /**
   * Reads the payload with a definition that decoding did not know of; undefined when level and type are not its own or the
   * payload is too short. Descriptors come out as the numbers that stand in the payload.
   */
  as<W>(definition: DefinitionOf<W>): WithDescriptors<W, number> | undefined {
    if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
    const { form, cells } = readForm(this.#core, this.#abi, this, definition) ?? {};
    if (form === undefined || cells === undefined) return undefined;
    const context: ReadContext = { abi: this.#abi, descriptor: (number) => number };
    return form.read(cells, context) as WithDescriptors<W, number>;
  }
}

// Checks of what callers pass: each refusal names the argument, what it may be and what came.

/** A byte view or a buffer: what payloads and data may be. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** How a value looks in a message: short, and never its memory. */
export function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object") return `an instance of ${className(value)}`;
  return typeof value === "function" ? "a function" : String(value);
}

function className(value: object): string {
  try {
    const name: unknown = value.constructor?.name;
    return typeof name === "string" ? name.slice(0, 40) : "Object";
  } catch {
    return "Object";
  }
}

function withCode<E extends Error>(error: E, code: string): E {
  return Object.assign(error, { code });
}

/** The wrong kind of argument. */
export function typeError(what: string, expected: string, found: unknown): TypeError {
  const message = `${what} must be ${expected}, not ${shown(found)}`;
  return withCode(new TypeError(message), "ERR_CMSG_INVALID_ARG_TYPE");
}

/** The right kind of argument with a value that is not allowed. */
export function rangeError(what: string, expected: string, found: unknown): RangeError {
  const message = `${what} must be ${expected}, not ${shown(found)}`;
  return withCode(new RangeError(message), "ERR_CMSG_OUT_OF_RANGE");
}

/** A name that is not one of `names`. */
export function unknownName(what: string, name: unknown, names: readonly string[]): Error {
  if (typeof name !== "string") return typeError(what, "a name", name);
  const some = nearNames(name, names).join(", ");
  return rangeError(what, `one of ${names.length} names (${some} …)`, name);
}

/** The three names that are most like `name`: those that contain it or are part of it, then by the edits in between. */
export function nearNames(name: string, names: readonly string[]): readonly string[] {
  const wanted = name.slice(0, 60).toLowerCase();
  const rank = (given: string): number => {
    const known = given.toLowerCase();
    const part = wanted !== "" && (known.includes(wanted) || wanted.includes(known));
    return part ? 0 : edits(wanted, known);
  };
  return names
    .map((known) => ({ known, rank: rank(known) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, 3)
    .map(({ known }) => known);
}

/** Insertions, deletions and replacements between two texts (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}

/** An integer from `least` to `most`. */
export function integerIn(value: unknown, least: number, most: number, what: string): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw typeError(what, "an integer", value);
  }
  if (value < least || value > most) throw rangeError(what, `from ${least} to ${most}`, value);
  return value;
}

/** A signed 32-bit integer. */
export function int32(value: unknown, what: string): number {
  return integerIn(value, -0x80000000, 0x7fffffff, what);
}

/** The bytes of any view or buffer, in memory order and without a copy. Memory that was transferred away is refused. */
export function bytesOf(value: unknown, what: string): Uint8Array {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !isArrayBuffer(value)) throw typeError(what, "a byte view or buffer", value);
  if (isView && value instanceof Uint8Array && value.length > 0) return value;
  checkAttached(value, what);
  if (!isView) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** A view of a detached buffer says that it is empty; making another one throws, on every engine. */
function checkAttached(value: Bytes, what: string): void {
  try {
    new Uint8Array(ArrayBuffer.isView(value) ? value.buffer : value);
    // Of a view that a resizable buffer has shrunk away from, these throw.
    void value.byteLength;
    if (isTypedArray(value)) Uint8Array.prototype.at.call(value, 0);
  } catch {
    throw typeError(what, "a byte view or buffer whose memory is still there", value);
  }
}

/** The name of a typed array's class, undefined for all else: unlike its class and its tag, that cannot be pretended. */
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get;

/** Whether a value is a typed array, of this realm or another. */
function isTypedArray(value: object): value is Uint8Array {
  return typedArrayName?.call(value) !== undefined;
}

/** Whether a value is an ArrayBuffer or SharedArrayBuffer, of this realm or another. */
export function isArrayBuffer(value: unknown): value is ArrayBufferLike {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // What does not even pretend need not be looked at closely.
  if (!Object.prototype.toString.call(value).endsWith("ArrayBuffer]")) return false;
  return BUFFER_CLASSES.some((buffer) => hasByteLength(buffer.prototype, value));
}

/** Pages that are not isolated have no SharedArrayBuffer. */
const BUFFER_CLASSES = [ArrayBuffer, globalThis.SharedArrayBuffer].filter((c) => c !== undefined);

/** Whether the getter of a buffer's length takes `value`: unlike its class and its tag, that cannot be pretended. */
function hasByteLength(prototype: object, value: object): boolean {
  try {
    Object.getOwnPropertyDescriptor(prototype, "byteLength")?.get?.call(value);
    return true;
  } catch {
    return false;
  }
}

/** The options of a call, or none: an object of named options, and not a list, bytes or text in their place. */
export function optionsOf<T extends object>(value: T | undefined, what: string): T {
  if (value === undefined) return {} as T;
  // A plain object is by far the most common: asked first, because the other questions cost more.
  if (typeof value === "object" && value?.constructor === Object) return value;
  return checkedOptions(value, what);
}

function checkedOptions<T extends object>(value: T, what: string): T {
  const object = typeof value === "object" && value !== null;
  const content =
    object && (ArrayBuffer.isView(value) || isArrayBuffer(value) || Symbol.iterator in value);
  if (!object || content) throw typeError(what, "an object of named options", value);
  return value;
}

/** A yes or no of an options object, and what it is when it is not given. */
export function flagOf(value: unknown, what: string, otherwise = false): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== "boolean") throw typeError(what, "true or false", value);
  return value;
}

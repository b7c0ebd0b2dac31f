// Options of IP headers as a list: a type, the length of what has any, and data. Both internet families have them, and count differently.

import { integerIn, rangeError, typeError } from "./arguments.js";
import { type Names, nameIn, numberIn } from "./field-name.js";

/** One option of a header. */
export interface HeaderOption<T extends string = string> {
  readonly type: T | number;
  /** Nothing where the option is its type alone. */
  readonly data: Uint8Array;
}

/** How a family counts. */
export interface OptionFamily {
  readonly names: Names;
  /** The highest type of those that are one byte. */
  readonly single: number;
  /** Bytes of type and length that the length counts too. */
  readonly counted: 0 | 2;
}

/** The options in these bytes; undefined where one is cut. */
export function optionsIn(
  { names, single, counted }: OptionFamily,
  bytes: Uint8Array,
): readonly HeaderOption[] | undefined {
  const options: HeaderOption[] = [];
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at] as number;
    const alone = type <= single;
    const length = alone ? 0 : (bytes[at + 1] ?? 256) - counted;
    const start = at + (alone ? 1 : 2);
    const end = start + length;
    if (length < 0 || end > bytes.length) return undefined;
    options.push({ type: nameIn(names, type), data: bytes.slice(start, end) });
    at = end;
  }
  return options;
}

/** The bytes of a list of options. */
export function bytesOfOptions(family: OptionFamily, options: unknown, path: string): number[] {
  if (!Array.isArray(options)) throw typeError(path, "a list of { type, data }", options);
  return options.flatMap((option, i) => bytesOfOption(family, option, `${path}[${i}]`));
}

function bytesOfOption(family: OptionFamily, option: unknown, path: string): number[] {
  if (typeof option !== "object" || option === null) {
    throw typeError(path, "{ type, data }", option);
  }
  const { type, data } = option as Partial<HeaderOption>;
  const number = integerIn(numberIn(family.names, type, `${path}.type`), 0, 255, `${path}.type`);
  if (data !== undefined && !(data instanceof Uint8Array)) {
    throw typeError(`${path}.data`, "bytes", data);
  }
  const { length = 0 } = data ?? {};
  const alone = number <= family.single;
  const most = alone ? 0 : 255 - family.counted;
  if (length > most) throw rangeError(`${path}.data`, `at most ${most} bytes`, length);
  return alone ? [number] : [number, length + family.counted, ...(data ?? [])];
}

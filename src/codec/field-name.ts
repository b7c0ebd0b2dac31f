// Fields whose numbers have names: one of several, or a set of bits. A number without a name stays a number.

import type { Abi } from "./abi.js";
import { integerIn, rangeError, typeError, unknownName } from "./arguments.js";
import type { Cell, Element } from "./cell.js";
import type { Field } from "./field.js";
import { converted } from "./field-struct.js";

/** Numbers by their C names. */
export type Names = Readonly<Record<string, number>>;

/** C name of a member of `name`, or of the member alone where the payload is the struct. */
export function member(name: string, last: string): string {
  return name === "" ? last : `${name}.${last}`;
}

/** The C name of a number, or the number. */
export function nameIn(names: Names, value: number): string | number {
  return Object.keys(names).find((name) => names[name] === value) ?? value;
}

/** The C name of a cell, or null. */
export function noteIn(names: Names, cell: Cell | undefined): string | null {
  const name = nameIn(names, cell as number);
  return typeof name === "string" ? name : null;
}

/** The number of a C name, or of a number. */
export function numberIn(names: Names, value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") throw typeError(path, "a C name or a number", value);
  if (!Object.hasOwn(names, value)) throw unknownName(path, value, Object.keys(names));
  return names[value] as number;
}

/** `field` with a note for its one element. */
export function noted<T, W>(
  field: Field<T, W>,
  note: NonNullable<Element["note"]>,
  names?: NonNullable<Element["names"]>,
): Field<T, W> {
  const own = names === undefined ? { note } : { note, names };
  return { ...field, elements: field.elements.map((element) => ({ ...element, ...own })) };
}

/** A number that is known by a C name: "ICMP_DEST_UNREACH". Numbers without a name are numbers. */
export function named<const N extends Names>(
  field: Field<number>,
  names: N,
): Field<(keyof N & string) | number> {
  return namedBy(field, () => names) as Field<(keyof N & string) | number>;
}

/** A number whose name depends on the ABI. */
export function namedBy(
  field: Field<number>,
  namesOf: (abi: Abi) => Names,
): Field<string | number> {
  const note = (cell: Cell, abi: Abi) => noteIn(namesOf(abi), cell);
  return converted(noted(field, note, namesOf), {
    read: (value, { abi }) => nameIn(namesOf(abi), value),
    write: (value: string | number, path, { abi }) => numberIn(namesOf(abi), value, path),
  });
}

/** A set of bits: a list of their C names. Bits without a name stand in it as one number of the field's own type. */
export function flags<T extends number | bigint, const N extends Names>(
  field: Field<T>,
  bits: N,
): Field<readonly ((keyof N & string) | T)[]> {
  const note = (cell: Cell): string => bitsIn(bits, cell as T).join(" | ");
  return converted(
    noted(field, note, () => bits),
    {
      read: (value) => bitsIn(bits, value) as readonly ((keyof N & string) | T)[],
      write(value: readonly (string | T)[], path) {
        if (!Array.isArray(value)) throw typeError(path, "a list of C names", value);
        return value.reduce<bigint>((all, bit, i) => all | bitOf(bits, bit, `${path}[${i}]`), 0n);
      },
    },
  );
}

function bitOf(bits: Names, bit: unknown, path: string): bigint {
  const number = typeof bit === "bigint" ? bit : numberIn(bits, bit, path);
  if (typeof number === "number") integerIn(number, 0, Number.MAX_SAFE_INTEGER, path);
  if (number < 0) throw rangeError(path, "0 or more", bit);
  return BigInt(number);
}

function bitsIn(bits: Names, value: number | bigint): readonly (string | number | bigint)[] {
  let left = typeof value === "bigint" ? value : BigInt(value >>> 0);
  const list: (string | number | bigint)[] = [];
  for (const [name, number] of Object.entries(bits)) {
    const bit = BigInt(number);
    if (bit === 0n || (left & bit) !== bit) continue;
    list.push(name);
    left &= ~bit;
  }
  if (left === 0n) return list;
  return [...list, typeof value === "bigint" ? left : Number(left)];
}

/** A number that is only ever a few values: `true` or `false` for 1 and 0. */
export function yesNo(field: Field<number>): Field<boolean> {
  return converted(field, {
    read: (value) => value !== 0,
    write(value: boolean, path) {
      if (typeof value !== "boolean") throw typeError(path, "true or false", value);
      return value ? 1 : 0;
    },
  });
}

/** A number within bounds that the field's width does not set. */
export function within(field: Field<number>, least: number, most: number): Field<number> {
  const limits = [least, most] as const;
  const elements = field.elements.map((element) => ({ ...element, limits }));
  return converted(
    { ...field, elements },
    {
      read: (value) => value,
      write(value: number, path) {
        if (typeof value === "number" && (value < least || value > most)) {
          throw rangeError(path, `from ${least} to ${most}`, value);
        }
        return value;
      },
    },
  );
}

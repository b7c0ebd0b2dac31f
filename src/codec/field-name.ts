// Fields whose numbers have names: one of several, or a set of bits. A number without a name stays a number.

import type { Abi } from "./abi.js";
import { integerIn, rangeError, typeError, unknownName } from "./arguments.js";
import type { Cell, Element } from "./cell.js";
import type { Field } from "./field.js";
import { converted } from "./field-struct.js";

/** Numbers by their C names. */
export type Names = Readonly<Record<string, number>>;

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
export function noted(field: Field<number>, note: NonNullable<Element["note"]>): Field<number> {
  return { ...field, elements: field.elements.map((element) => ({ ...element, note })) };
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
  return converted(noted(field, note), {
    read: (value, { abi }) => nameIn(namesOf(abi), value),
    write: (value: string | number, path, { abi }) => numberIn(namesOf(abi), value, path),
  });
}

/** A set of bits of 32 at most: a list of their C names. Bits without a name stand in it as one number. */
export function flags<const N extends Names>(
  field: Field<number>,
  bits: N,
): Field<readonly ((keyof N & string) | number)[]> {
  const note = (cell: Cell): string => bitsIn(bits, cell as number).join(" | ");
  return converted(noted(field, note), {
    read: (value) => bitsIn(bits, value) as readonly ((keyof N & string) | number)[],
    write(value: readonly (string | number)[], path) {
      if (!Array.isArray(value)) throw typeError(path, "a list of C names", value);
      return value.reduce<number>(
        (all, bit, i) => (all | bitOf(bits, bit, `${path}[${i}]`)) >>> 0,
        0,
      );
    },
  });
}

function bitOf(bits: Names, bit: unknown, path: string): number {
  return integerIn(numberIn(bits, bit, path), 0, 0xffffffff, path);
}

function bitsIn(bits: Names, value: number): readonly (string | number)[] {
  let left = value >>> 0;
  const list: (string | number)[] = [];
  for (const [name, bit] of Object.entries(bits)) {
    if (bit === 0 || (left & bit) >>> 0 !== bit >>> 0) continue;
    list.push(name);
    left = (left & ~bit) >>> 0;
  }
  return left === 0 ? list : [...list, left];
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
  return converted(field, {
    read: (value) => value,
    write(value: number, path) {
      if (typeof value === "number" && (value < least || value > most)) {
        throw rangeError(path, `from ${least} to ${most}`, value);
      }
      return value;
    },
  });
}

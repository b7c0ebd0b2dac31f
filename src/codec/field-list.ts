// Fields of several values: arrays of a fixed length, and lists with their number in front of them.

import { ELEMENT_REST, OCTETS } from "../../assembly/shared/kind.js";
import { bytesOf, integerIn, rangeError } from "./arguments.js";
import { type Element, isOctets } from "./cell.js";
import { type Field, itemReader, itemsOf, itemWriter, numberElement } from "./field.js";

/** An array of `count` numbers. Those that are not given are zero. */
export function array<T, W = T>(
  field: Field<T, W>,
  count: number,
): Field<readonly T[], readonly W[]> {
  const element = numberElement(field, "array");
  const most = integerIn(count, 2, ELEMENT_REST - 1, "array count");
  const write = itemWriter(field);
  return {
    elements: [{ ...element, count: most }],
    descriptors: field.descriptors,
    write(values, path, context) {
      const items = itemsOf(values, path);
      if (items.length > most) throw rangeError(path, `at most ${most} values`, items.length);
      const cells = write(items, path, context);
      return [[...cells, ...new Array<number>(most - cells.length).fill(0)]];
    },
    read: itemReader(field),
  };
}

/** A list of at least `least` and at most `most` values. */
export function between<T, W>(
  field: Field<readonly T[], readonly W[]>,
  least: number,
  most: number,
): Field<readonly T[], readonly W[]> {
  return {
    ...field,
    write(values, path, context) {
      const items = itemsOf(values, path);
      const fits = items.length >= least && items.length <= most;
      if (!fits) throw rangeError(path, `from ${least} to ${most} values`, items.length);
      return field.write(items as readonly W[], path, context);
    },
  };
}

/** Bytes or a list that begin with their own number: `count` is written from what is given, and is no part of the value. */
export function counted<V extends Uint8Array | readonly unknown[], W = V>(
  count: Field<number>,
  items: Field<V, W>,
): Field<V, W> {
  const bytes = isOctets(items.elements[0]?.kind ?? OCTETS);
  return {
    elements: [...counting(count).elements, ...items.elements],
    descriptors: items.descriptors,
    write(given, path, context) {
      const list = bytes ? bytesOf(given, path) : itemsOf(given, path);
      const cells = items.write(list as W, path, context);
      return [...count.write(list.length, path, context), ...cells];
    },
    read: ([number = 0, ...cells], context) =>
      // The number is a claim: there may be less.
      items.read(cells, context).slice(0, count.read([number], context)) as V,
  };
}

/** A number that says how many values the next field has. It is a claim: decoding complains of one that is too big. */
export function counting(field: Field<number>): Field<number> {
  const note: Element["note"] = (cell, _abi, near) => {
    const there = (near(1) as Uint8Array | readonly unknown[]).length;
    return (cell as number) > there ? `${there} are there` : null;
  };
  return {
    ...field,
    elements: field.elements.map((element) => ({ ...element, counts: true, note })),
  };
}

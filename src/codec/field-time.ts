// Fields of points in time: whatever struct a system keeps them in, the value is a bigint of nanoseconds.

import { rangeError, typeError } from "./arguments.js";
import { type Field, i32, i64, long, u64 } from "./field.js";
import { member } from "./field-name.js";
import { converted, struct } from "./field-struct.js";

const SECOND = 1_000_000_000n;

function nanoseconds(value: unknown, path: string): bigint {
  if (typeof value === "bigint") return value;
  throw typeError(path, "a bigint of nanoseconds", value);
}

/** Whole seconds below a time, and what is above them: never negative. */
function split(time: bigint): readonly [seconds: bigint, rest: bigint] {
  const rest = ((time % SECOND) + SECOND) % SECOND;
  return [(time - rest) / SECOND, rest];
}

/** Seconds and a part of a second that counts `unit` nanoseconds. */
function timeOf(
  seconds: Field<bigint>,
  part: Field<bigint> | Field<number>,
  unit: bigint,
): Field<bigint> {
  return converted(struct({ seconds, part: part as Field<bigint | number> }), {
    read: (value) => value.seconds * SECOND + BigInt(value.part) * unit,
    write(value: bigint, path) {
      const [whole, rest] = split(nanoseconds(value, path));
      if (rest % unit !== 0n) {
        throw rangeError(path, `a multiple of ${unit} ns, which is what the struct keeps`, value);
      }
      const fraction = rest / unit;
      return {
        seconds: whole,
        part: part.elements[0]?.kind === I32_KIND ? Number(fraction) : fraction,
      };
    },
  });
}

const I32_KIND = i32("x").elements[0]?.kind;

/** Where a system's struct timeval or timespec has other widths than two longs. */
export interface TimeWidths {
  /** Width of the seconds; that of a long unless given. */
  readonly seconds?: 64;
  /** Width of the part of a second; that of a long unless given. */
  readonly part?: 32 | 64;
}

const partField = (width: 32 | 64 | undefined, name: string, unit: string) =>
  width === 32 ? i32(name, unit) : width === 64 ? i64(name, unit) : long(name, unit);

/** A struct timeval, as nanoseconds: it keeps microseconds. `name` is that of the member, "" where the payload is the struct. */
export function timeval(name = "", { seconds, part }: TimeWidths = {}): Field<bigint> {
  const sec = seconds === 64 ? i64 : long;
  return timeOf(
    sec(member(name, "tv_sec"), "s"),
    partField(part, member(name, "tv_usec"), "µs"),
    1000n,
  );
}

/** A struct timespec, as nanoseconds. */
export function timespec(name = "", { seconds, part }: TimeWidths = {}): Field<bigint> {
  const sec = seconds === 64 ? i64 : long;
  return timeOf(
    sec(member(name, "tv_sec"), "s"),
    partField(part, member(name, "tv_nsec"), "ns"),
    1n,
  );
}

/** A struct bintime (FreeBSD), as nanoseconds: it keeps seconds and 64 bits of their fraction. */
export function bintime(name = "", { seconds }: Pick<TimeWidths, "seconds"> = {}): Field<bigint> {
  const sec = seconds === 64 ? i64 : long;
  const fields = {
    seconds: sec(member(name, "sec"), "s"),
    fraction: u64(member(name, "frac"), "2^-64 s"),
  };
  return converted(struct(fields), {
    read: ({ seconds, fraction }) => seconds * SECOND + ((fraction * SECOND) >> 64n),
    write(value: bigint, path) {
      const [seconds, rest] = split(nanoseconds(value, path));
      // Rounded up: what is read again is then the same nanosecond.
      return { seconds, fraction: ((rest << 64n) + SECOND - 1n) / SECOND };
    },
  });
}

// The field of IPv4 options (RFC 791 section 3.1), as a list.

import { rangeError } from "./arguments.js";
import { type Field, rest } from "./field.js";
import { converted } from "./field-struct.js";
import { bytesOfOptions, type HeaderOption, type OptionFamily, optionsIn } from "./option-list.js";

/** Types of options: IPOPT_* of linux/ip.h. */
export const IPV4_OPTIONS = {
  IPOPT_END: 0,
  IPOPT_NOOP: 1,
  IPOPT_RR: 7,
  IPOPT_TIMESTAMP: 68,
  IPOPT_SEC: 130,
  IPOPT_LSRR: 131,
  IPOPT_CIPSO: 134,
  IPOPT_SID: 136,
  IPOPT_SSRR: 137,
  IPOPT_RA: 148,
} as const;

/** One option of an IPv4 header. IPOPT_END and IPOPT_NOOP have no data. */
export type Ipv4Option = HeaderOption<keyof typeof IPV4_OPTIONS>;

const FAMILY: OptionFamily = { names: IPV4_OPTIONS, single: 1, counted: 2 };

/** Bytes that options have at most, and of which they are multiples. */
const LONGEST = 40;
const UNIT = 4;
const END = IPV4_OPTIONS.IPOPT_END;

/** The options of an IPv4 header up to the end of the payload. Bytes that are none stay bytes. */
export function ipv4Options(): Field<readonly Ipv4Option[] | Uint8Array> {
  return converted(rest("options"), {
    read(bytes): readonly Ipv4Option[] | Uint8Array {
      const options = optionsIn(FAMILY, bytes) as readonly Ipv4Option[] | undefined;
      const whole = bytes.length % UNIT === 0 && bytes.length <= LONGEST;
      if (options === undefined || !whole) return bytes;
      const ended = options.findIndex(({ type }) => type === "IPOPT_END");
      // What stands behind the end is no option.
      const clean = ended < 0 || options.slice(ended).every(({ type }) => type === "IPOPT_END");
      return clean ? options : bytes;
    },
    write(given: readonly Ipv4Option[] | Uint8Array, path) {
      if (given instanceof Uint8Array) return given;
      const bytes = bytesOfOptions(FAMILY, given, path);
      while (bytes.length % UNIT !== 0) bytes.push(END);
      if (bytes.length <= LONGEST) return Uint8Array.from(bytes);
      throw rangeError(path, `of at most ${LONGEST} bytes`, bytes.length);
    },
  });
}

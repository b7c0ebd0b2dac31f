// Fields of IPv6 extension headers: the options header (RFC 8200 section 4.2) and the routing header (section 4.4).

import { rangeError, typeError } from "./arguments.js";
import { type Field, rest, u8 } from "./field.js";
import { named, numberIn } from "./field-name.js";
import { converted, type FieldValues, struct } from "./field-struct.js";
import { bytesOfOptions, type HeaderOption, type OptionFamily, optionsIn } from "./option-list.js";

/** Types of options: IPV6_TLV_* of linux/in6.h. */
export const IPV6_OPTIONS = {
  IPV6_TLV_PAD1: 0,
  IPV6_TLV_PADN: 1,
  IPV6_TLV_ROUTERALERT: 5,
  IPV6_TLV_CALIPSO: 7,
  IPV6_TLV_IOAM: 49,
  IPV6_TLV_JUMBO: 194,
  IPV6_TLV_HAO: 201,
} as const;

/** Types of routing headers: IPV6_SRCRT_TYPE_* of linux/ipv6.h. */
export const IPV6_ROUTING_TYPES = {
  IPV6_SRCRT_TYPE_0: 0,
  IPV6_SRCRT_TYPE_2: 2,
  IPV6_SRCRT_TYPE_3: 3,
  IPV6_SRCRT_TYPE_4: 4,
} as const;

/** One option of a hop-by-hop or destination options header. IPV6_TLV_PAD1 has no data. */
export type Ipv6Option = HeaderOption<keyof typeof IPV6_OPTIONS>;

/** A hop-by-hop or destination options header. */
export interface Ipv6OptionsHeader {
  /** Protocol number of what follows; the kernel fills it in. */
  readonly nextHeader: number;
  /** All options, those that only pad too. */
  readonly options: readonly Ipv6Option[];
}

/** A routing header. */
export interface Ipv6RoutingHeader {
  /** Protocol number of what follows; the kernel fills it in. */
  readonly nextHeader: number;
  readonly type: keyof typeof IPV6_ROUTING_TYPES | number;
  readonly segmentsLeft: number;
  /** What the type says: four bytes and the addresses, most often. */
  readonly data: Uint8Array;
}

/** What is given for an options header: options are padded to whole units of 8 bytes. */
export type GivenIpv6OptionsHeader =
  | Uint8Array
  | { readonly nextHeader?: number | undefined; readonly options: readonly Ipv6Option[] };

/** What is given for a routing header. */
export type GivenIpv6RoutingHeader =
  | Uint8Array
  | (Omit<Ipv6RoutingHeader, "nextHeader"> & { readonly nextHeader?: number | undefined });

const UNIT = 8;
const PAD1 = IPV6_OPTIONS.IPV6_TLV_PAD1;
const PADN = IPV6_OPTIONS.IPV6_TLV_PADN;
const LONGEST = 256 * UNIT;

const FAMILY: OptionFamily = { names: IPV6_OPTIONS, single: PAD1, counted: 0 };

const OPTIONS_HEADER = {
  nextHeader: u8("nexthdr"),
  units: u8("hdrlen", "units of 8 bytes behind the first"),
  options: rest("options"),
};

/** Whether a header of `length` bytes is as long as its length byte says. */
const isWhole = (units: number, length: number): boolean => (units + 1) * UNIT === length;

/**
 * A hop-by-hop or destination options header, decoded to its options. Bytes that are none (cut, or of another length than they
 * say) stay bytes.
 */
export function optionsHeader(): Field<Ipv6OptionsHeader | Uint8Array, GivenIpv6OptionsHeader> {
  return converted(struct(OPTIONS_HEADER), {
    read({ nextHeader, units, options: bytes }: FieldValues<typeof OPTIONS_HEADER>) {
      const options = isWhole(units, bytes.length + 2) ? optionsIn(FAMILY, bytes) : undefined;
      if (options === undefined) return Uint8Array.of(nextHeader, units, ...bytes);
      return { nextHeader, options: options as readonly Ipv6Option[] };
    },
    write(given: GivenIpv6OptionsHeader, path) {
      if (given instanceof Uint8Array) {
        const [nextHeader, units] = leading(given, 2, path);
        return { nextHeader, units, options: given.subarray(2) };
      }
      const { nextHeader = 0, options } = headerOf(given, "options", path);
      const bytes = paddedOptions(options, `${path}.options`);
      return { nextHeader, units: (bytes.length + 2) / UNIT - 1, options: bytes };
    },
  });
}

function leading(given: Uint8Array, count: number, path: string): readonly number[] {
  if (given.length < count) throw rangeError(path, `at least ${count} bytes`, given.length);
  return [...given.subarray(0, count)];
}

function headerOf<H>(given: H, member: string, path: string): H {
  if (typeof given === "object" && given !== null) return given;
  throw typeError(path, `bytes, or an object with nextHeader and ${member}`, given);
}

function paddedOptions(options: unknown, path: string): Uint8Array {
  const bytes = bytesOfOptions(FAMILY, options, path);
  const over = (bytes.length + 2) % UNIT;
  if (over === UNIT - 1) bytes.push(PAD1);
  else if (over > 0) bytes.push(PADN, UNIT - over - 2, ...new Uint8Array(UNIT - over - 2));
  if (bytes.length + 2 <= LONGEST) return Uint8Array.from(bytes);
  throw rangeError(path, `of at most ${LONGEST - 2} bytes`, bytes.length);
}

const ROUTING_HEADER = {
  nextHeader: u8("nexthdr"),
  units: u8("hdrlen", "units of 8 bytes behind the first"),
  type: named(u8("type"), IPV6_ROUTING_TYPES),
  segmentsLeft: u8("segments_left"),
  data: rest("data"),
};

/** A routing header. Bytes of another length than they say stay bytes. */
export function routingHeaderField(): Field<
  Ipv6RoutingHeader | Uint8Array,
  GivenIpv6RoutingHeader
> {
  return converted(struct(ROUTING_HEADER), {
    read({ units, ...header }: FieldValues<typeof ROUTING_HEADER>) {
      if (isWhole(units, header.data.length + 4)) return header;
      const type = numberIn(IPV6_ROUTING_TYPES, header.type, "type");
      return Uint8Array.of(header.nextHeader, units, type, header.segmentsLeft, ...header.data);
    },
    write(given: GivenIpv6RoutingHeader, path) {
      if (given instanceof Uint8Array) {
        const [nextHeader, units, type, segmentsLeft] = leading(given, 4, path);
        return { nextHeader, units, type, segmentsLeft, data: given.subarray(4) };
      }
      const { nextHeader = 0, type, segmentsLeft, data } = headerOf(given, "data", path);
      if (!(data instanceof Uint8Array)) throw typeError(`${path}.data`, "bytes", data);
      const length = data.length + 4;
      if (length % UNIT !== 0 || length > LONGEST) {
        throw rangeError(`${path}.data`, "4 bytes and whole units of 8, 2044 at most", data.length);
      }
      return { nextHeader, units: length / UNIT - 1, type, segmentsLeft, data };
    },
  });
}

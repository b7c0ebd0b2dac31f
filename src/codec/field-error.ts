// The field of an error queue's entry: struct sock_extended_err of linux/errqueue.h, with everything in it that has a name.

import { typeError } from "./arguments.js";
import type { Cell, Element } from "./cell.js";
import { errnoNames } from "./constants/errno.js";
import { ICMP_CODES, ICMP_TYPES, ICMPV6_CODES, ICMPV6_TYPES } from "./constants/icmp.js";
import { type Field, u8, u32 } from "./field.js";
import { type Names, named, namedBy, nameIn, noted, noteIn, numberIn } from "./field-name.js";
import { converted, type FieldValues, struct } from "./field-struct.js";

/** Who reports: ee_origin. */
export const ORIGINS = {
  SO_EE_ORIGIN_NONE: 0,
  SO_EE_ORIGIN_LOCAL: 1,
  SO_EE_ORIGIN_ICMP: 2,
  SO_EE_ORIGIN_ICMP6: 3,
  SO_EE_ORIGIN_TXSTATUS: 4,
  SO_EE_ORIGIN_ZEROCOPY: 5,
  SO_EE_ORIGIN_TXTIME: 6,
} as const;

/** An entry of an error queue. What has a C name is that name; other numbers are numbers. */
export interface ExtendedError {
  /** "ECONNREFUSED"; 0 where nothing failed. */
  readonly errno: string | number;
  readonly origin: keyof typeof ORIGINS | number;
  /** The ICMP or ICMPv6 type. */
  readonly type: string | number;
  /** The code of that type; SO_EE_CODE_… of other origins. */
  readonly code: string | number;
  /** The path MTU in bytes, the kind of a timestamp (SCM_TSTAMP_…), or the first number of a range. */
  readonly info: string | number;
  /** The id of a timestamp, or the last number of a range. */
  readonly data: number;
}

/** An entry to write: what is not given is 0. */
export type GivenError = { readonly [K in keyof ExtendedError]?: ExtendedError[K] | undefined };

type Note = NonNullable<Element["note"]>;

/** Names of types, codes and infos by origin. */
interface Vocabulary {
  readonly types: Names;
  readonly codes: (type: string | number) => Names;
  readonly infos: Names;
}

const NOTHING: Names = {};

const plain = (codes: Names, infos: Names = NOTHING): Vocabulary => ({
  types: NOTHING,
  codes: () => codes,
  infos,
});

const STAMPS = {
  SCM_TSTAMP_SND: 0,
  SCM_TSTAMP_SCHED: 1,
  SCM_TSTAMP_ACK: 2,
  SCM_TSTAMP_COMPLETION: 3,
};

const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  SO_EE_ORIGIN_ICMP: {
    types: ICMP_TYPES,
    codes: (type) => ICMP_CODES[type] ?? NOTHING,
    infos: NOTHING,
  },
  SO_EE_ORIGIN_ICMP6: {
    types: ICMPV6_TYPES,
    codes: (type) => ICMPV6_CODES[type] ?? NOTHING,
    infos: NOTHING,
  },
  SO_EE_ORIGIN_TXSTATUS: plain(NOTHING, STAMPS),
  SO_EE_ORIGIN_ZEROCOPY: plain({ SO_EE_CODE_ZEROCOPY_COPIED: 1 }),
  SO_EE_ORIGIN_TXTIME: plain({ SO_EE_CODE_TXTIME_INVALID_PARAM: 1, SO_EE_CODE_TXTIME_MISSED: 2 }),
};

const vocabularyOf = (origin: string | number): Vocabulary =>
  VOCABULARIES[origin] ?? plain(NOTHING);

/** An entry with the address of the node that reported it. */
export interface ReportedError<A> extends ExtendedError {
  /** Null where nobody but this host reports. */
  readonly offender: A;
}

/** A struct sock_extended_err. `locals` are names of ee_info where the origin is this host. */
export function extendedError(locals: Names = NOTHING): Field<ExtendedError, GivenError> {
  return converted(struct(membersOf(locals)), {
    read: (value) => symbolic(value, locals),
    write: (given: GivenError, path) => numeric(given, path, locals),
  });
}

/** A struct sock_extended_err with the sockaddr of the node that reported it behind it. */
export function reportedError<A>(
  offender: Field<A>,
): Field<ReportedError<A>, GivenError & { readonly offender: A }> {
  return converted(struct({ ...membersOf(NOTHING), offender }), {
    read: (value): ReportedError<A> => ({ ...symbolic(value, NOTHING), offender: value.offender }),
    write: (given: GivenError & { readonly offender: A }, path) => {
      const value = numeric(given, path, NOTHING);
      return { ...value, offender: given.offender };
    },
  });
}

const wordsNear = (origin: Cell | undefined): Vocabulary =>
  vocabularyOf(nameIn(ORIGINS, origin as number));

const noteType: Note = (type, _abi, near) => noteIn(wordsNear(near(-1)).types, type);

const noteCode: Note = (code, _abi, near) => {
  const words = wordsNear(near(-2));
  return noteIn(words.codes(nameIn(words.types, near(-1) as number)), code);
};

const infosOf = (origin: string | number, locals: Names): Names =>
  origin === "SO_EE_ORIGIN_LOCAL" ? locals : vocabularyOf(origin).infos;

function membersOf(locals: Names) {
  const noteInfo: Note = (info, _abi, near) =>
    noteIn(infosOf(nameIn(ORIGINS, near(-4) as number), locals), info);
  return {
    errno: namedBy(u32("ee_errno"), errnoNames),
    origin: named(u8("ee_origin"), ORIGINS),
    type: noted(u8("ee_type"), noteType),
    code: noted(u8("ee_code"), noteCode),
    pad: u8("ee_pad"),
    info: noted(u32("ee_info"), noteInfo),
    data: u32("ee_data"),
  };
}

function symbolic(
  { errno, origin, type, code, info, data }: FieldValues<ReturnType<typeof membersOf>>,
  locals: Names,
): ExtendedError {
  const words = vocabularyOf(origin);
  const infos = infosOf(origin, locals);
  const typeName = nameIn(words.types, type);
  const codeName = nameIn(words.codes(typeName), code);
  return { errno, origin, type: typeName, code: codeName, info: nameIn(infos, info), data };
}

function numeric(given: GivenError, path: string, locals: Names) {
  if (typeof given !== "object" || given === null) {
    throw typeError(path, "an object with errno, origin, type, code, info, data", given);
  }
  const { errno = 0, origin = 0, type = 0, code = 0, info = 0, data = 0 } = given;
  const known = nameIn(ORIGINS, numberIn(ORIGINS, origin, `${path}.origin`));
  const words = vocabularyOf(known);
  const number = numberIn(words.types, type, `${path}.type`);
  return {
    errno,
    origin,
    type: number,
    code: numberIn(words.codes(nameIn(words.types, number)), code, `${path}.code`),
    pad: 0,
    info: numberIn(infosOf(known, locals), info, `${path}.info`),
    data,
  };
}

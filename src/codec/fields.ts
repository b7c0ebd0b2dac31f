// The field constructors that declarations of control messages are made of, as one namespace.

export {
  be16,
  be32,
  fd,
  i8,
  i16,
  i32,
  i64,
  long,
  octets,
  pointer,
  repeat,
  rest,
  size,
  text,
  u8,
  u16,
  u32,
  u64,
  ulong,
} from "./field.js";
export { ipv4, ipv6, sockaddrIn, sockaddrIn6 } from "./field-address.js";
export {
  type ExtendedError,
  extendedError,
  type GivenError,
  type ReportedError,
  reportedError,
} from "./field-error.js";
export { flags, type Names, named, within, yesNo } from "./field-name.js";
export { converted, none, optional, struct } from "./field-struct.js";
export { bintime, type TimeWidths, timespec, timeval } from "./field-time.js";

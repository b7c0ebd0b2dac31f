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
export { ipv4, ipv6, sockaddrIn } from "./field-address.js";

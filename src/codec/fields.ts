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
export { type Ipv4Option, ipv4Options } from "./field-ipv4-options.js";
export {
  type GivenIpv6OptionsHeader,
  type GivenIpv6RoutingHeader,
  type Ipv6Option,
  type Ipv6OptionsHeader,
  type Ipv6RoutingHeader,
  optionsHeader as ipv6OptionsHeader,
  routingHeaderField as ipv6RoutingHeader,
} from "./field-ipv6-header.js";
export { type GivenLinkAddress, type LinkAddress, sockaddrDl } from "./field-link.js";
export { array, between, counted, counting } from "./field-list.js";
export { mac } from "./field-mac.js";
export { flags, type Names, named, within, yesNo } from "./field-name.js";
export {
  type AttributeBits,
  type AttributeTable,
  type NetlinkAttributes,
  netlinkAttributes,
} from "./field-netlink.js";
export { converted, none, optional, padded, struct } from "./field-struct.js";
export { bintime, type TimeWidths, timespec, timeval } from "./field-time.js";

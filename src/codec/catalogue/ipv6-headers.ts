// IPPROTO_IPV6: extension headers of IPv6 packets (RFC 3542 sections 7 to 9, and their numbers of RFC 2292).

import { builtIn } from "../definition.js";
import { optionsHeader, routingHeaderField } from "../field-ipv6-header.js";

/** Bytes of the longest extension header: its length byte counts units of 8 behind the first. */
const LONGEST = 2048;

/** The hop-by-hop options of a packet (IPV6_HOPOPTS). */
export const hopByHopOptions = builtIn("IPV6_HOPOPTS", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_RECVHOPOPTS"],
  needs: "privileges to send (CAP_NET_RAW on Linux)",
  limit: LONGEST,
  since: "2.6.14",
  value: optionsHeader(),
  source: "RFC 3542 section 8; RFC 8200 section 4.3",
}));

/** The destination options of a packet (IPV6_DSTOPTS). */
export const destinationOptions = builtIn("IPV6_DSTOPTS", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_RECVDSTOPTS"],
  needs: "privileges to send (CAP_NET_RAW on Linux)",
  limit: LONGEST,
  since: "2.6.14",
  value: optionsHeader(),
  source: "RFC 3542 section 9; RFC 8200 section 4.6",
}));

/** The destination options that stand in front of a packet's routing header (IPV6_RTHDRDSTOPTS). */
export const routingHeaderDestinationOptions = builtIn("IPV6_RTHDRDSTOPTS", "IPPROTO_IPV6", () => ({
  direction: "send",
  needs: "a routing header; privileges to send (CAP_NET_RAW on Linux)",
  limit: LONGEST,
  since: "2.6.14",
  value: optionsHeader(),
  source: "RFC 3542 section 9",
}));

/** The routing header of a packet (IPV6_RTHDR). */
export const routingHeader = builtIn("IPV6_RTHDR", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_RECVRTHDR"],
  limit: LONGEST,
  since: "2.6.14",
  value: routingHeaderField(),
  source: "RFC 3542 section 7; RFC 8200 section 4.4",
}));

/** The hop-by-hop options of a packet, by their number of RFC 2292 (IPV6_2292HOPOPTS). */
export const hopByHopOptions2292 = builtIn("IPV6_2292HOPOPTS", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_2292HOPOPTS"],
  needs: "privileges to send (CAP_NET_RAW on Linux)",
  limit: LONGEST,
  since: "2.2",
  value: optionsHeader(),
  source: "RFC 2292 section 6",
}));

/** The destination options of a packet, by their number of RFC 2292 (IPV6_2292DSTOPTS). */
export const destinationOptions2292 = builtIn("IPV6_2292DSTOPTS", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_2292DSTOPTS"],
  needs: "privileges to send (CAP_NET_RAW on Linux)",
  limit: LONGEST,
  since: "2.2",
  value: optionsHeader(),
  source: "RFC 2292 section 7",
}));

/** The routing header of a packet, by its number of RFC 2292 (IPV6_2292RTHDR). */
export const routingHeader2292 = builtIn("IPV6_2292RTHDR", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_2292RTHDR"],
  limit: LONGEST,
  since: "2.2",
  value: routingHeaderField(),
  source: "RFC 2292 section 8",
}));

// The built-in definitions as they are exported, one file per protocol level.

export * from "./alg.js";
export * from "./bluetooth.js";
export * from "./can-j1939.js";
export * from "./can-raw.js";
export * from "./dccp.js";
export * from "./hci.js";
export * from "./ieee802154.js";
export * from "./ip.js";
export * from "./ipv6.js";
export * from "./ipv6-headers.js";
export * from "./iucv.js";
export * from "./llc.js";
export * from "./netlink.js";
export * from "./packet.js";
export * from "./rds.js";
export * from "./rxrpc.js";
export * from "./sctp.js";
export * from "./socket.js";
export * from "./socket-time.js";
export * from "./tcp.js";
export * from "./tipc.js";
export * from "./tls.js";
export * from "./udp.js";
export * from "./vsock.js";

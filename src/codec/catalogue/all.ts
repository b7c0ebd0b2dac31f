// The built-in definitions as they are exported, one file per protocol level.

export * from "./ip.js";
export * from "./ipv6.js";
export * from "./ipv6-headers.js";
export * from "./socket.js";
export * from "./socket-time.js";
export * from "./tcp.js";
export * from "./udp.js";

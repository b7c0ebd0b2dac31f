// The built-in definitions as they are exported, one file per protocol level.

export * from "./ip.js";
export * from "./socket.js";
export * from "./udp.js";

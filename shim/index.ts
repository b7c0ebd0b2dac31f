// The only room that names koffi: system calls and addresses. It does not know what a control message is.

export { addressOf } from "./address.js";
export { errnoName, errnoNumber, errnoText } from "./errno.js";
export { connectPooled } from "./pool.js";
export { onMainThread, type Watch, watchReadable } from "./readiness.js";
export { hasSystemCalls, type System, systemCalls } from "./system.js";

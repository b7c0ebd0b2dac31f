// Read by AssemblyScript and by TypeScript: portable constants only.
//
// What a function of the core answers when it cannot answer with a number: all negative.

/** The ABI index is neither a row of the table nor a defined row. */
export const UNKNOWN_ABI = -1;
/** An offset or length leaves the caller's part of linear memory, or what is written would overwrite its own field program. */
export const BAD_OFFSET = -2;
/** A number lies outside what the call can express. */
export const OUT_OF_RANGE = -3;
/** The control buffer, record list or cell list is full. */
export const NO_SPACE = -4;
/** A claimed length is smaller than a header. */
export const LENGTH_BELOW_HEADER = -5;
/** A claimed length is larger than the bytes that are left. */
export const LENGTH_PAST_END = -6;
/** A payload is shorter than the fields it should hold. */
export const PAYLOAD_SHORT = -7;
/** A row, rule, struct or field program names something that does not exist. */
export const BAD_ARGUMENT = -8;

// How a walk by a system's own macros ends.

/** The macro answered NULL: the loop stops by itself. */
export const END_NULL = -16;
/** The macro answered the same header: an unguarded loop never ends. */
export const END_NO_PROGRESS = -17;
/** The macro answered an earlier address. */
export const END_BACKWARD = -18;
/** The macro answered an address behind the control buffer. */
export const END_OUT_OF_BOUNDS = -19;
/** The kernel refuses the whole buffer with EINVAL. */
export const END_EINVAL = -20;

// Read by AssemblyScript and by TypeScript: portable constants only.
//
// CMSG_NXTHDR is not one algorithm. A rule is a row of answers (rule.ts of the core) to the questions below.

/** NULL when the current cmsg_len is smaller than a header. */
export const STOPS_SHORT = 1;
/** Compares what is left instead of adding, so that no length wraps. */
export const SUBTRACTS = 2;
/** Also wants the next message, rounded up, to fit: reads the next header's cmsg_len. */
export const PEEKS_NEXT = 4;
/** NULL also when the next header would end exactly at the end of the buffer. */
export const STRICT_END = 8;
/** Compares distances from the start of the control buffer, not addresses. */
export const RELATIVE = 16;
/** Wants room for the header rounded up, not only for the header. */
export const ROUNDS_HEADER = 32;
/** Rounds the address behind the message, not the length. */
export const ROUNDS_ADDRESS = 64;
/** Takes the next header as soon as one byte of it is inside. */
export const ONE_BYTE = 128;
/** Refuses the buffer with EINVAL unless header size <= cmsg_len <= bytes left. */
export const VALIDATES = 256;

// Rows of the rule table, in order.

/** Indices of the rules. */
export const GLIBC = 0;
export const GLIBC_OLD = 1;
export const MUSL = 2;
export const BIONIC = 3;
export const LINUX_KERNEL = 4;
export const LINUX_COMPAT = 5;
export const BSD = 6;
export const ILLUMOS = 7;
export const WINDOWS = 8;

/** Number of rules. */
export const RULE_COUNT = 9;

// Which comparison decided a step of a walk: left OPERATOR right.

/** msg_controllen >= sizeof(struct cmsghdr), or > 0 where one byte is enough. */
export const CHECK_FIRST = 1;
/** cmsg_len < sizeof(struct cmsghdr). */
export const CHECK_SHORT = 2;
/** room that the next header needs > room that there is. */
export const CHECK_FIT = 3;
/** The same with >=. */
export const CHECK_FIT_STRICT = 4;
/** end of the next message > end of the buffer. */
export const CHECK_NEXT_FIT = 5;
/** cmsg_len > what is left beside the next header. */
export const CHECK_LEFT = 6;
/** cmsg_len of the header that was reached >= sizeof(struct cmsghdr). */
export const CHECK_LOWER = 7;
/** cmsg_len of the header that was reached <= bytes left. */
export const CHECK_UPPER = 8;

// Words (i32) of a step's trace.

/** Which comparison it was, cmsg_len, what that rounds up to, and both sides: 64 bits each, but the first. */
export const STEP_CHECK = 0;
export const STEP_CLAIMED = 1;
export const STEP_ROUNDED = 3;
export const STEP_LEFT = 5;
export const STEP_RIGHT = 7;
export const STEP_WORDS = 9;

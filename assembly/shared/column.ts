// Read by AssemblyScript and by TypeScript: portable constants only.
//
// One column of the ABI table per question on which ABIs differ. Sizes, widths and alignments are in bytes.

/** Size of a pointer and of size_t. */
export const POINTER_SIZE = 0;
/** Size of long. */
export const LONG_SIZE = 1;
/** 0 little-endian, 1 big-endian. */
export const BYTE_ORDER = 2;
/** The most that any scalar is aligned to: 4 on i386, 2 on m68k, 8 elsewhere. */
export const ALIGN_MAX = 3;
/** Bytes kept for a length that is narrower than the kernel's own (64-bit musl), 0 where lengths fill their place. */
export const LENGTH_SLOT = 4;
/** Width of cmsg_len. */
export const CMSG_LEN_WIDTH = 5;
/** Width of msg_iovlen. */
export const IOVLEN_WIDTH = 6;
/** Width of msg_controllen. */
export const CONTROLLEN_WIDTH = 7;
/** Width of iov_len. */
export const IOV_LEN_WIDTH = 8;
/** 1 where a buffer is described length first, then pointer (WSABUF). */
export const LENGTH_FIRST = 9;
/** Width of msg_len in struct mmsghdr, 0 where there is no such struct. */
export const MSG_LEN_WIDTH = 10;
/** What CMSG_SPACE and the next header are rounded up to. */
export const HEADER_ALIGN = 11;
/** What the payload's offset is rounded up to. */
export const DATA_ALIGN = 12;
/** Width in which cmsg_len is rounded up: decides where the sum wraps. */
export const ROUNDING_WIDTH = 13;
/** Width of sun_len, 0 where sockaddr has none (sa_family is then two bytes wide). */
export const SUN_LEN_WIDTH = 14;
/** Size of sun_path, 0 where AF_UNIX is not described. */
export const SUN_PATH_SIZE = 15;
/** Next-header rule, an index into the rule table (rule.ts). */
export const NEXT_RULE = 16;

/** Number of columns. */
export const COLUMN_COUNT = 17;

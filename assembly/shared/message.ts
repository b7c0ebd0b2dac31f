// Read by AssemblyScript and by TypeScript: portable constants only.
//
// What a host and the core write for each other about one message in flight. All words are i32, at 4-byte aligned offsets.

// The request: offsets, lengths and counts that begin, append, seal, prepare and open work on.

/** Native address of offset 0 of linear memory, low and high word. */
export const REQUEST_BASE = 0;
/** Offset at which struct msghdr lies. */
export const REQUEST_MSGHDR = 2;
/** Offset of the socket address, 0 for none; its length (send) or capacity (receive). */
export const REQUEST_NAME = 3;
export const REQUEST_NAME_LENGTH = 4;
/** Offset at which the array of struct iovec is written. */
export const REQUEST_IOVEC = 5;
/** Offset of the parts, and their count. A part is two 64-bit numbers: address, length. */
export const REQUEST_PARTS = 6;
export const REQUEST_PART_COUNT = 7;
/** Offset of the control buffer and its capacity. */
export const REQUEST_CONTROL = 8;
export const REQUEST_CONTROL_CAPACITY = 9;
/** Bytes of control data that begin and append have written. */
export const REQUEST_CONTROL_LENGTH = 10;
/** Offset of the messages to append, and their count: level, type, offset of the payload, length of the payload. */
export const REQUEST_MESSAGES = 11;
export const REQUEST_MESSAGE_COUNT = 12;
/** Offset of the report that open writes, and how many records it has room for. */
export const REQUEST_REPORT = 13;
export const REQUEST_RECORD_LIMIT = 14;
/** Written by open: length of the address, flags, length of the control data. */
export const OPENED_NAME_LENGTH = 15;
export const OPENED_FLAGS = 16;
export const OPENED_CONTROL_LENGTH = 17;
/** Written by the calls for batches: what msg_len says, at most 2^31 - 1, and the number of records in the report. */
export const OPENED_LENGTH = 18;
export const OPENED_RECORDS = 19;
export const REQUEST_WORDS = 20;

// A batch: requests one after another, for an array of struct mmsghdr.

/** Offset of the first request, and their count. */
export const BATCH_REQUESTS = 0;
export const BATCH_COUNT = 1;
/** Offset of the array of struct mmsghdr. */
export const BATCH_MMSGHDR = 2;
/** Offset and capacity of the control buffer that messages to send share: each has what it needs of it. */
export const BATCH_CONTROL = 3;
export const BATCH_CONTROL_CAPACITY = 4;
/** Offset of the reports that open writes one after another, and how many records they have room for; each one's head takes that of one. */
export const BATCH_REPORT = 5;
export const BATCH_RECORD_LIMIT = 6;
export const BATCH_WORDS = 7;

/** Words of a part: address low, high; length low, high. */
export const PART_WORDS = 4;
/** Words of a message to append. */
export const MESSAGE_WORDS = 4;

// The report of a walk: what was wrong, where, and the length that was claimed there; then the records.

/** A status, or 0 when nothing was wrong; the offset at which it was; the length that was claimed there (64 bits); where the records begin. */
export const REPORT_STATUS = 0;
export const REPORT_OFFSET = 1;
export const REPORT_CLAIMED = 2;
export const REPORT_RECORDS = 4;

/**
 * Words of a record: level, type, offset of the payload from the start of the control buffer, its available length. A payload
 * of no bytes may lie behind the end of a buffer that ends inside the header's padding.
 */
export const RECORD_LEVEL = 0;
export const RECORD_TYPE = 1;
export const RECORD_PAYLOAD = 2;
export const RECORD_LENGTH = 3;
export const RECORD_WORDS = 4;

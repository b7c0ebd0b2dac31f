// Read by AssemblyScript and by TypeScript: portable constants only.
//
// Abstract C types. A field program is a list of elements; an element is one i32:
//
//   31            16 15       8 7        0
//   ╒═══════════════╤══════════╤═════════╕
//   │     count     │ field id │  kind   │
//   ╘═══════════════╧══════════╧═════════╛
//
// count is the length of an array (octets: of the byte string). ELEMENT_REST repeats the field to the end of the payload.

/** Integers; LONG and ULONG are as wide as the ABI has them. */
export const U8 = 1;
export const I8 = 2;
export const U16 = 3;
export const I16 = 4;
export const U32 = 5;
export const I32 = 6;
export const U64 = 7;
export const I64 = 8;
export const LONG = 9;
export const ULONG = 10;
/** size_t */
export const SIZE = 11;
export const POINTER = 12;
/** Two and four bytes in network byte order. */
export const BE16 = 13;
export const BE32 = 14;
/** Bytes without a type. */
export const OCTETS = 15;

// Members of the headers whose width is a column of the ABI table.

/** cmsg_len, msg_iovlen, msg_controllen, iov_len, msg_len, sa_len, sa_family and sun_path, as wide as the ABI has them. */
export const CMSG_LENGTH = 16;
export const IOV_COUNT = 17;
export const CONTROL_LENGTH = 18;
export const IOV_LENGTH = 19;
export const MMSG_LENGTH = 20;
export const SA_LENGTH = 21;
export const SA_FAMILY = 22;
export const SUN_PATH = 23;
/** No bytes of its own: rounds up to the alignment of a pointer, as the end of an embedded struct does. */
export const STRUCT_END = 24;

/** One more than the largest kind. */
export const KIND_END = 25;

/** The count of an element that repeats to the end of the payload. */
export const ELEMENT_REST = 0xffff;

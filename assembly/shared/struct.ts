// Read by AssemblyScript and by TypeScript: portable constants only.
//
// Structs that the core lays out, and the ids of their members.

export const MSGHDR = 0;
export const CMSGHDR = 1;
export const IOVEC = 2;
export const MMSGHDR = 3;
export const SOCKADDR_UN = 4;
export const SOCKADDR_IN = 5;
export const SOCKADDR_IN6 = 6;
/** Number of structs. */
export const STRUCT_COUNT = 7;

export const MSG_NAME = 0;
export const MSG_NAMELEN = 1;
export const MSG_IOV = 2;
export const MSG_IOVLEN = 3;
export const MSG_CONTROL = 4;
export const MSG_CONTROLLEN = 5;
export const MSG_FLAGS = 6;
/** Of struct mmsghdr, which begins with a struct msghdr. */
export const MSG_LEN = 7;

export const CMSG_LEN = 0;
export const CMSG_LEVEL = 1;
export const CMSG_TYPE = 2;

export const IOV_BASE = 0;
export const IOV_LEN = 1;

export const SA_LEN = 0;
export const SA_FAMILY_ID = 1;
export const SUN_PATH_ID = 2;
export const SIN_PORT = 2;
export const SIN_ADDR = 3;
export const SIN_ZERO = 4;
export const SIN6_FLOWINFO = 3;
export const SIN6_ADDR = 4;
export const SIN6_SCOPE_ID = 5;

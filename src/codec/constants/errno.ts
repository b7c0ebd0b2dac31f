// Names of error numbers of Linux: asm-generic/errno.h, and which machines have numbers of their own.

import type { Abi } from "../abi.js";
import type { Names } from "../field-name.js";
import { ALPHA_ERRNO } from "./errno-alpha.js";
import { ERRNO_BASE } from "./errno-base.js";
import { PARISC_ERRNO } from "./errno-hppa.js";
import { MIPS_ERRNO } from "./errno-mips.js";
import { SPARC_ERRNO } from "./errno-sparc.js";

const GENERIC = (): Names => ({
  ...ERRNO_BASE(),
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENOMSG: 42,
  EIDRM: 43,
  ECHRNG: 44,
  EL2NSYNC: 45,
  EL3HLT: 46,
  EL3RST: 47,
  ELNRNG: 48,
  EUNATCH: 49,
  ENOCSI: 50,
  EL2HLT: 51,
  EBADE: 52,
  EBADR: 53,
  EXFULL: 54,
  ENOANO: 55,
  EBADRQC: 56,
  EBADSLT: 57,
  EBFONT: 59,
  ENOSTR: 60,
  ENODATA: 61,
  ETIME: 62,
  ENOSR: 63,
  ENONET: 64,
  ENOPKG: 65,
  EREMOTE: 66,
  ENOLINK: 67,
  EADV: 68,
  ESRMNT: 69,
  ECOMM: 70,
  EPROTO: 71,
  EMULTIHOP: 72,
  EDOTDOT: 73,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ENOTUNIQ: 76,
  EBADFD: 77,
  EREMCHG: 78,
  ELIBACC: 79,
  ELIBBAD: 80,
  ELIBSCN: 81,
  ELIBMAX: 82,
  ELIBEXEC: 83,
  EILSEQ: 84,
  ERESTART: 85,
  ESTRPIPE: 86,
  EUSERS: 87,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EPFNOSUPPORT: 96,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENETRESET: 102,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ESHUTDOWN: 108,
  ETOOMANYREFS: 109,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
  EUCLEAN: 117,
  ENOTNAM: 118,
  ENAVAIL: 119,
  EISNAM: 120,
  EREMOTEIO: 121,
  EDQUOT: 122,
  ENOMEDIUM: 123,
  EMEDIUMTYPE: 124,
  ECANCELED: 125,
  ENOKEY: 126,
  EKEYEXPIRED: 127,
  EKEYREVOKED: 128,
  EKEYREJECTED: 129,
  EOWNERDEAD: 130,
  ENOTRECOVERABLE: 131,
  ERFKILL: 132,
  EHWPOISON: 133,
});

/** With the second names that some numbers have. The first one is what a number is called. */
function withAliases(names: Names): Names {
  const { EAGAIN = 0, EDEADLK = 0, EOPNOTSUPP = 0 } = names;
  return {
    ...names,
    EWOULDBLOCK: EAGAIN,
    ENOTSUP: EOPNOTSUPP,
    EDEADLOCK: names.EDEADLOCK ?? EDEADLK,
  };
}

const OWN_NUMBERS: readonly (readonly [machine: RegExp, () => Names])[] = [
  [/^linux-mips/, MIPS_ERRNO],
  [/^linux-sparc/, SPARC_ERRNO],
  [/^linux-alpha/, ALPHA_ERRNO],
  [/^linux-hppa/, PARISC_ERRNO],
];

const made = new Map<() => Names, Names>();

/** Error numbers by name. */
export function errnoNames({ name }: Abi): Names {
  const make = OWN_NUMBERS.find(([machine]) => machine.test(name))?.[1] ?? GENERIC;
  const known = made.get(make) ?? withAliases(make());
  made.set(make, known);
  return known;
}

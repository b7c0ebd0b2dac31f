// C types of the members of message structs and socket addresses, as the headers of each system have them.

import type { Layout } from "../codec/layout.js";

const POSIX: Readonly<Record<string, string>> = {
  msg_name: "void *",
  msg_namelen: "socklen_t",
  msg_iov: "struct iovec *",
  msg_control: "void *",
  msg_flags: "int",
  cmsg_level: "int",
  cmsg_type: "int",
  iov_base: "void *",
  iov_len: "size_t",
  sun_len: "unsigned char",
  sun_family: "sa_family_t",
  sun_path: "char",
  sin_len: "uint8_t",
  sin_family: "sa_family_t",
  sin_port: "in_port_t",
  sin_addr: "struct in_addr",
  sin6_len: "uint8_t",
  sin6_family: "sa_family_t",
  sin6_port: "in_port_t",
  sin6_flowinfo: "uint32_t",
  sin6_addr: "struct in6_addr",
  sin6_scope_id: "uint32_t",
};

/** WSAMSG, WSABUF, WSACMSGHDR and the addresses, under the names of POSIX. */
const WINDOWS: Readonly<Record<string, string>> = {
  msg_namelen: "INT",
  msg_iov: "WSABUF *",
  msg_iovlen: "ULONG",
  msg_controllen: "ULONG",
  msg_flags: "ULONG",
  cmsg_len: "SIZE_T",
  cmsg_level: "INT",
  cmsg_type: "INT",
  iov_base: "char *",
  iov_len: "ULONG",
  sun_family: "ADDRESS_FAMILY",
  sin_family: "ADDRESS_FAMILY",
  sin_port: "USHORT",
  sin_addr: "IN_ADDR",
  sin_zero: "CHAR",
  sin6_family: "ADDRESS_FAMILY",
  sin6_port: "USHORT",
  sin6_flowinfo: "ULONG",
  sin6_addr: "IN6_ADDR",
  sin6_scope_id: "ULONG",
};

/** Systems of Linux whose lengths have the kernel's type instead of that of POSIX. */
const LIKE_KERNEL = /^(glibc|glibc-old|bionic|linux-kernel)$/;

/** The C type of a member of so many bytes; of its elements, where it is an array. */
export function memberType({ abi, cmsg }: Layout, member: string, width: number): string {
  const own = cmsg.rule === "windows" ? WINDOWS[member] : undefined;
  const known = own ?? POSIX[member];
  if (known !== undefined) return known;
  if (member === "msg_len") return width === 8 ? "ssize_t" : "unsigned int";
  if (member === "sin_zero") return /^(bsd|illumos)$/.test(cmsg.rule) ? "char" : "unsigned char";
  if (cmsg.rule === "linux-compat") return "compat_size_t";
  if (LIKE_KERNEL.test(cmsg.rule) && !abi.startsWith("hurd-")) return "size_t";
  if (member === "msg_iovlen") return abi.startsWith("openbsd-") ? "unsigned int" : "int";
  return width === 4 ? "socklen_t" : "size_t";
}

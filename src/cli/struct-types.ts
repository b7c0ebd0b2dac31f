// C types of the members of message structs, as the headers of each system have them.

import type { Layout } from "../index.js";

const TYPES: Readonly<Record<string, string>> = {
  msg_name: "void *",
  msg_namelen: "socklen_t",
  msg_iov: "struct iovec *",
  msg_control: "void *",
  msg_flags: "int",
  msg_len: "unsigned int",
  cmsg_level: "int",
  cmsg_type: "int",
  iov_base: "void *",
  iov_len: "size_t",
  sun_len: "unsigned char",
  sun_family: "sa_family_t",
  sun_path: "char",
};

/** WSAMSG, WSABUF and WSACMSGHDR, under the names of POSIX. */
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
};

/** C libraries of Linux that follow the kernel's types instead of those of POSIX. */
const LIKE_KERNEL = /^(linux-.*-glibc|android-)/;

/** The C type of a member of an ABI's struct. */
export function typeOf({ abi }: Layout, member: string, width: number): string {
  const own = abi.startsWith("windows-") ? WINDOWS[member] : undefined;
  const known = own ?? TYPES[member];
  if (known !== undefined) return known;
  if (LIKE_KERNEL.test(abi)) return "size_t";
  if (member === "msg_iovlen") return "int";
  return width === 4 ? "socklen_t" : "size_t";
}

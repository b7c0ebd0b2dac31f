// What Linux answers to the control data of sendmsg before it sends anything, on AF_UNIX and netlink sockets.

import { NEXT_RULE, POINTER_SIZE } from "../../assembly/shared/column.js";
import { LINUX_COMPAT, LINUX_KERNEL } from "../../assembly/shared/rule.js";
import { END_EINVAL } from "../../assembly/shared/status.js";
import { type Abi, resolveAbi } from "./abi.js";
import { rowOf } from "./abi-names.js";
import { bytesOf, integerIn, optionsOf, rangeError, typeError } from "./arguments.js";
import { ARENA_CONTROL, type Core } from "./core.js";
import { type AbiOptions, stageControl } from "./face.js";

/** The error that a kernel answers to control data. */
export type CheckErrno = "EINVAL" | "EBADF" | "EPERM" | "ESRCH" | "ENOBUFS";

/** What a process says of itself in SCM_CREDENTIALS, as it stands in the bytes. */
export interface ClaimedCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What control data is checked for. */
export interface CheckOptions extends AbiOptions {
  /** The call that would take it. */
  readonly for: "sendmsg";
  /** The family of the socket; "unix" unless given. */
  readonly family?: "unix" | "netlink";
  /** Whether a descriptor is open in the process that sends; all that are not negative unless given. */
  readonly isOpen?: (fd: number) => boolean;
  /** Why the process may not claim to be somebody; it may unless given. */
  readonly refuses?: (claimed: ClaimedCredentials) => "EPERM" | "ESRCH" | null;
  /** The kernel's net.core.optmem_max in bytes, 131072 unless given: control data that long is too long. */
  readonly optmemMax?: number;
}

/** What a kernel would answer to control data. */
export interface ControlVerdict {
  readonly accepted: boolean;
  /** The error, or null when it is accepted. */
  readonly errno: CheckErrno | null;
  /** Offset of the header at which it is refused, in bytes. */
  readonly offset: number | null;
  /** Why, in words; an empty text when it is accepted. */
  readonly reason: string;
  /** Control messages in front of that. */
  readonly messages: number;
  /** Descriptors that they carry. */
  readonly descriptors: number;
}

/** Descriptors in one sendmsg: SCM_MAX_FD of include/net/scm.h. */
const MOST_DESCRIPTORS = 253;
const OPTMEM_MAX = 0x20000;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;
const UCRED = 12;
const NOBODY = 0xffffffff;

/** How the kernel reads control data of an ABI. */
interface Reader {
  readonly row: number;
  readonly rule: number;
  /** Bytes of a header, and what lengths are rounded up to. */
  readonly header: number;
  readonly unit: number;
  readonly little: boolean;
  readonly socket: number;
}

const readers = new WeakMap<Abi, Reader>();

/** The kernel's own row for programs of an ABI. */
function readerFor(core: Core, abi: Abi): Reader {
  const known = readers.get(abi);
  if (known !== undefined) return known;
  if (!abi.name.startsWith("linux-")) {
    throw rangeError("abi", "one of Linux, whose kernel's rules are known", abi.name);
  }
  const { abi_column: column, cmsg_len, cmsg_align } = core.exports;
  const wide = column(abi.index, POINTER_SIZE) === 8;
  const own = column(abi.index, NEXT_RULE);
  const isKernel = own === LINUX_KERNEL || own === LINUX_COMPAT;
  const name = `linux-kernel-${wide ? "lp64" : "ilp32"}${abi.littleEndian ? "le" : "be"}`;
  const row = isKernel ? abi.index : (rowOf(name) as number);
  // A 32-bit program meets a 64-bit kernel today.
  const rule = isKernel ? own : wide ? LINUX_KERNEL : LINUX_COMPAT;
  const reader = {
    row,
    rule,
    header: cmsg_len(row, 0),
    unit: cmsg_align(row, 1),
    little: abi.littleEndian,
    socket: abi.constants["SOL_SOCKET"] ?? 1,
  };
  readers.set(abi, reader);
  return reader;
}

/** Headers that the kernel comes to, and where its walk fails; -1 when it does not. */
function walkAsKernel(
  core: Core,
  { row, rule, header, unit, little }: Reader,
  view: DataView,
): { offsets: number[]; broken: number } {
  const { exports, scratch } = core;
  const control = core.arena + ARENA_CONTROL;
  const length = view.byteLength;
  const offsets: number[] = [];
  let from = 0;
  let at = exports.cmsg_firsthdr(row, rule, control, length, scratch);
  while (at >= 0) {
    offsets.push(at);
    from = at + Math.ceil(claimedAt(view, at, header, little) / unit) * unit;
    at = exports.cmsg_nxthdr(row, rule, control, length, at, 0, 0, scratch);
  }
  return { offsets, broken: at === END_EINVAL ? from : -1 };
}

/** The low half of a cmsg_len that is known to lie in the buffer. */
function claimedAt(view: DataView, at: number, header: number, little: boolean): number {
  return view.getUint32(at + (header === 16 && !little ? 4 : 0), little);
}

interface Refusal {
  readonly errno: CheckErrno;
  readonly reason: string;
}

const no = (errno: CheckErrno, reason: string): Refusal => ({ errno, reason });

/** SCM_RIGHTS: scm_fp_copy of net/core/scm.c. `before` descriptors came in messages in front. */
function rightsProblem(
  options: CheckOptions,
  view: DataView,
  payload: number,
  count: number,
  before: number,
  little: boolean,
): Refusal | undefined {
  if (options.family === "netlink") return no("EINVAL", "netlink passes no descriptors");
  if (before + count > MOST_DESCRIPTORS) {
    return no(
      "EINVAL",
      `${before + count} descriptors, at most ${MOST_DESCRIPTORS} in one sendmsg`,
    );
  }
  for (let i = 0; i < count; i++) {
    const fd = view.getInt32(payload + i * 4, little);
    if (fd < 0 || options.isOpen?.(fd) === false)
      return no("EBADF", `descriptor ${fd} is not open`);
  }
  return undefined;
}

/** SCM_CREDENTIALS: __scm_send and scm_check_creds. */
function credentialsProblem(
  options: CheckOptions,
  view: DataView,
  payload: number,
  length: number,
  little: boolean,
): Refusal | undefined {
  if (length !== UCRED) return no("EINVAL", `SCM_CREDENTIALS of ${length} bytes, needs ${UCRED}`);
  const pid = view.getInt32(payload, little);
  const uid = view.getUint32(payload + 4, little);
  const gid = view.getUint32(payload + 8, little);
  if (uid === NOBODY || gid === NOBODY) return no("EINVAL", "uid or gid is -1");
  const errno = options.refuses?.({ pid, uid, gid }) ?? null;
  return errno === null
    ? undefined
    : no(errno, `pid ${pid}, uid ${uid}, gid ${gid}: not to be claimed`);
}

const FRAMING = "cmsg_len is smaller than a header or larger than what is left";

/** What the kernel would answer to the control data at the arena's control offset, of which `bytes` are a copy. */
function judge(
  core: Core,
  reader: Reader,
  bytes: Uint8Array,
  options: CheckOptions,
): ControlVerdict {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, little, socket, rule } = reader;
  const { offsets, broken } = walkAsKernel(core, reader, view);
  let messages = 0;
  let descriptors = 0;
  const refused = (offset: number, { errno, reason }: Refusal): ControlVerdict => {
    return { accepted: false, errno, offset, reason, messages, descriptors };
  };
  // net/compat.c converts the whole area before anybody looks at a message.
  if (rule === LINUX_COMPAT && broken >= 0) return refused(broken, no("EINVAL", FRAMING));
  for (const at of offsets) {
    const level = view.getInt32(at + header - 8, little);
    const type = view.getInt32(at + header - 4, little);
    const length = claimedAt(view, at, header, little) - header;
    const payload = at + header;
    let problem: Refusal | undefined;
    if (level === socket && type === SCM_RIGHTS) {
      const count = length >> 2;
      problem = rightsProblem(options, view, payload, count, descriptors, little);
      if (problem === undefined) descriptors += count;
    } else if (level === socket && type === SCM_CREDENTIALS) {
      problem = credentialsProblem(options, view, payload, length, little);
    } else if (level === socket) {
      problem = no("EINVAL", `type ${type} of SOL_SOCKET is none that can be sent`);
    }
    if (problem !== undefined) return refused(at, problem);
    messages += 1;
  }
  if (broken >= 0) return refused(broken, no("EINVAL", FRAMING));
  return { accepted: true, errno: null, offset: null, reason: "", messages, descriptors };
}

function isFunction(value: unknown, what: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== "function") throw typeError(what, "a function", value);
  return true;
}

export function checkWith(core: Core, control: unknown, options: CheckOptions): ControlVerdict {
  const given = optionsOf(options, "options");
  if (given.for !== "sendmsg") throw rangeError("for", '"sendmsg"', given.for);
  const { family = "unix", optmemMax = OPTMEM_MAX } = given;
  if (family !== "unix" && family !== "netlink") {
    throw rangeError("family", '"unix" or "netlink"', family);
  }
  integerIn(optmemMax, 1, 0x7fffffff, "optmemMax");
  const calls = [isFunction(given.isOpen, "isOpen"), isFunction(given.refuses, "refuses")];
  const reader = readerFor(core, resolveAbi(core, given.abi));
  const bytes = bytesOf(control, "control buffer");
  if (bytes.length >= optmemMax) {
    const reason = `${bytes.length} bytes, fewer than net.core.optmem_max (${optmemMax}) can be sent`;
    return { accepted: false, errno: "ENOBUFS", offset: 0, reason, messages: 0, descriptors: 0 };
  }
  const staged = stageControl(core, bytes);
  // Callbacks may change the caller's bytes.
  return judge(core, reader, calls.includes(true) ? new Uint8Array(staged) : staged, given);
}

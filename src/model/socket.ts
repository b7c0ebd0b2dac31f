// createSocketModel: a socket without a kernel. What is written into it comes out as Linux, macOS, FreeBSD or NetBSD deliver it.

import type { AbiOption } from "../codec/abi.js";
import { flagOf, integerIn, optionsOf, rangeError, unknownName } from "../codec/arguments.js";
import type { MessageInput } from "../codec/encode.js";
import { credentials as credentialsMessage, rights } from "../codec.js";
import { receiveControl, systemOf } from "./receive.js";
import type { ModelSystem } from "./rule.js";
import {
  type Asked,
  checkedReceive,
  checkedWrite,
  INT_MAX,
  type ModelWrite,
  type SocketReceiveOptions,
} from "./socket-arguments.js";
import { DARWIN_SOCKET, FREEBSD_SOCKET, NETBSD_SOCKET } from "./socket-bsd.js";
import { LINUX_SOCKET } from "./socket-linux.js";
import {
  type ModelCredentials,
  type QueuedPiece,
  restOf,
  type SocketModelType,
  type SocketReception,
  type SocketRule,
  type Taken,
} from "./socket-queue.js";

/** What a modelled socket is like. */
export interface SocketModelOptions {
  /** Whose rules; those of the ABI's system unless given. */
  readonly system?: ModelSystem;
  /** "stream" unless given. */
  readonly type?: SocketModelType;
  /** The ABI of the program; the usual one of the system unless given. */
  readonly abi?: AbiOption;
  /** Whether SO_PASSCRED is set at the receiver; Linux only. */
  readonly passCredentials?: boolean;
  /** Bytes above which Linux queues a write on a stream in pieces: 36544 unless given, as on x86-64. */
  readonly pieceLimit?: number;
}

const RULES: Readonly<Record<ModelSystem, SocketRule>> = {
  linux: LINUX_SOCKET,
  darwin: DARWIN_SOCKET,
  freebsd: FREEBSD_SOCKET,
  netbsd: NETBSD_SOCKET,
};
const TYPES: readonly SocketModelType[] = ["stream", "dgram", "seqpacket"];
const PIECE = 36_544;
/** What SCM_CREDENTIALS says of a writer of whom nothing was noted: the overflow ids. */
const NOBODY: ModelCredentials = { pid: 0, uid: 65_534, gid: 65_534 };
/** What it says at the end of a stream, where there is no writer. */
const NO_WRITER: ModelCredentials = { pid: 0, uid: 0, gid: 0 };
const NOTHING: readonly never[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);

/** What a control buffer got, and what became of descriptors. */
type Outcome = Pick<
  SocketReception,
  "error" | "flags" | "control" | "delivered" | "closed" | "leaked" | "notes"
>;

/** A socket of a system, modelled: its queue is the caller's to look at. Made by `createSocketModel`. */
export class SocketModel {
  readonly system: ModelSystem;
  readonly type: SocketModelType;
  readonly abi: AbiOption;
  /** Files and functions of the kernel. */
  readonly source: string;
  /** Whether tests hold this against a running kernel. */
  readonly tested: boolean;
  readonly #rule: SocketRule;
  readonly #passCredentials: boolean;
  readonly #pieceLimit: number;
  #queue: readonly QueuedPiece[] = NOTHING;
  #closed = false;

  /** @internal */
  constructor(options?: SocketModelOptions) {
    const given = optionsOf(options, "options");
    const { system, abi } = systemOf(given.system, given.abi);
    const { type = "stream" } = given;
    const rule = RULES[system];
    if (!TYPES.includes(type)) throw unknownName("type", type, TYPES);
    if (!rule.types.includes(type)) {
      throw rangeError("type", `${rule.types.join(" or ")} on ${system}`, type);
    }
    this.#passCredentials = flagOf(given.passCredentials, "passCredentials");
    if (this.#passCredentials && system !== "linux") {
      throw rangeError("passCredentials", `false on ${system}`, true);
    }
    this.#pieceLimit = integerIn(given.pieceLimit ?? PIECE, 1, INT_MAX, "pieceLimit");
    this.#rule = rule;
    this.system = system;
    this.type = type;
    this.abi = abi;
    this.source = rule.source;
    this.tested = rule.tested;
  }

  /** What waits, in order. On Linux these are the kernel's own pieces (skb). */
  get queue(): readonly QueuedPiece[] {
    return this.#queue;
  }

  /**
   * Writes into the socket, as the other end's sendmsg.
   *
   * @returns How many pieces were queued: 0 for a write without bytes on a stream, whose descriptors are dropped without an error.
   * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for more descriptors than the system takes, and for descriptors without data on a
   * stream of another system than Linux, of which it is not known what becomes of them.
   * @example
   * createSocketModel({ system: "linux" }).write({ data: Buffer.from("hello"), descriptors: [7] }) // 1
   */
  write(write: ModelWrite): number {
    if (this.#closed) throw rangeError("write", "before close()", "a write behind it");
    const pieces = this.#piecesOf(checkedWrite(write, this.#rule, this.type, this.abi));
    this.#queue = Object.freeze([...this.#queue, ...pieces]);
    return pieces.length;
  }

  /** Ends what can be read, as the other end's close: a stream or seqpacket socket says so once its queue is empty. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Receives, as recvmsg with MSG_DONTWAIT.
   *
   * @returns Frozen data: bytes, flags, the control buffer, which descriptors arrive, and what waits afterwards.
   * @example
   * const socket = createSocketModel({ system: "linux" });
   * socket.write({ data: Buffer.from("plain") });
   * socket.write({ data: Buffer.from("with"), descriptors: [7] });
   * String(Buffer.from(socket.receive().data)) // "plainwith"
   */
  receive(options?: SocketReceiveOptions): SocketReception {
    const asked = checkedReceive(options);
    if (this.#queue.length === 0) return this.#receiveNothing(asked);
    const { limit, peek } = asked;
    const credentials = this.#passCredentials;
    const taken = this.#rule.take(this.type, this.#queue, { limit, peek, credentials });
    const outcome = this.#deliver(taken, asked);
    const failed = outcome.error !== null;
    const queue = Object.freeze(failed ? this.#afterFailure() : [...taken.left]);
    if (!peek) this.#queue = queue;
    const data = failed ? NO_BYTES : taken.data;
    return this.#reception({ data, ended: false, left: this.#queue, ...outcome });
  }

  #piecesOf(piece: QueuedPiece): readonly QueuedPiece[] {
    const { data } = piece;
    const isStream = this.type === "stream";
    if (isStream && data.length === 0) return NOTHING;
    if (!isStream || this.system !== "linux" || data.length <= this.#pieceLimit) {
      return [Object.freeze(piece)];
    }
    const pieces: QueuedPiece[] = [];
    for (let rest = piece; rest.data.length > 0; rest = restOf(rest, this.#pieceLimit)) {
      pieces.push(Object.freeze({ ...rest, data: rest.data.slice(0, this.#pieceLimit) }));
    }
    return pieces;
  }

  /** What the control buffer gets of what was taken. */
  #deliver(taken: Taken, { controlLimit, peek, free }: Asked): Outcome {
    const { system, abi } = this;
    const { full, peeks, opensUnasked } = this.#rule;
    const { descriptors, rights: counts, writer } = taken;
    const flags = [...(taken.endOfRecord ? ["MSG_EOR"] : []), ...(taken.truncated ? [TRUNC] : [])];
    const none = { error: null, delivered: NOTHING, closed: NOTHING, leaked: NOTHING };
    if (peek && peeks === "pointers" && descriptors.length > 0) {
      const notes = ["A peek shows SCM_RIGHTS as the kernel keeps it: no numbers of descriptors."];
      return { ...none, flags, control: null, notes };
    }
    const isOpened = controlLimit !== 0 || opensUnasked;
    if (full === "fails" && isOpened && descriptors.length > free) {
      const notes = ["The descriptor table is full: all descriptors are closed, the call fails."];
      return { ...none, error: "EMSGSIZE", flags: [], control: null, closed: descriptors, notes };
    }
    const fitting = full === "fails" ? descriptors : descriptors.slice(0, free);
    const messages = [...this.#credentialsOf(writer), ...rightsOf(fitting, counts)];
    const control = receiveControl(messages, {
      system,
      abi,
      ...(controlLimit === undefined ? {} : { controlLimit }),
    });
    const { delivered: count, leaked } = control.descriptors;
    if (control.truncated || fitting.length < descriptors.length) flags.push("MSG_CTRUNC");
    const lost = descriptors.slice(count);
    return {
      error: null,
      flags,
      control,
      delivered: Object.freeze(descriptors.slice(0, count)),
      closed: Object.freeze(leaked > 0 ? [] : lost),
      leaked: Object.freeze(leaked > 0 ? lost : []),
      notes: control.notes,
    };
  }

  #credentialsOf(writer: ModelCredentials | null): readonly MessageInput[] {
    return this.#passCredentials ? [credentialsMessage(writer ?? NOBODY)] : NOTHING;
  }

  /** A call that fails closes descriptors; whether the bytes stay depends on the system. */
  #afterFailure(): readonly QueuedPiece[] {
    const [first, ...others] = this.#queue as readonly [QueuedPiece, ...QueuedPiece[]];
    return this.#rule.dropsFailed.includes(this.type) ? others : [restOf(first, 0), ...others];
  }

  #receiveNothing({ controlLimit }: Asked): SocketReception {
    const ended = this.#closed && this.type !== "dgram";
    const writer = ended && this.type === "stream" ? NO_WRITER : null;
    const none = { data: NO_BYTES, descriptors: NOTHING, rights: NOTHING, left: NOTHING };
    const taken = { ...none, truncated: false, endOfRecord: false };
    const asked = { limit: 0, controlLimit, peek: false, free: INT_MAX };
    const outcome = this.#deliver({ ...taken, writer }, asked);
    const shown = writer === null ? { flags: NOTHING, control: null } : {};
    const error = ended ? null : "EAGAIN";
    return this.#reception({ data: NO_BYTES, left: NOTHING, ...outcome, ...shown, ended, error });
  }

  #reception(rest: Omit<SocketReception, "system" | "source" | "tested">): SocketReception {
    const { system, source, tested } = this;
    return Object.freeze({ system, ...rest, flags: Object.freeze(rest.flags), source, tested });
  }
}

const TRUNC = "MSG_TRUNC";

/** SCM_RIGHTS messages of so many descriptors each; the last ones hold what is there. */
function rightsOf(descriptors: readonly number[], counts: readonly number[]): MessageInput[] {
  const messages: MessageInput[] = [];
  let at = 0;
  for (const count of counts) {
    const numbers = descriptors.slice(at, at + count);
    if (numbers.length > 0) messages.push(rights(numbers));
    at += count;
  }
  return messages;
}

/**
 * A modelled AF_UNIX socket: what is written into it is glued, separated, cut and limited as a system does it, so that a program can
 * be tried against what macOS would do on a machine that runs Linux.
 *
 * Descriptors are numbers of the caller's, nothing is opened or closed. The model of Linux is held against a running kernel; the
 * others follow their source, and say `tested: false`.
 *
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for a system that is not known, or a type that it does not have.
 * @example
 * const parts = ["linux", "darwin"].map((system) => {
 *   const socket = createSocketModel({ system });
 *   socket.write({ data: Buffer.from("xx") });
 *   socket.write({ data: Buffer.from("A"), descriptors: [7] });
 *   socket.write({ data: Buffer.from("B") });
 *   return [socket.receive(), socket.receive()].map(({ data }) => String(Buffer.from(data)));
 * });
 * parts // [["xxA", "B"], ["xx", "AB"]]
 * @see unix(7), recvmsg(2); `source` names the kernel's files.
 */
export function createSocketModel(options?: SocketModelOptions): SocketModel {
  return new SocketModel(options);
}

// What waits in a modelled socket, and what a system's rule takes out of it.

import type { Reception } from "./receive.js";
import type { ModelSystem } from "./rule.js";

/** Types of AF_UNIX sockets. */
export type SocketModelType = "stream" | "dgram" | "seqpacket";

/** Who wrote, as SCM_CREDENTIALS says it. */
export interface ModelCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What waits: a write, a piece of one, or what is left of it. */
export interface QueuedPiece {
  readonly data: Uint8Array;
  /** The caller's numbers of the descriptors that come with its first byte. */
  readonly descriptors: readonly number[];
  /** How many of them each SCM_RIGHTS message holds with which they arrive. */
  readonly rights: readonly number[];
  /** What the kernel noted of the writer; null when nobody asked for it at that time. */
  readonly credentials: ModelCredentials | null;
  /** Whether it was sent with MSG_EOR. */
  readonly endOfRecord: boolean;
}

/** What one call takes out of a queue, before anything is written into the control buffer. */
export interface Taken {
  readonly data: Uint8Array;
  readonly descriptors: readonly number[];
  readonly rights: readonly number[];
  /** Whom the credentials are of. */
  readonly writer: ModelCredentials | null;
  /** MSG_TRUNC and MSG_EOR. */
  readonly truncated: boolean;
  readonly endOfRecord: boolean;
  /** What waits afterwards; after a peek nothing changes. */
  readonly left: readonly QueuedPiece[];
}

/** How a call looks at a queue that is not empty. */
export interface TakeOptions {
  readonly limit: number;
  readonly peek: boolean;
  /** Whether the receiver asked for credentials. */
  readonly credentials: boolean;
}

/** How a system keeps and delivers what was written. */
export interface SocketRule {
  readonly system: ModelSystem;
  readonly types: readonly SocketModelType[];
  /** Descriptors that one write takes in all of its SCM_RIGHTS; null where none is known. */
  readonly writeLimit: number | null;
  /** Bytes that one SCM_RIGHTS may have in the kernel, where each descriptor is a pointer; null where none are known. */
  readonly messageLimit: number | null;
  /** Several SCM_RIGHTS in one write: they become one, stay apart, only the first counts, or the write is refused. */
  readonly merges: "joins" | "apart" | "first" | "refuses";
  /** What a peek does with descriptors. */
  readonly peeks: "duplicates" | "pointers";
  /** A full descriptor table: those that fit are delivered, or the call fails with all of them closed. */
  readonly full: "partial" | "fails";
  /** Whether descriptors are opened even when there is no control buffer. */
  readonly opensUnasked: boolean;
  /** Types whose message is gone with the call that failed; of others the bytes stay. */
  readonly dropsFailed: readonly SocketModelType[];
  /** File and function. */
  readonly source: string;
  /** Whether tests hold it against a running kernel. */
  readonly tested: boolean;
  take(type: SocketModelType, queue: readonly QueuedPiece[], options: TakeOptions): Taken;
}

/** What a call delivers. */
export interface SocketReception {
  readonly system: ModelSystem;
  /** The errno that the call fails with: "EAGAIN" when nothing waits; null when it succeeds. */
  readonly error: string | null;
  /** Whether nothing more comes: the other end is closed, and everything was read. */
  readonly ended: boolean;
  readonly data: Uint8Array;
  /** C names of msg_flags: MSG_EOR, MSG_TRUNC, MSG_CTRUNC. */
  readonly flags: readonly string[];
  /** What the control buffer holds, with the caller's numbers in place of new ones; null when the call fails or that is not known. */
  readonly control: Reception | null;
  /** Numbers of the descriptors that the program is told; after a peek they are duplicates. */
  readonly delivered: readonly number[];
  /** Numbers of those that the kernel closed. */
  readonly closed: readonly number[];
  /** Numbers of those that are open in the program, which is not told. */
  readonly leaked: readonly number[];
  /** What waits afterwards. */
  readonly left: readonly QueuedPiece[];
  /** What a program should know about it. */
  readonly notes: readonly string[];
  /** Files and functions of the kernel. */
  readonly source: string;
  /** Whether tests hold this against a running kernel. */
  readonly tested: boolean;
}

const NONE: readonly never[] = Object.freeze([]);

/** What is left of a piece behind its first bytes: its descriptors went with them. */
export function restOf(piece: QueuedPiece, from: number): QueuedPiece {
  return Object.freeze({ ...piece, data: piece.data.slice(from), descriptors: NONE, rights: NONE });
}

/** A message: it comes alone and with all its descriptors, and what does not fit of its bytes is lost. */
export function takeMessage(queue: readonly QueuedPiece[], { limit }: TakeOptions): Taken {
  const [piece, ...others] = queue as readonly [QueuedPiece, ...QueuedPiece[]];
  return {
    data: piece.data.slice(0, limit),
    descriptors: piece.descriptors,
    rights: piece.rights,
    writer: piece.credentials,
    truncated: piece.data.length > limit,
    endOfRecord: false,
    left: others,
  };
}

/** Bytes one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

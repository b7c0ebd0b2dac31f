// What happens on sockets, for whoever subscribes to the channels of node:diagnostics_channel. Without subscribers nothing is made.

import { channel } from "node:diagnostics_channel";

/** What the channel `cmsg:send` tells: the kernel has all of a message that a socket on the event loop was to send. */
export interface SendEvent {
  /** The `UnixSocket` or `UdpSocket`. */
  readonly socket: object;
  /** Bytes of data. */
  readonly bytes: number;
  /** Number of descriptors, without those in further control messages. */
  readonly fds: number;
}

/** A message that has arrived, as far as this file looks at it: a `Received`. */
export interface ArrivedMessage {
  readonly data: Uint8Array;
  readonly bytes: number;
  readonly fds: readonly { readonly number: number }[];
  readonly flags: number;
  readonly controlTruncated: boolean;
}

/** What the channel `cmsg:receive` tells: a message that a socket on the event loop hands out. It is the receiver's. */
export interface ReceiveEvent {
  /** The `UnixSocket` or `UdpSocket`. */
  readonly socket: object;
  /** Borrowed: close and take nothing of it. */
  readonly message: ArrivedMessage;
}

/** What the channel `cmsg:truncation` tells: the kernel had to cut control data short (MSG_CTRUNC). */
export interface TruncationEvent {
  /** The `UnixSocket` or `UdpSocket`, or what was given to `recvFds` or `recvmsg`. */
  readonly socket: unknown;
  /** Borrowed: close and take nothing of it. */
  readonly message: ArrivedMessage;
}

/** What the channel `cmsg:leak` tells: an `Fd` was garbage-collected while its descriptor was open. */
export interface LeakEvent {
  /** The descriptor's number. It is still open, unless somebody else has closed it. */
  readonly fd: number;
  /** Where it was created, as lines of a stack; only with CMSG_TRACE_FDS=1. */
  readonly site: string | undefined;
}

interface ChannelOf<T> {
  readonly hasSubscribers: boolean;
  publish(event: T): void;
}

/** Messages that the kernel has. */
export const sends: ChannelOf<SendEvent> = channel("cmsg:send");
/** Messages that were received. */
export const receives: ChannelOf<ReceiveEvent> = channel("cmsg:receive");
/** Messages that the kernel cut short. */
export const truncations: ChannelOf<TruncationEvent> = channel("cmsg:truncation");
/** Descriptors that nobody closed. */
export const leaks: ChannelOf<LeakEvent> = channel("cmsg:leak");

/** A message that may have been cut short, on its way to the caller. */
export function noteTruncation(socket: unknown, message: ArrivedMessage): void {
  if (message.controlTruncated && truncations.hasSubscribers) {
    truncations.publish({ socket, message });
  }
}

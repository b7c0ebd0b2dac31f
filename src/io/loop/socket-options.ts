// What a socket on the event loop is told once: limits, framing, and what the kernel is to say about senders.

import { flagOf, integerIn, typeError } from "../../codec/arguments.js";
import { SyscallError } from "../errors.js";
import { constant, constantOrZero } from "../host.js";
import { type TruncationOption, truncationThrows } from "../received.js";
import { setsockopt } from "../sockopt.js";

/** How a socket on the event loop behaves. */
export interface UnixSocketOptions {
  /**
   * Sends and receives whole messages on a stream, each with its length in front as 4 bytes, big-endian: descriptors and control
   * messages then belong to exactly the data that they were sent with. Both ends must do so. False unless given.
   */
  readonly framed?: boolean;
  /** Longest frame in bytes, 16 MiB unless given; a longer one is an error before it is read. */
  readonly frameLimit?: number;
  /** Bytes of data that one receive takes at most, 65536 unless given. */
  readonly dataLimit?: number;
  /** Descriptors that one receive takes at most, 253 unless given; more are closed and counted. */
  readonly fdLimit?: number;
  /** Bytes that may wait to be sent before more is refused, 16 MiB unless given. */
  readonly queueBytes?: number;
  /** Descriptors that may wait to be sent before more are refused, 4096 unless given. */
  readonly queueFds?: number;
  /**
   * Closes the socket when a receive has waited so many milliseconds and no message, or no whole frame, has come: the receive is
   * refused with ETIMEDOUT. For ever unless given.
   */
  readonly idleTimeoutMs?: number;
  /**
   * False keeps descriptors from arriving at all where the kernel can (SO_PASSRIGHTS, Linux 6.16): sending them is refused with
   * EPERM. Elsewhere they are closed and counted. True unless given.
   */
  readonly acceptFds?: boolean;
  /** Let the kernel say with each message who sent it (SO_PASSCRED). */
  readonly passCredentials?: boolean;
  /** Let the kernel send a descriptor of the sending process with each message (SO_PASSPIDFD). */
  readonly passPidfd?: boolean;
  /** Let the kernel send the security label of the sender with each message (SO_PASSSEC). */
  readonly passSecurity?: boolean;
  /** What to do when the kernel had to cut control data short: "throw" unless given. */
  readonly truncation?: TruncationOption;
}

/** Checked options. */
export interface SocketSettings {
  readonly framed: boolean;
  readonly frameLimit: number;
  readonly dataLimit: number;
  readonly fdLimit: number;
  readonly queueBytes: number;
  readonly queueFds: number;
  readonly idleTimeoutMs: number | undefined;
  readonly acceptFds: boolean;
  /** Names of the socket options to set. */
  readonly passed: readonly string[];
  readonly throwsTruncation: boolean;
}

const MOST = 0x7fffffff;

/** Reads and checks the options. */
export function settingsOf(options: UnixSocketOptions): SocketSettings {
  const { idleTimeoutMs } = options;
  const passed = [
    flagOf(options.passCredentials, "passCredentials") && "SO_PASSCRED",
    flagOf(options.passPidfd, "passPidfd") && "SO_PASSPIDFD",
    flagOf(options.passSecurity, "passSecurity") && "SO_PASSSEC",
  ];
  return shared({
    framed: flagOf(options.framed, "framed"),
    frameLimit: integerIn(options.frameLimit ?? 1 << 24, 0, MOST, "frameLimit"),
    dataLimit: integerIn(options.dataLimit ?? 65536, 1, MOST, "dataLimit"),
    fdLimit: integerIn(options.fdLimit ?? 253, 0, MOST, "fdLimit"),
    queueBytes: integerIn(options.queueBytes ?? 1 << 24, 0, Number.MAX_SAFE_INTEGER, "queueBytes"),
    queueFds: integerIn(options.queueFds ?? 4096, 0, MOST, "queueFds"),
    idleTimeoutMs:
      idleTimeoutMs === undefined ? undefined : integerIn(idleTimeoutMs, 1, MOST, "idleTimeoutMs"),
    acceptFds: flagOf(options.acceptFds, "acceptFds", true),
    passed: passed.filter((name) => name !== false),
    throwsTruncation: truncationThrows(options.truncation, "throw"),
  });
}

let last: SocketSettings | undefined;

/** Settings that are like the last ones are the last ones: thousands of sockets have the same. */
function shared(settings: SocketSettings): SocketSettings {
  const names = Object.keys(settings) as (keyof SocketSettings)[];
  if (!names.every((name) => String(last?.[name]) === String(settings[name]))) last = settings;
  return last ?? settings;
}

/** Frames are for streams. */
export function checkFraming({ framed }: SocketSettings, stream: boolean): void {
  if (framed && !stream) {
    throw typeError("framed", "false on a message socket, whose messages have ends already", true);
  }
}

/** Tells the kernel. Done before a connection is made, so that its first message is covered. */
export function applySettings(fd: number, settings: SocketSettings): void {
  for (const name of settings.passed) setsockopt(fd, "SOL_SOCKET", name, true);
  if (!settings.acceptFds) refuseFds(fd);
}

/** Older kernels do not know the option: there, receiving closes what arrives. */
function refuseFds(fd: number): void {
  const option = constantOrZero("SO_PASSRIGHTS");
  if (option === 0) return;
  try {
    setsockopt(fd, constant("SOL_SOCKET"), option, false);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
}

// What the codec throws. Codes are stable; messages say what, where, expected and found.

/** Where in a value or buffer something was refused. */
export interface ErrorPlace {
  readonly level?: number;
  readonly type?: number;
  /** Path of the value, such as `messages[1].value.pid`. */
  readonly path?: string;
  /** Offset of the control message's header in the control buffer, in bytes. */
  readonly offset?: number;
  /** cmsg_len as it stands in the buffer. */
  readonly claimed?: bigint;
  /** Bytes that are really there. */
  readonly available?: number;
}

/** Puts what is known of the place on an error, and nothing else that comes along. */
function put(error: Error, { level, type, path, offset, claimed, available }: ErrorPlace): void {
  const known = Object.entries({ level, type, path, offset, claimed, available });
  Object.assign(error, Object.fromEntries(known.filter(([, value]) => value !== undefined)));
}

/** A value that cannot be put into bytes. Thrown before any system call. */
export class EncodeError extends Error {
  readonly code: string;
  declare readonly level?: number;
  declare readonly type?: number;
  declare readonly path?: string;

  static {
    this.prototype.name = "EncodeError";
  }

  constructor(code: string, message: string, place: ErrorPlace = {}) {
    super(message);
    this.code = code;
    put(this, place);
  }
}

/** Bytes that are not a control message: strict decoding only. Carries the messages that were read before. */
export class DecodeError extends Error {
  readonly code: string;
  /** The control messages in front of the broken one. */
  readonly messages: readonly unknown[];
  declare readonly level?: number;
  declare readonly type?: number;
  declare readonly offset?: number;
  declare readonly claimed?: bigint;
  declare readonly available?: number;

  static {
    this.prototype.name = "DecodeError";
  }

  constructor(code: string, message: string, place: ErrorPlace, messages: readonly unknown[]) {
    super(message);
    this.code = code;
    this.messages = messages;
    put(this, place);
  }
}

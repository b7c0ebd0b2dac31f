// A listening socket of the command, and the senders that come to it. Waiting is cut into slices, so that signals are heard.

import { lstatSync, unlinkSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import {
  accept,
  bind,
  credentials,
  type Fd,
  listenUnix,
  type PeerCredentials,
  peerCredentials,
  type Received,
  recvFds,
  SO_PASSCRED,
  SyscallError,
  setsockopt,
  socket,
} from "../index.js";
import { atEnd } from "./ending.js";
import { CommandError, codeOf, EXIT } from "./errors.js";
import { socketAddress } from "./values.js";

/** Types of sockets that senders can come to. */
export const TYPES = ["stream", "seqpacket", "dgram"] as const;
export type DoorType = (typeof TYPES)[number];

/** How to listen. */
export interface DoorOptions {
  readonly path: string;
  readonly type: DoorType;
  readonly mode: number | undefined;
  /** When to give up, by performance.now(). */
  readonly deadline: number | undefined;
}

/** A listening socket. */
export interface Door {
  /** One sender after the other, at most so many. A sender is to be read to its end before the next. */
  senders(most: number): AsyncGenerator<Sender>;
  /** Closes the socket and removes its file. */
  close(): void;
}

/** A sender, and what it sends. Who takes a message disposes of it. */
export interface Sender {
  readonly who: PeerCredentials | undefined;
  messages(): AsyncGenerator<Received>;
}

/** Listens at a path or abstract name. */
export function openDoor(options: DoorOptions): Door {
  const { path, type, mode, deadline } = options;
  const address = socketAddress(path);
  const server =
    type === "dgram"
      ? bindDatagrams(address, mode)
      : listenUnix({ ...address, type, ...(mode === undefined ? {} : { mode }) });
  const removeFile = "path" in address ? remover(path) : () => {};
  const close = atEnd(() => {
    server.close();
    removeFile();
  });
  const senders = type === "dgram" ? datagrams : connections;
  return { close, senders: (most) => senders(server, most, deadline, close) };
}

/** Removes a socket file if it is still the one that lies there now. */
function remover(path: string): () => void {
  const own = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return () => {
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (now !== undefined && now.ino === own?.ino && now.dev === own.dev) unlinkSync(path);
  };
}

function bindDatagrams(address: ReturnType<typeof socketAddress>, mode: number | undefined): Fd {
  const server = socket({ type: "dgram" });
  // The file has its permissions from the first moment.
  const before = mode === undefined ? undefined : process.umask(0o777 & ~mode);
  try {
    bind(server, address);
    if (SO_PASSCRED !== undefined) setsockopt(server, "SOL_SOCKET", "SO_PASSCRED", true);
    return server;
  } catch (error) {
    server.close();
    throw error;
  } finally {
    if (before !== undefined) process.umask(before);
  }
}

/** How long one call waits before signals are looked for. */
const SLICE_MS = 100;

async function inSlices<T>(
  deadline: number | undefined,
  call: (timeoutMs: number) => T,
): Promise<T> {
  for (;;) {
    await turn();
    const left = deadline === undefined ? SLICE_MS : Math.max(deadline - performance.now(), 0);
    try {
      return call(Math.min(left, SLICE_MS));
    } catch (error) {
      if (!(error instanceof SyscallError) || !/^(ETIMEDOUT|EAGAIN)$/.test(error.code)) throw error;
      if (left > 0) continue;
      throw new CommandError(EXIT.system, "ETIMEDOUT: --timeout is over", { cause: error });
    }
  }
}

async function* connections(
  server: Fd,
  most: number,
  deadline: number | undefined,
  close: () => void,
): AsyncGenerator<Sender> {
  for (let number = 1; number <= most; number++) {
    using connection = await inSlices(deadline, (timeoutMs) => accept(server, { timeoutMs }));
    // Whoever comes now finds no door, instead of one that nobody opens.
    if (number === most) close();
    yield { who: peerOf(connection), messages: () => connectionMessages(connection, deadline) };
  }
}

function peerOf(connection: Fd): PeerCredentials | undefined {
  try {
    return peerCredentials(connection);
  } catch (error) {
    if (codeOf(error) === "ERR_CMSG_NOT_SUPPORTED") return undefined;
    throw error;
  }
}

async function* connectionMessages(
  connection: Fd,
  deadline: number | undefined,
): AsyncGenerator<Received> {
  for (;;) {
    const got = await inSlices(deadline, (timeoutMs) =>
      recvFds(connection, { timeoutMs, truncation: "report" }),
    );
    if (got.bytes === 0 && got.fds.length === 0 && !got.controlTruncated) return;
    yield got;
  }
}

/** Each datagram is a sender of its own. */
async function* datagrams(
  server: Fd,
  most: number,
  deadline: number | undefined,
  close: () => void,
): AsyncGenerator<Sender> {
  for (let number = 1; number <= most; number++) {
    const got = await inSlices(deadline, (timeoutMs) =>
      recvFds(server, { timeoutMs, truncation: "report" }),
    );
    if (number === most) close();
    const who = got.control.flatMap((message) => (message.is(credentials) ? message.value : []))[0];
    yield {
      who,
      async *messages() {
        yield got;
      },
    };
  }
}

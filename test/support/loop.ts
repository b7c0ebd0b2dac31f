// What tests of sockets on the event loop share: pairs that are closed behind a test, and refusals of promises.

import { Fd, type SocketType, setsockopt, UnixSocket, type UnixSocketOptions } from "cmsg";
import { assert, throws } from "./assert.js";
import { withFiles } from "./message.js";

// The descriptor that tells of all others is made with the first socket and stays.
for (const socket of UnixSocket.pair()) socket.close();

/** The promise is refused with an error of a name and code. Answers it. */
export async function rejects(
  promise: Promise<unknown>,
  expected: Parameters<typeof throws>[1],
): Promise<ReturnType<typeof throws>> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return throws(() => {
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }, expected);
}

/** Runs `work` with two connected sockets, which are closed afterwards. */
export async function withSockets<T>(
  options: UnixSocketOptions & { readonly type?: SocketType },
  work: (left: UnixSocket, right: UnixSocket) => T | Promise<T>,
): Promise<T> {
  const [left, right] = UnixSocket.pair(options);
  try {
    return await work(left, right);
  } finally {
    left.close();
    right.close();
  }
}

/** Runs `work` with `count` open files, each of which holds its own index as text. */
export async function withOpenFiles<T>(
  count: number,
  work: (files: readonly Fd[]) => Promise<T>,
): Promise<T> {
  const files = withFiles(count, (opened) => opened.map((file) => file.dup()));
  try {
    return await work(files);
  } finally {
    Fd.closeAll(files);
  }
}

/** Makes the kernel's buffers as small as it lets them be. */
export function shrink(...sockets: readonly (UnixSocket | Fd)[]): void {
  for (const socket of sockets) {
    const number = socket instanceof UnixSocket ? socket.fd : socket.number;
    setsockopt(number, "SOL_SOCKET", "SO_SNDBUF", 1);
    setsockopt(number, "SOL_SOCKET", "SO_RCVBUF", 1);
  }
}

/** Lets the event loop turn a few times. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after a while. */
export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a promise is settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  const first = await Promise.race([promise.catch(() => {}), turns().then(() => pending)]);
  return first !== pending;
}

/** Fills a socket until messages wait in its queue; answers the promises of those that wait. */
export async function fill(socket: UnixSocket, size = 2048): Promise<Promise<unknown>[]> {
  const waiting: Promise<unknown>[] = [];
  const data = Buffer.alloc(size, "fill");
  while (socket.queuedBytes === 0) {
    const sent = socket.send(data);
    if (socket.queuedBytes > 0) waiting.push(sent);
    else await sent;
  }
  assert.ok(socket.queuedBytes > 0);
  return waiting;
}

/** Everything that arrives until the end: the bytes, and what `seen` makes of each descriptor, which is closed. */
export async function drain<T>(
  socket: UnixSocket,
  seen: (fd: Fd) => T,
): Promise<{ bytes: Buffer; fds: T[] }> {
  const parts: Buffer[] = [];
  const fds: T[] = [];
  for await (const message of socket.messages()) {
    parts.push(message.data);
    fds.push(...message.fds.map(seen));
    message[Symbol.dispose]();
  }
  return { bytes: Buffer.concat(parts), fds };
}

// What this package knows of the inside of Node's sockets and servers beside their numbers: no public API says or does it.

import type { Socket as DgramSocket } from "node:dgram";
import type { Server, Socket, SocketConstructorOpts } from "node:net";
import { SyscallError } from "./errors.js";
import { cluster, dgram, net } from "./node-modules.js";

/** A libuv stream as JavaScript sees it. */
interface StreamHandle {
  readonly fd?: number;
  /** Whether net.Socket has it reading. */
  reading?: boolean;
  readStart?(): number;
  readStop?(): number;
  /** What Bun calls them. */
  resume?(): void;
  pause?(): void;
}

interface NetInternals {
  readonly _handle: StreamHandle | null;
  /** Path that libuv has bound and will remove. */
  readonly _pipeName?: string | undefined;
  /** The HTTP parser that reads the connection, null when it has let go. */
  readonly parser?: unknown;
  _listen2?(address: null, port: null, type: null, backlog: number, fd: number): void;
}

/** The libuv stream of a socket. */
export function streamHandle(socket: Socket): StreamHandle | null {
  return (socket as unknown as NetInternals)._handle;
}

/** Whether an HTTP parser gets the bytes of a connection instead of its stream. */
export function isReadByHttp(socket: Socket): boolean {
  return ((socket as unknown as NetInternals).parser ?? null) !== null;
}

/** Whether a TLS connection stands on a connection and gets its bytes: Node lets it answer whether the handle is reading. */
export function isBelowTls(socket: Socket): boolean {
  const handle = streamHandle(socket);
  if (handle === null) return false;
  return Object.getOwnPropertyDescriptor(handle, "reading")?.get !== undefined;
}

/** An HTTP/2 session as far as it is told from other objects. */
interface Http2Session {
  readonly goaway?: unknown;
  readonly socket?: NetInternals;
}

/** Whether an HTTP/2 session gets the bytes of a connection. Node keeps the session on the socket, under one key or another. */
export function isReadByHttp2(socket: Socket): boolean {
  const handle = streamHandle(socket);
  return Reflect.ownKeys(socket).some((key) => {
    const value: unknown = Object.getOwnPropertyDescriptor(socket, key)?.value;
    if (typeof value !== "object" || value === null || !("goaway" in value)) return false;
    const session = value as Http2Session;
    return typeof session.goaway === "function" && session.socket?._handle === handle;
  });
}

/** The socket file that libuv, or Bun, removes when it closes a server. */
export function boundPath(server: Server): string | undefined {
  const address = process.versions["bun"] === undefined ? undefined : server.address();
  const bound = typeof address === "string" ? address : undefined;
  const path = (server as unknown as NetInternals)._pipeName ?? bound;
  return path === undefined || path === "" || path.startsWith("\0") ? undefined : path;
}

/** Makes a server accept on a descriptor. Answers whether it does; its `'error'` then comes in the next tick. */
export function listenOn(server: Server, number: number): boolean {
  const internals = server as unknown as NetInternals;
  // A worker of a cluster would ask its primary for what the primary has under this number; `exclusive` does not matter there.
  if (cluster().isWorker && internals._listen2 !== undefined) {
    internals._listen2(null, null, null, 0, number);
  } else server.listen({ fd: number });
  return server.listening;
}

/** A net.Socket on a connected descriptor. */
export function netSocketOn(number: number, options: SocketConstructorOpts): Socket {
  if (process.versions["bun"] === undefined) return new (net().Socket)({ ...options, fd: number });
  // Bun's constructor leaves the descriptor alone.
  return new (net().Socket)(options).connect({ fd: number } as never);
}

interface UdpHandle {
  open(fd: number): number;
}

interface DgramState {
  connectState?: number;
  readonly handle?: UdpHandle | null;
}

/** What dgram keeps behind a symbol, where the runtime has one. */
export function dgramState(socket: object): DgramState | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description = "" }) => description === "state symbol" || description === "kStateSymbol",
  );
  return symbol && (socket as Record<symbol, DgramState | undefined>)[symbol];
}

/** What dgram calls a socket with a peer. */
const CONNECTED = 2;

/** A `dgram.Socket` that receives on a descriptor. Node forgets to ask whether it is connected, and could not send on it then. */
export function dgramOn(number: number, type: "udp4" | "udp6", connected: boolean): DgramSocket {
  const socket = dgram().createSocket(type);
  try {
    bindTo(socket, number);
  } catch (error) {
    socket.close();
    throw error;
  }
  const state = dgramState(socket);
  if (connected && state !== undefined) state.connectState = CONNECTED;
  return socket;
}

function bindTo(socket: DgramSocket, number: number): void {
  const handle = dgramState(socket)?.handle;
  if (process.versions["deno"] === undefined || !handle) {
    socket.bind({ fd: number, exclusive: true });
    return;
  }
  // Deno does not recognize the descriptor as one for UDP, but takes over a handle that has it.
  const opened = Reflect.construct(handle.constructor as () => void, []) as UdpHandle;
  const failure = opened.open(number);
  if (failure < 0) throw new SyscallError(-failure, "open", { fd: number });
  socket.bind(opened as never);
}

// UServer: the server of npm `usocket`.

import { EventEmitter } from "node:events";
import { UnixServer, type UnixSocket } from "../index.js";
import { addressOf } from "./address.js";
import { USocket } from "./usocket-socket.js";

/**
 * A server whose connections are `USocket`s.
 *
 * @example
 * const server = new UServer();
 * server.on("connection", (socket) => socket.end("welcome"));
 * server.listen("/run/app.sock", () => server.close());
 */
export class UServer extends EventEmitter {
  /** The descriptor's number once listening; borrowed. */
  fd: number | undefined;
  listening = false;
  paused = false;
  #server: UnixServer | undefined;
  #begun = false;
  #closed = false;
  #resumed: (() => void) | undefined;

  /** Listens at a path. `'listening'` follows. A stale socket file is replaced; that of a live server is an error. */
  listen(
    path: string | { readonly path: string; readonly backlog?: number },
    backlog?: number | (() => void),
    callback?: () => void,
  ): void {
    if (this.#begun) throw new Error("listen on already listened UServer");
    const given = typeof path === "object" && path !== null ? path : { path };
    const limit = (typeof backlog === "number" ? backlog : given.backlog) || 16;
    if (typeof given.path !== "string" || typeof limit !== "number") {
      throw new TypeError("UServer expects valid path");
    }
    const listener = typeof backlog === "function" ? backlog : callback;
    if (typeof listener === "function") this.once("listening", listener);
    this.#begun = true;
    UnixServer.listen({ ...addressOf(given.path), backlog: limit }).then(
      (server) => this.#begin(server),
      (error) => this.emit("error", error),
    );
  }

  #begin(server: UnixServer): void {
    if (this.#closed) {
      server.close();
      return;
    }
    this.#server = server;
    this.fd = server.fd;
    this.listening = true;
    if (this.paused) server.unref();
    this.#serve(server).catch((error) => this.emit("error", error));
    this.emit("listening");
  }

  async #serve(server: UnixServer): Promise<void> {
    for await (const connection of server) {
      // One may be accepted while paused: it waits here.
      while (this.paused && !server.closed) {
        await new Promise<void>((resume) => {
          this.#resumed = resume;
        });
      }
      if (server.closed) connection.close();
      else this.#give(connection);
    }
  }

  #give(connection: UnixSocket): void {
    const socket = new USocket({ fd: connection.take().take() });
    try {
      if (!this.emit("connection", socket)) socket.destroy();
    } catch (error) {
      // A listener's exception is the process's and not the server's.
      process.nextTick(() => {
        throw error;
      });
    }
  }

  /** Emits no more connections until `resume`. */
  pause(): void {
    this.paused = true;
    this.#server?.unref();
  }

  /** Emits connections again. */
  resume(): void {
    this.paused = false;
    this.#server?.ref();
    this.#wake();
  }

  /** Stops listening, and removes the socket file. Connections stay open. */
  close(): void {
    this.#closed = true;
    this.#server?.close();
    this.#server = undefined;
    this.#wake();
  }

  #wake(): void {
    const resume = this.#resumed;
    this.#resumed = undefined;
    resume?.();
  }
}

// Closing a server of Node without the socket file that others have to find.

import { linkSync, renameSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";
import { boundPath } from "./node-handle.js";
import { crypto } from "./node-modules.js";

/** libuv removes the socket file of a server that it closes; the next owner needs it. */
export function closeKeepingFile(server: Server): void {
  const path = boundPath(server);
  const aside = path === undefined ? undefined : keptAside(path);
  server.close();
  if (path !== undefined && aside !== undefined) putBack(aside, path);
}

/** Gives a file a second name, or moves it. Where neither works libuv will not find or remove it either. */
function keptAside(path: string): string | undefined {
  const aside = `${path}.${crypto().randomUUID()}`;
  for (const keep of [linkSync, renameSync]) {
    try {
      keep(path, aside);
      return aside;
    } catch {}
  }
  return undefined;
}

/** Gives a file its first name back, unless somebody listens there by now. */
function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      renameSync(aside, path);
      return;
    }
  }
  unlinkSync(aside);
}

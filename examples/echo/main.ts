// An echo server and its clients: a stale socket file, a second server that must not take the first one's place, and a client
// without permission.

import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Fd, listenUnix } from "cmsg";
import { check, inTemporaryDirectory, type Role, startNode } from "../support/processes.js";

/** Leaves a socket file behind as a server does that was killed. */
function leaveStaleFile(path: string): void {
  const dead: Fd = listenUnix({ path });
  dead.close();
  check(existsSync(path), "a closed server's file stays");
}

/** Users that this process may become: only root may try the permissions of others. */
const NOBODY = 65534;

function clientAs(path: string, uid?: number): Role {
  const options = uid === undefined ? {} : { uid, gid: uid };
  return startNode(
    "client",
    import.meta.url,
    "client.js",
    [path, "twenty-three bytes long"],
    options,
  );
}

await inTemporaryDirectory(async (directory) => {
  const path = join(directory, "echo.sock");
  chmodSync(directory, 0o755);
  leaveStaleFile(path);

  const server = startNode("server", import.meta.url, "server.js", [path, "600"]);
  await server.printed("listening");
  check((statSync(path).mode & 0o777) === 0o600, "the socket file has mode 600");

  let refused = "";
  try {
    listenUnix({ path }).close();
  } catch (error) {
    refused = (error as NodeJS.ErrnoException).code ?? "";
    console.log(`main     a second server: ${(error as Error).message}`);
  }
  check(refused === "EADDRINUSE", "a live server is not replaced");

  if (process.getuid?.() === 0) {
    const stranger = clientAs(path, NOBODY);
    await stranger.ended();
    check(stranger.lines[0] === "cannot connect: EACCES", "a client without permission is refused");
  } else console.log("main     skipped: only root can try the permissions of another user");

  const client = clientAs(path);
  await client.ended();
  check(client.lines[0] === "echo: twenty-three bytes long", "the echo is what was sent");
  await server.ended();
  check(!existsSync(path), "the server removes its file");
});
console.log("done: stale file replaced, live server left alone");

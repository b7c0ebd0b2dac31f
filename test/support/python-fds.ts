// Descriptors of kinds that only CPython can make here: it opens them, passes them, and ends.

import { execFileSync } from "node:child_process";
import { type Fd, recvFds, socketpair } from "cmsg";

const PRELUDE = `
import os, select, socket, sys
door = socket.socket(fileno=3)
def give(*fds):
    socket.send_fds(door, [b"x"], list(fds))
`;

/** What a script passes with its call of `give`; owned by the caller. */
export function fdsFromPython(script: string): readonly Fd[] {
  using pair = socketpair();
  execFileSync("python3", ["-c", PRELUDE + script], {
    stdio: ["ignore", "inherit", "inherit", pair[1].number],
  });
  return recvFds(pair[0]).fds;
}

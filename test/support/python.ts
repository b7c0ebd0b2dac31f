// CPython at the other end of a socket.

import { spawn } from "node:child_process";
import { type Fd, socketpair } from "cmsg";
import type { TYPES } from "./message.js";
import { hasProgram } from "./suite.js";

/** Whether python3 is here. */
export const HAS_PYTHON: boolean = hasProgram("python3", "python3");

/** In front of every script: the socket is `s`, and `say` prints its result as JSON. */
const PRELUDE = `
import array, json, os, socket, struct, sys
s = socket.socket(fileno=3)
def say(value):
    print(json.dumps(value))
def ids(data):
    return list(struct.unpack("iII", data))
def fds_of(anc):
    fds = array.array("i")
    for level, type, data in anc:
        if (level, type) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[:len(data) - len(data) % fds.itemsize])
    return list(fds)
def content(fd):
    text = os.pread(fd, 100, 0).decode()
    os.close(fd)
    return text
`;

/** A python process that has one end of a pair as \`s\`; `work` has the other. Answers what the script has said. */
export async function withPython<T>(
  type: (typeof TYPES)[number],
  script: string,
  work: (socket: Fd, pid: number) => T,
): Promise<{ said: unknown; done: T }> {
  using pair = socketpair({ type });
  const stdio = ["ignore", "pipe", "pipe", pair[1].number] as const;
  const child = spawn("python3", ["-c", PRELUDE + script], { stdio: [...stdio] });
  pair[1].close();
  const printed = { stdout: "", stderr: "" };
  child.stdout?.on("data", (data) => {
    printed.stdout += data;
  });
  child.stderr?.on("data", (data) => {
    printed.stderr += data;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  try {
    const done = work(pair[0], child.pid as number);
    const code = await ended;
    if (code !== 0) throw new Error(`python3 ended with ${code}: ${printed.stderr}`);
    return { said: printed.stdout === "" ? undefined : JSON.parse(printed.stdout), done };
  } finally {
    child.kill("SIGKILL");
  }
}

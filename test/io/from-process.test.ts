// fdFromProcess: descriptors of other processes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fdFromProcess } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { temporaryDirectory } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("fdFromProcess");

/** Opens a file as its descriptor 7, reads four bytes of it, and waits. */
const HOLDER = `
import os, sys
os.dup2(os.open(sys.argv[1], os.O_RDONLY), 7)
os.read(7, 4)
print("ready", flush=True)
sys.stdin.read()
`;

test("the same open file of another process, owned and close-on-exec", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "file");
  writeFileSync(path, "0123456789");
  const child = spawn("python3", ["-c", HOLDER, path], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const pid = child.pid as number;
    using file = fdFromProcess(pid, 7);
    assert.is(file.describe().closeOnExec, true);
    // The offset is that of the open file, which both have.
    assert.is(file.read(3).toString(), "456");
    using again = fdFromProcess(pid, 7);
    assert.is(again.read(3).toString(), "789");
    const closed = throws(() => fdFromProcess(pid, 99_999), {
      name: "SyscallError",
      code: "EBADF",
    });
    assert.equal([closed["syscall"], closed["fd"]], ["pidfd_getfd", 99_999]);
  } finally {
    child.stdin.end();
    await once(child, "close");
  }
  const gone = throws(() => fdFromProcess(child.pid as number, 7), { code: "ESRCH" });
  assert.is(gone["syscall"], "pidfd_open");
});

test("arguments of the wrong kind are refused before any system call", () => {
  for (const wrong of ["1", 1.5, null, undefined, {}, 1n]) {
    throws(() => fdFromProcess(wrong as number, 0), { name: "TypeError" });
    throws(() => fdFromProcess(process.pid, wrong as number), { name: "TypeError" });
  }
  for (const wrong of [-1, 2 ** 31]) {
    throws(() => fdFromProcess(wrong, 0), { name: "RangeError" });
    throws(() => fdFromProcess(process.pid, wrong), { name: "RangeError" });
  }
  throws(() => fdFromProcess(0, 0), { name: "RangeError" });
});

test.run();

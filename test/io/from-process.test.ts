// Fd.fromProcess: descriptors of other processes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fd } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { temporaryDirectory } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("Fd.fromProcess");

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
    using file = Fd.fromProcess(pid, 7);
    assert.is(file.describe().closeOnExec, true);
    // The offset is that of the open file, which both have.
    assert.is(file.read(3).toString(), "456");
    using again = Fd.fromProcess(pid, 7);
    assert.is(again.read(3).toString(), "789");
    const closed = throws(() => Fd.fromProcess(pid, 99_999), {
      name: "SyscallError",
      code: "EBADF",
    });
    assert.equal([closed["syscall"], closed["fd"]], ["pidfd_getfd", 99_999]);
  } finally {
    child.stdin.end();
    await once(child, "close");
  }
  const gone = throws(() => Fd.fromProcess(child.pid as number, 7), { code: "ESRCH" });
  assert.is(gone["syscall"], "pidfd_open");
});

test("arguments of the wrong kind are refused before any system call", () => {
  for (const wrong of ["1", 1.5, null, undefined, {}, 1n]) {
    throws(() => Fd.fromProcess(wrong as number, 0), { name: "TypeError" });
    throws(() => Fd.fromProcess(process.pid, wrong as number), { name: "TypeError" });
  }
  for (const wrong of [-1, 2 ** 31]) {
    throws(() => Fd.fromProcess(wrong, 0), { name: "RangeError" });
    throws(() => Fd.fromProcess(process.pid, wrong), { name: "RangeError" });
  }
  throws(() => Fd.fromProcess(0, 0), { name: "RangeError" });
});

test.run();

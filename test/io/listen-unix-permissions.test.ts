// listenUnix and permissions: those of the socket file from the first moment, other users, directories without some of them.

import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { accept, connect, type Fd, listenUnix, socket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("listenUnix and permissions");

function serves(server: Fd, path: string): void {
  using client = socket();
  connect(client, { path });
  accept(server, { timeoutMs: 60_000 }).close();
}

for (const mask of [0o000, 0o022, 0o077, 0o777]) {
  test(`permissions with umask ${mask.toString(8)}: as asked, or 777 minus the umask`, async () => {
    await inDirectory((directory) => {
      const before = process.umask(mask);
      try {
        for (const mode of [0, 0o600, 0o660, 0o666, 0o777]) {
          // A file that its owner may not write to cannot be asked for its server, and is not replaced.
          const rounds = mode === 0 && process.getuid?.() !== 0 ? 1 : 2;
          for (let round = 0; round < rounds; round++) {
            const path = join(directory, `mode-${mode}`);
            listenUnix({ path, mode }).close();
            assert.is(lstatSync(path).mode & 0o7777, mode);
          }
        }
        const path = join(directory, "plain");
        listenUnix({ path }).close();
        assert.is(lstatSync(path).mode & 0o7777, 0o777 & ~mask);
      } finally {
        process.umask(before);
      }
    });
  });
}

const AS_NOBODY = `
  import { connect, listenUnix, socket } from "cmsg";
  process.setgroups([]); process.setgid(65534); process.setuid(65534);
  const say = (call) => { try { call(); return "done"; } catch (error) { return [error.name, error.code, error.path]; } };
  const [directory, door] = process.argv.slice(1);
  console.log(JSON.stringify([
    say(() => listenUnix({ path: directory + "/other" })),
    say(() => listenUnix({ path: door })),
    say(() => connect(socket(), { path: door })),
  ]));`;

if (process.getuid?.() === 0) {
  test("another user gets neither into the directory nor at the socket", async () => {
    await inDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      const door = join(directory, "door");
      using server = listenUnix({ path: door, mode: 0o600 });
      const before = lstatSync(door, { bigint: true });
      const { stdout } = await runNode(AS_NOBODY, { args: [directory, door] });
      const [other, taken, connected] = JSON.parse(stdout) as unknown[];
      assert.equal(other, ["SyscallError", "EACCES", `${directory}/other`]);
      assert.equal(taken, ["SyscallError", "EADDRINUSE", door]);
      assert.equal(connected, ["SyscallError", "EACCES", door]);
      assert.is(lstatSync(door, { bigint: true }).ctimeNs, before.ctimeNs);
      serves(server, door);
    });
  });

  test("a stale file that may not be removed is an error, and stays", async () => {
    await inDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      const door = join(directory, "door");
      listenUnix({ path: door, mode: 0o666 }).close();
      const { stdout } = await runNode(AS_NOBODY, { args: [directory, door] });
      assert.equal((JSON.parse(stdout) as unknown[])[1], ["SyscallError", "EACCES", door]);
      assert.equal(readdirSync(directory), ["door"]);
    });
  });
} else {
  test.skip("another user gets neither into the directory nor at the socket", "needs root");
}

const UNWRITABLE = `
  import { listenUnix } from "cmsg";
  if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
  const [path] = process.argv.slice(1);
  listenUnix({ path, mode: 0 }).close();
  try { listenUnix({ path }); } catch (error) { console.log(error.code, error.message.includes("may not be asked")); }`;

test("a file that its owner may not write to is left alone", async () => {
  await inDirectory(async (directory) => {
    chmodSync(directory, 0o777);
    const { stdout, stderr } = await runNode(UNWRITABLE, { args: [join(directory, "door")] });
    assert.equal([stdout, stderr], ["EADDRINUSE true\n", ""]);
    assert.equal(readdirSync(directory), ["door"]);
  });
});

test("a directory that cannot be read is served without its lock", async () => {
  await inDirectory((directory) => {
    const inner = join(directory, "inner");
    mkdirSync(inner);
    chmodSync(inner, 0o300);
    const path = join(inner, "door");
    for (let round = 0; round < 2; round++) {
      using server = listenUnix({ path });
      serves(server, path);
      throws(() => listenUnix({ path }), { code: "EADDRINUSE" });
    }
    chmodSync(inner, 0o700);
    assert.equal(readdirSync(inner), ["door"]);
  });
});

test.run();

// peerCredentials: who is at the other end, against what the other process says of itself and what CPython reads.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { createInterface } from "node:readline";
import {
  type Address,
  accept,
  bind,
  connect,
  Fd,
  getsockname,
  getsockopt,
  listen,
  peerCredentials,
  socket,
  socketpair,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closedNumber, isCloseOnExec } from "../support/descriptors.js";
import { closed, nodeSocket } from "../support/net.js";
import { CLOSED, RANGE, TYPE } from "../support/passing.js";
import { evaluation } from "../support/runtime.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("peerCredentials");

const US = {
  pid: process.pid,
  uid: process.geteuid?.() as number,
  gid: process.getegid?.() as number,
};

/** A listening socket with a name that the kernel has chosen. */
function server(type: "stream" | "seqpacket" = "stream"): { door: Fd; name: string } {
  const door = socket({ type });
  bind(door, { unnamed: true });
  listen(door);
  const address = getsockname(door) as Address & { abstract: string };
  return { door, name: address.abstract };
}

/** Connects, says who it is, and ends when its input does; as another user when it is told to. */
const CLIENT = `
const { connect, peerCredentials, socket } = await import(process.env.CMSG_URL);
const [name, type, user] = process.argv.slice(1);
const client = socket({ type });
if (user !== undefined) {
  process.setgroups([]);
  process.setegid(Number(user) + 1);
  process.seteuid(Number(user));
}
connect(client, { abstract: name });
const { pid } = process;
const its = { pid, uid: process.geteuid(), gid: process.getegid() };
console.log(JSON.stringify([its, peerCredentials(client)]));
process.stdin.resume();
`;

function startClient(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, CMSG_URL: import.meta.resolve("cmsg") };
  const line = [...evaluation(CLIENT), ...args];
  return spawn(process.execPath, line, { env, stdio: ["pipe", "pipe", "inherit"] });
}

/** The first line that a program prints. */
async function lineOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    return line;
  throw new Error("it ended without a word");
}

async function said(child: ChildProcess): Promise<unknown[]> {
  return JSON.parse(await lineOf(child)) as unknown[];
}

/** Lets a program end, and waits until nothing of it is left here either. */
async function ended(child: ChildProcess): Promise<void> {
  const closing = child.stdout?.closed ? [child.exitCode] : once(child, "close");
  child.stdin?.end();
  assert.is((await closing)[0], 0);
}

test("both ends of a pair of any type are ours", () => {
  for (const type of ["stream", "dgram", "seqpacket"] as const) {
    using pair = socketpair({ type });
    for (const end of pair) {
      assert.equal(peerCredentials(end), US);
      assert.equal(peerCredentials(end.number), US);
      const raw = getsockopt(end, "SOL_SOCKET", "SO_PEERCRED", 12);
      assert.equal(
        [raw.readInt32LE(0), raw.readUInt32LE(4), raw.readUInt32LE(8)],
        [US.pid, US.uid, US.gid],
      );
    }
    pair[0].close();
    assert.equal(peerCredentials(pair[1]), US, "also when the other end is closed");
  }
});

for (const type of ["stream", "seqpacket"] as const) {
  test(`${type}: the server sees the client's process, and the client the server's`, async () => {
    const { door, name } = server(type);
    using child = startClient(name, type);
    using connection = accept(door, { timeoutMs: 60_000 });
    const [its, seen] = await said(child);
    assert.equal(peerCredentials(connection), its);
    assert.is(peerCredentials(connection).pid, child.pid);
    assert.equal(seen, US);
    await ended(child);
    assert.equal(peerCredentials(connection), its, "also when it has ended");
    door.close();
  });
}

test("a client that has ended before it was accepted is still known", async () => {
  const { door, name } = server();
  using child = startClient(name, "stream");
  const [its] = await said(child);
  await ended(child);
  using connection = accept(door, { timeoutMs: 60_000 });
  assert.equal(peerCredentials(connection), its);
  door.close();
});

if (US.uid === 0) {
  test("a client of another user and group is told apart by its effective ids", async () => {
    for (const uid of [1234, 65533, 2 ** 31 + 7]) {
      const { door, name } = server();
      using child = startClient(name, "stream", String(uid));
      using connection = accept(door, { timeoutMs: 60_000 });
      const [its, seen] = await said(child);
      assert.equal(its, { pid: child.pid, uid, gid: uid + 1 });
      assert.equal(peerCredentials(connection), its);
      assert.equal(seen, US);
      await ended(child);
      door.close();
    }
  });
} else {
  test.skip("a client of another user and group", "only root can become another user");
}

const PYTHON = `
import os, socket, struct, sys
s = socket.socket(socket.AF_UNIX)
s.connect(b"\\0" + os.fsencode(sys.argv[1]))
print(os.getpid(), os.geteuid(), os.getegid(),
      *struct.unpack("iII", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)), flush=True)
sys.stdin.read()
`;

if (hasProgram("python3", "python3")) {
  test("CPython at the other end: it and we see each other as each sees itself", async () => {
    const { door, name } = server();
    using child = spawn("python3", ["-c", PYTHON, name], { stdio: ["pipe", "pipe", "inherit"] });
    using connection = accept(door, { timeoutMs: 60_000 });
    const [pid, uid, gid, ...seen] = (await lineOf(child)).split(" ").map(Number);
    assert.equal(peerCredentials(connection), { pid, uid, gid });
    assert.equal(seen, [US.pid, US.uid, US.gid]);
    await ended(child);
    door.close();
  });
} else {
  test.skip("CPython at the other end", "python3 is not installed");
}

test("a listener has none before it listens, and then its own", () => {
  using door = socket();
  const expected = { name: "SyscallError", code: "ENOTCONN", syscall: "getsockopt" };
  throws(() => peerCredentials(door), expected);
  bind(door, { unnamed: true });
  throws(() => peerCredentials(door), expected);
  listen(door);
  assert.equal(peerCredentials(door), US);
});

test("where the kernel has recorded no peer, it is ENOTCONN and not a user", () => {
  using stream = socket();
  using datagrams = socket({ type: "dgram" });
  using other = socket({ type: "dgram" });
  bind(other, { unnamed: true });
  connect(datagrams, getsockname(other));
  using internet = socket({ family: "inet", type: "dgram" });
  for (const fd of [stream, datagrams, other, internet]) {
    const raw = getsockopt(fd, "SOL_SOCKET", "SO_PEERCRED", 12);
    assert.equal([raw.readInt32LE(0), raw.readInt32LE(4), raw.readInt32LE(8)], [0, -1, -1]);
    const error = throws(() => peerCredentials(fd), { name: "SyscallError", code: "ENOTCONN" });
    assert.equal([error.fd, error.syscall], [fd.number, "getsockopt"]);
  }
});

test("a connection of Node can be asked, with writes queued too", async () => {
  const { door, name } = server();
  using client = socket();
  connect(client, { abstract: name });
  const connection = nodeSocket(accept(door));
  assert.equal(peerCredentials(connection), US);
  connection.write(Buffer.alloc(4 << 20));
  assert.ok(connection.writableLength > 0);
  assert.equal(peerCredentials(connection), US);
  connection.on("error", () => {});
  await closed(connection);
  throws(() => peerCredentials(connection), CLOSED);
  throws(() => peerCredentials(new Socket()), CLOSED);
  throws(() => peerCredentials(createServer()), CLOSED);
  door.close();
});

test("what is no socket, not open or no descriptor at all is refused", () => {
  using file = Fd.open("/dev/null");
  const syscall = "getsockopt";
  throws(() => peerCredentials(file), { name: "SyscallError", code: "ENOTSOCK", syscall });
  const number = closedNumber();
  throws(() => peerCredentials(number), { name: "SyscallError", code: "EBADF", syscall });
  file.close();
  throws(() => peerCredentials(file), CLOSED);
  for (const wrong of [undefined, null, "0", 1.5, Number.NaN, 0n, {}, { fd: 0 }, [0]]) {
    throws(() => peerCredentials(wrong as number), TYPE);
  }
  for (const wrong of [-1, 2 ** 31]) throws(() => peerCredentials(wrong), RANGE);
});

/** Whether this kernel has SO_PEERPIDFD: Linux 6.5. */
function hasPeerPidfd(): boolean {
  using pair = socketpair();
  try {
    new Fd(getsockopt(pair[0], "SOL_SOCKET", "SO_PEERPIDFD")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOPROTOOPT") return false;
    throw error;
  }
}

if (hasPeerPidfd()) {
  test("SO_PEERPIDFD answers a descriptor of the peer's process, to be owned", async () => {
    const { door, name } = server();
    using child = startClient(name, "stream");
    using connection = accept(door, { timeoutMs: 60_000 });
    await said(child);
    using pidfd = new Fd(getsockopt(connection, "SOL_SOCKET", "SO_PEERPIDFD"));
    assert.ok(isCloseOnExec(pidfd.number));
    const info = readFileSync(`/proc/self/fdinfo/${pidfd.number}`, "utf8");
    assert.is(Number(/^Pid:\s+(\d+)$/m.exec(info)?.[1]), peerCredentials(connection).pid);
    await ended(child);
    door.close();
  });
} else {
  test.skip("SO_PEERPIDFD", "this kernel has no SO_PEERPIDFD (Linux 6.5)");
}

test.run();

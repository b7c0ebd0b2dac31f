// Fd.describe: what a descriptor is, as data. The measure is what CPython and the kernel say of the same open file.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, readlinkSync } from "node:fs";
import {
  accept,
  bind,
  connect,
  Fd,
  getpeername,
  getsockname,
  listen,
  recvFds,
  type SocketDescription,
  sendFds,
  setNonBlocking,
  socket,
  socketpair,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { isCloseOnExec } from "../support/descriptors.js";
import { temporaryDirectory } from "../support/directory.js";
import { closeNumber, openNumber } from "../support/raw.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("describe");

/** Opens one of everything, and sends each with what the kernel said of it: S_IFMT, size, F_GETFL, isatty. */
const PYTHON = `
import fcntl, json, os, pty, select, socket, stat, sys, tempfile
door = socket.socket(fileno=3)
def tell(name, fd):
    s = os.fstat(fd)
    path = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_PATH
    facts = {"name": name, "format": stat.S_IFMT(s.st_mode), "size": s.st_size,
             "flags": fcntl.fcntl(fd, fcntl.F_GETFL), "isatty": not path and os.isatty(fd),
             "label": os.readlink(f"/proc/self/fd/{fd}")}
    socket.send_fds(door, [json.dumps(facts).encode()], [fd])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    with open(path, "wb") as f: f.write(b"x" * 1234)
    os.symlink("file", os.path.join(folder, "link"))
    os.mkfifo(os.path.join(folder, "fifo"))
    tell("file to read", os.open(path, os.O_RDONLY))
    tell("file to write", os.open(path, os.O_WRONLY))
    tell("file for both", os.open(path, os.O_RDWR | os.O_APPEND))
    tell("file without access", os.open(path, os.O_PATH))
    tell("symbolic link", os.open(os.path.join(folder, "link"), os.O_PATH | os.O_NOFOLLOW))
    tell("directory", os.open(folder, os.O_RDONLY))
    tell("fifo", os.open(os.path.join(folder, "fifo"), os.O_RDWR | os.O_NONBLOCK))
    r, w = os.pipe()
    tell("pipe to read", r)
    tell("pipe to write", w)
    tell("null", os.open("/dev/null", os.O_RDWR))
    tell("null without access", os.open("/dev/null", os.O_PATH))
    master, terminal = pty.openpty()
    tell("master of a terminal", master)
    tell("terminal", terminal)
    block = next((e.path for e in os.scandir("/dev") if stat.S_ISBLK(e.stat(follow_symlinks=False).st_mode)), None)
    if block: tell("block device", os.open(block, os.O_PATH))
    memfd = os.memfd_create("shared")
    os.ftruncate(memfd, 4097)
    tell("memfd", memfd)
    if hasattr(os, "eventfd"):
        tell("eventfd", os.eventfd(0))
        tell("eventfd that does not block", os.eventfd(0, os.EFD_NONBLOCK))
    epoll = select.epoll()
    tell("epoll", epoll.fileno())
    tell("pidfd", os.pidfd_open(os.getpid()))
    door.close()
    sys.stdin.read()
`;

interface Facts {
  readonly name: string;
  readonly format: number;
  readonly size: number;
  readonly flags: number;
  readonly isatty: boolean;
  readonly label: string;
}

const FORMATS = new Map([
  [constants.S_IFREG, "file"],
  [constants.S_IFDIR, "directory"],
  [constants.S_IFIFO, "pipe"],
  [constants.S_IFCHR, "character"],
  [constants.S_IFBLK, "block"],
  [constants.S_IFLNK, "symlink"],
  [0, "anonymous"],
]);

const O_PATH = 0o10000000;

function expectedOf({ format, size, flags, isatty, label }: Facts): object {
  const access = (flags & O_PATH) !== 0 ? "path" : ["read", "write", "both"][flags & 3];
  return {
    kind: isatty ? "tty" : FORMATS.get(format),
    access,
    closeOnExec: true,
    nonBlocking: (flags & 0o4000) !== 0,
    size,
    label,
  };
}

/** Starts the program that sends one of everything, with one end of a pair. */
function startPython(end: Fd): ChildProcess {
  const stdio = ["pipe", "inherit", "inherit", end.number] as const;
  const child = spawn("python3", ["-c", PYTHON], { stdio: [...stdio] });
  end.close();
  return child;
}

if (hasProgram("python3", "python3")) {
  test("files, folders, pipes, devices, terminals, memory and what has no file type", async () => {
    using pair = socketpair({ type: "seqpacket" });
    using child = startPython(pair[1]);
    const seen = new Map<string, string>();
    try {
      for (;;) {
        using got = recvFds(pair[0]);
        const [fd] = got.fds;
        if (fd === undefined) break;
        const facts = JSON.parse(`${got.data}`) as Facts;
        const { number, ...description } = fd.describe();
        assert.is(number, fd.number);
        assert.equal(description, expectedOf(facts), facts.name);
        seen.set(facts.name, description.kind);
      }
    } finally {
      const closing = once(child, "close");
      child.stdin?.end();
      assert.equal(await closing, [0, null]);
    }
    if (!seen.delete("block device")) console.log("no block device in /dev: not described");
    const kinds = [...new Set(seen.values())].sort();
    const all = ["anonymous", "character", "directory", "file", "pipe", "symlink", "tty"];
    assert.equal(kinds, all);
    assert.ok(seen.size >= 16, [...seen.keys()].join());
  });
} else {
  test.skip("files, folders, pipes, devices, terminals, memory", "python3 is not installed");
}

function socketFacts(fd: Fd): SocketDescription {
  const description = fd.describe();
  if (description.kind !== "socket") throw new Error(`${description.kind} is no socket`);
  return description;
}

test("every type of AF_UNIX socket: family, type, state and names", () => {
  for (const type of ["stream", "dgram", "seqpacket"] as const) {
    using alone = socket({ type });
    assert.equal(socketFacts(alone), {
      kind: "socket",
      number: alone.number,
      access: "both",
      closeOnExec: true,
      nonBlocking: false,
      label: readlinkSync(`/proc/self/fd/${alone.number}`),
      family: "unix",
      type,
      protocol: 0,
      listening: false,
      connected: false,
      address: { unnamed: true },
      peer: null,
    });
    using pair = socketpair({ type, nonBlocking: true, closeOnExec: false });
    const facts = socketFacts(pair[0]);
    assert.equal([facts.type, facts.connected, facts.peer], [type, true, { unnamed: true }]);
    assert.equal([facts.nonBlocking, facts.closeOnExec, facts.listening], [true, false, false]);
  }
});

test("bound, listening, connected and accepted: state and both names, by path and abstract", () => {
  using directory = temporaryDirectory();
  const names = [{ path: directory.file("door") }, { abstract: `cmsg ${directory.path}` }];
  for (const name of names) {
    using server = socket({ type: "seqpacket" });
    bind(server, name);
    assert.equal([socketFacts(server).address, socketFacts(server).listening], [name, false]);
    listen(server);
    const { listening, connected, address, peer } = socketFacts(server);
    assert.equal(
      { listening, connected, address, peer },
      {
        listening: true,
        connected: false,
        address: name,
        peer: null,
      },
    );
    using client = socket({ type: "seqpacket" });
    connect(client, name);
    using connection = accept(server);
    assert.equal([socketFacts(client).connected, socketFacts(client).peer], [true, name]);
    assert.equal(socketFacts(connection).address, name);
    assert.equal(socketFacts(connection).peer, { unnamed: true });
    assert.is(socketFacts(connection).listening, false);
    assert.ok([server, client, connection].every((fd) => isCloseOnExec(fd.number)));
  }
});

for (const [family, host] of [
  ["inet", "127.0.0.1"],
  ["inet6", "::1"],
] as const) {
  for (const [type, protocol] of [
    ["stream", 6],
    ["dgram", 17],
  ] as const) {
    test(`${family} ${type}: protocol, names and state before and after connect`, () => {
      using first = socket({ family, type });
      const before = socketFacts(first);
      assert.equal([before.family, before.type, before.protocol], [family, type, protocol]);
      assert.equal([before.connected, before.listening, before.peer], [false, false, null]);
      try {
        bind(first, { host, port: 0 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
        console.log(`no ${host} on this machine: its connections are not described`);
        return;
      }
      if (type === "stream") listen(first);
      assert.is(socketFacts(first).listening, type === "stream");
      using second = socket({ family, type });
      connect(second, getsockname(first));
      const facts = socketFacts(second);
      assert.is(facts.connected, true);
      assert.equal(facts.peer, getpeername(second));
      assert.equal(facts.address, getsockname(second));
      assert.equal(facts.peer, socketFacts(first).address);
    });
  }
}

test("families and types without a name of their own are numbers, asked of the kernel", () => {
  const [AF_NETLINK, SOCK_RAW, SOCK_RDM] = [16, 3, 4];
  for (const [type, expected] of [
    [SOCK_RAW, "raw"],
    ["dgram", "dgram"],
  ] as const) {
    using netlink = socket({ family: AF_NETLINK, type, protocol: 0 });
    const facts = socketFacts(netlink);
    assert.equal([facts.family, facts.type], [AF_NETLINK, expected]);
  }
  // TIPC is the family that has reliable datagrams; few kernels have it.
  throws(() => socket({ family: "unix", type: SOCK_RDM }), { code: "ESOCKTNOSUPPORT" });
});

test("a socket made by a type with flags in it is what it is without them", () => {
  const [SOCK_STREAM, SOCK_NONBLOCK] = [1, 0o4000];
  using pair = socketpair({ type: SOCK_STREAM | SOCK_NONBLOCK });
  assert.equal([socketFacts(pair[0]).type, socketFacts(pair[0]).nonBlocking], ["stream", true]);
  // What an Fd remembers of itself: on a stream descriptors need data.
  throws(() => sendFds(pair[0], [0]), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
});

test("the answer is of now: modes and states that change are asked again", () => {
  using pair = socketpair();
  assert.is(pair[0].describe().nonBlocking, false);
  setNonBlocking(pair[0], true);
  assert.is(pair[0].describe().nonBlocking, true);
  assert.is(pair[1].describe().nonBlocking, false, "each end has its own open file");
  using server = socket({ family: "inet", type: "dgram" });
  bind(server, { host: "127.0.0.1", port: 0 });
  using client = socket({ family: "inet", type: "dgram" });
  connect(client, getsockname(server));
  assert.is(socketFacts(client).connected, true);
  const AF_UNSPEC = 0;
  connect(client, { family: AF_UNSPEC, data: new Uint8Array(14) });
  assert.equal([socketFacts(client).connected, socketFacts(client).peer], [false, null]);
});

test("the answer is plain data: it survives JSON, and holds no descriptor", () => {
  using file = Fd.open("/dev/null");
  const description = file.describe();
  assert.equal(JSON.parse(JSON.stringify(description)), description);
  assert.is(Object.getPrototypeOf(description), Object.prototype);
  file.close();
  assert.is(description.kind, "character");
});

test("a number that somebody else has closed is EBADF", () => {
  const number = openNumber("/dev/null");
  const fd = new Fd(number);
  closeNumber(number);
  throws(() => fd.describe(), { name: "SyscallError", code: "EBADF" });
  throws(() => fd.close(), { code: "EBADF" });
});

test.run();

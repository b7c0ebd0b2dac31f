// cmsg fds: descriptors of this and other processes, against what the processes themselves know.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { Fd } from "cmsg";
import { assert } from "../support/assert.js";
import { inDirectory, run } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg fds");

interface Described {
  readonly fd: number;
  readonly kind: string;
  readonly path: string | null;
  readonly flags: readonly string[] | null;
  readonly closeOnExec: boolean | null;
  readonly position: number | null;
  readonly device: string | null;
  readonly inode: string | null;
  readonly size: number | null;
  readonly details: Readonly<Record<string, string>>;
  readonly refused: string | null;
  readonly socket: Readonly<Record<string, unknown>> | null;
}

/** A process with descriptors of many kinds; it prints what it knows of them. */
const HOLDER = `
import fcntl, json, os, socket, sys
directory = sys.argv[1]
held = {}
def hold(name, fd, **more):
    number = fd if isinstance(fd, int) else fd.fileno()
    held[name] = dict(fd=number, inode=str(os.fstat(number).st_ino), **more)
    return fd
keep = []
file = os.open(directory + "/file", os.O_RDWR | os.O_CREAT | os.O_APPEND)
os.write(file, b"0123456789"); os.lseek(file, 4, 0)
hold("file", file)
hold("directory", os.open(directory, os.O_RDONLY | os.O_DIRECTORY))
r, w = os.pipe(); os.set_blocking(r, False)
hold("pipe", r)
listener = socket.socket(socket.AF_UNIX); listener.bind(directory + "/door"); listener.listen()
hold("listener", listener)
client = socket.socket(socket.AF_UNIX); client.connect(directory + "/door")
hold("client", client)
datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); datagram.bind("\\0" + sys.argv[2])
hold("datagram", datagram)
tcp = socket.create_server(("127.0.0.1", 0)); hold("tcp", tcp, port=tcp.getsockname()[1])
far = socket.create_connection(tcp.getsockname()); hold("far", far, port=far.getsockname()[1])
udp6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) if socket.has_ipv6 else None
if udp6:
    try: udp6.bind(("::1", 0)); hold("udp6", udp6, port=udp6.getsockname()[1])
    except OSError: pass
if hasattr(os, "eventfd"): hold("eventfd", os.eventfd(42, 0))
if hasattr(os, "memfd_create"): hold("memfd", os.memfd_create("shared"))
print(json.dumps(held), flush=True)
sys.stdin.read()
`;

type Held = Readonly<
  Record<string, { readonly fd: number; readonly inode: string; readonly port?: number }>
>;

/** Gives a process that holds descriptors to a piece of work. */
async function holding(
  work: (pid: number, held: Held, cwd: string) => Promise<void>,
): Promise<void> {
  await inDirectory(async (cwd) => {
    const child = spawn("python3", ["-c", HOLDER, cwd, `cmsg-fds-${process.pid}`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      let text = "";
      for await (const part of child.stdout) {
        text += part;
        if (text.includes("\n")) break;
      }
      await work(child.pid as number, JSON.parse(text) as Held, cwd);
    } finally {
      child.stdin.end();
      child.kill("SIGKILL");
    }
  });
}

async function described(args: readonly string[], cli?: string): Promise<Map<number, Described>> {
  const { status, stdout } = await run(
    ["fds", "--json", ...args],
    cli === undefined ? {} : { cli },
  );
  assert.is(status, 0);
  return new Map((JSON.parse(stdout) as Described[]).map((one) => [one.fd, one]));
}

/** What is known of the holder's descriptors, however it is found out. */
function hold(found: Map<number, Described>, held: Held, cwd: string): void {
  const of = (name: string): Described => found.get(held[name]?.fd ?? -1) as Described;
  for (const [name, { fd, inode }] of Object.entries(held))
    assert.is(found.get(fd)?.inode, inode, name);
  const file = of("file");
  const path = join(realpathSync(cwd), "file");
  assert.equal([file.kind, file.path, file.size, file.position], ["file", path, 10, 4]);
  assert.equal(
    file.flags?.filter((flag) => flag !== "O_CLOEXEC"),
    ["O_RDWR", "O_APPEND"],
  );
  assert.is(file.closeOnExec, true);
  assert.is(of("directory").kind, "directory");
  assert.ok(of("directory").flags?.includes("O_DIRECTORY"));
  assert.equal([of("pipe").kind, of("pipe").flags?.includes("O_NONBLOCK")], ["pipe", true]);
  const shape = (name: string): unknown[] => {
    const { family, type, state, address } = of(name).socket ?? {};
    return [of(name).kind, family, type, state, address];
  };
  const door = join(cwd, "door");
  assert.equal(shape("listener"), ["socket", "unix", "stream", "listening", door]);
  assert.equal(shape("client").slice(0, 4), ["socket", "unix", "stream", "connected"]);
  assert.equal(shape("datagram"), [
    "socket",
    "unix",
    "dgram",
    "unconnected",
    `@cmsg-fds-${process.pid}`,
  ]);
  assert.equal(shape("tcp"), [
    "socket",
    "inet",
    "stream",
    "listening",
    `127.0.0.1:${held["tcp"]?.port}`,
  ]);
  assert.equal(shape("far"), [
    "socket",
    "inet",
    "stream",
    "connected",
    `127.0.0.1:${held["far"]?.port}`,
  ]);
  assert.equal(
    [of("far").socket?.["peer"], of("far").socket?.["protocol"]],
    [`127.0.0.1:${held["tcp"]?.port}`, "tcp"],
  );
  if (held["udp6"] !== undefined)
    assert.equal(shape("udp6"), [
      "socket",
      "inet6",
      "dgram",
      "unconnected",
      `[::1]:${held["udp6"].port}`,
    ]);
  if (held["eventfd"] !== undefined) {
    // Newer kernels say it in hex.
    assert.equal(
      [
        of("eventfd").kind,
        Number.parseInt(of("eventfd").details["eventfd-count"]?.trim() ?? "", 16),
      ],
      ["eventfd", 0x2a],
    );
  }
  if (held["memfd"] !== undefined) assert.is(of("memfd").kind, "memfd");
}

test("descriptors of another process: kind, path, flags, inode, addresses, peer", async () => {
  await holding(async (pid, held, cwd) => {
    const found = await described([String(pid)]);
    hold(found, held, cwd);
    for (const one of found.values()) assert.is(one.refused, null);
    const client = found.get(held["client"]?.fd ?? -1);
    const { peer, peerProcess } = client?.socket ?? {};
    assert.equal([peer, (peerProcess as { pid: number }).pid], [join(cwd, "door"), pid]);
    const some = [held["file"]?.fd, held["tcp"]?.fd].map(String);
    assert.equal([...(await described([String(pid), ...some])).keys()].map(String), some);
  });
});

test("where the kernel gives no duplicate, /proc says as much as it can, and the reason is told", async () => {
  await holding(async (pid, held, cwd) => {
    // Without its dependency the command has no system calls of its own.
    const copy = join(cwd, "copy");
    mkdirSync(copy);
    cpSync("dist", join(copy, "dist"), {
      recursive: true,
      filter: (name) => !/dist\/(test|types)/.test(name),
    });
    cpSync("package.json", join(copy, "package.json"));
    const cli = join(copy, "dist/cli.js");
    const found = await described([String(pid)], cli);
    hold(found, held, cwd);
    for (const one of found.values()) assert.match(one.refused ?? "", /koffi/);
    const { stdout, stderr } = await run(["fds", String(pid), "--color=never"], {
      cli,
      env: { COLUMNS: "200" },
    });
    assert.match(stdout, /unix stream socket +rdwr,cloexec +\d+ +listening at \/.*\/door\n/);
    assert.match(stderr, /^cmsg: only what \/proc says is known: [^\n]*koffi/);
  });
});

test("descriptors of this command are those that it was given", async () => {
  using file = Fd.open("LICENSE");
  using socket = Fd.open("/dev/null", "r+");
  const options = { inherit: [file.number, socket.number], env: { COLUMNS: "200" } };
  const { status, stdout } = await run(["fds", "--json"], options);
  assert.is(status, 0);
  const found = JSON.parse(stdout) as Described[];
  const numbers = found.map(({ fd }) => fd).filter((fd) => fd <= 3);
  assert.equal(numbers, [0, 1, 2, 3]);
  assert.ok(found.every(({ kind }) => kind !== "epoll" && kind !== "io_uring"));
  const all = JSON.parse((await run(["fds", "--json", "--all"], options)).stdout) as Described[];
  assert.ok(all.some(({ kind }) => kind === "epoll"));
  for (const args of [["fd:3"], ["self", "3"], ["self", "fd:3"]]) {
    const { stdout: text } = await run(["fds", ...args], options);
    assert.match(
      text,
      /^descriptor 3 of this command, process \d+\n {2}kind +file\n {2}path +\/.*LICENSE\n/,
    );
    assert.match(text, /\n {2}flags +O_RDONLY/);
  }
});

test("what is not there, and who may not look, is told in words", async () => {
  const own = String(process.pid);
  for (const [args, status, says] of [
    [["3999999"], 3, /^cmsg: ESRCH: there is no process 3999999\n$/],
    [["3999999", "1"], 3, /^cmsg: ESRCH: there is no process 3999999\n$/],
    [
      [own, "99999"],
      3,
      new RegExp(`^cmsg: EBADF: descriptor 99999 of process ${own} .*is not open\\n$`),
    ],
    [["0"], 2, /PID takes a number or self, not '0'/],
    [["-1"], 2, /unknown option '-1'/],
    [["init"], 2, /PID takes a number or self, not 'init'/],
    [["self", "x"], 2, /FD takes a number, not 'x'/],
    [["self", "2147483648"], 2, /FD takes a number/],
  ] as const) {
    const ended = await run(["fds", ...args]);
    assert.equal([ended.status, ended.stdout], [status, ""], args.join(" "));
    assert.match(ended.stderr, says);
  }
  const [first, missing] =
    (await run(["fds", own, "0", "99999", "--json"])).stdout === "" ? [] : ["0", "99999"];
  assert.equal([first, missing], ["0", "99999"]);
});

const setpriv = process.getuid?.() === 0 && hasProgram("setpriv", "util-linux");
test.unless(
  setpriv ? undefined : "only root can become somebody else",
  "another user's process is refused",
  async () => {
    const { status, stdout, stderr } = spawnSync(
      "setpriv",
      [
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        process.execPath,
        "dist/cli.js",
        "fds",
        String(process.pid),
      ],
      { encoding: "utf8" },
    );
    assert.equal([status, stdout], [3, ""]);
    assert.match(
      stderr,
      /^cmsg: EACCES: this user may not see the descriptors of process \d+: .*ptrace\(2\)\n$/,
    );
  },
);

test.run();

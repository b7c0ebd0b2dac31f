// cmsg trace: control messages of real programs, as they happen; status and signals of the command; attaching.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../support/assert.js";
import { CLI, inDirectory, run, start } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg trace");

interface Message {
  readonly time: number;
  readonly pid: number;
  readonly command: string | null;
  readonly syscall: string;
  readonly direction: string;
  readonly fd: number;
  readonly socket: string;
  readonly bytes: number | null;
  readonly data: string | null;
  readonly address: string | null;
  readonly flags: readonly string[];
  readonly callFlags: readonly string[];
  readonly error: string | null;
  readonly control: readonly {
    readonly typeName: string;
    readonly fields: readonly { readonly name: string; readonly value: string | null }[];
    readonly fds: readonly { readonly fd: number; readonly target: string | null }[];
  }[];
}

/** Talks over sockets, and prints what the tracer should find. */
const TALK = `
import array, json, os, socket, struct, sys
left, right = socket.socketpair()
right.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
r, w = os.pipe()
license = os.open("LICENSE", os.O_RDONLY)
socket.send_fds(left, [b"two"], [r, license])
right.recvmsg(100, 1000, socket.MSG_CMSG_CLOEXEC)
left.sendmsg([b"plain"])
right.recv(100)
if os.fork() == 0:
    socket.send_fds(left, [b"child"], [w])
    os._exit(0)
child = os.wait()[0]
right.recvmsg(100, 20)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
for option in (socket.IP_RECVTTL if hasattr(socket, "IP_RECVTTL") else 12, 8): udp.setsockopt(0, option, 1)
udp.sendmsg([b"x"], [(0, 2, array.array("i", [7]))], 0, udp.getsockname())
udp.recvmsg(10, 1000)
try: udp.sendmsg([b"x"], [(0, 2, array.array("i", [999]))], 0, udp.getsockname())
except OSError: pass
print(json.dumps(dict(pid=os.getpid(), child=child, left=left.fileno(), right=right.fileno(), r=r, w=w, license=license,
  udp=udp.fileno(), port=udp.getsockname()[1], uid=os.getuid(), gid=os.getgid())))
sys.exit(7)
`;

const missing = hasProgram("strace", "strace") ? undefined : "strace is not there";

async function traced(): Promise<{
  status: number | null;
  stdout: string;
  stderr: string;
  messages: Message[];
}> {
  return await inDirectory(async (cwd) => {
    const file = join(cwd, "messages");
    const ended = await run(["trace", "--json", "-o", file, "python3", "-c", TALK]);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return { ...ended, messages: lines.map((line) => JSON.parse(line) as Message) };
  });
}

test.unless(
  missing,
  "each message with its process, socket, values, and descriptors with their targets",
  async () => {
    const { status, stdout, stderr, messages } = await traced();
    assert.is(status, 7);
    const told = JSON.parse(stdout) as Record<string, number>;
    assert.match(
      stderr,
      /^cmsg trace: 3 messages sent with 3 descriptors, 3 messages received with 2 descriptors\n$/,
    );
    const [two, gotTwo, child, cut, sent, got, refused, ...more] = messages as [
      Message,
      Message,
      Message,
      Message,
      Message,
      Message,
      Message,
    ];
    assert.equal(more, []);
    const where = ({ pid, direction, fd }: Message): unknown[] => [pid, direction, fd];
    assert.equal(where(two), [told["pid"], "send", told["left"]]);
    assert.equal(where(gotTwo), [told["pid"], "receive", told["right"]]);
    assert.equal(where(child), [told["child"], "send", told["left"]]);
    assert.equal(where(sent), [told["pid"], "send", told["udp"]]);
    assert.match(two.socket, /^UNIX/);
    assert.equal([two.bytes, two.data, two.syscall], [3, '"two"', "sendmsg"]);
    const license = join(process.cwd(), "LICENSE");
    const [rights] = two.control;
    assert.equal(
      rights?.fds.map(({ fd }) => fd),
      [told["r"], told["license"]],
    );
    assert.match(rights?.fds[0]?.target ?? "", /^pipe:\[\d+\]$/);
    assert.is(rights?.fds[1]?.target, license);
    const [credentials, received] = gotTwo.control;
    assert.equal(
      credentials?.fields.map(({ name, value }) => `${name} ${value}`),
      [`pid ${told["pid"]}`, `uid ${told["uid"]}`, `gid ${told["gid"]}`],
    );
    assert.equal(
      received?.fds.map(({ target }) => target),
      rights?.fds.map(({ target }) => target),
    );
    assert.equal(gotTwo.callFlags, ["MSG_CMSG_CLOEXEC"]);
    assert.ok(cut.flags.includes("MSG_CTRUNC"));
    assert.equal(
      cut.control[0]?.fields.every(({ value }) => value === null),
      true,
    );
    assert.is(sent.address, `127.0.0.1:${told["port"]}`);
    assert.equal(
      sent.control.map(({ typeName, fields }) => [typeName, fields[0]?.value]),
      [["IP_TTL", "7 hops"]],
    );
    assert.equal(got.control.map(({ typeName }) => typeName).sort(), ["IP_PKTINFO", "IP_TTL"]);
    const pktinfo = got.control.find(({ typeName }) => typeName === "IP_PKTINFO");
    assert.ok(
      pktinfo?.fields.some(({ name, value }) => name === "ipi_ifindex" && /^\d+/.test(value ?? "")),
    );
    assert.equal([refused.bytes, refused.error], [null, "EINVAL (Invalid argument)"]);
    assert.ok(messages.every(({ time }, i) => i === 0 || time >= (messages[i - 1]?.time ?? 0)));
    assert.ok(Math.abs(two.time * 1000 - Date.now()) < 3_600_000);
  },
);

test.unless(
  missing,
  "as text: what stands out is said, and --all shows messages without control messages",
  async () => {
    const env = { COLUMNS: "200" };
    const { stdout } = await run(["trace", "--all", "python3", "-c", TALK], { env });
    assert.match(
      stdout,
      /^→ python3 \d+ sends on \d+ UNIX\S*: 3 bytes "two", 24 bytes of control messages\n {4}SCM_RIGHTS: 2 descriptors\n {6}\d+ {2}pipe:/m,
    );
    assert.match(stdout, /: 5 bytes "plain"\n/);
    assert.match(stdout, /\n {4}MSG_CTRUNC: the control buffer had no room/);
    assert.match(stdout, /\n {4}refused: EINVAL \(Invalid argument\)\n/);
    assert.match(stdout, /\n {4}IP_TTL: ttl 7 hops\n/);
    const coloured = await run(["trace", "--color=always", "python3", "-c", TALK], { env });
    assert.match(coloured.stdout, "\u001b[35mSCM_RIGHTS\u001b[39m");
  },
);

test.unless(missing, "status and signals are those of the command", async () => {
  for (const [script, status] of [
    ["exit 0", 0],
    ["exit 250", 250],
    ["kill -TERM $$", 143],
    ["kill -KILL $$", 137],
  ] as const) {
    const ended = await run(["trace", "-q", "sh", "-c", script]);
    assert.equal(
      [ended.status, ended.signal, ended.stdout, ended.stderr],
      [status, null, "", ""],
      script,
    );
  }
  const loop =
    "trap 'exit 41' TERM; trap 'exit 42' HUP; trap 'exit 43' INT; echo ready; while :; do sleep 0.05; done";
  for (const [signal, status] of [
    ["SIGTERM", 41],
    ["SIGHUP", 42],
    ["SIGINT", 43],
  ] as const) {
    const running = start(["trace", "-q", "sh", "-c", loop]);
    await running.printed("ready");
    running.child.kill(signal);
    assert.is((await running.ended).status, status, signal);
  }
});

test.unless(missing, "options behind the command belong to it", async () => {
  const { stdout } = await run([
    "trace",
    "-q",
    "sh",
    "-c",
    'echo "$@"',
    "sh",
    "--json",
    "-p",
    "--",
    "x",
  ]);
  assert.is(stdout, "--json -p -- x\n");
  const behind = await run(["trace", "-q", "--", "echo", "-n", "x"]);
  assert.is(behind.stdout, "x");
});

/** Sends a descriptor to itself whenever it reads a line. */
const ON_DEMAND = `
import socket, sys
left, right = socket.socketpair()
print("ready", flush=True)
for line in sys.stdin:
    socket.send_fds(left, [line.encode()], [0])
    right.recvmsg(100, 100)
`;

test.unless(
  missing,
  "a process that runs already is traced until it is interrupted, and goes on",
  async () => {
    const child = spawn("python3", ["-c", ON_DEMAND], { stdio: ["pipe", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const running = start(["trace", "--json", "-p", String(child.pid)]);
    await running.printed(": Ctrl-C ends it\n");
    child.stdin.write("line\n");
    await running.printed('"direction":"receive"');
    running.child.kill("SIGINT");
    const { status, stdout, stderr } = await running.ended;
    assert.is(status, 0);
    const ended =
      "cmsg trace: 1 message sent with 1 descriptor, 1 message received with 1 descriptor";
    assert.is(stderr, `tracing process ${child.pid}: Ctrl-C ends it\n${ended}\n`);
    const [first] = stdout
      .split("\n")
      .map((line) => (line === "" ? undefined : (JSON.parse(line) as Message)));
    assert.is(first?.pid, child.pid);
    assert.is(child.exitCode, null);
    child.stdin.end();
    const [code] = await once(child, "close");
    assert.is(code, 0);
  },
);

test("what cannot be traced is one line, with its status", async () => {
  await inDirectory(async (cwd) => {
    symlinkSync(process.execPath, join(cwd, "node"));
    const node = join(cwd, "node");
    for (const [args, status, says, path] of [
      [["trace"], 2, /CMD is missing: name a command, or give --pid/, undefined],
      [
        ["trace", "-p", "1", "true"],
        2,
        /--pid and a command do not go together: 'true'/,
        undefined,
      ],
      [["trace", "-p", "x"], 2, /--pid takes the number of a process, not 'x'/, undefined],
      [["trace", "no-such-program"], 3, /ENOENT: 'no-such-program' could not be run/, undefined],
      [
        ["trace", node, "--version"],
        4,
        /strace is not installed, and cmsg trace needs it \(Debian, Ubuntu: apt install strace\)/,
        cwd,
      ],
      ...(missing === undefined
        ? [[["trace", "-q", "-p", "3999999"], 3, /strace: .*No such process/, undefined] as const]
        : []),
      [["trace", "-o", "no/such/file", "true"], 3, /ENOENT: .*no\/such\/file/, undefined],
    ] as const) {
      const options = path === undefined ? {} : { env: { PATH: path } };
      const { status: actual, stdout, stderr } = await run(args, { ...options, cli: CLI });
      assert.equal([actual, stdout], [status, ""], `${args}: ${stderr}`);
      assert.match(stderr, says);
      assert.is(stderr.trimEnd().split("\n").length, 1, stderr);
    }
  });
});

test.run();

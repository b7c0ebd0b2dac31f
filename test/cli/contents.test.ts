// What cmsg recv does with descriptors: --cat, --out and --exec.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, Fd, sendFds, socket, socketpair } from "cmsg";
import { assert } from "../support/assert.js";
import { type Ended, inDirectory, listening, messages, run, start } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg recv --cat, --out, --exec");

/** Runs a receiver, sends from this process what `send` is given a connection for, and answers the receiver's end. */
async function receiving(
  cwd: string,
  args: readonly string[],
  ...loads: readonly (readonly [fds: readonly (Fd | number)[], data: string])[]
): Promise<Ended> {
  const receiver = await listening(["door", ...args], { cwd });
  using connection = socket();
  connect(connection, { path: join(cwd, "door") });
  for (const [fds, data] of loads) sendFds(connection, fds, { data });
  connection.close();
  return await receiver.ended;
}

/** A file with content, open and read to its end. */
function readFile(cwd: string, name: string, content: string | Uint8Array): Fd {
  writeFileSync(join(cwd, name), content);
  const file = Fd.open(join(cwd, name));
  file.read(content.length);
  return file;
}

test("--cat copies whole files, wherever their offset is, and leaves it there", async () => {
  await inDirectory(async (cwd) => {
    const large = Buffer.alloc(300_001, "0123456789\n");
    using first = readFile(cwd, "a", "first\n");
    using second = readFile(cwd, "b", large);
    const { status, stdout } = await receiving(cwd, ["--cat"], [[first], "a\n"], [[second], "b\n"]);
    assert.is(status, 0);
    assert.ok(stdout === `first\n${large}`, `${stdout.length} characters`);
    assert.is(first.read(10).length, 0);
  });
});

test("--cat of two shells is the content alone", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "a"), "one\n");
    const receiver = await listening(["door", "--cat"], { cwd });
    await run(["send", "door", "a", "a"], { cwd });
    const { status, stdout, stderr } = await receiver.ended;
    assert.equal([status, stdout, stderr], [0, "one\none\n", "listening at door\n"]);
  });
});

test("--cat reads pipes and sockets to their end, non-blocking ones too", async () => {
  await inDirectory(async (cwd) => {
    using pair = socketpair({ nonBlocking: true });
    const receiver = await listening(["door", "-c"], { cwd });
    await run(["send", "door", "fd:3"], { cwd, inherit: [pair[1].number] });
    pair[1].close();
    for (const part of ["slow ", "but ", "sure\n"]) {
      pair[0].write(part);
      await receiver.printed(part);
    }
    pair[0].close();
    const { status, stdout } = await receiver.ended;
    assert.equal([status, stdout], [0, "slow but sure\n"]);
  });
});

test("a signal ends --cat while a pipe is silent", async () => {
  await inDirectory(async (cwd) => {
    using pair = socketpair();
    pair[0].write("begun");
    const receiver = await listening(["door", "-c"], { cwd });
    await run(["send", "door", "fd:3"], { cwd, inherit: [pair[1].number] });
    await receiver.printed("begun");
    receiver.child.kill("SIGTERM");
    assert.is((await receiver.ended).signal, "SIGTERM");
  });
});

test("what cannot be read is said, the rest is copied, and the status is 3", async () => {
  await inDirectory(async (cwd) => {
    using directory = Fd.open(cwd);
    using file = readFile(cwd, "a", "text\n");
    using sink = Fd.open(join(cwd, "sink"), "w");
    const data = "dir\na\nsink\na\n";
    const load = [[directory, file, sink, file], data] as const;
    const { status, stdout, stderr } = await receiving(cwd, ["--cat"], load);
    assert.equal([status, stdout], [3, "text\ntext\n"]);
    assert.match(stderr, /\ncmsg: dir: EISDIR: .*\ncmsg: sink: EBADF: .*\n$/);
    const out = await receiving(cwd, ["--out", "copies"], load);
    assert.is(out.status, 3);
    assert.match(out.stdout, /^0 bytes to copies\/dir\n5 bytes to copies\/a\n/);
    assert.match(out.stdout, /0 bytes to copies\/sink\n5 bytes to copies\/a\.1\n$/);
  });
});

/** What senders call their files, and what --out makes of it. */
const NAMES: readonly (readonly [sent: string, written: string])[] = [
  ["plain.txt", "plain.txt"],
  ["/etc/passwd", "passwd"],
  ["../../up", "up"],
  ["dir/", "dir"],
  ["..", "fd-5"],
  [".", "fd-6"],
  ["/", "fd-7"],
  ["///", "fd-8"],
  [".bashrc", "_bashrc"],
  ["-rf", "_rf"],
  ["a\u202eb", "a_b"],
  ["plain.txt", "plain.txt.1"],
  ["elsewhere/plain.txt", "plain.txt.2"],
  ["kept", "kept.1"],
  ["link", "link.1"],
  ["\u00e4".repeat(200), "\u00e4".repeat(100)],
  ["x".repeat(300), "x".repeat(200)],
];

test("--out takes names safely and writes over nothing", async () => {
  await inDirectory(async (cwd) => {
    mkdirSync(join(cwd, "out"));
    writeFileSync(join(cwd, "out/kept"), "old");
    symlinkSync("../victim", join(cwd, "out/link"));
    using file = readFile(cwd, "source", "new");
    const data = NAMES.map(([sent]) => `${sent}\n`).join("");
    const fds = NAMES.map(() => file);
    const { status, stdout } = await receiving(cwd, ["--out", "out"], [fds, data]);
    assert.is(status, 0);
    assert.is(stdout, NAMES.map(([, written]) => `3 bytes to out/${written}\n`).join(""));
    const written = NAMES.map(([, name]) => name);
    assert.equal(readdirSync(join(cwd, "out")).sort(), [...written, "kept", "link"].sort());
    for (const name of written) assert.is(readFileSync(join(cwd, "out", name), "utf8"), "new");
    assert.is(readFileSync(join(cwd, "out/kept"), "utf8"), "old");
    assert.equal(readdirSync(cwd).sort(), ["out", "source"]);
  });
});

test("--out makes its directory, counts what has no name, and speaks JSON", async () => {
  await inDirectory(async (cwd) => {
    using file = readFile(cwd, "source", "12345");
    const loads = [
      [[file, file], "x"],
      [[file], "y"],
    ] as const;
    const ended = await receiving(cwd, ["--out", "new/deep", "--json"], ...loads);
    assert.is(ended.status, 0);
    assert.equal(
      messages(ended).map(({ fds }) => fds.map(({ file, copied, name }) => [file, copied, name])),
      [
        [
          ["new/deep/fd-1", 5, null],
          ["new/deep/fd-2", 5, null],
        ],
        [["new/deep/fd-3", 5, null]],
      ],
    );
    assert.equal(readdirSync(join(cwd, "new/deep")), ["fd-1", "fd-2", "fd-3"]);
  });
});

/** Prints which descriptors a command has, without the one that lists them. */
const LIST = `
import os
listed = sorted(int(name) for name in os.listdir("/proc/self/fd"))
print([fd for fd in listed if os.path.exists(f"/proc/self/fd/{fd}")])`;

test("--exec runs a command with the descriptors from 3 on, and nothing else", async () => {
  await inDirectory(async (cwd) => {
    using first = readFile(cwd, "a", "1");
    using second = readFile(cwd, "b", "2");
    const loads = [
      [[first, second], "a\nb\n"],
      [[first], "again"],
    ] as const;
    const list = ["python3", "-c", LIST] as const;
    const before = JSON.parse(
      execFileSync(list[0], list.slice(1), { encoding: "utf8" }),
    ) as number[];
    const listed = await receiving(cwd, ["--exec", ...list], ...loads);
    const expected = [...before, 3, 4, 5].sort((a, b) => a - b);
    assert.equal([listed.status, JSON.parse(listed.stdout)], [0, expected]);
    const script = 'echo "$CMSG_FDS:$CMSG_FD_NAMES:$1"; cat /proc/self/fd/3 /proc/self/fd/4';
    const shell = ["--exec", "sh", "-c", script, "sh", "--exec"];
    const { stdout } = await receiving(cwd, shell, ...loads);
    assert.is(stdout, "3:a\nb\nfd-3:--exec\n12");
  });
});

test("--exec passes on the status of its command", async () => {
  await inDirectory(async (cwd) => {
    for (const [script, status] of [
      ["exit 0", 0],
      ["exit 7", 7],
      ["exit 255", 255],
      ["kill -TERM $$", 143],
      ["kill -KILL $$", 137],
    ] as const) {
      const ended = await receiving(cwd, ["--exec", "sh", "-c", script], [[0], "x"]);
      assert.equal([ended.status, ended.signal], [status, null], script);
    }
    const missing = await receiving(cwd, ["--exec", "no-such-program"], [[0], "x"]);
    assert.is(missing.status, 3);
    assert.match(missing.stderr, /\ncmsg: ENOENT: 'no-such-program' could not be run\n$/);
  });
});

test("--exec runs for each sender; the first failure is the status", async () => {
  await inDirectory(async (cwd) => {
    const script = 'read status <&3; echo "status $status"; exit $status';
    const receiver = await listening(["door", "-n", "3", "--exec", "sh", "-c", script], { cwd });
    for (const status of ["0", "5", "6"]) {
      const sender = await run(["send", "door", "-"], { cwd, input: `${status}\n` });
      assert.is(sender.status, 0);
    }
    const { status, stdout } = await receiver.ended;
    assert.equal([status, stdout], [5, "status 0\nstatus 5\nstatus 6\n"]);
  });
});

test("the command gets SIGTERM and SIGHUP, and its status is that of recv", async () => {
  await inDirectory(async (cwd) => {
    const script =
      "trap 'exit 9' TERM; trap 'exit 8' HUP; echo ready; while :; do sleep 0.02; done";
    for (const [signal, status] of [
      ["SIGTERM", 9],
      ["SIGHUP", 8],
    ] as const) {
      const receiver = await listening(["door", "--exec", "sh", "-c", script], { cwd });
      await run(["send", "door", "-"], { cwd });
      await receiver.printed("ready");
      receiver.child.kill(signal);
      const ended = await receiver.ended;
      assert.equal([ended.status, ended.signal], [status, null]);
    }
  });
});

test("a message that came cut short does not run the command", async () => {
  await inDirectory(async (cwd) => {
    const line = ["recv", "door", "--exec", "echo", "run"];
    const receiver = start(line, { cwd, under: ["prlimit", "--nofile=40"] });
    await receiver.printed("listening at");
    await run(["send", "door", ...new Array(60).fill("/")], { cwd });
    const { status, stdout, stderr } = await receiver.ended;
    assert.equal([status, stdout], [3, ""]);
    assert.match(stderr, /\ncmsg: the kernel cut a message short: [^\n]+\n$/);
  });
});

test("--out makes the directories above it too; where none can be made it says so, before it listens", async () => {
  await inDirectory(async (cwd) => {
    using file = readFile(cwd, "one", "content");
    const ended = await receiving(cwd, ["--out", "a/b/c"], [[file], "one\n"]);
    assert.is(ended.status, 0, ended.stderr);
    assert.is(readFileSync(join(cwd, "a/b/c/one"), "utf8"), "content");
    for (const [directory, code] of [
      ["/proc/none", "ENOENT"],
      ["one", "EEXIST"],
      ["one/below", "ENOTDIR"],
    ] as const) {
      const { status, stdout, stderr } = await run(["recv", "door", "--out", directory], { cwd });
      assert.equal([status, stdout], [3, ""]);
      assert.match(stderr, new RegExp(`^cmsg: ${code}: [^\\n]+\\n$`));
    }
  });
});

test.run();

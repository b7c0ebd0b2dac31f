// cmsg send and cmsg recv: descriptors from one process to another, and what is said of them.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fd, listenUnix, socketpair } from "cmsg";
import { assert } from "../support/assert.js";
import {
  type Ended,
  inDirectory,
  listening,
  type Message,
  messages,
  run,
  start,
} from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg send, cmsg recv");

/** Two processes in a directory with two files: a receiver, and a sender that it has to wait for. */
async function passing(
  recvArgs: readonly string[],
  sendArgs: readonly string[],
  options: {
    readonly input?: string;
    readonly inherit?: readonly number[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ receiver: Ended; sender: Ended; pid: number | undefined; left: string[] }> {
  return await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "a.txt"), "first\n");
    writeFileSync(join(cwd, "b.txt"), "second file\n");
    const { env = {} } = options;
    const receiving = await listening(recvArgs, { cwd, env });
    const sending = start(["send", ...sendArgs], { cwd, ...options });
    const [receiver, sender] = await Promise.all([receiving.ended, sending.ended]);
    const left = readdirSync(cwd).filter((name) => !name.endsWith(".txt"));
    return { receiver, sender, pid: sending.child.pid, left };
  });
}

for (const path of ["door", "./door", `@cmsg-test-${process.pid}`]) {
  test(`two files go through ${path}`, async () => {
    const { receiver, sender, pid, left } = await passing([path], [path, "a.txt", "./b.txt"]);
    assert.equal([receiver.status, sender.status], [0, 0]);
    assert.equal(sender.stdout, "sent 2 descriptors with 14 bytes\n");
    assert.is(receiver.stderr, `listening at ${path}\n`);
    const [head = "", ...rows] = receiver.stdout.trimEnd().split("\n");
    const who = `process ${pid} (user ${process.getuid?.()}, group ${process.getgid?.()})`;
    assert.is(head, `${who} sent 2 descriptors with 14 bytes`);
    assert.match(rows[0] ?? "", /^ {2}\d+ {2}a\.txt {4}file {2}read {2}6 bytes {3}\/.*\/a\.txt$/);
    assert.match(
      rows[1] ?? "",
      /^ {2}\d+ {2}\.\/b\.txt {2}file {2}read {2}12 bytes {2}\/.*\/b\.txt$/,
    );
    assert.is(rows.length, 2);
    assert.equal(left, [], "the socket file is gone");
  });
}

for (const type of ["stream", "seqpacket", "dgram"]) {
  test(`${type}: names, kinds and the sender as JSON`, async () => {
    const line = ["door", "a.txt", "-", ".", "--type", type, "--json"];
    const { receiver, sender, pid } = await passing(["door", "-j", "-t", type], line, {
      input: "piped",
    });
    assert.equal(JSON.parse(sender.stdout), { bytes: 14, fds: 3 });
    const [message, ...others] = messages(receiver);
    assert.equal(others, []);
    assert.equal(message?.sender, { pid, uid: process.getuid?.(), gid: process.getgid?.() });
    const { bytes, text, hex, truncated, fds = [] } = message as Message;
    assert.equal([bytes, text, truncated], [14, "a.txt\nstdin\n.\n", false]);
    assert.is(Buffer.from(hex, "hex").toString(), text);
    assert.equal(
      fds.map(({ name, kind, access, closeOnExec }) => [name, kind, access, closeOnExec]),
      [
        ["a.txt", "file", "read", true],
        ["stdin", "socket", "both", true],
        [".", "directory", "read", true],
      ],
    );
    assert.is(fds[0]?.["size"], 6);
  });
}

test("how a file is opened decides what the receiver may do", async () => {
  for (const [flags, access] of [
    ["r", "read"],
    ["r+", "both"],
    ["w", "write"],
    ["a", "write"],
  ] as const) {
    const { receiver } = await passing(["door", "-j"], ["door", "a.txt", "-f", flags]);
    const [fd] = messages(receiver)[0]?.fds ?? [];
    assert.equal([fd?.["access"], fd?.["size"]], [access, flags === "w" ? 0 : 6], flags);
  }
});

/** A terminal on which no line is too long. */
const WIDE = { COLUMNS: "300" };

test("fd:N sends a descriptor that the command was given", async () => {
  using file = Fd.open("LICENSE");
  using pair = socketpair({ type: "seqpacket" });
  const options = { inherit: [file.number, pair[0].number], env: WIDE };
  const { receiver } = await passing(["door"], ["door", "fd:3", "fd:4"], options);
  assert.match(receiver.stdout, /fd:3 {2}file +read +\d+ bytes +\/.*LICENSE\n/);
  assert.match(receiver.stdout, /fd:4 {2}unix seqpacket socket {2}read, write {2}connected to an/);
});

test("a socket is described by its address", async () => {
  await inDirectory(async (cwd) => {
    using server = listenUnix({ path: join(cwd, "listener") });
    const receiver = await listening(["door"], { cwd, env: WIDE });
    await run(["send", "door", "fd:3"], { cwd, inherit: [server.number] });
    const { stdout } = await receiver.ended;
    assert.match(stdout, /unix stream socket {2}read, write {2}listening at \/.*\/listener/);
  });
});

test("--data replaces the names, and is shown", async () => {
  const { receiver } = await passing(
    ["door"],
    ["door", "a.txt", "--data", "three\twords\n\u001b["],
  );
  assert.match(receiver.stdout, / sent 1 descriptor with 14 bytes\n {2}"three\\u\{9\}words/);
  assert.match(receiver.stdout, /words\\u\{a\}\\u\{1b\}\["\n/);
  const json = await passing(["door", "-j"], ["door", "a.txt", "--data", "report"]);
  const [message] = messages(json.receiver);
  assert.equal([message?.text, message?.fds[0]?.["name"]], ["report", null]);
});

test("--data goes without files", async () => {
  const { receiver, sender } = await passing(["door"], ["door", "-d", "hello"]);
  assert.is(sender.stdout, "sent 0 descriptors with 5 bytes\n");
  assert.match(receiver.stdout, / sent 0 descriptors with 5 bytes\n {2}"hello"\n$/);
});

test("much data goes with a descriptor, also within a time", async () => {
  const data = "0123456789abcdef".repeat(8000);
  const { receiver, sender } = await passing(
    ["door", "--json"],
    ["door", "a.txt", "-d", data.slice(0, 120_000), "--timeout", "30s", "--json"],
  );
  assert.equal(JSON.parse(sender.stdout), { bytes: 120_000, fds: 1 });
  const got = messages(receiver);
  assert.is(got.map(({ text }) => text).join(""), data.slice(0, 120_000));
  assert.is(got.flatMap(({ fds }) => fds).length, 1);
});

test("a stream takes more descriptors than one message, each under its name", async () => {
  const numbers = Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? "a.txt" : "b.txt"));
  const { receiver, sender } = await passing(["door", "-j"], ["door", ...numbers, "-j"]);
  assert.is((JSON.parse(sender.stdout) as { fds: number }).fds, 600);
  const got = messages(receiver);
  assert.equal(
    got.map(({ fds }) => fds.length),
    [253, 253, 94],
  );
  const fds = got.flatMap((message) => message.fds);
  assert.equal(
    fds.map(({ name }) => name),
    numbers,
  );
  for (const { name, size } of fds) assert.is(size, name === "a.txt" ? 6 : 12);
});

test("long names come in one piece with what they name", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${"./".repeat(1000 + i)}a.txt`);
  const { receiver } = await passing(["door", "-j"], ["door", ...names]);
  assert.equal(
    messages(receiver).flatMap(({ fds }) => fds.map(({ name }) => name)),
    names,
  );
});

test("a name cannot pretend to be two, or speak to the terminal", async () => {
  await inDirectory(async (cwd) => {
    const name = "x\ny\u001b[2J\u202e";
    writeFileSync(join(cwd, name), "");
    const receiver = await listening(["door"], { cwd });
    await run(["send", "door", name], { cwd });
    const { stdout } = await receiver.ended;
    assert.match(stdout, /x\?y\?\[2J\\u\{202e\} {2}file/);
    assert.match(stdout, /x\\u\{a\}y\\u\{1b\}\[2J\\u\{202e\}\n/);
    assert.not.match(stdout, "\u001b");
    assert.not.match(stdout, "\u202e");
  });
});

test("--quiet prints nothing on either side", async () => {
  await inDirectory(async (cwd) => {
    const receiver = start(["recv", "--quiet", "door", "--exec", "true"], { cwd });
    const sender = await run(["send", "-q", "-w", "door", "-"], { cwd });
    for (const { status, stdout, stderr } of [sender, await receiver.ended]) {
      assert.equal([status, stdout, stderr], [0, "", ""]);
    }
  });
});

test("--wait waits for the listener", async () => {
  await inDirectory(async (cwd) => {
    const sender = start(["send", "--wait", "--timeout", "60", "door", "/"], { cwd });
    const receiver = await listening(["door"], { cwd });
    assert.is((await sender.ended).status, 0);
    assert.match((await receiver.ended).stdout, / {2}\/ {2}directory {2}read\n$/);
  });
});

test("message sockets take no more than one message holds", async () => {
  await inDirectory(async (cwd) => {
    const receiver = await listening(["door", "-t", "seqpacket"], { cwd });
    const line = ["send", "door", "-t", "seqpacket", ...new Array(254).fill("/")];
    const { status, stderr } = await run(line, { cwd });
    assert.is(status, 2);
    assert.match(stderr, /^cmsg: 254 descriptors: one message takes 253, use a stream\n$/);
    assert.is((await receiver.ended).status, 0);
  });
});

test.run();

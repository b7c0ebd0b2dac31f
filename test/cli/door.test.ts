// The listening half of cmsg recv: its socket file, its senders, its end by a signal; and what both halves are refused.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { connect, type Fd, listenUnix, sendFds, socket } from "cmsg";
import { assert } from "../support/assert.js";
import { inDirectory, listening, messages, type Running, run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg recv at its door");

test("--count takes senders one after the other and keeps none of their descriptors", async () => {
  await inDirectory(async (cwd) => {
    const [senders, each] = [60, 30];
    const line = ["door", "--json", "--count", String(senders)];
    // Descriptors or connections that stayed open would soon fill this table.
    const receiver = await listening(line, { cwd, under: ["prlimit", "--nofile=70"] });
    for (let sender = 1; sender <= senders; sender++) {
      using connection = socket();
      connect(connection, { path: join(cwd, "door") });
      sendFds(connection, new Array(each).fill(connection), { data: `sender ${sender}` });
    }
    const ended = await receiver.ended;
    assert.equal([ended.status, ended.stderr], [0, "listening at door\n"]);
    assert.equal(
      messages(ended).map(({ text, fds }) => [text, fds.length]),
      Array.from({ length: senders }, (_, i) => [`sender ${i + 1}`, each]),
    );
    assert.is(existsSync(join(cwd, "door")), false);
  });
});

test("when the last sender has come, the next one finds no door", async () => {
  await inDirectory(async (cwd) => {
    const receiver = await listening(["door"], { cwd });
    using connection = socket();
    connect(connection, { path: join(cwd, "door") });
    sendFds(connection, [0], { data: "x" });
    await receiver.printed("sent 1 descriptor");
    assert.is(existsSync(join(cwd, "door")), false);
    connection.close();
    assert.is((await receiver.ended).status, 0);
  });
});

test("a sender that sends nothing is taken all the same", async () => {
  await inDirectory(async (cwd) => {
    const receiver = await listening(["door"], { cwd });
    using connection = socket();
    connect(connection, { path: join(cwd, "door") });
    connection.close();
    const { status, stdout } = await receiver.ended;
    assert.equal([status, stdout], [0, ""]);
  });
});

test("descriptors for which the receiver has no room are a failure that is said", async () => {
  await inDirectory(async (cwd) => {
    const under = ["prlimit", "--nofile=40"];
    const receiver = await listening(["door", "-j"], { cwd, under });
    await run(["send", "door", ...new Array(60).fill("/")], { cwd });
    const ended = await receiver.ended;
    assert.is(ended.status, 3);
    assert.match(ended.stderr, /\ncmsg: the kernel cut a message short: \d+ descriptors arrived/);
    const [message] = messages(ended);
    assert.is(message?.truncated, true);
    assert.ok((message?.fds.length ?? 60) < 60);
  });
});

for (const [option, mode] of [
  [[], "600"],
  [["--mode", "0660"], "660"],
  [["-m", "777"], "777"],
  [["--type", "dgram"], "600"],
  [["--type", "dgram", "--mode=666"], "666"],
  [["--type", "seqpacket", "--mode=0o620"], "620"],
] as const) {
  test(`the socket file has mode ${mode} with ${option.join(" ") || "no option"}`, async () => {
    await inDirectory(async (cwd) => {
      const receiver = await listening(["door", ...option], { cwd });
      assert.is((statSync(join(cwd, "door")).mode & 0o777).toString(8), mode);
      receiver.child.kill();
      await receiver.ended;
    });
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  for (const stage of ["before a sender", "during a sender"] as const) {
    test(`${signal} ${stage} ends recv as the signal does and removes the socket file`, async () => {
      await inDirectory(async (cwd) => {
        const receiver = await listening(["door", "-n", "2"], { cwd });
        using connection = socket();
        if (stage === "during a sender") await beginSending(connection, cwd, receiver);
        assert.ok(existsSync(join(cwd, "door")));
        receiver.child.kill(signal);
        const ended = await receiver.ended;
        assert.equal([ended.status, ended.signal], [null, signal]);
        assert.is(existsSync(join(cwd, "door")), false);
      });
    });
  }
}

async function beginSending(connection: Fd, cwd: string, receiver: Running): Promise<void> {
  connect(connection, { path: join(cwd, "door") });
  sendFds(connection, [0], { data: "x" });
  await receiver.printed("sent 1 descriptor");
}

test("a reader of recv that goes away ends it, and the socket file goes too", async () => {
  await inDirectory(async (cwd) => {
    const receiver = await listening(["door", "-n", "9"], { cwd });
    receiver.child.stdout?.destroy();
    for (let i = 0; i < 3 && receiver.child.exitCode === null; i++) {
      await run(["send", "door", "/"], { cwd });
    }
    const { status, stderr } = await receiver.ended;
    assert.equal([status, stderr], [0, "listening at door\n"]);
    assert.is(existsSync(join(cwd, "door")), false);
  });
});

test("a file that somebody has put in the place of the socket is left alone", async () => {
  await inDirectory(async (cwd) => {
    const receiver = await listening(["door"], { cwd });
    const other = await listening(["other"], { cwd });
    renameSync(join(cwd, "other"), join(cwd, "door"));
    receiver.child.kill();
    await receiver.ended;
    assert.ok(lstatSync(join(cwd, "door")).isSocket());
    other.child.kill();
    await other.ended;
  });
});

test("a stale socket file is replaced, a live server is not", async () => {
  await inDirectory(async (cwd) => {
    listenUnix({ path: join(cwd, "door") }).close();
    assert.ok(existsSync(join(cwd, "door")));
    const receiver = await listening(["door"], { cwd });
    const second = await run(["recv", "door"], { cwd });
    assert.is(second.status, 3);
    assert.match(second.stderr, /^cmsg: EADDRINUSE: .*'door' \(a live server has it\)\n$/);
    await run(["send", "door", "/"], { cwd });
    assert.is((await receiver.ended).status, 0);
  });
});

test("what the system refuses is one line and status 3", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "file"), "");
    mkdirSync(join(cwd, "dir"));
    symlinkSync("nowhere", join(cwd, "link"));
    listenUnix({ path: join(cwd, "stale") }).close();
    using live = listenUnix({ path: join(cwd, "live") });
    using full = listenUnix({ path: join(cwd, "full"), backlog: 0 });
    using waiting = socket();
    connect(waiting, { path: join(cwd, "full") });
    const refusals: readonly (readonly [line: readonly string[], says: RegExp])[] = [
      [["send", "none", "/"], /ENOENT: nobody listens at none: start 'cmsg recv none' .*--wait$/],
      [["send", "link", "/"], /ENOENT: nobody listens at link/],
      [["send", "stale", "/"], /ECONNREFUSED: nobody listens at stale: start/],
      [["send", "@none", "/"], /ECONNREFUSED: nobody listens at @none: start 'cmsg recv @none'/],
      [["send", "file", "/"], /ECONNREFUSED: file is not a socket$/],
      [["send", "--wait", "dir", "/"], /ECONNREFUSED: dir is not a socket$/],
      [["send", "file/door", "/"], /ENOTDIR: .*connect 'file\/door'$/],
      [["send", "live", "/", "-t", "dgram"], /EPROTOTYPE: .*of another type/],
      [["send", "none", "/", "-w", "--timeout", "50ms"], /nobody listens .*--timeout is over$/],
      [["send", "full", "/", "--timeout", "50ms"], /ETIMEDOUT: .*connect 'full'/],
      [["send", "live", "missing"], /ENOENT: .*open 'missing'$/],
      [["send", "live", "fd:99"], /fd:99: descriptor 99 is not open \(EBADF\)$/],
      [["recv", "file"], /EADDRINUSE: .*'file' \(it is no socket\)$/],
      [["recv", "file", "-t", "dgram"], /EADDRINUSE: .*'file'/],
      [["recv", "nowhere/door"], /ENOENT: .*'nowhere\/door'$/],
      [["recv", "door", "--timeout", "0.05"], /ETIMEDOUT: --timeout is over$/],
      [["recv", "door", "-t", "dgram", "--timeout=50ms"], /ETIMEDOUT: --timeout is over$/],
      [["recv", "door", "--out", "file"], /EEXIST: .*'file'$/],
    ];
    for (const [line, says] of refusals) {
      const { status, stdout, stderr } = await run(line, { cwd });
      assert.equal([status, stdout], [3, ""], line.join(" "));
      const lines = stderr.trimEnd().split("\n");
      const last = lines.at(-1) ?? "";
      assert.ok(
        lines.slice(0, -1).every((text) => text.startsWith("listening at ")),
        stderr,
      );
      assert.match(last, /^cmsg: /);
      assert.match(last, says, line.join(" "));
    }
    assert.is(existsSync(join(cwd, "door")), false);
    assert.ok(live.number >= 0 && full.number >= 0);
  });
});

test.run();

// Sending and receiving on the event loop: data, descriptors and control messages, on every type of socket.

import { credentials, type Fd, recvmsg, rights, sendFds, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { rejects, withOpenFiles, withSockets } from "../../support/loop.js";
import { identity, indices, jsonOf, TYPES, upTo } from "../../support/message.js";
import { ownIds } from "../../support/privilege.js";
import { closeNumber, openNumber } from "../../support/raw.js";
import { evaluation } from "../../support/runtime.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: send and receive");

for (const type of TYPES) {
  test(`${type}: data, descriptors and credentials arrive together`, async () => {
    await withSockets({ type, passCredentials: true }, async (left, right) => {
      await withOpenFiles(3, async (files) => {
        const control = [credentials(ownIds())];
        assert.equal(await left.send("ü1", { fds: files, control }), { bytes: 3, fds: 3 });
        const message = await right.receive();
        assert.is(message?.data.toString(), "ü1");
        assert.equal(indices(message?.fds ?? []), upTo(3));
        assert.equal(
          message?.control.map((one) => [one.is(credentials), one.value]),
          [[true, ownIds()]],
        );
        assert.is(message?.surplus, 0);
        message?.[Symbol.dispose]();
        assert.ok(message?.fds.every((fd) => fd.closed));
        assert.ok(
          files.every((fd) => !fd.closed),
          "sending borrows",
        );
      });
    });
  });

  test(`${type}: a receive that waits gets what is sent later, in the order of the calls`, async () => {
    await withSockets({ type }, async (left, right) => {
      const waiting = [1, 2, 3].map(() => right.receive({ dataLimit: 1 }));
      for (const letter of ["a", "b", "c"]) await left.send(letter);
      const got = await Promise.all(waiting);
      assert.equal(
        got.map((message) => message?.data.toString()),
        ["a", "b", "c"],
      );
    });
  });

  test(`${type}: both ends send at the same time`, async () => {
    await withSockets({ type }, async (left, right) => {
      const [fromRight, fromLeft] = [left.receive(), right.receive()];
      await Promise.all([left.send("to right"), right.send("to left")]);
      assert.is((await fromRight)?.data.toString(), "to left");
      assert.is((await fromLeft)?.data.toString(), "to right");
    });
  });
}

test("descriptors in control messages count and arrive like others", async () => {
  await withSockets({}, async (left, right) => {
    await withOpenFiles(3, async (files) => {
      await left.send("x", { fds: files.slice(1), control: [rights(files.slice(0, 1))] });
      const message = await right.receive();
      assert.equal(indices(message?.fds ?? []).sort(), upTo(3));
      assert.equal(message?.control, []);
      message?.[Symbol.dispose]();
    });
  });
});

test("what the synchronous calls send is received, and the other way", async () => {
  await withSockets({}, async (left, right) => {
    sendFds(left.fd, [0], { data: "sync" });
    const message = await right.receive();
    assert.is(message?.data.toString(), "sync");
    assert.is(message?.fds.length, 1);
    message?.[Symbol.dispose]();
    await right.send("async", { fds: [0] });
    const got = recvmsg(left.fd);
    assert.is(got.data.toString(), "async");
    assert.is(got.fds.length, 1);
    got[Symbol.dispose]();
  });
});

test("all kinds of data: views, lists of views, an iterator, nothing", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    const words = Uint16Array.of(0x6261, 0x6463);
    const lazy = (function* () {
      yield Buffer.from("ab");
      yield new Uint8Array(0);
      yield Buffer.from("cd");
    })();
    for (const data of [words, words.buffer, [Buffer.from("ab"), Buffer.from("cd")], lazy]) {
      assert.equal(await left.send(data), { bytes: 4, fds: 0 });
      assert.is((await right.receive())?.data.toString(), "abcd");
    }
    assert.equal(await left.send([]), { bytes: 0, fds: 0 });
    assert.is((await right.receive())?.bytes, 0);
  });
});

test("a large message is sent in pieces while the other end reads", async () => {
  await withSockets({}, async (left, right) => {
    const data = Buffer.alloc(3_000_000, (() => "0123456789abcdef-")());
    const file = openNumber("/dev/null");
    const sent = left.send(data, { fds: [file] });
    closeNumber(file);
    const parts: Buffer[] = [];
    let fds = 0;
    for (let bytes = 0; bytes < data.length; ) {
      const message = await right.receive({ dataLimit: 100_000 });
      parts.push(message?.data ?? Buffer.alloc(0));
      bytes += message?.bytes ?? data.length;
      fds += message?.fds.length ?? 0;
      assert.is(fds, 1, "they come with the first byte");
      message?.[Symbol.dispose]();
    }
    assert.equal(await sent, { bytes: data.length, fds: 1 });
    assert.ok(Buffer.concat(parts).equals(data));
    assert.is(fds, 1);
  });
});

test("more descriptors than fdLimit are closed and counted, for a socket and for one call", async () => {
  await withSockets({ fdLimit: 3 }, async (left, right) => {
    const seen: unknown[] = [];
    for (const limit of [undefined, 0, 2, 5]) {
      await left.send("x", { fds: upTo(5).map(() => 0) });
      const message = await right.receive(limit === undefined ? {} : { fdLimit: limit });
      seen.push([message?.fds.length, message?.surplus, message?.controlTruncated]);
      message?.[Symbol.dispose]();
    }
    assert.equal(seen, [
      [3, 2, false],
      [0, 5, false],
      [2, 3, false],
      [5, 0, false],
    ]);
  });
});

test("more than 253 descriptors are split on a stream", async () => {
  await withSockets({}, async (left, right) => {
    const sent = left.send("abc", { fds: new Array(600).fill(0) });
    const counts: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const message = await right.receive();
      counts.push([message?.data.toString(), message?.fds.length]);
      message?.[Symbol.dispose]();
    }
    assert.equal(await sent, { bytes: 3, fds: 600 });
    assert.equal(counts, [
      ["a", 253],
      ["b", 253],
      ["c", 94],
    ]);
  });
});

test("descriptors without data, and more than the data can carry, are refused before anything is sent", async () => {
  await withSockets({}, async (left, right) => {
    await rejects(left.send("", { fds: [0] }), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
    await rejects(left.send("ab", { fds: new Array(507).fill(0) }), {
      name: "RangeError",
      code: "ERR_CMSG_TOO_MANY_FDS",
    });
    await left.send("next");
    assert.is((await right.receive())?.data.toString(), "next");
  });
});

test("wrong arguments are refused by promises, and nothing is sent", async () => {
  await withSockets({}, async (left, right) => {
    const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
    const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
    const anything = (value: unknown) => value as never;
    for (const data of [7, {}, null, ["x"]]) await rejects(left.send(anything(data)), type);
    await rejects(left.send("x", anything(7)), type);
    await rejects(left.send("x", { fds: anything(7) }), type);
    await rejects(left.send("x", { fds: anything(["0"]) }), type);
    await rejects(left.send("x", { fds: [-1] }), range);
    await rejects(left.send("x", { signal: anything({}) }), type);
    await rejects(left.send("x", { timeoutMs: -1 }), range);
    await rejects(left.send("x", { fds: [0x7fffffff] }), { code: "EBADF", syscall: "sendmsg" });
    await rejects(right.receive(anything(7)), type);
    await rejects(right.receive({ dataLimit: 0 }), range);
    await rejects(right.receive({ fdLimit: -1 }), range);
    await rejects(right.receive({ fdLimit: anything("1") }), type);
    await rejects(right.receive({ timeoutMs: anything("1") }), type);
    await left.send("first");
    assert.is((await right.receive())?.data.toString(), "first");
  });
});

test("options of a socket are checked", () => {
  for (const [name, value] of [
    ["framed", 1],
    ["fdLimit", "3"],
    ["dataLimit", 1.5],
    ["acceptFds", "no"],
    ["passCredentials", 1],
    ["truncation", "maybe"],
  ]) {
    assert.throws(
      () => UnixSocket.pair({ [name as string]: value }),
      (error: Error) => error.name === "TypeError" && error.message.includes(name as string),
    );
  }
  for (const name of ["dataLimit", "fdLimit", "frameLimit", "queueBytes", "queueFds"]) {
    assert.throws(
      () => UnixSocket.pair({ [name]: -1 }),
      (error: Error) => error.name === "RangeError" && error.message.includes(name),
    );
  }
  assert.throws(() => UnixSocket.pair({ idleTimeoutMs: 0 }), /idleTimeoutMs/);
  for (const type of ["dgram", "seqpacket"] as const) {
    assert.throws(() => UnixSocket.pair({ type, framed: true }), /framed/);
  }
});

test("another process gets the descriptor, and its answer comes back", async () => {
  await withOpenFiles(1, async ([file]) => {
    const [near, far] = UnixSocket.pair();
    const theirs = far.take();
    const { spawn } = await import("node:child_process");
    const source = `
      import { UnixSocket } from "cmsg";
      const socket = UnixSocket.adopt(3);
      const message = await socket.receive();
      message.fds[0].write("seen", { position: 0 });
      await socket.send(message.data.toString().toUpperCase(), { fds: message.fds });
      await socket.end();
    `;
    const child = spawn(process.execPath, evaluation(source), {
      stdio: ["ignore", "inherit", "inherit", theirs.number],
    });
    theirs.close();
    await near.send("hello", { fds: [file as Fd] });
    const back = await near.receive();
    assert.is(back?.data.toString(), "HELLO");
    assert.is(identity(back?.fds[0] as Fd), identity(file as Fd));
    assert.is(file?.read(4, { position: 0 }).toString(), "seen");
    back?.[Symbol.dispose]();
    assert.is(await near.receive(), null);
    near.close();
    if (child.exitCode === null) await new Promise((resolve) => child.on("close", resolve));
    assert.is(child.exitCode, 0);
  });
});

test("a program that has nothing left to wait for ends", async () => {
  const seen = await jsonOf(`
    import { UnixSocket } from "cmsg";
    const [left, right] = UnixSocket.pair();
    await left.send("x");
    console.log(JSON.stringify(String((await right.receive()).data)));
  `);
  assert.is(seen, "x");
});

test.run();

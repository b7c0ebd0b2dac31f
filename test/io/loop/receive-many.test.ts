// receiveMany of UnixSocket: what receive answers, for each of many; limits, ends, truncation, giving up.

import {
  credentials,
  getsockname,
  getsockopt,
  type Received,
  UnixSocket,
  type UnixSocketOptions,
} from "cmsg";
import { assert } from "../../support/assert.js";
import { rejects, withOpenFiles, withSockets } from "../../support/loop.js";
import { fdLimit, indices, jsonOf, MESSAGE_TYPES, upTo } from "../../support/message.js";
import { fdCount, openFds, suite } from "../../support/suite.js";

const test = suite("UnixSocket.receiveMany");

/** Everything that a message says, its descriptors as the indices of their files. It is disposed of. */
function said(received: Received): unknown {
  using got = received;
  const { data, bytes, flags, address, surplus, control } = got;
  const types = control.map(({ level, type, payload }) => [level, type, payload.length]);
  return [String(data), bytes, flags, address, surplus, types, indices(got.fds)];
}

function texts(messages: readonly Received[] | null): string[] {
  return (messages ?? []).map(({ data }) => String(data));
}

const OPTIONS: readonly [string, UnixSocketOptions][] = [
  ["nothing", {}],
  ["credentials of senders", { passCredentials: true }],
  ["at most two descriptors", { fdLimit: 2 }],
  ["no descriptors", { acceptFds: false, passCredentials: true }],
  ["at most four bytes", { dataLimit: 4 }],
];

for (const type of MESSAGE_TYPES) {
  for (const [name, options] of OPTIONS) {
    test(`${type}, with ${name}: the same as one by one`, async () => {
      await withOpenFiles(4, async (files) => {
        await withSockets({ type, ...options }, async (left, right) => {
          const accepts = options.acceptFds ?? true;
          const send = async (): Promise<void> => {
            for (const i of upTo(9)) {
              await left.send(`message ${i}`, { fds: accepts ? files.slice(0, i % 5) : [] });
            }
            await left.send("");
          };
          await send();
          const singly: unknown[] = [];
          for (const _ of upTo(10)) singly.push(said((await right.receive()) as Received));
          await send();
          const before = fdCount();
          const many = (await right.receiveMany()) ?? [];
          const arrived = many.reduce((sum, { fds }) => sum + fds.length, 0);
          assert.is(fdCount(), before + arrived);
          assert.equal(many.map(said), singly);
        });
      });
    });
  }
}

test("at most 64, at most the limit, at least one that is waited for", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    for (const i of upTo(100)) await left.send(`${i}`);
    const counts: number[] = [];
    const found: string[] = [];
    for (const limit of [1, 7, 1000, 64]) {
      const many = await right.receiveMany({ limit });
      counts.push(many?.length ?? 0);
      found.push(...texts(many));
    }
    assert.equal(counts, [1, 7, 64, 28]);
    assert.equal(found, upTo(100).map(String));
    const later = right.receiveMany();
    await left.send("later");
    assert.equal(texts(await later), ["later"]);
  });
});

for (const passCredentials of [false, true]) {
  const kind = passCredentials ? "with" : "without";
  test(`seqpacket ${kind} credentials: empty records in front of the end are told from it`, async () => {
    for (const empty of [0, 1, 3, 40]) {
      await withSockets({ type: "seqpacket", passCredentials }, async (left, right) => {
        await left.send("first");
        for (const _ of upTo(empty)) await left.send("");
        left.close();
        const many = (await right.receiveMany()) ?? [];
        assert.equal(texts(many), ["first", ...upTo(empty).map(() => "")]);
        const senders = many.map(
          ({ control }) => control.filter((one) => one.is(credentials)).length,
        );
        assert.equal(
          senders,
          many.map(() => (passCredentials ? 1 : 0)),
        );
        assert.is(await right.receiveMany(), null);
        assert.is(await right.receive(), null);
        assert.is(getsockopt(right, "SOL_SOCKET", "SO_PASSCRED"), passCredentials ? 1 : 0);
        if (!passCredentials) assert.equal(getsockname(right), { unnamed: true });
      });
    }
  });
}

test("stream: reads that end behind descriptors, then the end", async () => {
  await withOpenFiles(3, async (files) => {
    await withSockets({}, async (left, right) => {
      for (const file of files) await left.send("x", { fds: [file] });
      await left.send("and more");
      left.close();
      using many = await right.receiveMany();
      assert.equal(
        many?.map(({ data, fds }) => [String(data), ...indices(fds)]),
        [["x", 0], ["x", 1], ["x", 2], ["and more"]],
      );
      assert.is(await right.receiveMany(), null);
    });
  });
});

test("framed: whole frames, and half of one stays for later", async () => {
  await withOpenFiles(2, async (files) => {
    const [left, right] = rawAndFramed();
    try {
      const frame = (words: string): Buffer => {
        const head = Buffer.alloc(4);
        head.writeUInt32BE(words.length);
        return Buffer.concat([head, Buffer.from(words)]);
      };
      await left.send(frame("one"), { fds: files });
      await left.send(Buffer.concat([frame("two"), frame(""), frame("half").subarray(0, 6)]));
      using many = await right.receiveMany();
      assert.equal(
        many?.map(({ data, fds }) => [String(data), ...indices(fds)]),
        [["one", 0, 1], ["two"], [""]],
      );
      await left.send(frame("half").subarray(6));
      assert.equal(texts(await right.receiveMany()), ["half"]);
      await left.send(frame("cut").subarray(0, 5));
      left.close();
      await rejects(right.receiveMany(), { code: "ERR_CMSG_FRAME_CUT_SHORT" });
    } finally {
      left.close();
      right.close();
    }
  });
});

function rawAndFramed(): [UnixSocket, UnixSocket] {
  const [left, right] = UnixSocket.pair();
  return [left, UnixSocket.adopt(right.take(), { framed: true })];
}

test("a message that lacks descriptors ends the batch in front of it; nothing else is lost", async () => {
  const seen = await jsonOf(
    `
    import { Fd, UnixSocket } from "cmsg";
    const [left, right] = UnixSocket.pair({ type: "seqpacket" });
    const file = Fd.open("/dev/null");
    const filler = [];
    const fill = () => {
      try { for (;;) filler.push(file.dup()); }
      catch (error) { if (error.code !== "EMFILE") throw error; }
    };
    await left.send("warm", { fds: [file] });
    (await right.receiveMany())[Symbol.dispose]();
    await left.send("a", { fds: [file] });
    await left.send("b");
    await left.send("c", { fds: [file, file, file] });
    await left.send("d");
    await left.send("e");
    fill();
    for (let i = 0; i < 2; i++) filler.pop().close();
    const seen = [];
    const note = (message) => seen.push([String(message.data), message.fds.length, message.controlTruncated ?? "error"]);
    for (let calls = 0; calls < 3; calls++) {
      try { (await right.receiveMany()).forEach(note); seen.push("batch"); }
      catch (error) { seen.push(error.code); note(error); }
    }
    console.log(JSON.stringify(seen));
    `,
    fdLimit(80),
  );
  assert.equal(seen, [
    ["a", 1, false],
    ["b", 0, false],
    "batch",
    "ERR_CMSG_TRUNCATED",
    ["c", 1, "error"],
    ["d", 0, false],
    ["e", 0, false],
    "batch",
  ]);
});

test("it takes its turn among other calls that wait", async () => {
  await withSockets({ type: "dgram" }, async (left, right) => {
    const [first, many, last] = [right.receive(), right.receiveMany(), right.receive()];
    await left.send("a");
    await left.send("b");
    assert.is(String((await first)?.data), "a");
    assert.equal(texts(await many), ["b"]);
    await left.send("c");
    assert.is(String((await last)?.data), "c");
  });
});

test("giving up, closing and bad options", async () => {
  await withSockets({ type: "seqpacket" }, async (_left, right) => {
    await rejects(right.receiveMany({ timeoutMs: 5 }), { code: "ETIMEDOUT" });
    await rejects(right.receiveMany({ signal: AbortSignal.abort() }), { name: "AbortError" });
    for (const limit of [0, -1, 1.5, "x"]) {
      await rejects(right.receiveMany({ limit: limit as number }), { message: /limit/ });
    }
    await rejects(right.receiveMany({ dataLimit: 0 }), { message: /dataLimit/ });
    await rejects(right.receiveMany({ fdLimit: -1 }), { message: /fdLimit/ });
    await rejects(right.receiveMany(5 as never), { name: "TypeError" });
    const waits = right.receiveMany();
    right.close();
    await rejects(waits, { code: "ERR_CMSG_SOCKET_CLOSED" });
    await rejects(right.receiveMany(), { code: "ERR_CMSG_SOCKET_CLOSED" });
  });
});

test("what is disposed of closes the descriptors of all its messages", async () => {
  await withOpenFiles(2, async (files) => {
    await withSockets({ type: "dgram" }, async (left, right) => {
      for (const _ of upTo(5)) await left.send("x", { fds: files });
      const before = openFds();
      {
        using many = await right.receiveMany();
        assert.is(many?.length, 5);
        assert.is(openFds().length, before.length + 10);
      }
      assert.equal(openFds(), before);
    });
  });
});

test.run();

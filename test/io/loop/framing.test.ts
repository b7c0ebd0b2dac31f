// Framed mode: whole messages on a stream, however it is split, and hostile peers.

import { Fd, recvmsg, sendFds, UnixSocket, type UnixSocketOptions } from "cmsg";
import { assert } from "../../support/assert.js";
import { rejects, turns, withOpenFiles, withSockets } from "../../support/loop.js";
import { fdLimit, indices, jsonOf, optionProblem, upTo } from "../../support/message.js";
import { ownIds } from "../../support/privilege.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: framed");

/** A framed socket, and the other end without frames. */
async function withRaw(
  options: UnixSocketOptions,
  work: (framed: UnixSocket, raw: Fd) => Promise<void>,
): Promise<void> {
  const [left, right] = UnixSocket.pair({ framed: true, ...options });
  using raw = right.take();
  try {
    await work(left, raw);
  } finally {
    left.close();
  }
}

function framed(data: string | Uint8Array): Buffer {
  const payload = Buffer.from(data);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  return Buffer.concat([head, payload]);
}

test("messages keep their boundaries; an empty one is one, and may carry descriptors", async () => {
  await withSockets({ framed: true }, async (left, right) => {
    assert.ok(left.keepsMessages && left.isStream);
    const sent = [
      await left.send("one"),
      await left.send("", { fds: [0, 1] }),
      await left.send([Buffer.from("th"), Buffer.from("ree")], { fds: [0] }),
    ];
    assert.equal(sent, [
      { bytes: 3, fds: 0 },
      { bytes: 0, fds: 2 },
      { bytes: 5, fds: 1 },
    ]);
    left.close();
    const seen: unknown[] = [];
    for await (const message of right.messages()) {
      seen.push([message.data.toString(), message.bytes, message.fds.length, message.address]);
      message[Symbol.dispose]();
    }
    const unnamed = { unnamed: true };
    assert.equal(seen, [
      ["one", 3, 0, unnamed],
      ["", 0, 2, unnamed],
      ["three", 5, 1, unnamed],
    ]);
  });
});

test("the length stands in front as 4 bytes, big-endian", async () => {
  await withRaw({}, async (socket, raw) => {
    await socket.send("abc", { fds: [0] });
    using message = recvmsg(raw);
    assert.is(message.data.toString("hex"), "00000003616263");
    assert.is(message.fds.length, 1);
  });
});

test("a frame that comes byte by byte, with descriptors on any of them", async () => {
  await withOpenFiles(3, async (files) => {
    await withRaw({}, async (socket, raw) => {
      const bytes = Buffer.concat([framed("first"), framed("second")]);
      const receiving = [socket.receive(), socket.receive()];
      for (const [i, byte] of bytes.entries()) {
        const file = new Map([
          [2, files[0]],
          [8, files[1]],
          [15, files[2]],
        ]).get(i);
        sendFds(raw, file === undefined ? [] : [file], { data: Uint8Array.of(byte) });
        if (i % 3 === 0) await turns(2);
      }
      const [first, second] = await Promise.all(receiving);
      assert.equal([first?.data.toString(), indices(first?.fds ?? [])], ["first", [0, 1]]);
      assert.equal([second?.data.toString(), indices(second?.fds ?? [])], ["second", [2]]);
      first?.[Symbol.dispose]();
      second?.[Symbol.dispose]();
    });
  });
});

test("descriptors above fdLimit are closed and counted, over all parts of a frame", async () => {
  await withRaw({ fdLimit: 3 }, async (socket, raw) => {
    const bytes = framed("abcdef");
    for (const byte of bytes) sendFds(raw, [0, 1], { data: Uint8Array.of(byte) });
    const message = await socket.receive();
    assert.equal([message?.fds.length, message?.surplus], [3, 17]);
    message?.[Symbol.dispose]();
    for (const byte of bytes) sendFds(raw, [0, 1], { data: Uint8Array.of(byte) });
    const more = await socket.receive({ fdLimit: 5 });
    assert.equal([more?.fds.length, more?.surplus], [5, 15]);
    more?.[Symbol.dispose]();
    await rejects(socket.receive({ fdLimit: -1 }), { name: "RangeError" });
  });
});

test("more than 253 descriptors belong to one frame", async () => {
  await withSockets({ framed: true, fdLimit: 1000 }, async (left, right) => {
    const sent = left.send("x", { fds: new Array(600).fill(0) });
    const message = await right.receive();
    assert.is(message?.fds.length, 600);
    message?.[Symbol.dispose]();
    assert.equal(await sent, { bytes: 1, fds: 600 });
  });
});

test("a frame longer than frameLimit is refused before it is sent or read, and nothing follows", async () => {
  await withSockets({ framed: true, frameLimit: 10 }, async (left, right) => {
    await rejects(left.send("12345678901"), { code: "ERR_CMSG_FRAME_TOO_LONG" });
    await left.send("1234567890");
    assert.is((await right.receive())?.bytes, 10);
  });
  for (const claimed of [11, 0x7fffffff, 0x80000000, 0xffffffff]) {
    await withRaw({ frameLimit: 10 }, async (socket, raw) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(claimed);
      sendFds(raw, [0, 0, 0], { data: head });
      const long = { code: "ERR_CMSG_FRAME_TOO_LONG", message: new RegExp(String(claimed)) };
      await rejects(socket.receive(), long);
      await rejects(socket.receive(), long);
      raw.write(framed("more"));
      await rejects(socket.receive(), long);
    });
  }
});

test("a stream that ends inside a frame is no end, and its descriptors are closed", async () => {
  for (const cut of [1, 3, 4, 6]) {
    await withRaw({}, async (socket, raw) => {
      sendFds(raw, [0, 1], { data: framed("abcdef").subarray(0, cut) });
      raw.close();
      await rejects(socket.receive(), { code: "ERR_CMSG_FRAME_CUT_SHORT" });
      await rejects(socket.receive(), { code: "ERR_CMSG_FRAME_CUT_SHORT" });
    });
  }
  await withRaw({}, async (socket, raw) => {
    raw.write(framed("whole"));
    raw.close();
    assert.is((await socket.receive())?.data.toString(), "whole");
    assert.is(await socket.receive(), null);
  });
});

test("closing in the middle of a frame closes what had arrived of it", async () => {
  await withRaw({}, async (socket, raw) => {
    sendFds(raw, [0, 1, 1], { data: framed("abcdef").subarray(0, 5) });
    const receiving = socket.receive();
    await turns();
    socket.close();
    await rejects(receiving, { code: "ERR_CMSG_SOCKET_CLOSED" });
  });
});

test("a receive that gives up inside a frame leaves it to the next", async () => {
  await withRaw({}, async (socket, raw) => {
    sendFds(raw, [0], { data: framed("abcdef").subarray(0, 6) });
    await rejects(socket.receive({ timeoutMs: 5 }), { code: "ETIMEDOUT" });
    raw.write(framed("abcdef").subarray(6));
    const message = await socket.receive();
    assert.equal([message?.data.toString(), message?.fds.length], ["abcdef", 1]);
    message?.[Symbol.dispose]();
  });
});

test("a frame that takes many reads says once who sent it", async () => {
  const passPidfd = optionProblem("SO_PASSPIDFD") === undefined;
  await withRaw({ passCredentials: true, passPidfd }, async (socket, raw) => {
    const receiving = socket.receive();
    for (const byte of framed("abcdef")) {
      raw.write(Uint8Array.of(byte));
      await turns(1);
    }
    const message = await receiving;
    const values = message?.control.map((one) => one.value);
    assert.is(values?.length, passPidfd ? 2 : 1);
    assert.equal(values?.[0], ownIds());
    const pidfds = (values ?? []).filter((value) => value instanceof Fd);
    assert.is(pidfds.length, passPidfd ? 1 : 0);
    message?.[Symbol.dispose]();
    assert.ok(pidfds.every((fd) => fd.closed));
  });
});

test("a frame whose descriptors found no place is an error with its data, and the next frame is whole", async () => {
  const seen = await jsonOf(
    `
    import { Fd, UnixSocket } from "cmsg";
    const [left, right] = UnixSocket.pair({ framed: true });
    await left.send("warm", { fds: [0] });
    (await right.receive())[Symbol.dispose]();
    const filler = [];
    const probe = Fd.open("/dev/null");
    await left.send("truncated", { fds: [0, 0, 0] });
    await left.send("next", { fds: [0] });
    try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
    filler.pop().close();
    const error = await right.receive().catch((error) => error);
    const seen = [error.code, String(error.data), error.fds.length];
    await new Promise((resolve) => setTimeout(resolve, 5));
    const next = await right.receive();
    console.log(JSON.stringify([...seen, String(next.data), next.fds.length]));
    process.exit(0);
  `,
    fdLimit(64),
  );
  assert.equal(seen, ["ERR_CMSG_TRUNCATED", "truncated", 1, "next", 1]);
});

test("random bytes from a hostile peer end in an error or a frame, never in a leak", async () => {
  for (let round = 0; round < 100; round++) {
    await withRaw({ frameLimit: 64, fdLimit: 2 }, async (socket, raw) => {
      const bytes = Buffer.from(upTo(40).map(() => Math.floor(Math.random() * 256)));
      // Lengths that are believed are small.
      if (round % 2 === 0) bytes.writeUInt32BE(round % 40);
      for (let at = 0; at < bytes.length; at += 7) {
        sendFds(raw, at % 2 === 0 ? [0] : [], { data: bytes.subarray(at, at + 7) });
      }
      raw.close();
      try {
        for await (const message of socket.messages()) {
          assert.ok(message.bytes <= 64);
          message[Symbol.dispose]();
        }
      } catch (error) {
        assert.match((error as { code: string }).code, /^ERR_CMSG_FRAME_(TOO_LONG|CUT_SHORT)$/);
      }
    });
  }
});

test.run();

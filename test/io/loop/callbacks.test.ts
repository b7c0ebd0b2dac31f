// onMessage: what callbacks are told, and what they may do.

import { type Received, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { rejects, turns, withSockets } from "../../support/loop.js";
import { upTo } from "../../support/message.js";
import { runNode } from "../../support/peer.js";
import { until } from "../../support/streams.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: callbacks");

test("onMessage: every message in order, the end once, and never before it has returned", async () => {
  await withSockets({}, async (left, right) => {
    await left.send("x", { fds: [0] });
    left.close();
    const seen: unknown[] = [];
    await new Promise<void>((ended) => {
      right.onMessage(
        (message) => {
          seen.push(message.data.toString(), message.fds.length);
          message[Symbol.dispose]();
        },
        (error) => {
          seen.push(error);
          ended();
        },
      );
      seen.push("returned");
    });
    await turns();
    assert.equal(seen, ["returned", "x", 1, undefined]);
    const late: unknown[] = [];
    right.onMessage(
      () => {},
      () => late.push("end"),
    );
    await turns();
    assert.equal(late, ["end"]);
    right.close();
    right.onMessage(
      () => {},
      (error) => late.push((error as { code?: string }).code),
    );
    assert.is(late.length, 1);
    await turns();
    assert.equal(late, ["end", "ERR_CMSG_SOCKET_CLOSED"]);
  });
});

test("onMessage: stopping leaves the rest to the next reader", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    for (const text of ["a", "b", "c", "d"]) await left.send(text);
    const seen: string[] = [];
    const ends: unknown[] = [];
    const stop = right.onMessage(
      (message) => {
        seen.push(message.data.toString());
        if (seen.length === 2) stop();
      },
      (error) => ends.push(error),
    );
    await turns();
    assert.equal(seen, ["a", "b"]);
    stop();
    assert.is((await right.receive())?.data.toString(), "c");
    assert.equal(ends, []);
  });
});

test("a callback may send, receive, close and begin another reader", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    for (const text of ["send", "receive", "for the receive", "close"]) {
      await left.send(text);
    }
    const seen: string[] = [];
    let inner: Promise<Received | null> | undefined;
    const error = await new Promise<unknown>((ended) => {
      const stop = right.onMessage((message) => {
        const text = message.data.toString();
        seen.push(text);
        if (text === "send") void right.send("answer");
        if (text === "receive") {
          inner = right.receive();
          stop();
          void inner.then(() =>
            right.onMessage((next) => {
              seen.push(next.data.toString());
              right.close();
            }, ended),
          );
        }
      }, ended);
    });
    assert.equal(seen, ["send", "receive", "close"]);
    assert.is((await inner)?.data.toString(), "for the receive");
    assert.is((error as { code: string }).code, "ERR_CMSG_SOCKET_CLOSED");
    assert.is((await left.receive())?.data.toString(), "answer");
    await rejects(right.receive(), { code: "ERR_CMSG_SOCKET_CLOSED" });
  });
});

test("closing another socket in a callback takes nothing from a third", async () => {
  const pairs = upTo(3).map(() => UnixSocket.pair());
  const seen: number[] = [];
  for (const [i, [, right]] of pairs.entries()) {
    right.onMessage(
      () => {
        seen.push(i);
        const other = pairs[i === 0 ? 1 : 0]?.[1] as UnixSocket;
        if (i < 2) other.close();
      },
      () => {},
    );
  }
  await turns();
  for (const [left] of pairs) await left.send("x");
  await until(() => seen.length >= 2);
  assert.is(seen.length, 2);
  assert.ok(seen.includes(2));
  for (const socket of pairs.flat()) socket.close();
});

test("an exception in a callback is the process's, and the next message still comes", async () => {
  const { status, stdout, stderr } = await runNode(`
    import { UnixSocket } from "cmsg";
    process.on("uncaughtException", (error) => console.log("caught", error.message));
    const [left, right] = UnixSocket.pair({ type: "seqpacket" });
    right.onMessage((message) => {
      const text = String(message.data);
      if (text === "throw") throw new Error("mine");
      console.log(text);
      right.close();
    }, () => {});
    await left.send("throw");
    await left.send("next");
  `);
  assert.is(status, 0, stderr);
  assert.equal(stdout.trim().split("\n").sort(), ["caught mine", "next"]);
});

test.run();

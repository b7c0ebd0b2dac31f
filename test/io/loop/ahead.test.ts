// Loops and callbacks receive ahead: who leaves early loses nothing, what was not handed out comes next, and closing closes it.

import { peerCredentials, recvmsg, sendFds, tryRecvFds, UdpSocket, type UnixSocket } from "cmsg";
import { assert, throws } from "../../support/assert.js";
import { rejects, withOpenFiles, withSockets } from "../../support/loop.js";
import { indices, MESSAGE_TYPES, upTo } from "../../support/message.js";
import { fdCount, suite, turn } from "../../support/suite.js";

const test = suite("messages that were received ahead");

const COUNT = 40;

/** Sends numbered messages, each with one of the files. */
async function flood(left: UnixSocket, files: Parameters<typeof indices>[0]): Promise<void> {
  const list = [...files];
  for (const i of upTo(COUNT)) {
    await left.send(`${i}`, { fds: [list[i % list.length] as (typeof list)[number]] });
  }
}

/** Takes some messages by a loop, and leaves it. Answers what they said. */
async function some(right: UnixSocket, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (using message of right.messages()) {
    found.push(`${message.data} ${indices(message.fds)}`);
    if (found.length === count) break;
  }
  return found;
}

/** What all messages say from `first` on. */
function expected(first: number, files: number): string[] {
  return upTo(COUNT - first).map((i) => `${first + i} ${(first + i) % files}`);
}

for (const type of [...MESSAGE_TYPES, "stream"] as const) {
  test(`${type}: loops that are left, receives and batches in turn get each message once, in order`, async () => {
    await withOpenFiles(3, async (files) => {
      await withSockets({ type }, async (left, right) => {
        await flood(left, files);
        const found = [...(await some(right, 2)), ...(await some(right, 5))];
        using single = await right.receive();
        found.push(`${single?.data} ${indices(single?.fds ?? [])}`);
        using batch = await right.receiveMany({ limit: 4 });
        for (const { data, fds } of batch ?? []) found.push(`${data} ${indices(fds)}`);
        assert.equal(found, expected(0, 3).slice(0, 12));
        found.push(...(await some(right, COUNT - 12)));
        assert.equal(found, expected(0, 3));
      });
    });
  });

  test(`${type}: closing the socket closes the descriptors of what nobody took`, async () => {
    await withOpenFiles(3, async (files) => {
      const before = fdCount();
      await withSockets({ type }, async (left, right) => {
        await flood(left, files);
        await some(right, 3);
        assert.ok(fdCount() > before + 2, "messages were received ahead");
        right.close();
        assert.is(fdCount(), before + 1);
      });
      assert.is(fdCount(), before);
    });
  });

  test(`${type}: a callback that stops in the middle leaves the others to the next`, async () => {
    await withOpenFiles(3, async (files) => {
      await withSockets({ type }, async (left, right) => {
        await flood(left, files);
        const found: string[] = [];
        for (const most of [3, 1, 20, COUNT - 24]) {
          await new Promise<void>((resolve, reject) => {
            let count = 0;
            const stop = right.onMessage((message) => {
              using got = message;
              found.push(`${got.data} ${indices(got.fds)}`);
              if (++count < most) return;
              stop();
              resolve();
            }, reject);
          });
        }
        assert.equal(found, expected(0, 3));
      });
    });
  });
}

test("who closes the socket in a callback is not called again", async () => {
  await withOpenFiles(1, async (files) => {
    await withSockets({ type: "seqpacket" }, async (left, right) => {
      await flood(left, files);
      let count = 0;
      const error = await new Promise<Error | undefined>((resolve) => {
        right.onMessage((message) => {
          message[Symbol.dispose]();
          if (++count === 5) right.close();
        }, resolve);
      });
      assert.is((error as { code?: string }).code, "ERR_CMSG_SOCKET_CLOSED");
      await turn();
      assert.is(count, 5);
    });
  });
});

test("what would overtake or lose them is refused until they are handed out", async () => {
  await withOpenFiles(1, async (files) => {
    await withSockets({ type: "dgram" }, async (left, right) => {
      await flood(left, files);
      await some(right, 3);
      const pending = { code: "ERR_CMSG_RECEIVES_PENDING", message: /received .* handed out/ };
      throws(() => recvmsg(right), pending);
      throws(() => tryRecvFds(right), pending);
      throws(() => right.take(), pending);
      assert.is(peerCredentials(right).pid, process.pid);
      sendFds(right, [], { data: "back" });
      (await left.receive())?.[Symbol.dispose]();
      const messages = (await right.receiveMany()) ?? [];
      for (const message of messages) message[Symbol.dispose]();
      using rest = tryRecvFds(right);
      assert.is(String(rest?.data), `${3 + messages.length}`);
      right.take().close();
    });
  });
});

test("giving up takes nothing: a loop with a limit of time goes on where it was", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    for (const text of ["a", "b", "c"]) await left.send(text);
    const found: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { data } of right.messages({ timeoutMs: 10 })) found.push(String(data));
    };
    await rejects(read(), { code: "ETIMEDOUT" });
    await left.send("d");
    await rejects(read(), { code: "ETIMEDOUT" });
    assert.equal(found, ["a", "b", "c", "d"]);
  });
});

test("UDP: a loop that is left loses nothing, and take waits for what is left", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1", report: ["localAddress", "ttl"] });
  await using sender = UdpSocket.bind({ host: "127.0.0.1" });
  const to = receiver.localAddress;
  for (const i of upTo(COUNT)) await sender.send(`${i}`, { to, ttl: i + 1 });
  const found: string[] = [];
  for await (const { data, ttl } of receiver.messages()) {
    found.push(`${data} ${ttl}`);
    if (found.length === 5) break;
  }
  throws(() => receiver.take(), { code: "ERR_CMSG_RECEIVES_PENDING" });
  throws(() => recvmsg(receiver), { code: "ERR_CMSG_RECEIVES_PENDING" });
  const single = await receiver.receive();
  found.push(`${single.data} ${single.ttl}`);
  while (found.length < COUNT) {
    for (const { data, ttl } of await receiver.receiveMany({ limit: 10 })) {
      found.push(`${data} ${ttl}`);
    }
  }
  assert.equal(
    found,
    upTo(COUNT).map((i) => `${i} ${i + 1}`),
  );
});

test.run();

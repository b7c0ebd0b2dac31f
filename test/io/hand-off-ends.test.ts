// handOff of connections that are ending: by halves, by a reset, by destroy, and by an abort of the hand-off itself.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { handOff, receiveHandOff, UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import {
  buffered,
  drain,
  fill,
  readText,
  receiveConnection,
  withChannel,
  withConnection,
} from "../support/hand-off.js";
import { rejects } from "../support/loop.js";
import { closed } from "../support/net.js";
import { suite } from "../support/suite.js";

const test = suite("hand-off of what ends");

for (const end of UnixSocket.pair()) end.close();

test("the end that was read already is read again, and the other direction stays open", () =>
  withConnection({ allowHalfOpen: true }, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      client.end("question");
      await buffered(accepted, 8);
      await new Promise((done) => setTimeout(done, 20));
      await handOff(near, accepted);
      const got = await receiveConnection(far);
      assert.ok(got.allowHalfOpen);
      const ended = once(got, "end");
      assert.is(await readText(got, 8), "question");
      got.read();
      await ended;
      got.end("answer");
      assert.is(await readText(client, 6), "answer");
      await closed(got);
    }),
  ));

test("a refused connection whose end was read already tells of it once, behind its bytes", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      client.end("question");
      await buffered(accepted, 8);
      await new Promise((done) => setTimeout(done, 20));
      far.close();
      await handOff(near, accepted).catch(() => {});
      assert.not.ok(accepted.writableEnded, "it was not ended behind our back");
      const ended = once(accepted, "end");
      assert.is(await readText(accepted, 8), "question");
      accepted.read();
      await ended;
    }),
  ));

for (const event of ["data", "readable"] as const) {
  test(`who asks by '${event}' while it waits gets nothing then, and all of it, with the end, when it is refused`, () =>
    withConnection({}, ({ accepted, client }) =>
      withChannel("seqpacket", async (near) => {
        client.end("question");
        await buffered(accepted, 8);
        await new Promise((done) => setTimeout(done, 20));
        fill(near);
        const giving = new AbortController();
        const sending = handOff(near, accepted, { signal: giving.signal });
        let text = "";
        let ends = 0;
        accepted.on(event, (data?: Buffer) => {
          text += data ?? accepted.read() ?? "";
        });
        accepted.on("end", () => {
          ends += 1;
        });
        await new Promise((done) => setTimeout(done, 20));
        assert.equal([text, ends], ["", 0]);
        giving.abort();
        await sending.catch(() => {});
        while (ends === 0) await once(accepted, "end");
        assert.equal([text, ends], ["question", 1]);
      }),
    ));
}

for (const event of ["data", "readable"] as const) {
  test(`a connection that nobody has read is read when it is refused, if somebody has asked by '${event}' meanwhile`, () =>
    withConnection({ pauseOnConnect: true }, ({ accepted, client }) =>
      withChannel("seqpacket", async (near) => {
        fill(near);
        const giving = new AbortController();
        const sending = handOff(near, accepted, { signal: giving.signal });
        let text = "";
        accepted.on(event, (data?: Buffer) => {
          text += data ?? accepted.read() ?? "";
        });
        accepted.resume();
        client.write("question");
        await new Promise((done) => setTimeout(done, 20));
        assert.is(text, "");
        giving.abort();
        await sending.catch(() => {});
        for (let i = 0; i < 500 && text === ""; i++) {
          await new Promise((done) => setTimeout(done, 10));
        }
        assert.is(text, "question");
      }),
    ));
}

test("a connection with a buffer of its own for reading reads nothing while it waits", () =>
  withConnection({}, ({ accepted, server }) =>
    withChannel("seqpacket", async (near) => {
      const { port } = server.address() as { port: number };
      let got = "";
      const accepting = once(server, "connection");
      const reader = connect({
        port,
        host: "127.0.0.1",
        onread: {
          buffer: Buffer.alloc(100),
          callback: (bytes, buffer) => {
            got += Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
            return true;
          },
        },
      });
      const [writer] = (await accepting) as [Socket];
      if (reader.connecting) await once(reader, "connect");
      fill(near);
      const giving = new AbortController();
      const sending = handOff(near, reader, { signal: giving.signal });
      reader.pause();
      reader.resume();
      writer.write("more");
      await new Promise((done) => setTimeout(done, 20));
      assert.is(got, "");
      giving.abort();
      await sending.catch(() => {});
      while (got.length < 4) await new Promise((done) => setImmediate(done));
      assert.is(got, "more");
      await Promise.all([closed(writer), closed(reader), closed(accepted)]);
    }),
  ));

test("a connection whose own direction was ended cannot be written to, and is still read", () =>
  withConnection({ allowHalfOpen: true }, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      accepted.end("bye");
      await once(accepted, "finish");
      await handOff(near, accepted);
      const got = await receiveConnection(far);
      assert.not.ok(got.writable);
      client.write("still read");
      assert.is(await readText(got, 10), "still read");
      assert.is(await readText(client, 3), "bye");
      await closed(got);
    }),
  ));

test("a connection that its client resets on the way arrives all the same, and says so itself", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      await handOff(near, accepted);
      client.resetAndDestroy();
      await once(client, "close");
      const got = await receiveConnection(far);
      await new Promise((done) => got.resume().on("close", done));
    }),
  ));

test("a connection that is destroyed while it waits is closed, not given away", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      const ways = fill(near);
      const sending = handOff(near, accepted);
      accepted.destroy();
      await sending.then(
        () => assert.unreachable("it was destroyed"),
        (error) => assert.is(error.code, "ERR_CMSG_FD_CLOSED"),
      );
      client.resume();
      await once(client, "end");
      await drain(far, ways);
      near.close();
      assert.is(await receiveHandOff(far), null);
    }),
  ));

test("an abort after the first bytes of a frame comes too late: the connection is given away", async () => {
  const [near, far] = UnixSocket.pair({ framed: true });
  await withConnection({}, async ({ accepted, client }) => {
    // Frames of all lengths, until one is cut by a full buffer in its middle.
    const giving = new AbortController();
    let ways = 0;
    while (near.queuedBytes === 0) {
      near.send(Buffer.alloc(100 + ways)).catch(() => {});
      ways += 1;
    }
    const sending = handOff(near, accepted, {
      head: Buffer.alloc(4000, "h"),
      signal: giving.signal,
    });
    // Room for a part of it only.
    for (let i = 0; i < ways; i++) (await far.receive())?.[Symbol.dispose]();
    giving.abort();
    const outcome = await sending.then(
      () => "given",
      (error: Error) => error.name,
    );
    if (outcome === "given") {
      const got = await receiveConnection(far);
      assert.ok(accepted.destroyed);
      assert.is((await readText(got, 4000)).length, 4000);
      await closed(got);
    } else {
      assert.is(outcome, "AbortError");
      assert.not.ok(accepted.destroyed);
      client.write("on");
      assert.is(await readText(accepted, 2), "on");
    }
  });
  near.close();
  far.close();
});

const UNDER_WAY = {
  code: "ERR_CMSG_READ_ELSEWHERE",
  message: /another hand-off of it is under way/,
};

test("a connection that is on its way has one new owner: a second hand-off is refused, and the first goes on", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      const first = handOff(near, accepted);
      await rejects(handOff(near, accepted), UNDER_WAY);
      await first;
      const got = await receiveConnection(far);
      await rejects(receiveHandOff(far, { timeoutMs: 0 }), { code: "ETIMEDOUT" });
      client.write("one owner");
      assert.is(await readText(got, 9), "one owner");
      got.destroy();
    }),
  ));

test("so has a server; one that was given back can be handed off again", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  await withChannel("seqpacket", async (near, far) => {
    const count = fill(near);
    const first = handOff(near, server, { timeoutMs: 20 });
    await rejects(handOff(near, server), UNDER_WAY);
    await rejects(first, { code: "ETIMEDOUT" });
    await drain(far, count);
    await handOff(near, server);
    const got = await receiveHandOff(far);
    if (got !== null && "listening" in got) got.close();
  });
});

test.run();

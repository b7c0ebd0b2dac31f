// handOff and receiveHandOff of connections: nothing is shut down, and no byte is lost, doubled or out of order, whoever reads
// the connection in whatever way.

import { once } from "node:events";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { handOff, UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import {
  buffered,
  CHANNELS,
  type ChannelKind,
  drain,
  fill,
  readText,
  receiveConnection,
  withChannel,
  withConnection,
} from "../support/hand-off.js";
import { closed } from "../support/net.js";
import { suite } from "../support/suite.js";

const test = suite("hand-off");

for (const end of UnixSocket.pair()) end.close();

const KINDS = Object.keys(CHANNELS) as ChannelKind[];

/** What was handed off works both ways, and its client has noticed nothing. */
async function expectAlive(got: Socket, client: Socket, early: string): Promise<void> {
  client.write("late");
  assert.is(await readText(got, early.length + 4), `${early}late`);
  got.write("answer");
  assert.is(await readText(client, 6), "answer");
  assert.not.ok(client.readableEnded);
}

for (const kind of KINDS) {
  test(`a connection goes over a ${kind} with the bytes that were read from it`, () =>
    withConnection({}, ({ accepted, client }) =>
      withChannel(kind, async (near, far) => {
        client.write("early");
        await buffered(accepted, 5);
        await handOff(near, accepted);
        assert.ok(accepted.destroyed);
        const got = await receiveConnection(far);
        assert.is(got.allowHalfOpen, false);
        await expectAlive(got, client, "early");
        await closed(got);
      }),
    ));

  test(`many connections are in flight over a ${kind} at once, each with its own bytes`, () =>
    withChannel(kind, async (near, far) => {
      const count = 40;
      const work = async (i: number): Promise<void> => {
        if (i === count) {
          for (let n = 0; n < count; n++) {
            const got = await receiveConnection(far);
            const said = await readText(got, 9000);
            assert.is(said, `${said.slice(0, 2)}`.repeat(4500));
            got.end(`${said.slice(0, 2)} served`);
            await once(got, "finish");
            await closed(got);
          }
          return;
        }
        await withConnection({}, async ({ accepted, client }) => {
          const name = String(i).padStart(2, "0");
          client.write(name.repeat(4500));
          // Some with their bytes in a message, some in a file, some in the kernel.
          await buffered(accepted, i % 3 === 0 ? 0 : 9000);
          const sent = handOff(near, accepted);
          await Promise.all([sent, work(i + 1)]);
          assert.is(await readText(client, 9), `${name} served`);
        });
      };
      await work(0);
    }));

  test(`a full ${kind} and an abort leave a connection as it was`, () =>
    withConnection({}, ({ accepted, client }) =>
      withChannel(kind, async (near, far) => {
        let seen = "";
        accepted.on("data", (data) => {
          seen += data;
        });
        client.write("one,");
        while (seen.length < 4) await once(accepted, "data");
        const ways = fill(near);
        const giving = new AbortController();
        const sending = handOff(near, accepted, { signal: giving.signal });
        client.write("two,");
        accepted.write("kept");
        await new Promise((done) => setTimeout(done, 20));
        assert.is(seen, "one,", "nothing is read while it waits");
        assert.is(client.readableLength, 0, "nothing is written while it waits");
        giving.abort();
        await sending.then(
          () => assert.unreachable("it was aborted"),
          (error: Error) => assert.is(error.name, "AbortError"),
        );
        assert.is(await readText(client, 4), "kept");
        client.write("three");
        while (seen.length < 13) await once(accepted, "data");
        assert.is(seen, "one,two,three");
        await drain(far, ways);
        accepted.removeAllListeners("data").pause();
        await handOff(near, accepted);
        const got = await receiveConnection(far);
        await expectAlive(got, client, "");
        await closed(got);
      }),
    ));
}

/** Ways of reading a connection that let bytes lie. */
const READERS: Readonly<Record<string, (socket: Socket, take: (data: unknown) => void) => void>> = {
  "nobody reads": () => {},
  "a paused reader": (socket, take) => socket.on("data", take).pause(),
  "a pipe to a full stream": (socket, take) => {
    const full = new PassThrough({ highWaterMark: 1 });
    full.write("full");
    socket.pipe(full);
    full.on("drain", take);
  },
  "a reader of 'readable'": (socket) => socket.on("readable", () => {}),
  "a reader of lines to come": (socket) => {
    socket.on("readable", () => socket.readableLength > 1e6 && socket.read());
  },
};

for (const [name, read] of Object.entries(READERS)) {
  for (const outcome of ["handed off", "refused"] as const) {
    test(`${name}: what lies there is ${outcome}, once`, () =>
      withConnection({}, ({ accepted, client }) =>
        withChannel("seqpacket", async (near, far) => {
          const taken: unknown[] = [];
          read(accepted, (data) => taken.push(data));
          client.write("early");
          await buffered(accepted, 5);
          const count = () => taken.filter((data) => String(data).includes("early")).length;
          if (outcome === "refused") {
            far.close();
            await handOff(near, accepted).then(
              () => assert.unreachable("nobody is there"),
              (error) => assert.match(error.code, /^(EPIPE|ECONNRESET)$/),
            );
            assert.not.ok(accepted.destroyed);
            assert.is(accepted.readableLength, 5);
            assert.is(count(), 0, "nothing was given to who had not asked");
            let rest = "";
            accepted.unpipe().removeAllListeners("readable");
            accepted.on("data", (data) => {
              rest += data;
            });
            accepted.resume();
            client.write("late");
            while (rest.length < 9) await once(accepted, "data");
            assert.is(rest, "earlylate");
          } else {
            await handOff(near, accepted);
            const got = await receiveConnection(far);
            await expectAlive(got, client, "early");
            await closed(got);
            assert.is(count(), 0, "nothing was given to who had not asked");
          }
        }),
      ));
  }
}

test("the caller's head is in front of what Node has read, and that in front of what comes", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      client.write("read");
      await buffered(accepted, 4);
      await handOff(near, accepted, { head: Buffer.from("head,") });
      const got = await receiveConnection(far);
      await expectAlive(got, client, "head,read");
      await closed(got);
    }),
  ));

for (const bytes of [0, 1, 4095, 4096, 4097, 100_000]) {
  test(`a head of ${bytes} bytes arrives whole`, () =>
    withConnection({}, ({ accepted, client }) =>
      withChannel("seqpacket", async (near, far) => {
        const head = Buffer.alloc(bytes);
        for (let i = 0; i < bytes; i++) head[i] = 32 + (i % 90);
        await handOff(near, accepted, { head });
        const got = await receiveConnection(far);
        await expectAlive(got, client, head.toString("latin1"));
        await closed(got);
      }),
    ));
}

test.run();

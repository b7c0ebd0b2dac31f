// Connections that are handed on several times while their client writes, in all kinds of readers' hands, with attempts that
// fail in between: the bytes arrive in order, none lost, none twice.

import type { Socket } from "node:net";
import { handOff, UnixSocket } from "cmsg";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import {
  CHANNELS,
  type ChannelKind,
  drain,
  fill,
  receiveConnection,
  withChannel,
  withConnection,
} from "../support/hand-off.js";
import { Random } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("hand-off, any bytes at any time");

for (const end of UnixSocket.pair()) end.close();

type Reader = "nobody" | "flowing" | "paused later" | "a part";
type Failure = "aborted" | "refused";

interface Hop {
  readonly channel: ChannelKind;
  readonly reader: Reader;
  readonly failures: readonly Failure[];
  readonly turns: number;
}

const hop: fc.Arbitrary<Hop> = fc.record({
  channel: fc.constantFrom(...(Object.keys(CHANNELS) as ChannelKind[])),
  reader: fc.constantFrom<Reader>("nobody", "flowing", "paused later", "a part"),
  failures: fc.array(fc.constantFrom<Failure>("aborted", "refused"), { maxLength: 2 }),
  turns: fc.nat(4),
});

const chunks = fc.array(fc.record({ length: fc.nat(9000), turns: fc.nat(2) }), { maxLength: 12 });

async function wait(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((done) => setImmediate(done));
}

/** Somebody reads the connection, or not. */
async function read(socket: Socket, { reader, turns }: Hop, taken: Buffer[]): Promise<void> {
  const take = (data: Buffer): void => void taken.push(data);
  if (reader === "flowing" || reader === "paused later") socket.on("data", take);
  await wait(turns);
  if (reader === "paused later") socket.pause();
  if (reader !== "a part") return;
  const part: Buffer | null = socket.read(Math.ceil(socket.readableLength / 3));
  if (part !== null) taken.push(part);
}

async function failTo(socket: Socket, failure: Failure, { channel, turns }: Hop): Promise<void> {
  await withChannel(channel, async (near, far) => {
    if (failure === "refused") {
      far.close();
      await handOff(near, socket).then(
        () => assert.unreachable("nobody is there"),
        () => {},
      );
      return;
    }
    const ways = fill(near);
    const giving = new AbortController();
    const sending = handOff(near, socket, { signal: giving.signal });
    await wait(turns);
    giving.abort();
    await sending.then(
      () => assert.unreachable("it was aborted"),
      (error: Error) => assert.is(error.name, "AbortError"),
    );
    await drain(far, ways);
  });
  await wait(turns);
}

async function handOn(socket: Socket, way: Hop, taken: Buffer[]): Promise<Socket> {
  await read(socket, way, taken);
  for (const failure of way.failures) await failTo(socket, failure, way);
  let next: Socket | undefined;
  await withChannel(way.channel, async (near, far) => {
    await handOff(near, socket);
    await wait(way.turns);
    next = await receiveConnection(far);
  });
  return next as Socket;
}

async function run(pieces: readonly { length: number; turns: number }[], ways: readonly Hop[]) {
  const random = new Random(pieces.length + ways.length);
  const sent = pieces.map(({ length }) => Buffer.from(random.bytes(length)));
  const taken: Buffer[] = [];
  await withConnection({}, async ({ accepted, client }) => {
    const writing = (async () => {
      for (const [i, piece] of sent.entries()) {
        client.write(piece);
        await wait(pieces[i]?.turns ?? 0);
      }
    })();
    let socket = accepted;
    for (const way of ways) socket = await handOn(socket, way, taken);
    await writing;
    client.end();
    socket.on("data", (data) => taken.push(data));
    await new Promise((done) => socket.on("end", done));
    await new Promise((done) => (socket.closed ? done(undefined) : socket.on("close", done)));
  });
  const [got, wanted] = [Buffer.concat(taken), Buffer.concat(sent)];
  assert.is(got.length, wanted.length);
  assert.ok(got.equals(wanted), "the bytes are those that were sent, in order");
}

test("no byte is lost, doubled or out of order", async () => {
  const property = fc.asyncProperty(chunks, fc.array(hop, { minLength: 1, maxLength: 3 }), run);
  await fc.assert(property, { numRuns: 300 });
});

test.run();

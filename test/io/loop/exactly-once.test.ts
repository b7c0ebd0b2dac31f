// Whatever interrupts: every byte and every descriptor arrives in order and once, or the promise says what the kernel had.

import { credentials, Fd, rights, type Sent, UnixSocket } from "cmsg";
import fc from "fast-check";
import { assert } from "../../support/assert.js";
import { after, shrink, turns, withOpenFiles } from "../../support/loop.js";
import { CAP_SETUID, hasCapability, ownIds } from "../../support/privilege.js";
import { seed } from "../../support/random.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: exactly once");

/** Which of `withOpenFiles` a descriptor is; it is closed. */
function indexOf(fd: Fd): number {
  const index = Number(fd.read(16, { position: 0 }).toString());
  fd.close();
  return index;
}

test("600 writes of 2 KiB with a descriptor each, not awaited, to a slow reader in small buffers", async () => {
  await withOpenFiles(7, async (files) => {
    const [left, right] = UnixSocket.pair();
    shrink(left, right);
    const sends: Promise<Sent>[] = [];
    for (let i = 0; i < 600; i++) {
      const own = (files[i % 7] as Fd).dup();
      sends.push(left.send(Buffer.alloc(2048, String.fromCharCode(97 + (i % 26))), { fds: [own] }));
      own.close();
    }
    assert.ok(left.queuedBytes > 1_000_000, "most of them wait");
    const ended = left.end();
    const seen: number[] = [];
    const parts: Buffer[] = [];
    for await (const message of right.messages({ dataLimit: 700 })) {
      parts.push(message.data);
      seen.push(...message.fds.map(indexOf));
      if (seen.length % 50 === 0) await after(1);
    }
    await ended;
    assert.equal(
      await Promise.all(sends),
      sends.map(() => ({ bytes: 2048, fds: 1 })),
    );
    assert.equal(
      seen,
      sends.map((_, i) => i % 7),
    );
    const bytes = Buffer.concat(parts);
    assert.is(bytes.length, 600 * 2048);
    for (let i = 0; i < 600; i++) {
      assert.is(bytes[i * 2048], 97 + (i % 26));
      assert.is(bytes[i * 2048 + 2047], 97 + (i % 26));
    }
    right.close();
  });
});

interface Step {
  readonly size: number;
  readonly fds: number;
  /** Further descriptors, in a control message: they go with the first byte. */
  readonly extra: number;
  /** Whether it says who sends it: with the first byte too. */
  readonly says: boolean;
  /** How the send may give up. */
  readonly gives: "never" | "abort" | "timeout";
  /** Turns of the event loop between this send and the next. */
  readonly pause: number;
}

const step: fc.Arbitrary<Step> = fc
  .record({
    size: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 12_000 })),
    fds: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
      { weight: 1, arbitrary: fc.integer({ min: 250, max: 300 }) },
    ),
    extra: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    says: fc.boolean(),
    gives: fc.constantFrom("never", "never", "abort", "timeout"),
    pause: fc.integer({ min: 0, max: 3 }),
  })
  // A stream carries descriptors with data alone, 253 with a byte.
  .map((one) => {
    const extra = one.fds > 5 ? 0 : one.extra;
    return { ...one, extra, size: Math.max(one.size, Math.ceil((one.fds + extra) / 253)) } as Step;
  });

/** Who sends a message: only root may say somebody else, and then the kernel keeps what one has said from another's bytes. */
const MAY_PRETEND = hasCapability(CAP_SETUID);

function senderOf(index: number, says: boolean): ReturnType<typeof ownIds> {
  return says && MAY_PRETEND ? { ...ownIds(), uid: 1000 + index } : ownIds();
}

/** A piece of the stream, and the control messages that came with it. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly values: readonly unknown[];
}

type Ending = "end" | "close" | "peer";

const script = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  ending: fc.constantFrom<Ending>("end", "end", "close", "peer"),
  dataLimit: fc.integer({ min: 1, max: 5000 }),
  /** Messages after which the reader rests. */
  rest: fc.integer({ min: 1, max: 8 }),
});

/** What became of one send: how much the kernel had, for certain. */
interface Outcome {
  readonly sent: Sent;
  /** The rest may follow: it was given up in the middle and the socket lives on. */
  readonly follows: boolean;
}

function outcomeOf(promise: Promise<Sent>): Promise<Outcome> {
  return promise.then(
    (sent) => ({ sent, follows: false }),
    (error: Error & { code?: string; sent?: Sent }) => {
      const gaveUp = error.name === "AbortError" || error.code === "ETIMEDOUT";
      const known = ["EPIPE", "ECONNRESET", "ERR_CMSG_SOCKET_CLOSED"].includes(error.code ?? "");
      assert.ok(gaveUp || known, String(error.stack));
      return { sent: error.sent ?? { bytes: 0, fds: 0 }, follows: gaveUp && "sent" in error };
    },
  );
}

/** Data of which every byte tells the send and, roughly, the place in it. */
function dataOf(index: number, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (index * 31 + at * 7) & 0xff));
}

async function play({ steps, ending, dataLimit, rest }: Script, files: readonly Fd[]) {
  const [left, right] = UnixSocket.pair({ passCredentials: true });
  shrink(left, right);
  const outcomes: Promise<Outcome>[] = [];
  const reading = (async () => {
    const parts: Buffer[] = [];
    const fds: number[] = [];
    const pieces: Piece[] = [];
    let [count, at] = [0, 0];
    for await (const message of right.messages({ dataLimit })) {
      parts.push(message.data);
      const from = at;
      at += message.bytes;
      pieces.push({ from, to: at, values: message.control.map(({ value }) => value) });
      fds.push(...message.fds.map(indexOf));
      if (++count % rest === 0) await turns(2);
      if (ending === "peer" && count > steps.length) break;
    }
    if (ending === "peer") right.close();
    return { bytes: Buffer.concat(parts), fds, pieces };
  })();
  let next = 0;
  for (const [i, { size, fds, extra, says, gives, pause }] of steps.entries()) {
    const lend = () => (files[next++ % files.length] as Fd).dup();
    const lent = Array.from({ length: fds }, lend);
    const further = Array.from({ length: extra }, lend);
    const signal = gives === "abort" ? AbortSignal.timeout(1) : undefined;
    const options = {
      fds: lent,
      control: [
        ...(extra > 0 ? [rights(further)] : []),
        ...(says ? [credentials(senderOf(i, says))] : []),
      ],
      ...(signal === undefined ? {} : { signal }),
      ...(gives === "timeout" ? { timeoutMs: 1 } : {}),
    };
    const data = dataOf(i, size);
    const outcome = outcomeOf(left.send(data, options));
    // Whatever has settled may be used for something else.
    outcomes.push(
      outcome.finally(() => {
        data.fill(0);
      }),
    );
    Fd.closeAll([...lent, ...further]);
    if (pause > 0) await turns(pause);
  }
  if (ending === "close") left.close();
  else if (ending === "end") await left.end();
  const settled = await Promise.all(outcomes);
  left.close();
  const arrived = await reading;
  right.close();
  return { settled, arrived };
}

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** What must have arrived, as far as the promises say. */
function check({ steps, ending }: Script, { settled, arrived }: Awaited<ReturnType<typeof play>>) {
  let at = 0;
  let fdAt = 0;
  let next = 0;
  for (const [i, { size, fds, extra, says }] of steps.entries()) {
    const { sent, follows } = settled[i] as Outcome;
    const whole = dataOf(i, size);
    const first = next;
    next += fds + extra;
    if (ending === "peer" && at >= arrived.bytes.length) return;
    const left = arrived.bytes.length - at;
    // What was begun is completed, unless the socket was closed under it.
    const most = follows ? size : sent.bytes;
    const bytes = ending === "end" ? most : Math.min(most, left);
    assert.ok(
      arrived.bytes.subarray(at, at + bytes).equals(whole.subarray(0, bytes)),
      `bytes ${i}`,
    );
    if (bytes > 0) {
      const piece = arrived.pieces.find(({ from, to }) => from <= at && at < to);
      assert.equal(piece?.values, [senderOf(i, says)], `sender ${i}`);
    }
    at += bytes;
    const mostFds = (follows ? fds : sent.fds) + (bytes > 0 ? extra : 0);
    const came = ending === "end" ? mostFds : Math.min(mostFds, arrived.fds.length - fdAt);
    const expected = Array.from({ length: came }, (_, n) => (first + n) % 5);
    assert.equal(arrived.fds.slice(fdAt, fdAt + came), expected, `descriptors ${i}`);
    fdAt += came;
    if (ending !== "end" && bytes < most) return;
  }
  assert.is(at, arrived.bytes.length, "nothing else arrives");
  assert.is(fdAt, arrived.fds.length, "no other descriptor arrives");
}

test("random sizes, descriptors, aborts, timeouts and endings against a model", async () => {
  await withOpenFiles(5, async (files) => {
    await fc.assert(
      fc.asyncProperty(script, async (one) => {
        check(one, await play(one, files));
      }),
      { numRuns: 120, seed },
    );
  });
});

test("frames: random data, descriptors and read sizes keep their pairing", async () => {
  await withOpenFiles(5, async (files) => {
    const frames = fc.array(
      fc.record({ size: fc.integer({ min: 0, max: 9000 }), fds: fc.integer({ min: 0, max: 5 }) }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(frames, async (list) => {
        const [left, right] = UnixSocket.pair({ framed: true });
        shrink(left, right);
        let next = 0;
        const all = list.map(({ size, fds }, i) => ({
          data: dataOf(i, size),
          fds: Array.from({ length: fds }, () => next++ % 5),
        }));
        const sends = all.map(({ data, fds }) =>
          left.send(data, { fds: fds.map((index) => files[index] as Fd) }),
        );
        const ended = left.end();
        for (const { data, fds } of all) {
          const message = await right.receive();
          assert.ok(message?.data.equals(data));
          assert.equal(message?.fds.map(indexOf), fds);
        }
        assert.is(await right.receive(), null);
        await ended;
        assert.equal(
          await Promise.all(sends),
          list.map(({ size, fds }) => ({ bytes: size, fds })),
        );
        right.close();
      }),
      { numRuns: 60, seed },
    );
  });
});

test("seqpacket: every message arrives whole, in order and once", async () => {
  await withOpenFiles(5, async (files) => {
    const [left, right] = UnixSocket.pair({ type: "seqpacket" });
    shrink(left, right);
    const sends = Array.from({ length: 300 }, (_, i) =>
      left.send(dataOf(i, (i * 37) % 900), { fds: i % 3 === 0 ? [files[i % 5] as Fd] : [] }),
    );
    assert.ok(left.queuedBytes > 0);
    const ended = left.end();
    let count = 0;
    for await (const message of right.messages()) {
      const i = count++;
      assert.ok(message.data.equals(dataOf(i, (i * 37) % 900)), `message ${i}`);
      assert.equal(message.fds.map(indexOf), i % 3 === 0 ? [i % 5] : []);
    }
    await ended;
    await Promise.all(sends);
    assert.is(count, 300);
    right.close();
  });
});

test.run();

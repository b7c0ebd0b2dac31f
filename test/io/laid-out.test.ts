// Messages that follow one another: what one was laid out with never shows in the next, whatever is remembered of it, and data
// that was handed out stays as it is.

import {
  bind,
  connect,
  credentials,
  Fd,
  getsockname,
  MessageRecord,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  socket,
} from "cmsg";
import { assert } from "../support/assert.js";
import { indices, upTo, withFiles } from "../support/message.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("messages one after another");

const random = new Random();
const ME = { pid: process.pid, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

interface Sent {
  readonly data: Uint8Array;
  readonly fds: number;
}

/** Sends one message of a random kind. */
function sendOne(from: Fd, name: { path: string } | object, files: readonly Fd[]): Sent {
  const data = random.bytes(random.pick([0, 1, 1, 2, 32, 33, 256, 257, 4096, 4097, 40_000]));
  const fds = files.slice(0, random.pick([0, 1, 1, 2, 5]));
  // Without a destination messages of one kind follow one another.
  const to = random.pick([undefined, undefined, name as never]);
  const parts = random.pick([data, [data], [data.subarray(0, 1), data.subarray(1)]]);
  if (random.below(2) === 0) {
    const control = random.pick([undefined, [credentials(ME)]]);
    sendFds(from, fds, withGiven({ to, data: parts, control }));
  } else {
    const control = fds.length > 0 ? [rights(fds)] : undefined;
    sendmsg(from, withGiven({ to, data: parts, control }));
  }
  return { data, fds: fds.length };
}

/** Options without those that are undefined. */
function withGiven(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

interface Got {
  readonly data: Uint8Array;
  readonly fds: readonly Fd[];
  readonly address: unknown;
  readonly pids: readonly number[];
}

/** Ways to receive; each takes the same message to be the same. */
function waysFor(to: Fd, record: MessageRecord): readonly (() => Got)[] {
  const got = (message: ReturnType<typeof recvFds>): Got => ({
    data: message.data,
    fds: message.fds,
    address: message.address,
    pids: message.control.flatMap((m) => (m.is(credentials) ? [m.value.pid] : [])),
  });
  return [
    () => got(recvFds(to)),
    () => got(recvmsg(to)),
    () => got(recvmsg(to, { into: Buffer.alloc(50_000) })),
    () => got(recvFds(to, { into: [Buffer.alloc(50_000)] })),
    () => got(recvFds(to, { dataLimit: 41_000 })),
    () => got(recvmsg(to, { controlLimit: 1000 })),
    () => {
      const { data, fds, address, control } = record.receive();
      const pids = control.flatMap((m) => (m.is(credentials) ? [m.value.pid] : []));
      return { data: Buffer.from(data), fds: fds.map((fd) => new Fd(fd.take())), address, pids };
    },
  ];
}

test(`2,000 random datagrams in random ways (seed ${seed})`, () => {
  withFiles(5, (files) => {
    using to = socket({ type: "dgram" });
    using from = socket({ type: "dgram" });
    const name = { abstract: `laid-out-${process.pid}` };
    bind(to, name);
    bind(from, { abstract: `laid-out-from-${process.pid}` });
    connect(from, name);
    using record = new MessageRecord(to);
    const ways = waysFor(to, record);
    const kept: { got: Uint8Array; sent: Uint8Array }[] = [];
    for (let turn = 0; turn < 2000; turn++) {
      const passes = random.below(2) === 0;
      setsockopt(to, "SOL_SOCKET", "SO_PASSCRED", passes);
      const sent = sendOne(from, name, files);
      const got = random.pick(ways)();
      assert.is(Buffer.compare(got.data, sent.data), 0, `data of turn ${turn}, seed ${seed}`);
      assert.equal(indices(got.fds), upTo(sent.fds), `descriptors of turn ${turn}, seed ${seed}`);
      assert.equal(got.address, getsockname(from));
      assert.equal(got.pids, passes ? [process.pid] : []);
      Fd.closeAll(got.fds);
      kept.push({ got: got.data, sent: sent.data });
    }
    for (const { got, sent } of kept) assert.is(Buffer.compare(got, sent), 0, `seed ${seed}`);
  });
});

test("data is a Buffer of its own memory, the same one each time it is asked for", () => {
  using to = socket({ type: "dgram" });
  const name = { abstract: `laid-out-${process.pid}` };
  bind(to, name);
  using from = socket({ type: "dgram" });
  for (const length of [0, 1, 256, 257, 70_000]) {
    sendmsg(from, { to: name, data: Buffer.alloc(length, 1) });
    using message = recvmsg(to, { dataLimit: 80_000 });
    const { data } = message;
    assert.ok(Buffer.isBuffer(data));
    assert.is(message.data, data);
    data.fill(2);
    assert.ok(message.data.every((byte) => byte === 2));
  }
});

test("small data survives the transfer of the memory that it shares, as a whole or not at all", () => {
  using to = socket({ type: "dgram" });
  const name = { abstract: `laid-out-${process.pid}` };
  bind(to, name);
  using from = socket({ type: "dgram" });
  for (let i = 0; i < 3; i++) {
    sendmsg(from, { to: name, data: Buffer.from(`number ${i}`) });
    using message = recvmsg(to);
    assert.is(`${message.data}`, `number ${i}`);
    const { buffer } = message.data;
    try {
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    } catch (error) {
      assert.is((error as Error).name, "DataCloneError");
      assert.is(`${message.data}`, `number ${i}`);
    }
  }
});

test.run();

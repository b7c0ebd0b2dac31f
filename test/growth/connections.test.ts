// What one connection costs does not depend on how many there are: 1 to 10,000 sockets on the event loop, whose other ends another
// process holds. Each is watched, gets a message and is closed.

import { readdirSync, readFileSync } from "node:fs";
import { Fd, recvmsg, sendFds, sendmsg, socketpair, UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { growthOf, type Job, MOST, measured, shown } from "../support/growth.js";
import { type Peer, startNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

// The descriptor that tells of all others is made with the first socket and stays.
for (const socket of UnixSocket.pair()) socket.close();

const test = suite("growth with the number of connections");

/** Keeps the descriptors that it gets; writes to each, or closes all, when it is told. */
const HOLDER = `
  import { Fd, recvFds, sendmsg } from "cmsg";
  const control = new Fd(3);
  const data = Buffer.from("x");
  const ends = [];
  for (;;) {
    const got = recvFds(control);
    if (got.bytes === 0) break;
    ends.push(...got.fds);
    const word = got.data.toString();
    if (word === "write") for (const end of ends) sendmsg(end, { data });
    if (word === "close") Fd.closeAll(ends.splice(0));
    sendmsg(control, { data });
  }
  process.exit();
`;

/** Descriptors of one message. */
const AT_ONCE = 200;

/** Descriptors that this process may have open, beside those that are open now. Node raises its own limit to what it may have. */
function room(): number {
  const [, soft = "1024"] =
    /Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(soft) - readdirSync("/proc/self/fd").length - 2 * AT_ONCE;
}

class Holder {
  readonly #peer: Peer;
  readonly #control: Fd;

  constructor() {
    const [control, other] = socketpair({ type: "seqpacket" });
    this.#peer = startNode(HOLDER, { inherit: [(other as Fd).number] });
    (other as Fd).close();
    this.#control = control as Fd;
  }

  tell(word: string, fds: readonly Fd[] = []): void {
    if (fds.length === 0) sendmsg(this.#control, { data: Buffer.from(word) });
    else sendFds(this.#control, fds, { data: word });
  }

  answered(): void {
    assert.is(recvmsg(this.#control).bytes, 1);
  }

  async end(): Promise<void> {
    this.#control.close();
    const { status, stderr } = await this.#peer.ended;
    assert.is(status, 0, stderr);
  }
}

/** Near ends of so many connections; the holder has the far ones. */
function connected(holder: Holder, count: number): Fd[] {
  const near: Fd[] = [];
  for (let left = count; left > 0; left -= AT_ONCE) {
    const far: Fd[] = [];
    for (let i = 0; i < Math.min(left, AT_ONCE); i++) {
      const [one, other] = socketpair({ nonBlocking: true });
      near.push(one as Fd);
      far.push(other as Fd);
    }
    holder.tell("keep", far);
    Fd.closeAll(far);
    holder.answered();
  }
  return near;
}

interface Watched {
  readonly sockets: UnixSocket[];
  readonly all: Promise<void>;
}

/** Watches them; resolves when each has got its message. */
function watch(fds: readonly Fd[]): Watched {
  const sockets: UnixSocket[] = [];
  let missing = fds.length;
  const all = new Promise<void>((resolve, reject) => {
    for (const fd of fds) {
      const socket = UnixSocket.adopt(fd);
      sockets.push(socket);
      socket.onMessage(
        ({ bytes }) => {
          missing -= bytes;
          if (missing === 0) resolve();
        },
        (error) => reject(error ?? new Error("the end of a connection")),
      );
    }
  });
  return { sockets, all };
}

interface Memory {
  readonly heap: number;
  readonly resident: number;
}

function memory(): Memory {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

function life(holder: Holder): Job<Fd[]> {
  return {
    setUp: (count) => connected(holder, count),
    async run(fds) {
      const { sockets, all } = watch(fds);
      holder.tell("write");
      await all;
      for (const socket of sockets) socket.close();
    },
    tearDown() {
      holder.answered();
      holder.tell("close");
      holder.answered();
    },
    // The holder writes to all that it has.
    atOnce: 1,
  };
}

const WANTED = 10_000;

const MOST_CONNECTIONS = Math.min(WANTED, room());

/** What a watched connection holds, told and not judged: first, while the process is small. */
async function tellMemory(holder: Holder): Promise<void> {
  const fds = connected(holder, MOST_CONNECTIONS);
  const before = memory();
  const { sockets, all } = watch(fds);
  const after = memory();
  const [heap, resident] = (["heap", "resident"] as const).map((key) =>
    Math.round((after[key] - before[key]) / MOST_CONNECTIONS),
  );
  console.log(`\nNOTE memory of a connection: ${heap} bytes of heap, ${resident} resident`);
  holder.tell("write");
  await all;
  holder.answered();
  for (const socket of sockets) socket.close();
  holder.tell("close");
  holder.answered();
}

test("watched, given a message, closed: in proportion to their number", async () => {
  if (MOST_CONNECTIONS < WANTED) {
    console.log(`\nNOTE only ${MOST_CONNECTIONS} connections: the limit of open files`);
  }
  const holder = new Holder();
  try {
    await tellMemory(holder);
    const smaller = [1, 10, 100, 1000].filter((count) => count < MOST_CONNECTIONS);
    const counts = [...smaller, MOST_CONNECTIONS];
    const points = await measured(life(holder), { counts, least: 100, repeats: 3 });
    console.log(`\nNOTE connections: ${shown(points)}`);
    assert.ok(growthOf(points) < MOST, shown(points));
  } finally {
    await holder.end();
  }
});

test("planted: work that looks at all connections for each of them is found out", async () => {
  const counts = [1, 10, 100, 1000, 5000];
  const over = (looks: (count: number) => number): Job<number[]> => ({
    setUp: (count) => Array.from({ length: count }, (_, i) => i),
    run(list, count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        for (let j = looks(count); j > 0; j--) sum += list[(i + j) % count] as number;
      }
      if (sum < 0) throw new Error("nobody sees this");
    },
    tearDown: () => {},
  });
  const one = await measured(
    over(() => 100),
    { counts, least: 1000, repeats: 3 },
  );
  const all = await measured(
    over((count) => count),
    { counts, least: 1000, repeats: 3 },
  );
  assert.ok(growthOf(one) < MOST, shown(one));
  assert.ok(growthOf(all) > MOST, shown(all));
});

test.run();

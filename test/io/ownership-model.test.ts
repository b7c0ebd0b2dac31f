// Random lives of descriptors against a model: after every act exactly those are open that somebody owns.

import { Fd, recvFds, recvmsg, rights, sendFds, sendmsg, socketpair } from "cmsg";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { isCloseOnExec, isOpen } from "../support/descriptors.js";
import { closeNumber } from "../support/raw.js";
import { openFiles, suite } from "../support/suite.js";

const test = suite("lives of descriptors");

/** What is open by the model: Fds with an owner, and numbers that were taken. */
interface World {
  readonly owned: Set<Fd>;
  readonly ended: Set<Fd>;
  readonly taken: Set<number>;
  readonly pair: Iterable<Fd> & { readonly 0: Fd; readonly 1: Fd };
}

type Act = (world: World, some: readonly Fd[]) => void;

function own(world: World, fds: Iterable<Fd>): void {
  for (const fd of fds) world.owned.add(fd);
}

function end(world: World, fd: Fd): void {
  world.owned.delete(fd);
  world.ended.add(fd);
}

function take(world: World, fd: Fd): void {
  world.taken.add(fd.take());
  end(world, fd);
}

const ACTS: Readonly<Record<string, Act>> = {
  open: (world) => own(world, [Fd.open("/dev/null")]),
  pair: (world) => own(world, socketpair()),
  dup: (world, some) =>
    own(
      world,
      some.map((fd) => fd.dup()),
    ),
  close(world, some) {
    for (const fd of some) {
      fd.close();
      end(world, fd);
    }
  },
  closeAll(world, some) {
    // Those that have ended are passed over.
    Fd.closeAll([...some, ...world.ended]);
    for (const fd of some) end(world, fd);
  },
  take(world, some) {
    for (const fd of some) take(world, fd);
  },
  adopt(world) {
    for (const number of world.taken) own(world, [new Fd(number)]);
    world.taken.clear();
  },
  pass(world, some) {
    sendFds(world.pair[0], some, { data: "x" });
    own(world, recvFds(world.pair[1]).fds);
  },
  passSurplus(world, some) {
    sendFds(world.pair[0], some, { data: "x" });
    const got = recvFds(world.pair[1], { fdLimit: 1 });
    assert.is(got.surplus, Math.max(some.length - 1, 0));
    own(world, got.fds);
  },
  passAndDispose(world, some) {
    sendmsg(world.pair[0], { data: Buffer.from("x"), control: [rights(some)] });
    using message = recvmsg(world.pair[1]);
    const [first] = message.fds;
    if (first !== undefined) take(world, first);
  },
};

function check({ owned, ended, taken }: World, before: number): void {
  for (const fd of owned) assert.ok(!fd.closed && isOpen(fd.number) && isCloseOnExec(fd.number));
  for (const fd of ended) assert.ok(fd.closed);
  for (const number of taken) assert.ok(isOpen(number));
  assert.is(
    new Set([...[...owned].map((fd) => fd.number), ...taken]).size,
    owned.size + taken.size,
  );
  assert.is(openCount(), before + owned.size + taken.size, openFiles().join(", "));
}

/**
 * How many descriptors are open of the kinds that acts make. A thread of the runtime may have another file open for an instant,
 * which among thousands of looks is seen.
 */
function openCount(): number {
  return openFiles().filter((file) => /^\d+ (\/dev\/null|socket:)/.test(file)).length;
}

/** An act and a choice of the descriptors that it is done to. */
const step = fc.tuple(
  fc.constantFrom(...Object.keys(ACTS)),
  fc.array(fc.nat(20), { maxLength: 4 }),
);

test("whatever is done in whatever order, exactly what is owned is open", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      using pair = socketpair();
      const before = openCount();
      const world: World = { owned: new Set(), ended: new Set(), taken: new Set(), pair };
      try {
        for (const [act, choice] of steps) {
          const all = [...world.owned];
          const some = new Set(choice.flatMap((i) => all[i % all.length] ?? []));
          ACTS[act]?.(world, [...some]);
          check(world, before);
        }
      } finally {
        Fd.closeAll(world.owned);
        for (const number of world.taken) closeNumber(number);
      }
      assert.is(openCount(), before, openFiles().join(", "));
    }),
    { numRuns: 150 },
  );
});

test.run();

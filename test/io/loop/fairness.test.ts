// Busy sockets beside quiet ones, callbacks that use their own socket, and what keeps a process running.

import { UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { turns, withSockets } from "../../support/loop.js";
import { upTo } from "../../support/message.js";
import { runNode, startNode } from "../../support/peer.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: fairness, callbacks, lifetime");

/** Floods an inherited socket until it is closed at the other end. */
const FLOOD = `
  import { Fd, setNonBlocking, sendmsg } from "cmsg";
  const socket = new Fd(3);
  setNonBlocking(socket, false);
  const data = Buffer.alloc(64);
  try { for (;;) sendmsg(socket, { data }); }
  catch (error) { if (error.code !== "EPIPE" && error.code !== "ECONNRESET") throw error; }
`;

test("a flooded socket takes turns with the event loop, timers and other sockets", async () => {
  for (const way of ["callback", "loop"] as const) {
    const [busy, far] = UnixSocket.pair({ type: "seqpacket" });
    const theirs = far.take();
    const flood = startNode(FLOOD, { inherit: [theirs.number] });
    theirs.close();
    let count = 0;
    const flooded = new Promise<unknown>((resolve) => {
      if (way === "callback") busy.onMessage(() => count++, resolve);
      else {
        (async () => {
          for await (const _ of busy.messages()) count++;
        })().then(resolve);
      }
    });
    while (count === 0) await turns(1);
    const before = count;
    await withSockets({}, async (left, right) => {
      for (let i = 0; i < 50; i++) {
        await left.send("ping");
        assert.is((await right.receive())?.data.toString(), "ping");
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    });
    assert.ok(count > before, "the busy one goes on");
    busy.close();
    await flooded;
    flood.child.kill();
    await flood.ended;
  }
});

test("in one turn of the event loop a socket hands out a bounded number of messages, and all of its neighbours theirs", async () => {
  const pairs = upTo(5).map(() => UnixSocket.pair({ type: "seqpacket" }));
  for (const [left] of pairs) for (let i = 0; i < 150; i++) await left.send(String(i));
  const perTurn: number[][] = [];
  let now = pairs.map(() => 0);
  let total = 0;
  const stops = pairs.map(([, right], i) =>
    right.onMessage(
      () => {
        now[i] = (now[i] ?? 0) + 1;
        total++;
      },
      () => {},
    ),
  );
  while (total < 5 * 150) {
    await turns(1);
    perTurn.push(now);
    now = pairs.map(() => 0);
  }
  const first = perTurn.findIndex((counts) => counts.some((count) => count > 0));
  assert.ok(
    perTurn[first]?.every((count) => count > 0),
    "all had some in the first turn",
  );
  assert.ok(perTurn.every((counts) => counts.every((count) => count < 150)));
  for (const stop of stops) stop();
  for (const socket of pairs.flat()) socket.close();
});

test("whoever sends in a loop to a fast reader lets timers run", async () => {
  const [near, far] = UnixSocket.pair({ type: "seqpacket" });
  const theirs = far.take();
  const reader = startNode(
    `import { Fd, recvmsg, setNonBlocking } from "cmsg";
     const socket = new Fd(3);
     setNonBlocking(socket, false);
     console.log("ready");
     while (recvmsg(socket).bytes > 0);`,
    { inherit: [theirs.number] },
  );
  theirs.close();
  await reader.printed("ready");
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  // Endless if sends that succeed at once never left the microtasks.
  for (let i = 0; !fired; i++) {
    await near.send("x");
    if (i > 5_000_000) assert.unreachable("no timer ever ran");
  }
  near.close();
  assert.is((await reader.ended).status, 0);
});

/** A program ends by itself, or goes on until it is killed. */
async function endsAlone(body: string, expected: boolean): Promise<void> {
  const program = startNode(`
    import { UnixSocket, UnixServer } from "cmsg";
    ${body}
    console.log("ready");
  `);
  await program.printed("ready");
  const running = Symbol("running");
  const wait = new Promise((resolve) => setTimeout(resolve, 400, running));
  const first = await (expected ? program.ended : Promise.race([program.ended, wait]));
  program.child.kill("SIGKILL");
  const { status, stderr } = await program.ended;
  assert.is(first === running, !expected, stderr);
  if (expected) assert.is(status, 0, stderr);
}

const ENDS: readonly [string, boolean, string][] = [
  [
    "idle sockets and servers",
    true,
    "UnixSocket.pair(); await UnixServer.listen({ abstract: 'idle' + process.pid });",
  ],
  ["a receive that waits", false, "const [left] = UnixSocket.pair(); left.receive();"],
  [
    "a receive on an unref'd socket",
    true,
    "const [left] = UnixSocket.pair(); left.unref().receive();",
  ],
  [
    "an unref'd receive with a timeout",
    true,
    "const [left] = UnixSocket.pair({ idleTimeoutMs: 100000 }); left.unref(); left.receive({ timeoutMs: 100000 });",
  ],
  [
    "a socket that is ref'd again",
    false,
    "const [left] = UnixSocket.pair(); left.receive(); left.unref(); left.ref();",
  ],
  [
    "a receive that gave up",
    true,
    "const [left] = UnixSocket.pair(); await left.receive({ timeoutMs: 5 }).catch(() => {});",
  ],
  ["a send that waits", false, "const [left] = UnixSocket.pair(); left.send(Buffer.alloc(1e6));"],
  ["a callback", false, "const [left] = UnixSocket.pair(); left.onMessage(() => {}, () => {});"],
  [
    "a callback that was stopped",
    true,
    "const [left] = UnixSocket.pair(); left.onMessage(() => {}, () => {})();",
  ],
  [
    "an accept that waits",
    false,
    "const server = await UnixServer.listen({ abstract: 'waits' + process.pid }); server.accept();",
  ],
  [
    "an unref'd server",
    true,
    "const server = await UnixServer.listen({ abstract: 'unref' + process.pid }); server.unref(); server.accept();",
  ],
];

for (const [what, ends, body] of ENDS) {
  test(`${what} ${ends ? "lets the process end" : "keeps the process running"}`, async () => {
    await endsAlone(body, ends);
  });
}

test("a process that exits while messages wait ends as it was told to", async () => {
  for (let round = 0; round < 3; round++) {
    const { status, stderr } = await runNode(`
      import { UnixSocket } from "cmsg";
      const [left, right] = UnixSocket.pair();
      right.onMessage(() => {}, () => {});
      for (let i = 0; i < 100; i++) left.send("x");
      process.exit(7);
    `);
    assert.is(status, 7, stderr);
  }
});

test.run();

// What processes that are started inherit of the event loop's sockets: nothing.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("sockets and child processes");

/** Prints what kinds of descriptors are open behind the standard ones. */
const LOOK = "for f in /proc/$$/fd/*; do [ $(basename $f) -gt 2 ] && readlink $f; done; true";

test("a program that is spawned has none of the sockets, nor what watches them", async () => {
  const lines = await linesOf(`
import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
const [left, right] = UnixSocket.pair();
const server = await UnixServer.listen({ abstract: "cmsg-child-" + process.pid });
const waiting = right.receive();
server.unref().accept();
await sleep(20);
const { stdout } = spawnSync("sh", ["-c", ${JSON.stringify(LOOK)}], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const ours = readdirSync("/proc/self/fd").flatMap((fd) => {
  try { return [readlinkSync("/proc/self/fd/" + fd)]; } catch { return []; }
});
const watched = (text) => /eventpoll|eventfd|socket:/.test(text);
say(JSON.stringify([ours.some(watched), stdout.split("\\n").filter(watched)]));
await left.send("x");
await waiting;
`);
  assert.equal(lines, ["[true,[]]"]);
});

test("a child process that ends or is killed leaves the sockets alone", async () => {
  const lines = await linesOf(`
import { spawn } from "node:child_process";
import { once } from "node:events";
const [left, right] = UnixSocket.pair();
const child = spawn("sleep", ["60"]);
const waiting = right.receive();
await sleep(20);
child.kill("SIGKILL");
await once(child, "exit");
await left.send("goes on");
say((await waiting).data.toString());
`);
  assert.equal(lines, ["goes on"]);
});

test("a forked process has a set of its own", async () => {
  const lines = await linesOf(`
import { fork } from "node:child_process";
import { once } from "node:events";
const [left, right] = UnixSocket.pair();
if (process.argv[2] === "child") {
  const message = right.receive();
  await left.send("child");
  process.send((await message).data.toString(), () => process.disconnect());
} else {
  const waiting = right.receive();
  const child = fork(process.argv[1], ["child"]);
  const [[answer]] = await Promise.all([once(child, "message"), once(child, "exit")]);
  await left.send("parent");
  say(answer, (await waiting).data.toString());
}
`);
  assert.equal(lines, ["child parent"]);
});

test.run();

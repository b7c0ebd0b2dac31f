// listenUnix when several servers start together: one wins, the others are told, and the lock of their turns does not stay.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { connect, listenUnix, socket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { startNode } from "../support/peer.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("listenUnix together");

const RACER = `
  import { accept, listenUnix } from "cmsg";
  process.stdout.write("ready");
  process.stdin.once("data", () => {
    try {
      const server = listenUnix({ path: process.argv[1], mode: 0o600 });
      process.stdout.write(" won");
      accept(server, { timeoutMs: 60000 });
      process.stdout.write(" served");
    } catch (error) { process.stdout.write(" " + error.code); }
    process.exit();
  });`;

for (const stale of [false, true]) {
  test(`of processes that start together one wins, ${stale ? "a stale file" : "nothing"} being there`, async () => {
    await inDirectory(async (directory) => {
      const path = join(directory, "door");
      for (let round = 0; round < 2; round++) {
        if (stale && round === 0) listenUnix({ path }).close();
        const racers = Array.from({ length: 6 }, () => startNode(RACER, { args: [path] }));
        await Promise.all(racers.map((racer) => racer.printed("ready")));
        for (const racer of racers) racer.tell("go");
        await Promise.any(racers.map((racer) => racer.printed("won")));
        const losers = await Promise.all(
          racers.map((racer) => Promise.race([racer.ended, racer.printed("won")])),
        );
        assert.is(losers.filter((ended) => ended === undefined).length, 1, "winners");
        using client = socket();
        connect(client, { path });
        const all = await Promise.all(racers.map((racer) => racer.ended));
        const said = all.map(({ stdout }) => stdout.replace("ready ", "")).sort();
        assert.equal(said, [...new Array(5).fill("EADDRINUSE"), "won served"]);
        assert.equal(readdirSync(directory), ["door"]);
        assert.ok(lstatSync(path).isSocket());
      }
    });
  });
}

const LOCK = `
  import { openSync } from "node:fs";
  import { spawnSync } from "node:child_process";
  const directory = openSync(process.argv[1], "r");
  spawnSync("flock", ["3"], { stdio: ["ignore", "ignore", "ignore", directory] });
  process.stdout.write("locked");
  process.stdin.once("data", () => process.exit());`;

test("a directory that somebody else keeps locked is an error of its own, and nothing is left", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "door");
    const holder = startNode(LOCK, { args: [directory] });
    await holder.printed("locked");
    const before = fdCount();
    const error = throws(() => listenUnix({ path }), { code: "ERR_CMSG_LOCKED" });
    assert.match(error.message, /locked/);
    assert.is(fdCount(), before);
    assert.equal(readdirSync(directory), []);
    // The lock ends with its holder, however that ends.
    holder.child.kill("SIGKILL");
    await holder.ended;
    listenUnix({ path }).close();
  });
});

test.run();

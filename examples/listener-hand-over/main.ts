// A server is replaced by another process while clients connect all the time, to TCP and to a Unix socket: none is refused.

import { connect, type NetConnectOpts } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { check, inTemporaryDirectory, startNode } from "../support/processes.js";

/** What a client has seen: how often each server answered, and errors. */
interface Seen {
  old: number;
  new: number;
  readonly errors: string[];
}

/** Connects again and again until it is told to stop. */
async function keepConnecting(where: NetConnectOpts, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { old: 0, new: 0, errors: [] };
  while (!signal.aborted) {
    try {
      const answer = await text(connect(where));
      if (answer === "old" || answer === "new") seen[answer] += 1;
      else seen.errors.push(`answered "${answer}"`);
    } catch (error) {
      seen.errors.push(String(error));
    }
  }
  return seen;
}

await inTemporaryDirectory(async (directory) => {
  const control = join(directory, "control.sock");
  const path = join(directory, "app.sock");
  const old = startNode("old", import.meta.url, "old.js", [control, path]);
  const port = Number(/\d+$/.exec(await old.printed("listening on port"))?.[0]);

  const stop = new AbortController();
  const places: NetConnectOpts[] = [{ port, host: "127.0.0.1" }, { path }];
  const clients = places.flatMap((place) => [1, 2].map(() => keepConnecting(place, stop.signal)));
  await sleep(200);
  // Two programs that know nothing of each other but the control socket: neither is the other's child.
  const next = startNode("new", import.meta.url, "new.js", [control]);
  await next.printed("took over");
  await old.ended();
  await sleep(200);
  stop.abort();

  for (const [i, client] of clients.entries()) {
    const seen = await client;
    const place = i < 2 ? "TCP " : "Unix";
    console.log(`client   ${place}: ${seen.old} answers of the old server, ${seen.new} of the new`);
    check(seen.errors.length === 0, `none may be refused: ${seen.errors.slice(0, 3)}`);
    check(seen.old > 0 && seen.new > 0, "both servers have answered");
  }
  next.process.kill("SIGTERM");
  await next.ended();
});
console.log("done: zero refused connections");

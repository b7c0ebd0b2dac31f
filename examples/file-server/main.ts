// A file server over a Unix socket: it opens, the client reads. Two names do not exist or are not allowed; nothing leaks.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, inTemporaryDirectory, startNode } from "../support/processes.js";

await inTemporaryDirectory(async (directory) => {
  const path = join(directory, "files.sock");
  const root = join(directory, "root");
  mkdirSync(root);
  writeFileSync(join(root, "one.txt"), "the first file\n");
  writeFileSync(join(root, "two.txt"), "the second file\n");

  const server = startNode("server", import.meta.url, "server.js", [path, root]);
  await server.printed("serving");
  const openInServer = (): number => readdirSync(`/proc/${server.process.pid}/fd`).length;
  let before = 0;
  for (let round = 0; round < 3; round++) {
    const names = ["one.txt", "missing.txt", "../secret", "two.txt"];
    const client = startNode("client", import.meta.url, "client.js", [path, ...names]);
    await client.ended();
    await server.printed("sent 2 of 4 files");
    const wanted = [
      "one.txt: the first file",
      "missing.txt: not sent, ENOENT",
      "../secret: not sent, EACCES",
      "two.txt: the second file",
    ];
    check(client.lines.join("|") === wanted.join("|"), `the client printed ${client.lines}`);
    if (round === 0) before = openInServer();
  }
  check(openInServer() === before, `the server leaks: ${openInServer() - before} descriptors`);
  await startNode("client", import.meta.url, "client.js", [path, "stop"]).ended();
  await server.ended();
});
console.log("done: the server has as many descriptors open as after its first client");

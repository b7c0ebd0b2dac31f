// The main job: a client process passes two open files to a server process, which reads them and answers.

import { statSync } from "node:fs";
import { join } from "node:path";
import { check, inTemporaryDirectory, startNode } from "../support/processes.js";

const files = process.argv.length > 2 ? process.argv.slice(2) : ["LICENSE", "package.json"];

await inTemporaryDirectory(async (directory) => {
  const path = join(directory, "door.sock");
  const server = startNode("server", import.meta.url, "server.js", [path]);
  await server.printed("listening");
  const client = startNode("client", import.meta.url, "client.js", [path, ...files]);
  await Promise.all([server.ended(), client.ended()]);
  const sizes = files.map((file) => statSync(file).size).join(" and ");
  const reply = `the server has read ${files.length} files of ${sizes} bytes`;
  check(client.lines.includes(reply), `the client should print "${reply}"`);
});
console.log("done: both processes have ended well");

// The file programs with Python at one end: its socket.send_fds and socket.recv_fds against ours, both ways.

import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, inTemporaryDirectory, type Role, start, startNode } from "../support/processes.js";

/** The Python programs lie beside this file's source, not beside what it is compiled to. */
function startPython(label: string, file: string, args: readonly string[]): Role {
  const source = fileURLToPath(new URL("../../../examples/python-peer/", import.meta.url));
  return start(label, "python3", [join(source, file), ...args]);
}

const FILES = ["LICENSE", "package.json"];

async function passFiles(server: Role, makeClient: () => Role): Promise<void> {
  await server.printed("listening");
  const client = makeClient();
  await Promise.all([server.ended(), client.ended()]);
  const sizes = FILES.map((file) => statSync(file).size).join(" and ");
  check(client.lines.includes(`the server has read 2 files of ${sizes} bytes`), "the reply");
}

async function serveFiles(
  server: Role,
  makeClient: (names: readonly string[]) => Role,
): Promise<void> {
  await server.printed("serving");
  const client = makeClient(["one.txt", "missing.txt", "two.txt"]);
  await client.ended();
  const wanted = ["one.txt: first", "missing.txt: not sent, ENOENT", "two.txt: second"];
  check(client.lines.join("|") === wanted.join("|"), `the client printed ${client.lines}`);
  await makeClient(["stop"]).ended();
  await server.ended();
}

await inTemporaryDirectory(async (directory) => {
  const at = (name: string): string => join(directory, name);
  mkdirSync(at("root"));
  writeFileSync(at("root/one.txt"), "first");
  writeFileSync(at("root/two.txt"), "second");
  const node = (label: string, file: string, args: readonly string[]): Role =>
    startNode(label, import.meta.url, file, args);

  await passFiles(startPython("python", "server.py", [at("1")]), () =>
    node("node", "../pass-files/client.js", [at("1"), ...FILES]),
  );
  await passFiles(node("node", "../pass-files/server.js", [at("2")]), () =>
    startPython("python", "client.py", [at("2"), ...FILES]),
  );
  await serveFiles(startPython("python", "file_server.py", [at("3"), at("root")]), (names) =>
    node("node", "../file-server/client.js", [at("3"), ...names]),
  );
  await serveFiles(node("node", "../file-server/server.js", [at("4"), at("root")]), (names) =>
    startPython("python", "file_client.py", [at("4"), ...names]),
  );
});
console.log("done: Python and Node have passed files both ways");

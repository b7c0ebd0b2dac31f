// Opens files by name for its clients and sends the descriptors back. A name that cannot be opened gets its error, and the
// others are sent all the same.

import { resolve, sep } from "node:path";
import { accept, Fd, listenUnix, recvmsg, sendFds } from "cmsg";

const [path = "files.sock", root = "."] = process.argv.slice(2);

/** Opens a name below the root: nothing outside it, whatever the name says. */
function openBelowRoot(name: string): Fd {
  const file = resolve(root, name);
  if (!file.startsWith(resolve(root) + sep))
    throw Object.assign(new Error("outside"), { code: "EACCES" });
  return Fd.open(file);
}

/** What became of one name: a descriptor, or the code of an error. */
interface Answer {
  readonly name: string;
  readonly fd?: Fd;
  readonly error?: string;
}

function open(name: string): Answer {
  try {
    return { name, fd: openBelowRoot(name) };
  } catch (error) {
    return { name, error: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

using server = listenUnix({ path });
console.log(`serving ${root} on ${path}`);

for (;;) {
  using connection = accept(server);
  using request = recvmsg(connection, { timeoutMs: 10_000 });
  const asked = request.data.toString();
  if (asked === "stop") break;
  const answers = asked.split("\n").map(open);
  // One line for each name; the descriptors belong to the lines that say ok, in their order.
  const text = answers.map(({ name, error }) => `${error ?? "ok"} ${name}`).join("\n");
  const fds = answers.flatMap(({ fd }) => fd ?? []);
  try {
    sendFds(connection, fds, { data: text });
  } finally {
    Fd.closeAll(fds);
  }
  console.log(`sent ${fds.length} of ${answers.length} files`);
}

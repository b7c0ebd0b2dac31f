// A socketpair between parent and child: the child inherits one end, and gets an open file over it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fd, recvFds, sendFds, socketpair } from "cmsg";
import { check, inTemporaryDirectory, startNode } from "../support/processes.js";

await inTemporaryDirectory(async (directory) => {
  const name = join(directory, "note.txt");
  writeFileSync(name, "passed between parent and child");

  using pair = socketpair();
  using file = Fd.open(name);
  // Its place in the list is the number in the child: 3. Our own numbers are close-on-exec, so the child has nothing else.
  const stdio = ["ignore", "pipe", "inherit", pair[1].number] as const;
  const child = startNode("child", import.meta.url, "child.js", [], { stdio: [...stdio] });
  pair[1].close();

  sendFds(pair[0], [file], { data: "shout it" });
  using answer = recvFds(pair[0], { timeoutMs: 10_000 });
  console.log(`parent   the child answered: ${answer.data}`);
  check(
    answer.data.toString() === "PASSED BETWEEN PARENT AND CHILD",
    "the answer is the file in capitals",
  );
  await child.ended();
  check(
    recvFds(pair[0], { timeoutMs: 1000 }).bytes === 0,
    "the child's end is closed with the child",
  );
});
console.log("done: the child has ended and its end of the pair with it");

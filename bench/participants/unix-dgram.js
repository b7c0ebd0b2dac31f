// npm unix-dgram, a native addon: datagrams sent and received on the event loop, without descriptors, which it does not know.
// Arguments: bytes.

import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { serve } from "./serve.js";

const { createSocket } = createRequire(import.meta.url)("unix-dgram");

const data = Buffer.alloc(Number(process.argv[2]));
const path = `${tmpdir()}/cmsg-bench-${process.pid}`;

let turns = 0;
/** @type {(arrived: number) => void} */
let done = () => {};

const receiver = createSocket("unix_dgram", () => {
  turns -= 1;
  if (turns === 0) done(0);
  else sender.send(data);
});
receiver.bind(path);
const sender = createSocket("unix_dgram");
sender.connect(path);
rmSync(path);

/** @param {number} count @returns {Promise<number>} */
function pass(count) {
  turns = count;
  return new Promise((resolve) => {
    done = resolve;
    sender.send(data);
  });
}

await serve(pass);
process.exit();

// usocket, a native addon: messages sent, received and closed in a loop on a socketpair. It works on the event loop only, so every
// turn waits for a readable event. Arguments: socket type ("stream"), descriptors, bytes.

import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { USocket } = createRequire(import.meta.url)("usocket");

const fdCount = Number(process.argv[3]);
const byteCount = Number(process.argv[4]);

const pair = cmsg.socketpair({ type: "stream", nonBlocking: true });
const sender = new USocket({ fd: pair[0].take() });
const receiver = new USocket({ fd: pair[1].take() });
const files = Array.from({ length: fdCount }, () => openSync("/dev/null", "r"));
const data = Buffer.alloc(byteCount);

/** @param {number} count @returns {Promise<number>} */
function pass(count) {
  return new Promise((resolve) => {
    let arrived = 0;
    let turns = 0;
    const send = () => sender.write({ data, fds: files });
    const receive = () => {
      const got = receiver.read(byteCount, fdCount);
      if (got === null || got === undefined || got.data === null) return;
      for (const fd of got.fds) closeSync(fd);
      arrived += got.fds.length;
      turns += 1;
      if (turns < count) return send();
      receiver.off("readable", receive);
      resolve(arrived);
    };
    receiver.on("readable", receive);
    receiver.read(0);
    send();
  });
}

await serve(pass);

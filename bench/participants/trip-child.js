// child_process.send: a connection, the only kind of descriptor that it takes beside servers and UDP sockets, to another process
// and back.

import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { processorTime } from "./processes.js";
import { serve } from "./serve.js";

if (process.argv[2] === "echo")
  process.on("message", (message, handle) => process.send?.(message, handle));
else await drive();

async function drive() {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const client = connect(port, "127.0.0.1");
  let [connection] = await once(server, "connection");
  const peer = fork(fileURLToPath(import.meta.url), ["echo"]);
  const { pid = 0 } = peer;

  /** @param {number} count */
  async function pass(count) {
    for (let i = 0; i < count; i++) {
      const back = once(peer, "message");
      peer.send("", connection);
      [, connection] = await back;
    }
    return count;
  }
  await serve(pass, () => processorTime(pid));
  peer.disconnect();
  client.destroy();
  process.exit();
}

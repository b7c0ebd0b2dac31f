// The server of a short-circuit read: asked for a block, it passes the descriptors of its data file and of its checksum file
// beside one status byte. The reader then reads without it.

import { join } from "node:path";
import { accept, Fd, listenUnix, recvmsg, sendFds, sendmsg } from "cmsg";

const SUCCESS = Buffer.of(0);
const NO_SUCH_BLOCK = Buffer.of(1);

const [path = "datanode.sock", blocks = ".", delayMs = "0", requests = "1"] = process.argv.slice(2);

using server = listenUnix({ path });
console.log(`serving blocks of ${blocks}`);

for (let i = 0; i < Number(requests); i++) {
  using connection = accept(server, { timeoutMs: 20_000 });
  using request = recvmsg(connection, { timeoutMs: 10_000 });
  const { block } = JSON.parse(request.data.toString()) as { block: number };
  await new Promise((resolve) => setTimeout(resolve, Number(delayMs)));
  try {
    using data = Fd.open(join(blocks, `blk_${block}`));
    using checksums = Fd.open(join(blocks, `blk_${block}.meta`));
    sendFds(connection, [data, checksums], { data: SUCCESS });
    console.log(`passed block ${block}`);
  } catch (error) {
    sendmsg(connection, { data: NO_SUCH_BLOCK });
    console.log(`block ${block}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

// A worker process. Its channel is descriptor 3, given by its parent.

import { UnixSocket } from "cmsg";
import { serve } from "./serve.js";

const [name = "worker"] = process.argv.slice(2);

const channel = UnixSocket.adopt(3);
console.log("ready");
const requests = await serve(channel, name);
channel.close();
console.log(`served ${requests} requests`);

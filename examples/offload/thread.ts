// A worker thread. Descriptor numbers mean the same in every thread of a process: it is told the number of its channel.

import { parentPort, workerData } from "node:worker_threads";
import { UnixSocket } from "cmsg";
import { serve } from "./serve.js";

const { name, number } = workerData as { name: string; number: number };

const channel = UnixSocket.adopt(number);
parentPort?.postMessage("ready");
const requests = await serve(channel, name);
channel.close();
parentPort?.postMessage(`served ${requests} requests`);

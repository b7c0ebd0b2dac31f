// Accepts TCP connections in one place and lets four workers serve them: node build/example.js offload [processes|threads].
// Without an argument it runs first with processes, then with threads. The clients notice nothing: every request is answered.

import { once } from "node:events";
import { Agent, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { handOff, UnixSocket } from "cmsg";
import { check, startNode } from "../support/processes.js";

const WORKERS = 4;
const REQUESTS = 400;
const CONCURRENT = 40;

/** Somebody who serves what is handed over on its channel. */
interface Server {
  readonly channel: UnixSocket;
  ready(): Promise<void>;
  /** Its last line, when its channel has ended. */
  ended(): Promise<string>;
}

/** Each message is a whole one on a seqpacket socket: a connection with its bytes. */
function makeChannel(): [UnixSocket, UnixSocket] {
  return UnixSocket.pair({ type: "seqpacket" });
}

function startProcess(name: string): Server {
  const [channel, far] = makeChannel();
  // Its place in the list is the number in the child: 3. The child has its own descriptor then, and ours is closed.
  using theirs = far.take();
  const stdio = ["ignore", "pipe", "inherit", theirs.number] as const;
  const role = startNode(name, import.meta.url, "process.js", [name], { stdio: [...stdio] });
  return {
    channel,
    ready: async () => void (await role.printed("ready")),
    async ended() {
      await role.ended();
      return role.lines.at(-1) ?? "";
    },
  };
}

function startThread(name: string): Server {
  const [channel, far] = makeChannel();
  // A thread gets no descriptor of its own: the number changes hands. `take` twice: out of the socket, out of its Fd.
  const number = far.take().take();
  const file = fileURLToPath(new URL("thread.js", import.meta.url));
  const worker = new Worker(file, { workerData: { name, number } });
  const lines: string[] = [];
  worker.on("message", (line: string) => {
    console.log(`${name.padEnd(8)} ${line}`);
    lines.push(line);
  });
  const exited = once(worker, "exit");
  return {
    channel,
    ready: async () => void (await once(worker, "message")),
    async ended() {
      await exited;
      return lines.at(-1) ?? "";
    },
  };
}

/** Asks once. Every second request has a connection of its own; the others use those of the agent again. */
function ask(agent: Agent, port: number, i: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, path: `/${i}`, agent: i % 2 === 0 ? agent : (false as const) };
    const asking = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve(text));
    });
    asking.on("error", reject);
    asking.end();
  });
}

async function offload(kind: string, startWorker: (name: string) => Server): Promise<void> {
  const workers = Array.from({ length: WORKERS }, (_, i) => startWorker(`${kind}${i + 1}`));
  await Promise.all(workers.map((worker) => worker.ready()));

  let connections = 0;
  // Who is paused reads nothing: the request waits in the kernel for whoever gets the connection.
  const dispatcher = createServer({ pauseOnConnect: true }, (connection) => {
    const worker = workers[connections++ % WORKERS] as Server;
    handOff(worker.channel, connection).catch((error) => {
      console.error(error);
      connection.destroy();
    });
  });
  dispatcher.listen(0, "127.0.0.1", 1024);
  await once(dispatcher, "listening");
  const { port } = dispatcher.address() as AddressInfo;

  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, (_, i) => ask(agent, port, i)),
  );
  for (const [i, answer] of answers.entries()) {
    check(answer.endsWith(` served /${i}`), `request ${i} was answered "${answer}"`);
  }
  agent.destroy();
  dispatcher.close();

  // The end of its channel tells a worker that nothing more will come.
  for (const worker of workers) worker.channel.close();
  const lines = await Promise.all(workers.map((worker) => worker.ended()));
  const served = lines.map((line) => Number(/^served (\d+) requests$/.exec(line)?.[1]));
  check(
    served.every((count) => count > 0),
    "every worker has served",
  );
  check(served.reduce((sum, count) => sum + count, 0) === REQUESTS, "each request was served once");
  console.log(
    `main     ${REQUESTS} requests over ${connections} connections: ${served.join(" + ")}`,
  );
}

const [only] = process.argv.slice(2);
if (only !== "threads") await offload("process", startProcess);
if (only !== "processes") await offload("thread", startThread);
console.log("done: every request was answered, none was reset");

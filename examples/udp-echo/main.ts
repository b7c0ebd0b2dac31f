// A UDP server with many addresses, and a client that asks each of them: answers come from the address that was asked, with the ECN
// mark of the question. What reaches nobody comes back by the error queue.

import { networkInterfaces } from "node:os";
import { check, startNode } from "../support/processes.js";

const loopback = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
const hasIPv6 = loopback.some(({ address }) => address === "::1");
const hosts = ["127.0.0.1", "127.0.0.2", "127.8.9.10", ...(hasIPv6 ? ["::1"] : [])];

const any = hasIPv6 ? "::" : "0.0.0.0";
const server = startNode("server", import.meta.url, "server.js", [any]);
const port = (await server.printed("at port")).split(" ").at(-1) as string;
const client = startNode("client", import.meta.url, "client.js", [port, ...hosts]);
await client.ended();
for (const [i, host] of hosts.entries()) {
  const answer = `${host} answers "question ${i}", ECN ${i % 4}`;
  check(client.lines.includes(answer), `${host} answers from its own address`);
}

// Nobody is there any more: what is sent now comes back.
server.process.kill("SIGTERM");
await server.ended();
const returned = server.lines.filter((line) => /^goodbye to .*: ECONNREFUSED/.test(line));
check(returned.length === hosts.length, "every goodbye came back");
console.log(
  `done: ${hosts.length} addresses answered for themselves, ${returned.length} errors read`,
);

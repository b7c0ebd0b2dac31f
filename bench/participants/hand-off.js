// TCP connections accepted in one process and answered in another, under a client in C. Arguments: the client's program, and the
// command of the server, which prints its port and its processes. Processor time is that of the server's processes.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { processorTime } from "./processes.js";

const [, , program = "", command = "", ...args] = process.argv;

/** @param {string} command @param {readonly string[]} args */
function start(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  return { child, line };
}

const server = start(command, args);
const [port = "", ...processes] = (await server.line()).split(" ");
const client = start(program, [port]);
const spent = () => processes.reduce((sum, pid) => sum + processorTime(Number(pid)), 0);

for await (const count of createInterface({ input: process.stdin })) {
  const before = spent();
  client.child.stdin.write(`${count}\n`);
  const [, clock, answers] = (await client.line()).split(" ");
  process.stdout.write(`${spent() - before} ${clock} ${answers}\n`);
}
client.child.stdin.end();
server.child.stdin.end();

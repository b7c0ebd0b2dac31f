// The dialogue that two clients of a bus have, each a process of its own, and what it must have come to.

import { type ChildProcess, spawn } from "node:child_process";
import { Fd, recvFds } from "cmsg";
import { assert } from "../support/assert.js";
import { withPython } from "../support/python.js";
import type { Bus } from "./bus.js";

/** Messages back to back, each with one descriptor. */
const CALLS = 24;
/** Descriptors in one message. */
const MANY = 20;

const MEMFDS = `
import array
fds = []
for i in range(${MANY}):
    fd = os.memfd_create("shared")
    os.write(fd, b"memory %d" % i)
    fds.append(fd)
socket.send_fds(s, [b"x"], fds)
`;

/** Memory files, each with its own content. */
async function memoryFiles(): Promise<readonly Fd[]> {
  const { done } = await withPython("stream", MEMFDS, (socket) => recvFds(socket).fds);
  return done;
}

/** What a client prints at its end. */
export interface Account {
  /** What the other has read out of the descriptors that came in calls, in order; then of those of one message. */
  readonly taken?: readonly string[];
  readonly many?: string;
  /** What was read out of the descriptors of answers. */
  readonly given?: readonly string[];
  /** Descriptors that are open at the end and were not at the beginning. */
  readonly leaked: number;
}

interface Client {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Its next line of output. */
  line(): Promise<string>;
}

function start(node: string, script: string, args: readonly string[], fds: readonly Fd[]): Client {
  const numbers = fds.map((fd) => fd.number);
  const child = spawn(node, [script, ...args], { stdio: ["ignore", "pipe", "pipe", ...numbers] });
  let [text, complaint] = ["", ""];
  let look = (): void => {};
  child.stdout?.on("data", (data) => {
    text += data;
    look();
  });
  child.stderr?.on("data", (data) => {
    complaint += data;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  const line = (): Promise<string> =>
    new Promise((resolve, reject) => {
      look = () => {
        const end = text.indexOf("\n");
        if (end < 0) return;
        resolve(text.slice(0, end));
        text = text.slice(end + 1);
      };
      look();
      ended.then((code) => reject(new Error(`${args[0]} ended with ${code}: ${complaint}`)));
    });
  return { child, ended, line };
}

/** Both clients pass descriptors to each other over a bus; nothing may be lost, mixed up or left open. */
export async function converse(node: string, script: string, bus: Bus): Promise<void> {
  const files = await memoryFiles();
  const before = bus.fdCount();
  const clients: Client[] = [];
  try {
    const service = start(node, script, ["service", bus.address], files);
    clients.push(service);
    const name = await service.line();
    const counts = [String(CALLS), String(MANY)];
    const caller = start(node, script, ["caller", bus.address, name, ...counts], files);
    clients.push(caller);
    const [asked, answered] = await Promise.all([caller.line(), service.line()]);
    check(JSON.parse(asked), JSON.parse(answered));
    await bus.settled(before);
  } finally {
    for (const { child } of clients) child.kill("SIGKILL");
    await Promise.all(clients.map(({ ended }) => ended));
    Fd.closeAll(files);
  }
}

function check(caller: Account, service: Account): void {
  const contents = Array.from({ length: CALLS }, (_, i) => `memory ${i % MANY}`);
  assert.equal(caller.taken, contents);
  assert.equal(caller.given, contents);
  assert.is(caller.many, Array.from({ length: MANY }, (_, i) => `memory ${i}`).join());
  assert.equal([caller.leaked, service.leaked], [0, 0]);
}

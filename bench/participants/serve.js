// The participants' side of the protocol: a line with a number of turns comes in, a line with nanoseconds of processor time and a
// checksum goes out.

import { createInterface } from "node:readline";

/**
 * Answers every request until the input ends.
 *
 * @param {(count: number) => number | Promise<number>} run does the job so many times; answers a checksum
 * @param {() => number} [others] nanoseconds of processor time of other processes that do a part of it
 */
export async function serve(run, others = () => 0) {
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(line);
    const before = others();
    const start = process.cpuUsage();
    const sum = await run(count);
    const { user, system } = process.cpuUsage(start);
    process.stdout.write(`${(user + system) * 1000 + others() - before} ${sum}\n`);
  }
}

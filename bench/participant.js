// One side of a comparison: a process of its own that does the same job so many times whenever it is asked, and says how long it
// took.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @typedef {{ name: string, command: readonly string[] }} Contender */

/** A running contender. */
export class Participant {
  /** @param {Contender} contender @param {string} cwd */
  constructor({ name, command }, cwd) {
    this.name = name;
    const [program = "", ...args] = command;
    this.child = spawn(program, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.errors = "";
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.errors += text;
    });
    this.child.on("error", (error) => {
      this.errors += error.message;
    });
    // A contender that is gone shows by its end, not by EPIPE.
    this.child.stdin.on("error", () => {});
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    /** Turns of one batch. */
    this.count = 1;
    /** @type {number[]} nanoseconds of a turn, one number per round */
    this.rounds = [];
    /** @type {number[]} the same of processor time, where `rounds` is time by the clock */
    this.spent = [];
  }

  /** Does the job so many times. @param {number} count */
  async run(count) {
    this.child.stdin.write(`${count}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended: ${this.errors.trim().split("\n").at(-1)}`);
    const [ns = 0, sum = 0, spent] = String(value).split(" ").map(Number);
    return { ns, sum, spent };
  }

  /** Warms up, and finds how many turns take about so long. @param {number} milliseconds @param {number} warmUp */
  async calibrate(milliseconds, warmUp) {
    let spent = 0;
    let ns = 0;
    while (spent < warmUp * 1e6 || ns < milliseconds * 0.5e6) {
      ({ ns } = await this.run(this.count));
      spent += ns;
      if (ns < milliseconds * 0.5e6) this.count *= 2;
    }
    this.count = Math.max(1, Math.round((this.count * milliseconds * 1e6) / ns));
  }

  /** One batch. Answers the checksum of one turn. */
  async round() {
    const { ns, sum, spent } = await this.run(this.count);
    this.rounds.push(ns / this.count);
    if (spent !== undefined) this.spent.push(spent / this.count);
    return sum / this.count;
  }

  stop() {
    this.child.stdin.end();
    this.child.kill();
  }
}

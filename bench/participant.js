// One side of a comparison: a process of its own that does the same job so many times whenever it is asked, and says how long it
// took.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @typedef {{ name: string, command: readonly string[], why?: string | undefined }} Contender why: it cannot take part here */

/** Turns are counted until a batch of them takes so long: never more, if a contender does nothing. */
const MOST_TURNS = 2 ** 30;

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
    /** @type {number[]} nanoseconds of processor time of a turn, one number per round */
    this.processor = [];
    /** @type {number[]} nanoseconds of a turn by the clock, one number per round */
    this.clock = [];
    /** @type {number[]} nanoseconds of single turns by the clock */
    this.latencies = [];
  }

  /** @param {string} request @returns {Promise<number[]>} */
  async ask(request) {
    this.child.stdin.write(`${request}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended: ${this.#lastWords()}`);
    return String(value).split(" ").map(Number);
  }

  /** Node prints its version last, other programs what went wrong. */
  #lastWords() {
    const lines = this.errors.trim().split("\n");
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
  }

  /** Warms up, and finds how many turns take about so long. @param {number} milliseconds @param {number} warmUp */
  async calibrate(milliseconds, warmUp) {
    let spent = 0;
    let ns = 0;
    while (spent < warmUp * 1e6 || ns < milliseconds * 0.5e6) {
      [ns = 0] = await this.ask(String(this.count));
      spent += ns;
      if (ns < milliseconds * 0.5e6) this.count *= 2;
      if (this.count > MOST_TURNS) throw new Error(`${this.name} takes no time`);
    }
    this.count = Math.max(1, Math.round((this.count * milliseconds * 1e6) / ns));
  }

  /** One batch. Answers the checksum of one turn. */
  async round() {
    const [processor = 0, clock = 0, sum = 0] = await this.ask(String(this.count));
    this.processor.push(processor / this.count);
    this.clock.push(clock / this.count);
    return sum / this.count;
  }

  /** So many turns, each with its own time. @param {number} count */
  async time(count) {
    this.latencies.push(...(await this.ask(`latency ${count}`)));
  }

  stop() {
    this.child.stdin.end();
    this.child.kill();
  }
}

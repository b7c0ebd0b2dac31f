// A uvu suite whose every test must leave as many descriptors open as it found, and tests that say why they are skipped.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { suite as uvuSuite } from "uvu";
import { isOpen } from "./descriptors.js";
import { RUNTIME } from "./runtime.js";

// libuv opens /dev/null with its first stream and keeps it, for the moment when no other descriptor is free. Where the output is a
// pipe that stream was before any test, where it is a file it would be in the middle of one.
if (RUNTIME === "node") createServer().listen(`\0${randomUUID()}`).close();

/** Numbers of all open descriptors of this process behind the standard ones. */
export function openFds(): number[] {
  // The descriptor that read the list is closed by now.
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd > 2 && isOpen(fd))
    .sort((a, b) => a - b);
}

/** How many descriptors are open. */
export function fdCount(): number {
  const numbers = readdirSync("/proc/self/fd");
  return RUNTIME === "deno" ? numbers.filter((number) => !isCache(number)).length : numbers.length;
}

/** Deno opens the databases of its caches when it first needs each. */
function isCache(number: string): boolean {
  try {
    return /_cache_v\d+(-shm|-wal)?$/.test(readlinkSync(`/proc/self/fd/${number}`));
  } catch {
    return false;
  }
}

/** Lets the event loop finish its turn, in which descriptors that nobody took are closed. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Deno makes a pair of sockets for signals when it first needs them. */
let hasSignals = RUNTIME !== "deno";

/** The count behind a test. Bun and Deno close the descriptors of processes and streams some time after. */
async function settledCount(before: number): Promise<number> {
  if (RUNTIME === "node") return fdCount();
  for (let i = 0; i < 100 && fdCount() > before; i++) await sleep(10);
  const after = Math.max(fdCount(), before);
  if (hasSignals || after !== before + 2) return after;
  hasSignals = true;
  return before;
}

/** What a test does. */
export type Body = () => void | Promise<void>;

/** A suite of tests. */
export interface Suite {
  (name: string, body: Body): void;
  /** A test that is not run here: why is printed. */
  skip(name: string, reason: string): void;
  run(): void;
}

/** A suite of tests, each of which is checked for leaked descriptors. */
export function suite(name: string): Suite {
  const test = uvuSuite(name);
  const checked = (title: string, body: Body): void => {
    test(title, async () => {
      const before = fdCount();
      await body();
      await turn();
      const after = await settledCount(before);
      if (after !== before) {
        throw new Error(`${after - before} descriptors leaked (${before} before, ${after} after)`);
      }
    });
  };
  return Object.assign(checked, {
    skip(title: string, reason: string): void {
      console.log(`SKIP ${name}: ${title}: ${reason}`);
      test.skip(title, () => {});
    },
    run: () => test.run(),
  });
}

/** Whether a program of a system package is there. In CI its absence is a failure. */
export function hasProgram(program: string, debianPackage: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI === "true") throw new Error(`CI lacks ${program}: install ${debianPackage}`);
    return false;
  }
}

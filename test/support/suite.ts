// A uvu suite whose every test must leave as many descriptors open as it found, and tests that say why they are skipped.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { suite as uvuSuite } from "uvu";
import { isOpen } from "./descriptors.js";
import { RUNTIME } from "./runtime.js";
import { checkUnable, isCounted, whyUnable } from "./unable.js";

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
  return /_cache_v\d+(-shm|-wal|-journal)?( \(deleted\))?$/.test(linkOf(number));
}

/** What each open number stands for, in the kernel's words. */
export function openFiles(): string[] {
  return readdirSync("/proc/self/fd").map((number) => `${number} ${linkOf(number)}`);
}

function linkOf(number: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${number}`);
  } catch {
    return "closed by now";
  }
}

/** Lets the event loop finish its turn, in which descriptors that nobody took are closed. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

// Bun makes what it waits for processes with when it first starts one: before descriptors are counted.
if (RUNTIME === "bun") execFileSync("true");

// Deno makes a pair of sockets for signals when it first needs them: before descriptors are counted.
if (RUNTIME === "deno") {
  const nothing = (): void => {};
  process.on("SIGWINCH", nothing);
  process.off("SIGWINCH", nothing);
}

/** The count behind a test. Bun and Deno close the descriptors of processes and streams some time after. */
async function settledCount(before: number): Promise<number> {
  for (let i = 0; RUNTIME !== "node" && i < 100 && fdCount() > before; i++) await sleep(10);
  const after = fdCount();
  return RUNTIME === "node" ? after : Math.max(after, before);
}

/** What a test does. */
export type Body = () => void | Promise<void>;

/** A suite of tests. */
export interface Suite {
  (name: string, body: Body): void;
  /** A test that is not run here: why is printed. */
  skip(name: string, reason: string): void;
  /** A test that is not run where there is a reason, which is printed. */
  unless(reason: string | undefined, name: string, body: Body): void;
  /** Done when all tests are, whether they passed or not. */
  after(body: Body): void;
  run(): void;
}

/** A suite of tests, each of which is checked for leaked descriptors. */
export function suite(name: string): Suite {
  const test = uvuSuite(name);
  const skip = (title: string, reason: string): void => {
    console.log(`SKIP ${name}: ${title}: ${reason}`);
    test.skip(title, () => {});
  };
  const checked = (title: string, body: Body): void => {
    const unable = whyUnable(name, title);
    if (unable !== undefined) {
      skip(title, unable);
      return;
    }
    const counted = isCounted(name, title);
    test(title, async () => {
      const before = fdCount();
      await body();
      await turn();
      const after = counted ? await settledCount(before) : before;
      if (counted && after !== before) {
        const count = `${after - before} descriptors leaked (${before} before, ${after} after)`;
        throw new Error(`${count}; open are ${openFiles().join(", ")}`);
      }
    });
  };
  return Object.assign(checked, {
    skip,
    unless(reason: string | undefined, title: string, body: Body): void {
      if (reason === undefined) checked(title, body);
      else skip(title, reason);
    },
    after(body: Body): void {
      test.after(body);
    },
    run(): void {
      checkUnable(name);
      test.run();
    },
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

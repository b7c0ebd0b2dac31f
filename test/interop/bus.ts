// A dbus-daemon of our own: a private bus on a path or on an abstract name, whose descriptors can be counted.

import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { abstractName, temporaryDirectory } from "../support/directory.js";

/** Where a bus can listen. */
export const PLACES = ["path", "abstract"] as const;

/** A running bus. */
export interface Bus {
  /** As D-Bus writes it. */
  readonly address: string;
  /** Its open descriptors. */
  fdCount(): number;
  /** Resolves when it has no more of them than before; rejects when it keeps them. */
  settled(before: number): Promise<void>;
}

/** 20 descriptors in one message are more than the default allows, 16. */
function configuration(address: string): string {
  return `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
  <limit name="max_message_unix_fds">253</limit>
</busconfig>`;
}

/** Runs a bus for a piece of work. */
export async function withBus<T>(
  place: (typeof PLACES)[number],
  work: (bus: Bus) => Promise<T>,
): Promise<T> {
  using directory = temporaryDirectory();
  const where = place === "path" ? directory.file("bus") : abstractName("bus");
  const address = `unix:${place}=${where}`;
  const file = directory.file("bus.conf");
  writeFileSync(file, configuration(address));
  const args = ["--nofork", "--nopidfile", "--print-address", `--config-file=${file}`];
  const daemon = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => daemon.on("close", () => resolve()));
  let complaint = "";
  daemon.stderr.on("data", (text) => {
    complaint += text;
  });
  const fdCount = (): number => readdirSync(`/proc/${daemon.pid}/fd`).length;
  try {
    // It prints its address when clients can connect.
    await Promise.race([
      new Promise((resolve) => daemon.stdout.once("data", resolve)),
      ended.then(() => Promise.reject(new Error(`dbus-daemon ended: ${complaint}`))),
    ]);
    return await work({ address, fdCount, settled: (before) => settled(fdCount, before) });
  } finally {
    daemon.kill();
    await ended;
  }
}

/** It notices the end of its clients by itself, some time after they have ended. */
async function settled(fdCount: () => number, before: number): Promise<void> {
  for (let tries = 0; fdCount() > before; tries++) {
    if (tries === 200) throw new Error(`dbus-daemon keeps ${fdCount() - before} descriptors`);
    await sleep(50);
  }
}

// The D-Bus libraries of npm and the Node that one of them needs, installed into a folder of their own when they are not there.

import { resolve } from "node:path";
import { run } from "../support/run.js";

const HERE = resolve("test/interop/packages");

// Two test files may want it at once: one installs, the other waits.
const INSTALL = `
[ node_modules/.package-lock.json -nt package-lock.json ] || {
  npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.package-lock.json
}`;

/** Installs what is missing. Answers why that is not possible; in CI it has to be. */
export async function installFailure(): Promise<string | undefined> {
  const { code, stderr } = await run("flock", ["package-lock.json", "sh", "-c", INSTALL], {
    cwd: HERE,
  });
  if (code === 0) return undefined;
  if (process.env.CI === "true")
    throw new Error(`npm ci in test/interop/packages failed: ${stderr}`);
  return `npm ci in test/interop/packages failed: ${stderr.trim().split("\n").at(-1)}`;
}

/** A Node that dbus-native runs on: this one when it is new enough. */
export function nodeOfDbusNative(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath;
  return `${HERE}/node_modules/node-linux-${process.arch}/bin/node`;
}

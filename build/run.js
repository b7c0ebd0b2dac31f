// Runs a program and waits for it. What it prints goes where ours goes.

import { spawn } from "node:child_process";

/** @param {string} command @param {readonly string[]} args @param {import("node:child_process").SpawnOptions} [options] */
export function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${signal ?? code}`));
    });
  });
}

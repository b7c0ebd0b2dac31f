// Runs a command that inherits the received descriptors.

import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Received } from "../index.js";
import type { Sender } from "./door.js";
import { intercepting } from "./ending.js";
import { CommandError, codeOf, EXIT } from "./errors.js";
import { itemsOf, statusOfMessage } from "./show.js";

/** Collects all descriptors of a sender and runs a command with them. */
export function execConsumer(
  command: string,
  parameters: readonly string[],
): (sender: Sender) => Promise<number> {
  return async (sender) => {
    const received: Received[] = [];
    try {
      for await (const message of sender.messages()) {
        received.push(message);
        const status = statusOfMessage(message);
        if (status !== EXIT.fine) return status;
      }
      return await run(command, parameters, received);
    } finally {
      for (const message of received) message[Symbol.dispose]();
    }
  };
}

async function run(
  command: string,
  parameters: readonly string[],
  received: readonly Received[],
): Promise<number> {
  const items = received.flatMap(itemsOf);
  const child = spawn(command, parameters, {
    stdio: ["inherit", "inherit", "inherit", ...items.map(({ about }) => about.number)],
    env: {
      ...process.env,
      CMSG_FDS: String(items.length),
      CMSG_FD_NAMES: items.map(({ name }, i) => name ?? `fd-${i + 1}`).join("\n"),
    },
  });
  return await intercepting((signal) => passOn(child, signal), ended(child, command));
}

/** A terminal's SIGINT reaches the command by itself. */
function passOn(child: ChildProcess, signal: NodeJS.Signals): void {
  if (signal !== "SIGINT") child.kill(signal);
}

function ended(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => {
      const message = `${codeOf(cause)}: '${command}' could not be run`;
      reject(new CommandError(EXIT.system, message, { cause }));
    });
    child.on("exit", (code, signal) => {
      resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
    });
  });
}

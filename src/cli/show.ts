// What a sender has sent, as text for people and as JSON.

import type { Address, Description, PeerCredentials, Received } from "../index.js";
import type { Sender } from "./door.js";
import { EXIT, firstFailure } from "./errors.js";
import { table } from "./lines.js";
import { namesFromData, textOf } from "./names.js";
import { count, harmless, hex, note, paint, print, printJson, width } from "./output.js";

/** A received descriptor and what there is to say about it. */
export interface Item {
  readonly name: string | undefined;
  readonly about: Description;
}

/** The descriptors of a message under the names that its data gives them. */
export function itemsOf(message: Received): Item[] {
  const names = namesFromData(message.data, message.fds.length);
  return message.fds.map((fd, i) => ({ name: names?.[i], about: fd.describe() }));
}

/** The exit status of a message: descriptors that the kernel could not deliver are a failure. */
export function statusOfMessage(message: Received): number {
  if (!message.controlTruncated) return EXIT.fine;
  const arrived = count(message.fds.length, "descriptor");
  note(
    `cmsg: the kernel cut a message short: ${arrived} arrived, the limit of open files is reached`,
  );
  return EXIT.system;
}

/** Prints each message as text. */
export function showConsumer(): (sender: Sender) => Promise<number> {
  return async (sender) => {
    let status: number = EXIT.fine;
    for await (using message of sender.messages()) {
      for (const line of linesOf(message, sender.who)) print(line);
      status = firstFailure(status, statusOfMessage(message));
    }
    return status;
  };
}

/** Prints each message as one line of JSON. */
export function jsonConsumer(): (sender: Sender) => Promise<number> {
  return async (sender) => {
    let status: number = EXIT.fine;
    for await (using message of sender.messages()) {
      printJson(jsonOf(message, sender.who));
      status = firstFailure(status, statusOfMessage(message));
    }
    return status;
  };
}

/** A message as data for JSON; `more` adds to each descriptor. */
export function jsonOf(
  message: Received,
  who: PeerCredentials | undefined,
  more: readonly object[] = [],
): object {
  const { data, bytes, controlTruncated } = message;
  return {
    sender: who ?? null,
    bytes,
    text: textOf(data) ?? null,
    hex: hex(data),
    truncated: controlTruncated,
    fds: itemsOf(message).map(({ name, about }, i) => ({
      name: name ?? null,
      ...about,
      ...more[i],
    })),
  };
}

/** A message as lines of text. */
export function linesOf(message: Received, who: PeerCredentials | undefined): string[] {
  const items = itemsOf(message);
  const from =
    who === undefined ? "a sender" : `process ${who.pid} (user ${who.uid}, group ${who.gid})`;
  const what = `${count(items.length, "descriptor")} with ${count(message.bytes, "byte")}`;
  const head = `${paint("bold", from)} sent ${what}`;
  const named = items.some(({ name }) => name !== undefined);
  const text = named || message.bytes === 0 ? [] : [`  ${paint("dim", shownData(message.data))}`];
  return [head, ...text, ...itemLines(items)];
}

const STYLES = [undefined, "green", "cyan", undefined, undefined, "dim"] as const;

function itemLines(items: readonly Item[]): string[] {
  const rows = items.map(({ name, about }) => [
    String(about.number),
    name === undefined ? "" : harmless(name),
    kindOf(about),
    about.access === "both" ? "read, write" : about.access,
    detailOf(about),
    harmless(labelOf(name, about)),
  ]);
  const style = (cell: string, column: number): string => {
    const chosen = STYLES[column];
    return chosen === undefined ? cell : paint(chosen, cell);
  };
  return table(rows, style, width() - 2).map((line) => `  ${line}`);
}

/** What a descriptor is, in words. */
export function kindOf(about: Description): string {
  return about.kind === "socket" ? `${about.family} ${about.type} socket` : about.kind;
}

/** Size of a file, or the addresses of a socket. */
export function detailOf(about: Description): string {
  if (about.kind === "file") return count(about.size, "byte");
  if (about.kind !== "socket") return "";
  if (about.listening) return `listening at ${addressText(about.address)}`;
  return about.connected ? `connected to ${addressText(about.peer)}` : "";
}

/** The system's own name for it, where that says more than the sender's. */
function labelOf(name: string | undefined, { label }: Description): string {
  return label === undefined || label === name ? "" : label;
}

/** An address as people write it. */
export function addressText(address: Address | null): string {
  if (address === null || "unnamed" in address) return "an unnamed socket";
  const shown = (name: string | Uint8Array): string =>
    harmless(typeof name === "string" ? name : Buffer.from(name).toString("latin1"));
  if ("path" in address) return shown(address.path);
  if ("abstract" in address) return `@${shown(address.abstract)}`;
  if (!("host" in address)) return `an address of family ${address.family}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

const SHOWN_CHARACTERS = 200;

/** Data as one short line: text in quotes, or hex. */
function shownData(data: Uint8Array): string {
  const text = textOf(data);
  const whole = text === undefined ? hex(data) : `"${harmless(text)}"`;
  return whole.length <= SHOWN_CHARACTERS ? whole : `${whole.slice(0, SHOWN_CHARACTERS)}…`;
}

// A traced system call as the messages that it sent or received, with their control messages explained.

import { readFileSync } from "node:fs";
import { type AbiOption, explain, type Span } from "../index.js";
import { parseNotation } from "../notation.js";
import { commandOf } from "./fds-proc.js";
import type { CallLine } from "./trace-lines.js";
import { descriptorOf, inside, members, split } from "./trace-text.js";

/** A descriptor in a control message. */
export interface TracedDescriptor {
  readonly fd: number;
  /** What it refers to, in strace's words. */
  readonly target: string | null;
}

/** A control message of a traced message. */
export interface TracedControl {
  readonly level: number;
  readonly levelName: string;
  readonly type: number;
  readonly typeName: string;
  /** Members of its payload; the value is null where strace does not show it. */
  readonly fields: readonly { readonly name: string; readonly value: string | null }[];
  readonly fds: readonly TracedDescriptor[];
}

/** A message that went over a socket. */
export interface TracedMessage {
  readonly time: number;
  readonly pid: number;
  readonly command: string | null;
  readonly direction: "send" | "receive";
  readonly syscall: string;
  readonly fd: number;
  readonly socket: string | null;
  /** Bytes of data; null when the call failed. */
  readonly bytes: number | null;
  /** The beginning of the data as strace writes it. */
  readonly data: string | null;
  readonly address: string | null;
  readonly controlLength: number;
  readonly flags: readonly string[];
  readonly callFlags: readonly string[];
  /** errno and its words, when the call failed. */
  readonly error: string | null;
  readonly control: readonly TracedControl[];
  /** What is wrong with the control messages, or could not be read of them. */
  readonly problems: readonly string[];
}

/** The messages of a call: several of sendmmsg and recvmmsg. */
export function messagesOf(call: CallLine): TracedMessage[] {
  const [socketText = "", header = "", ...others] = split(withNumbers(call.arguments));
  const socket = descriptorOf(socketText);
  if (socket === undefined) return [];
  const { pid, time, syscall, result } = call;
  const failed = /^-1 (.*)$/.exec(result)?.[1] ?? (result.startsWith("?") ? result : null);
  const whole = {
    ...{ time, pid, command: nameOf(pid), syscall },
    direction: syscall.startsWith("send") ? ("send" as const) : ("receive" as const),
    fd: socket.fd,
    socket: socket.target,
    callFlags: flagsOf(others.at(-1)),
    error: failed,
  };
  if (!syscall.includes("mmsg")) {
    const bytes = failed === null ? Number.parseInt(result, 10) : null;
    return [{ ...whole, callFlags: flagsOf(others[0]), ...partsOf(header, bytes) }];
  }
  const done = failed === null ? Number.parseInt(result, 10) : 1;
  const flags = flagsOf(others[1]);
  return split(inside(header))
    .slice(0, done)
    .map((entry) => {
      const vector = members(entry);
      const length = vector.get("msg_len");
      const bytes = failed === null && length !== undefined ? Number(length) : null;
      return { ...whole, callFlags: flags, ...partsOf(vector.get("msg_hdr") ?? "", bytes) };
    });
}

/** strace names interfaces; control messages have their numbers. */
function withNumbers(text: string): string {
  return text.replace(
    /if_nametoindex\("([\w.@:-]+)"\)/g,
    (whole, name: string) => interfaceNumber(name) ?? whole,
  );
}

function interfaceNumber(name: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${name}/ifindex`, "utf8").trim();
  } catch {
    return undefined;
  }
}

const names = new Map<number, string>();

/** What a process is called, or was when it was last seen. */
function nameOf(pid: number): string | null {
  const now = commandOf(pid);
  if (now !== null) names.set(pid, now);
  return now ?? names.get(pid) ?? null;
}

function flagsOf(text = "0"): string[] {
  return /^(0x)?0*$/.test(text) ? [] : text.split("|");
}

type Parts = Pick<
  TracedMessage,
  "bytes" | "data" | "address" | "controlLength" | "flags" | "control" | "problems"
>;

/** What one struct msghdr says. */
function partsOf(header: string, bytes: number | null): Parts {
  const found = members(header);
  const length = found.get("msg_controllen")?.replace(/^.*=> ?/, "") ?? "0";
  const control = found.get("msg_control");
  const flags = flagsOf(found.get("msg_flags"));
  const explained =
    control?.startsWith("[") === true ? explainedControl(header) : { control: [], problems: [] };
  return {
    bytes,
    data: dataOf(found.get("msg_iov") ?? ""),
    address: addressOf(found.get("msg_name")),
    controlLength: Number.parseInt(length, 10) || 0,
    flags,
    ...explained,
    // What was cut is said once.
    problems: flags.includes("MSG_CTRUNC") ? [] : explained.problems,
  };
}

/** The beginning of the data: the first string of the vector. */
function dataOf(vector: string): string | null {
  const [first] = split(inside(vector));
  const base = first === undefined ? undefined : members(first).get("iov_base");
  return base?.startsWith('"') === true ? base : null;
}

/** An address as people write it, out of strace's struct. */
function addressOf(name = "NULL"): string | null {
  if (!name.startsWith("{")) return null;
  const fields = members(name);
  const path = fields.get("sun_path");
  if (path !== undefined) return path;
  const host = /"([^"]+)"/.exec(
    fields.get("sin_addr") ??
      fields.get("sin6_addr") ??
      [...fields.values()].find((v) => v.startsWith("inet_pton")) ??
      "",
  )?.[1];
  const port = /\d+/.exec(fields.get("sin_port") ?? fields.get("sin6_port") ?? "")?.[0];
  if (host === undefined) return fields.size <= 1 ? null : name;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function explainedControl(header: string): Pick<Parts, "control" | "problems"> {
  try {
    return controlOf(header);
  } catch (error) {
    return { control: [], problems: [`not understood: ${(error as Error).message}`] };
  }
}

function controlOf(header: string): Pick<Parts, "control" | "problems"> {
  const { bytes, unknown, notes, abi } = parseNotation(`recvmsg(0, ${header}, 0) = 0`, {
    notation: "strace",
  });
  const options: { readonly abi?: AbiOption } = abi === undefined ? {} : { abi };
  const { spans, count, problems } = explain(bytes, { ...options, unknown });
  const isUnknown = ({ role }: Span): boolean => role === "unknown";
  const control = Array.from({ length: count }, (_, i): TracedControl => {
    const own = spans.filter(({ message }) => message === i);
    const level = own.find(({ role }) => role === "level");
    const type = own.find(({ role }) => role === "type");
    const fields = own.filter(isOfPayload);
    const targetOf = ({ from }: Span): string | null =>
      notes.find((each) => each.from === from)?.text.replace(/<(char|block) [\d:]+>$/, "") ?? null;
    const isFds =
      fields.length > 0 && fields.every(({ field }) => /^(fd\[\d+\]|pidfd)$/.test(field ?? ""));
    return {
      level: Number(level?.value ?? 0),
      levelName: nameIn(level),
      type: Number(type?.value ?? 0),
      typeName: nameIn(type),
      fields: fields.map((span) => ({
        name: span.field ?? "payload",
        value: isUnknown(span) ? null : valueText(span),
      })),
      fds: isFds
        ? fields
            .filter((span) => !isUnknown(span))
            .map((span) => ({ fd: Number(span.value), target: targetOf(span) }))
        : [],
    };
  });
  const said =
    unknown.length === 0
      ? problems
      : problems.filter(
          ({ offset }) => !unknown.some(({ from, to }) => from <= offset && offset < to),
        );
  return { control, problems: said.map(({ message }) => message) };
}

/** Members of a payload, known or not. */
function isOfPayload({ role, field }: Span): boolean {
  return (
    role === "field" ||
    role === "payload" ||
    (role === "unknown" && field?.startsWith("cmsg_") !== true)
  );
}

/** `SCM_RIGHTS (1)` without its number. */
function nameIn(span: Span | undefined): string {
  return (span?.note ?? "?").replace(/ \(-?\d+\)$/, "");
}

function valueText({ value, note }: Span): string {
  return [value === null ? "" : String(value), note ?? ""].filter((part) => part !== "").join(" ");
}

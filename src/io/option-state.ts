// Options of a socket that enable control messages: what they are set to, and setting several of them, all or none.

import type { Buffer } from "node:buffer";
import type { AnyDefinition } from "../codec/definition.js";
import { type Option, optionNamed } from "../codec/option.js";
import { ownError, SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";
import { askKind, isUnixStream } from "./kind.js";
import type { Choice } from "./option-choice.js";
import { letsCome } from "./option-setting.js";
import { optionBytes, readIntOption, readOption, writeOption } from "./query.js";

/** An option to set. */
export interface Step extends Choice {
  /** What it is set to, from what it is. */
  readonly bytes: (current: number) => Buffer;
}

/** Whether the option of a choice is set, in a way that lets its message come; undefined where the kernel does not tell. */
export function isOn(fd: number, { option, definition }: Choice): boolean | undefined {
  const { level, number } = option;
  const value = readIntOption(fd, level, number);
  if (value >= 0) return value > 0 && letsCome(option.name, value, definition.name);
  return option.name === WRITE_ONLY && isUnixStream(askKind(fd)) ? undefined : false;
}

/** The option that Linux sets on streams of AF_UNIX, and never reads. */
const WRITE_ONLY = "SO_INQ";

function isSet(fd: number, { level, number }: Option): boolean {
  return readIntOption(fd, level, number) > 0;
}

/** An option as it was. */
interface Snapshot {
  readonly option: Option;
  readonly bytes: Buffer;
}

/** Bytes of the longest option of these. */
const LONGEST = 16;

/** Timestamps in microseconds and in nanoseconds: the kernel has one of these on at a time. */
const STAMPS = ["SO_TIMESTAMP", "SO_TIMESTAMPNS"].flatMap((name) => [`${name}_OLD`, `${name}_NEW`]);

/** Options as they are, and beside them what setting these may change. */
function snapshotsOf(fd: number, steps: readonly Step[]): Snapshot[] {
  const { abi } = theFrame();
  const stamps = STAMPS.map((name) => optionNamed(abi, name, 0)).filter(
    (each) => each !== undefined,
  );
  const numbers = new Set(stamps.map(({ number }) => number));
  const stamping = steps.some(
    ({ option }) => option.name.startsWith("SO_TIMESTAMP") && numbers.has(option.number),
  );
  const options = [...steps.map(({ option }) => option), ...(stamping ? stamps : [])];
  const once = new Map(options.map((option) => [`${option.level} ${option.number}`, option]));
  return [...once.values()].flatMap((option) => {
    const length = readOption(fd, option.level, option.number, LONGEST);
    return length < 0 ? [] : [{ option, bytes: optionBytes(Math.min(length, LONGEST)) }];
  });
}

/** Puts options back: those that were off first, because switching off may take another one along. */
function restore(fd: number, snapshots: readonly Snapshot[]): void {
  const on = ({ bytes }: Snapshot): number => (bytes.some((byte) => byte !== 0) ? 1 : 0);
  for (const { option, bytes } of [...snapshots].sort((a, b) => on(a) - on(b))) {
    writeOption(fd, option.level, option.number, bytes);
  }
}

/** The option that the kernel never switches off again. */
export const ONE_WAY = "SO_TXTIME";

/** Sets options one after another. When one is refused, or is not on afterwards although it is to be, all are as they were. */
export function setAll(fd: number, steps: readonly Step[], on: boolean): void {
  const back = steps.filter(({ option }) => option.name !== ONE_WAY);
  const before = snapshotsOf(fd, back);
  try {
    for (const step of back) set(fd, step);
    if (on) checkOn(fd, back, before);
    // Last, when nothing else can be refused any more.
    for (const step of steps) if (step.option.name === ONE_WAY) set(fd, step);
  } catch (error) {
    restore(fd, before);
    throw error;
  }
}

function set(fd: number, { option, definition, bytes }: Step): void {
  const { level, number } = option;
  const current = Math.max(readIntOption(fd, level, number), 0);
  const result = writeOption(fd, level, number, bytes(current));
  if (result >= 0) return;
  throw new SyscallError(-result, "setsockopt", { fd, hint: refusal(option, definition) });
}

/** Refuses options of which one has switched another one off. */
function checkOn(fd: number, steps: readonly Step[], before: readonly Snapshot[]): void {
  const readable = new Set(before.map(({ option }) => option.name));
  // What is set to 0 is off because it was asked for: no bits of SO_TIMESTAMPING.
  const off = steps.find(
    ({ option, bytes }) =>
      readable.has(option.name) && !isSet(fd, option) && bytes(0).readInt32LE() !== 0,
  );
  if (off === undefined) return;
  const rival = before.find(({ option }) => STAMPS.includes(option.name) && isSet(fd, option));
  const by = rival?.option.name ?? "another";
  throw ownError(
    "ERR_CMSG_EXCLUSIVE_OPTIONS",
    `${off.definition.name} cannot be enabled beside the others: ${off.option.name} is switched off by ${by}`,
  );
}

function refusal(option: Option, { name, needs }: AnyDefinition): string {
  const condition = needs === undefined ? "" : `, which needs ${needs}`;
  return `${option.name} for ${name}${condition}; no option was changed`;
}

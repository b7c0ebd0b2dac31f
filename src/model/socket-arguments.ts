// What a modelled socket is asked to write and to receive, and the checks of it.

import type { AbiOption } from "../codec/abi.js";
import {
  bytesOf,
  flagOf,
  integerIn,
  optionsOf,
  rangeError,
  typeError,
} from "../codec/arguments.js";
import { CONTROL_LIMIT } from "../codec/core.js";
import { layout } from "../codec.js";
import type { ModelCredentials, QueuedPiece, SocketModelType, SocketRule } from "./socket-queue.js";

/** What is written. */
export interface ModelWrite {
  readonly data: ArrayBufferView | ArrayBufferLike;
  /** Numbers that stand for descriptors: any that tell them apart. A list of lists is several SCM_RIGHTS in one write. */
  readonly descriptors?: readonly number[] | readonly (readonly number[])[];
  /** What the kernel notes of the writer: either end has SO_PASSCRED set then, or the writer attached them. */
  readonly credentials?: ModelCredentials;
  /** Whether it is sent with MSG_EOR. */
  readonly endOfRecord?: boolean;
}

/** How a call receives. */
export interface SocketReceiveOptions {
  /** Bytes of room for data; enough for everything unless given. */
  readonly dataLimit?: number;
  /** Bytes of the control buffer; enough for everything unless given. 0 is what read() and recv() have. */
  readonly controlLimit?: number;
  /** Whether it is MSG_PEEK. */
  readonly peek?: boolean;
  /** How many more descriptors fit in the process's table (RLIMIT_NOFILE); any number unless given. */
  readonly freeDescriptors?: number;
}

/** How a call receives, checked. */
export interface Asked {
  readonly limit: number;
  readonly controlLimit: number | undefined;
  readonly peek: boolean;
  readonly free: number;
}

/** The greatest number of a C int. */
export const INT_MAX = 0x7fffffff;
const NO_NUMBERS: readonly number[] = Object.freeze([]);

/** A write, or why it is refused. */
export function checkedWrite(
  write: ModelWrite,
  rule: SocketRule,
  type: SocketModelType,
  abi: AbiOption,
): QueuedPiece {
  const { data, descriptors, credentials, endOfRecord } = optionsOf(write, "write");
  const bytes = bytesOf(data, "data").slice();
  const groups = mergedBy(rule, groupsOf(descriptors));
  const numbers = groups.flat();
  checkLimits(rule, abi, groups);
  const isEmpty = numbers.length > 0 && bytes.length === 0;
  if (isEmpty && type === "stream" && rule.system !== "linux") {
    throw rangeError("data", `at least a byte with descriptors on ${rule.system}`, "no byte");
  }
  return {
    data: bytes,
    descriptors: Object.freeze(numbers),
    rights: Object.freeze(groups.map(({ length }) => length)),
    credentials: credentials === undefined ? null : checkedCredentials(credentials),
    endOfRecord: flagOf(endOfRecord, "endOfRecord"),
  };
}

function checkLimits(rule: SocketRule, abi: AbiOption, groups: readonly number[][]): void {
  const { system, writeLimit, messageLimit } = rule;
  const refuse = (found: number, most: number): void => {
    if (found > most) throw rangeError("descriptors", `at most ${most} on ${system}`, found);
  };
  if (writeLimit !== null) refuse(groups.flat().length, writeLimit);
  if (messageLimit === null) return;
  const { pointerSize, cmsg } = layout(abi);
  const most = Math.floor((messageLimit - cmsg.dataOffset) / pointerSize);
  for (const { length } of groups) refuse(length, most);
}

/** The numbers of each SCM_RIGHTS message that is written. */
function groupsOf(descriptors: ModelWrite["descriptors"] = NO_NUMBERS): readonly number[][] {
  if (!Array.isArray(descriptors)) throw typeError("descriptors", "a list of numbers", descriptors);
  const given: readonly unknown[] = descriptors;
  const groups = given.some(Array.isArray) ? given : [given];
  return groups.map((group) => {
    if (!Array.isArray(group)) throw typeError("descriptors", "a list of lists of numbers", group);
    return group.map((each, i) => integerIn(each, 0, INT_MAX, `descriptors[${i}]`));
  });
}

/** The messages with which they arrive. Those without descriptors are none. */
function mergedBy(
  { merges, system }: SocketRule,
  groups: readonly number[][],
): readonly number[][] {
  if (groups.length > 1 && merges === "refuses") {
    throw rangeError("descriptors", `of one SCM_RIGHTS on ${system}`, `${groups.length} of them`);
  }
  const kept = merges === "first" ? groups.slice(0, 1) : groups;
  return (merges === "joins" ? [kept.flat()] : kept).filter(({ length }) => length > 0);
}

function checkedCredentials(given: ModelCredentials): ModelCredentials {
  const { pid, uid, gid } = optionsOf(given, "credentials");
  return Object.freeze({
    pid: integerIn(pid, 0, INT_MAX, "credentials.pid"),
    uid: integerIn(uid, 0, 0xffffffff, "credentials.uid"),
    gid: integerIn(gid, 0, 0xffffffff, "credentials.gid"),
  });
}

/** How a call receives, or why it cannot. */
export function checkedReceive(options: SocketReceiveOptions | undefined): Asked {
  const { dataLimit, controlLimit, peek, freeDescriptors } = optionsOf(options, "options");
  const number = (value: number | undefined, most: number, what: string): number | undefined =>
    value === undefined ? undefined : integerIn(value, 0, most, what);
  return {
    limit: number(dataLimit, INT_MAX, "dataLimit") ?? INT_MAX,
    controlLimit: number(controlLimit, CONTROL_LIMIT, "controlLimit"),
    peek: flagOf(peek, "peek"),
    free: number(freeDescriptors, INT_MAX, "freeDescriptors") ?? INT_MAX,
  };
}

// A control buffer to control messages: the safe walk by default, a system's own rule on request.

import {
  RECORD_LENGTH,
  RECORD_LEVEL,
  RECORD_PAYLOAD,
  RECORD_TYPE,
  RECORD_WORDS,
  REPORT_CLAIMED,
  REPORT_OFFSET,
  REPORT_RECORDS,
  REPORT_STATUS,
} from "../../assembly/shared/message.js";
import { LENGTH_BELOW_HEADER, LENGTH_PAST_END } from "../../assembly/shared/status.js";
import type { Abi } from "./abi.js";
import { findForm, type Known } from "./catalogue/index.js";
import type { Cell } from "./cell.js";
import { ARENA_CONTROL, ARENA_RECORDS, type Core } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import { DecodeError } from "./errors.js";
import type { ReadContext } from "./field.js";
import { ControlMessage } from "./message.js";
import { payloadProblems } from "./payload.js";
import { type Problem, type ProblemCode, problemOf } from "./problem.js";
import { type WalkEnd, type WalkSettings, type WalkStep, walkControl } from "./walk.js";

/** Where a control message was found, in bytes from the start of the control buffer. */
export interface Found {
  /** Offset of its header. */
  readonly offset: number;
  readonly level: number;
  readonly type: number;
  /** Offset of its payload, and the bytes of it that are there. */
  readonly payload: number;
  readonly length: number;
}

/** What a control buffer holds. */
export interface Decoded<F = number> {
  readonly messages: readonly ControlMessage<unknown, F>[];
  readonly problems: readonly Problem[];
}

/** The safe walk over the `length` bytes at the arena's control offset. */
export function findSafely(
  core: Core,
  abi: Abi,
  length: number,
): { found: readonly Found[]; problems: readonly Problem[] } {
  const report = core.arena + ARENA_RECORDS;
  const limit = Math.ceil(length / 12);
  const control = core.arena + ARENA_CONTROL;
  const count = core.exports.cmsg_walk(abi.index, control, length, report, limit);
  const data = core.exports.cmsg_len(abi.index, 0);
  const found = readRecords(core, report, count, data);
  const problem = readReport(core, abi, report, length, found);
  return { found, problems: problem === undefined ? [] : [problem] };
}

/** The records of a report. `data` is the distance of a payload from its header, in bytes. */
export function readRecords(core: Core, report: number, count: number, data: number): Found[] {
  const found = new Array<Found>(count);
  for (let i = 0; i < count; i++) {
    const at = report + (REPORT_RECORDS + i * RECORD_WORDS) * 4;
    const payload = core.word(at + RECORD_PAYLOAD * 4);
    found[i] = {
      offset: payload - data,
      level: core.word(at + RECORD_LEVEL * 4),
      type: core.word(at + RECORD_TYPE * 4),
      payload,
      length: core.word(at + RECORD_LENGTH * 4),
    };
  }
  return found;
}

/** What a walk complained of. */
export function readReport(
  core: Core,
  abi: Abi,
  report: number,
  length: number,
  found: readonly Found[],
): Problem | undefined {
  const status = core.word(report + REPORT_STATUS * 4);
  if (status !== LENGTH_BELOW_HEADER && status !== LENGTH_PAST_END) return undefined;
  const offset = core.word(report + REPORT_OFFSET * 4);
  const claimed = BigInt.asUintN(64, core.double(report + REPORT_CLAIMED * 4));
  const place = { severity: "error" as const, offset, claimed, available: length - offset };
  if (status === LENGTH_BELOW_HEADER) {
    return belowHeader(abi, core.exports.cmsg_len(abi.index, 0), place);
  }
  const last = found.at(-1);
  return pastEnd(abi, { ...place, level: last?.level ?? 0, type: last?.type ?? 0 });
}

type Place = Omit<Problem, "code" | "message" | "rule"> & { claimed: bigint; available: number };

function belowHeader(abi: Abi, least: number, place: Place): Problem {
  const { offset, claimed } = place;
  const message = `cmsg_len at offset ${offset}: ${claimed}, needs at least ${least} (${abi.name})`;
  return problemOf("ERR_CMSG_LENGTH_BELOW_HEADER", message, place);
}

function pastEnd(abi: Abi, place: Place): Problem {
  const { offset, claimed, available } = place;
  const message = `cmsg_len at offset ${offset}: ${claimed}, but ${available} bytes are left (${abi.name})`;
  return problemOf("ERR_CMSG_LENGTH_PAST_END", message, place);
}

/** A control message whose bytes are out of the core's memory, and its fields where its definition is known. */
export interface ReadMessage {
  readonly level: number;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly known: Known | undefined;
  readonly cells: readonly Cell[] | undefined;
}

/** Turns what was found into messages. `control` is the offset of the control buffer in the core's memory. */
export function decodeFound<F>(
  core: Core,
  found: readonly Found[],
  control: number,
  context: ReadContext,
  own: readonly AnyDefinition[],
): { messages: ControlMessage<unknown, F>[]; problems: Problem[] } {
  const { read, problems } = readFound(core, context.abi, found, control, own);
  return { messages: valuesOf<F>(core, read, context), problems };
}

/** Reads what was found out of the core's memory. No caller's code runs in here. */
export function readFound(
  core: Core,
  abi: Abi,
  found: readonly Found[],
  control: number,
  own: readonly AnyDefinition[],
): { read: ReadMessage[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const read = new Array<ReadMessage>(found.length);
  for (let i = 0; i < found.length; i++) {
    const message = found[i] as Found;
    const { level, type, payload, length } = message;
    const known = findForm(core, abi, level, type, length, own);
    const at = control + payload;
    const bytes = core.bytes.slice(at, at + length);
    const cells = known?.form.program.unpack(core, abi, at, length);
    read[i] = { level, type, bytes, known, cells };
    if (known === undefined) continue;
    const wrong = payloadProblems(core, abi, known, message, cells);
    if (wrong.length > 0) problems.push(...wrong);
  }
  return { read, problems };
}

/** Gives what was read its values. A field of the caller's own runs the caller's code, which may use the core's memory. */
export function valuesOf<F>(
  core: Core,
  read: readonly ReadMessage[],
  context: ReadContext,
): ControlMessage<unknown, F>[] {
  const messages = new Array<ControlMessage<unknown, F>>(read.length);
  for (let i = 0; i < read.length; i++) {
    const { level, type, bytes, known, cells } = read[i] as ReadMessage;
    const value = cells === undefined ? undefined : known?.form.read(cells, context);
    const definition = known?.definition;
    messages[i] = new ControlMessage(core, context.abi, level, type, bytes, definition, value);
  }
  return messages;
}

/** The error of strict decoding: the first problem, and the messages in front of it. */
export function strictError(
  problem: Problem,
  messages: readonly ControlMessage<unknown, unknown>[],
  found: readonly Found[],
): DecodeError {
  const before = messages.filter((_, i) => (found[i]?.offset ?? 0) < problem.offset);
  return new DecodeError(problem.code, problem.message, problem, before);
}

/** The headers that a system's own macros visit, with lengths clamped to what is there. */
export function findByRule(
  core: Core,
  abi: Abi,
  length: number,
  settings: WalkSettings,
): { found: readonly Found[]; problems: readonly Problem[] } {
  const { headers, end, steps } = walkControl(core, abi, length, settings);
  const least = core.exports.cmsg_len(abi.index, 0);
  const problems: Problem[] = [];
  const found = headers.map(({ offset, claimed, level, type, dataOffset }): Found => {
    const left = length - offset;
    const over = claimed > BigInt(left);
    const place = { severity: "error" as const, offset, level, type, claimed, available: left };
    if (claimed < BigInt(least)) problems.push(belowHeader(abi, least, place));
    else if (over) problems.push(pastEnd(abi, place));
    const last = over ? length : offset + Number(claimed);
    return { offset, level, type, payload: dataOffset, length: Math.max(last - dataOffset, 0) };
  });
  return { found, problems: [...problems, ...endProblems(end, steps)] };
}

const END_PROBLEMS: Readonly<Partial<Record<WalkEnd, ProblemCode>>> = {
  "no-progress": "ERR_CMSG_WALK_NO_PROGRESS",
  backward: "ERR_CMSG_WALK_BACKWARD",
  "out-of-bounds": "ERR_CMSG_WALK_OUT_OF_BOUNDS",
  einval: "ERR_CMSG_WALK_EINVAL",
};

/** A walk that an unguarded loop would not survive is a problem of its own. */
export function endProblems(end: WalkEnd, steps: readonly WalkStep[]): Problem[] {
  const code = END_PROBLEMS[end];
  const last = steps.at(-1);
  if (code === undefined || last === undefined) return [];
  return [problemOf(code, last.text, { severity: "error", offset: last.from ?? 0 })];
}

// The walk that a system's own CMSG_FIRSTHDR and CMSG_NXTHDR make, as a trace: each comparison with both numbers.

import { NEXT_RULE, POINTER_SIZE } from "../../assembly/shared/column.js";
import type { Abi } from "./abi.js";
import { rangeError } from "./arguments.js";
import { ARENA_CONTROL, type Core } from "./core.js";
import { type RuleName, ruleIndex, ruleName } from "./rules.js";
import { unpackStruct } from "./struct.js";
import { StepReader, type WalkEnd, type WalkStep } from "./walk-step.js";

export type { WalkEnd, WalkStep } from "./walk-step.js";

/** A header that the macros visit. They do not check that cmsg_len fits: `claimed` may be anything. */
export interface WalkHeader {
  readonly offset: number;
  /** cmsg_len as it stands there. */
  readonly claimed: bigint;
  readonly level: number;
  readonly type: number;
  /** Offset of CMSG_DATA, which may lie behind the buffer. */
  readonly dataOffset: number;
}

/** A walk over a control buffer. */
export interface Walk {
  readonly abi: string;
  readonly rule: RuleName;
  readonly headers: readonly WalkHeader[];
  readonly steps: readonly WalkStep[];
  readonly end: WalkEnd;
}

/** How to walk. */
export interface WalkSettings {
  readonly rule?: RuleName | undefined;
  /** Native address that the buffer counts as lying at: sums that wrap depend on it. */
  readonly address?: bigint | undefined;
  /** Headers to visit before giving up. */
  readonly limit?: number | undefined;
}

/** An address in the middle of a program's memory, a multiple of every alignment. */
const ADDRESS = 0x40000000n;

/** Walks the `length` bytes at the arena's control offset. */
export function walkControl(core: Core, abi: Abi, length: number, settings: WalkSettings): Walk {
  const rule =
    settings.rule === undefined
      ? core.exports.abi_column(abi.index, NEXT_RULE)
      : ruleIndex(settings.rule);
  const address = checkedAddress(core, abi, length, settings.address ?? ADDRESS);
  const limit = settings.limit ?? Number.POSITIVE_INFINITY;
  const control = core.arena + ARENA_CONTROL;
  const headers: WalkHeader[] = [];
  const steps: WalkStep[] = [];
  const low = Number(BigInt.asIntN(32, address));
  const high = Number(BigInt.asIntN(32, address >> 32n));
  // Before the first step: it uses the scratch area in which steps are traced.
  const reader = new StepReader(core, abi, rule, length, address);
  let at = core.exports.cmsg_firsthdr(abi.index, rule, control, length, core.scratch);
  steps.push(reader.read(null, at));
  while (at >= 0) {
    if (headers.length === limit) return finished("limit");
    headers.push(readHeader(core, abi, control, at));
    const from = at;
    const { cmsg_nxthdr } = core.exports;
    at = cmsg_nxthdr(abi.index, rule, control, length, from, low, high, core.scratch);
    steps.push(reader.read(from, at));
  }
  return finished(steps.at(-1)?.end ?? "null");

  function finished(end: WalkEnd): Walk {
    return { abi: abi.name, rule: ruleName(rule), headers, steps, end };
  }
}

/** No buffer lies across the end of a program's memory. */
function checkedAddress(core: Core, abi: Abi, length: number, address: bigint): bigint {
  const memory = 1n << BigInt(core.exports.abi_column(abi.index, POINTER_SIZE) * 8);
  const most = memory - BigInt(length);
  if (address < 0n || address > most) throw rangeError("address", `from 0 to ${most}`, address);
  return address;
}

function readHeader(core: Core, abi: Abi, control: number, offset: number): WalkHeader {
  const size = core.exports.cmsg_len(abi.index, 0);
  const bytes = core.bytes.slice(control + offset, control + offset + size);
  const header = unpackStruct(core, abi, "cmsghdr", bytes);
  return {
    offset,
    claimed: header?.cmsg_len as bigint,
    level: header?.cmsg_level as number,
    type: header?.cmsg_type as number,
    dataOffset: offset + core.exports.cmsg_len(abi.index, 0),
  };
}

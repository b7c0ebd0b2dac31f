// One call of CMSG_FIRSTHDR or CMSG_NXTHDR as a sentence: what was compared, with sums that a reader can follow.

import { POINTER_SIZE } from "../../assembly/shared/column.js";
import {
  CHECK_FIRST,
  CHECK_FIT,
  CHECK_FIT_STRICT,
  CHECK_LEFT,
  CHECK_LOWER,
  CHECK_NEXT_FIT,
  CHECK_SHORT,
  CHECK_UPPER,
  ONE_BYTE,
  RELATIVE,
  ROUNDS_HEADER,
  STEP_CHECK,
  STEP_CLAIMED,
  STEP_LEFT,
  STEP_RIGHT,
  STEP_ROUNDED,
  SUBTRACTS,
} from "../../assembly/shared/rule.js";
import {
  END_BACKWARD,
  END_EINVAL,
  END_NO_PROGRESS,
  END_NULL,
  END_OUT_OF_BOUNDS,
} from "../../assembly/shared/status.js";
import type { Abi } from "./abi.js";
import type { Core } from "./core.js";
import { structProgram } from "./struct.js";

/** How a walk ends. `limit`: more headers than the caller wanted. */
export type WalkEnd = "null" | "no-progress" | "backward" | "out-of-bounds" | "einval" | "limit";

/** One call of a macro. */
export interface WalkStep {
  readonly macro: "CMSG_FIRSTHDR" | "CMSG_NXTHDR";
  /** Offset of the header that CMSG_NXTHDR was given. */
  readonly from: number | null;
  /** cmsg_len of that header, and what the macro rounds it up to in the width of its arithmetic. */
  readonly claimed: bigint | null;
  readonly rounded: bigint | null;
  /** What was compared: `left operator right`. Offsets from the start of the buffer; addresses where a sum wraps. */
  readonly left: bigint;
  readonly operator: ">=" | "<" | ">";
  readonly right: bigint;
  /** Both sides as they come about, such as `next 24 + header 16 = 40`. */
  readonly leftText: string;
  readonly rightText: string;
  /** Whether the comparison is true. */
  readonly holds: boolean;
  /** Offset of the header that the macro answered; null when the walk ends here. */
  readonly next: number | null;
  readonly end: WalkEnd | null;
  /** The step as a sentence. */
  readonly text: string;
}

const ENDS = new Map<number, WalkEnd>([
  [END_NULL, "null"],
  [END_NO_PROGRESS, "no-progress"],
  [END_BACKWARD, "backward"],
  [END_OUT_OF_BOUNDS, "out-of-bounds"],
  [END_EINVAL, "einval"],
]);

const OPERATORS = new Map<number, WalkStep["operator"]>([
  [CHECK_FIRST, ">="],
  [CHECK_SHORT, "<"],
  [CHECK_FIT, ">"],
  [CHECK_FIT_STRICT, ">="],
  [CHECK_NEXT_FIT, ">"],
  [CHECK_LEFT, ">"],
  [CHECK_LOWER, "<"],
  [CHECK_UPPER, ">"],
]);

/** A number of a comparison: what is shown for it, and how it comes about. */
interface Side {
  readonly value: bigint;
  readonly text: string;
}

function compare(left: bigint, operator: WalkStep["operator"], right: bigint): boolean {
  if (operator === "<") return left < right;
  return operator === ">" ? left > right : left >= right;
}

/** Reads the steps that the core traces at its scratch area. */
export class StepReader {
  readonly #core: Core;
  readonly #answers: number;
  readonly #length: number;
  /** Bits of a pointer, in which sums wrap. */
  readonly #bits: number;
  readonly #header: bigint;
  /** What the rule wants for the next header. */
  readonly #needed: Side;
  /** Native address of the buffer; 0 for rules that compare distances and never see it. */
  readonly #base: bigint;

  constructor(core: Core, abi: Abi, rule: number, length: number, address: bigint) {
    this.#core = core;
    this.#length = length;
    this.#answers = core.exports.rule_answers(rule);
    this.#bits = core.exports.abi_column(abi.index, POINTER_SIZE) * 8;
    this.#base = this.#is(RELATIVE | SUBTRACTS) ? 0n : BigInt.asUintN(this.#bits, address);
    const { size } = structProgram(core, abi, "cmsghdr").layout(core, abi);
    this.#header = BigInt(size);
    const padded = this.#is(ROUNDS_HEADER) ? core.exports.cmsg_align(abi.index, size) : size;
    this.#needed = this.#is(ONE_BYTE) ? named("byte", 1n) : named("header", BigInt(padded));
  }

  /** The step that was traced last: from the header at `from`, with what the core answered. */
  read(from: number | null, result: number): WalkStep {
    const check = this.#core.word(this.#core.scratch + STEP_CHECK * 4);
    const claimed = this.#wide(STEP_CLAIMED);
    const rounded = this.#wide(STEP_ROUNDED);
    const [left, right] = this.#sides(check, from, claimed, rounded);
    const operator = OPERATORS.get(check) ?? ">";
    const step = {
      macro: from === null ? ("CMSG_FIRSTHDR" as const) : ("CMSG_NXTHDR" as const),
      from,
      claimed: from === null ? null : claimed,
      rounded: from === null ? null : rounded,
      left: left.value,
      operator,
      right: right.value,
      leftText: left.text,
      rightText: right.text,
      holds: compare(left.value, operator, right.value),
      next: result >= 0 ? result : null,
      end: result >= 0 ? null : (ENDS.get(result) ?? null),
    };
    return { ...step, text: stepLines(step).join(from === null ? ": " : "; ") };
  }

  #is(answer: number): boolean {
    return (this.#answers & answer) !== 0;
  }

  #wide(name: number): bigint {
    return BigInt.asUintN(64, this.#core.double(this.#core.scratch + name * 4));
  }

  #sides(
    check: number,
    from: number | null,
    claimed: bigint,
    rounded: bigint,
  ): readonly [Side, Side] {
    const left = this.#wide(STEP_LEFT);
    const right = this.#wide(STEP_RIGHT);
    const header = this.#header;
    const rest = BigInt(this.#length - (from ?? 0));
    switch (check) {
      case CHECK_FIRST:
        return [named("msg_controllen", left), named(right < header ? "byte" : "header", right)];
      case CHECK_SHORT:
        return [named("cmsg_len", left), named("header", right)];
      case CHECK_FIT_STRICT:
        return [sumOf("rounded", rounded, named("header", header), left), named("left", right)];
      case CHECK_FIT:
        return this.#fitSides(left, right);
      case CHECK_NEXT_FIT: {
        const next = BigInt.asUintN(this.#bits, this.#base + BigInt(from ?? 0) + rounded);
        const size = BigInt.asUintN(this.#bits, left - next);
        return this.#placed(left, named("its rounded cmsg_len", size), right);
      }
      case CHECK_LEFT: {
        const text = `left ${rest} - header ${header} - padding ${rest - header - right} = ${right}`;
        return [named("cmsg_len", claimed), { value: right, text }];
      }
      default: {
        // CHECK_LOWER and CHECK_UPPER look at the header that was reached; the latter also at whether it is whole.
        const what = from === null ? "cmsg_len" : "its cmsg_len";
        if (check === CHECK_LOWER) return [named(what, left), named("header", right)];
        return [named(right < header ? "header" : what, left), named("left", right)];
      }
    }
  }

  #fitSides(left: bigint, right: bigint): readonly [Side, Side] {
    if (!this.#is(SUBTRACTS)) return this.#placed(left, this.#needed, right);
    const padding = named("padding", left - this.#header);
    return [sumOf("header", this.#header, padding, left), named("left", right)];
  }

  /** The end of what begins at the next header, against that of the buffer: offsets, or addresses where a sum wraps. */
  #placed(end: bigint, size: Side, limit: bigint): readonly [Side, Side] {
    const next = BigInt.asUintN(this.#bits, end - size.value);
    const base = this.#base;
    if (base === 0n || (next >= base && next + size.value === end && limit >= base)) {
      const sum = sumOf("next", next - base, size, end - base);
      return [sum, named("msg_controllen", limit - base)];
    }
    const text = `next ${hex(next)} + ${size.text} ${next + size.value === end ? "=" : "wraps to"} ${hex(end)}`;
    return [
      { value: end, text },
      { value: limit, text: `end of the buffer ${hex(limit)}` },
    ];
  }
}

function named(name: string, value: bigint): Side {
  return { value, text: `${name} ${value}` };
}

function sumOf(name: string, first: bigint, second: Side, sum: bigint): Side {
  const equal = first + second.value === sum ? "=" : "wraps to";
  return { value: sum, text: `${name} ${first} + ${second.text} ${equal} ${sum}` };
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

const END_SENTENCES: Readonly<Record<WalkEnd, string>> = {
  null: "NULL: the end",
  "no-progress": "the same header again: an unguarded loop never ends",
  backward: "an earlier header: an unguarded loop never ends or leaves the buffer",
  "out-of-bounds": "a header behind the buffer",
  einval: "EINVAL: the kernel refuses the whole buffer",
  limit: "more headers than asked for",
};

/** A step in two lines: the macro with the length it steps over, and the comparison with what follows from it. */
export function stepLines(step: Omit<WalkStep, "text">): readonly [string, string] {
  const { macro, from, claimed, rounded, leftText, operator, rightText, holds, next, end } = step;
  const turned = (rounded ?? 0n) < (claimed ?? 0n) ? "wraps round" : "rounds up";
  const head =
    from === null ? macro : `${macro} from ${from}: cmsg_len ${claimed} ${turned} to ${rounded}`;
  const result = end === null ? `header at ${next}` : END_SENTENCES[end];
  return [head, `${leftText} ${operator} ${rightText}? ${holds ? "yes" : "no"} → ${result}`];
}

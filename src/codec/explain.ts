// explain(): a control buffer as data for people. Page, terminal, inspect and tests draw this one model.

import type { Abi } from "./abi.js";
import type { ByteRange } from "./byte-range.js";
import { findForm } from "./catalogue/index.js";
import { ARENA_CONTROL, type Core } from "./core.js";
import { endProblems, findSafely } from "./decode.js";
import type { AnyDefinition } from "./definition.js";
import { type DrawOptions, drawExplanation } from "./explain-text.js";
import { payloadProblems } from "./payload.js";
import type { Problem } from "./problem.js";
import { partition, type Span } from "./spans.js";
import { hideUnknown } from "./unknown.js";
import { type WalkEnd, type WalkSettings, type WalkStep, walkControl } from "./walk.js";

/** A control buffer explained: frozen data, and text on request. */
export interface Explanation {
  readonly abi: string;
  readonly rule: string;
  /** Number of control messages that the ABI's own macros visit. */
  readonly count: number;
  /** An exact partition of the bytes: each byte in one span. */
  readonly spans: readonly Span[];
  /** The walk: each comparison that the macros make. */
  readonly steps: readonly WalkStep[];
  readonly end: WalkEnd;
  readonly problems: readonly Problem[];
  /** The model as text: 80 columns wide and without colour unless asked for otherwise. */
  toString(options?: DrawOptions): string;
}

/** How a control buffer is explained. */
export interface ExplainSettings extends WalkSettings {
  /** Definitions of the caller's own. */
  readonly own: readonly AnyDefinition[];
  readonly unknown: readonly ByteRange[];
}

function frozen<T extends object>(list: readonly T[]): readonly T[] {
  for (const each of list) Object.freeze(each);
  return Object.freeze(list);
}

/** Explains the bytes that lie at the arena's control offset. */
export function explainControl(
  core: Core,
  abi: Abi,
  bytes: Uint8Array,
  settings: ExplainSettings,
): Explanation {
  const { length } = bytes;
  const { own, unknown } = settings;
  const walk = walkControl(core, abi, length, settings);
  const safe = findSafely(core, abi, length);
  const short = safe.found.flatMap((each): readonly Problem[] => {
    const { level, type, length: available } = each;
    const known = findForm(core, abi, level, type, available, own);
    if (known === undefined) return [];
    const at = core.arena + ARENA_CONTROL + each.payload;
    const cells = known.form.program.unpack(core, abi, at, available);
    return payloadProblems(core, abi, known, each, cells);
  });
  const known = length === 0 ? [] : partition(core, abi, length, walk.headers, own);
  const spans = unknown.length === 0 ? known : hideUnknown(known, unknown, length);
  const model = {
    abi: abi.name,
    rule: walk.rule,
    count: walk.headers.length,
    spans: Object.freeze(spans),
    steps: frozen(walk.steps),
    end: walk.end,
    problems: frozen(
      [...safe.problems, ...short, ...endProblems(walk.end, walk.steps)].sort(
        (a, b) => a.offset - b.offset,
      ),
    ),
  };
  const draw = (options?: DrawOptions): string => drawExplanation(model, bytes, options);
  Object.defineProperty(model, "toString", { value: draw });
  Object.defineProperty(model, Symbol.for("nodejs.util.inspect.custom"), { value: () => draw() });
  return Object.freeze(model);
}

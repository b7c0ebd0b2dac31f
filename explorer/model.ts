// What is drawn: everything that follows from a state, computed once for all panels.

import {
  type AbiOption,
  type Explanation,
  explain,
  type Layout,
  layout,
  type RuleName,
  type Span,
  type Walk,
  walk,
} from "../src/codec.js";
import { isRegular, optionOf } from "./buffer.js";
import type { Doc, State, View } from "./state.js";

/** A control message as the spans have it. */
export interface Message {
  readonly index: number;
  readonly spans: readonly Span[];
}

/** A state and what follows from it. */
export interface Model {
  readonly doc: Doc;
  readonly view: View;
  readonly abi: AbiOption;
  readonly layout: Layout;
  readonly explanation: Explanation;
  readonly messages: readonly Message[];
  /** Whether the encoder would make the same bytes. */
  readonly regular: boolean;
  readonly rule: RuleName;
  /** The walk by the rule that was chosen. */
  readonly walk: Walk;
  /** The step that is shown. */
  readonly step: number;
}

/** Steps that are drawn: an unguarded loop through large lengths may have hundreds. */
const STEPS = 400;

let last: Model | undefined;

/** The model of a state. What depends on the buffer alone is kept while it is the same. */
export function modelOf({ doc, view }: State): Model {
  const isSame = last?.doc === doc;
  const base = isSame && last !== undefined ? last : describe(doc, view);
  const rule = view.rule ?? base.layout.cmsg.rule;
  const path =
    isSame && last?.rule === rule
      ? last.walk
      : walk(doc.bytes, { abi: base.abi, rule, limit: STEPS });
  const step = Math.min(view.step, path.steps.length - 1);
  last = { ...base, view, rule, walk: path, step };
  return last;
}

function describe(doc: Doc, view: View): Model {
  const abi = optionOf(doc.abi);
  const shape = layout(abi);
  const explanation = explain(doc.bytes, { abi, unknown: doc.unknown });
  const { rule } = shape.cmsg;
  return {
    doc,
    view,
    abi,
    layout: shape,
    explanation,
    messages: messagesIn(explanation.spans),
    regular: isRegular(doc),
    rule,
    walk: walk(doc.bytes, { abi, rule, limit: STEPS }),
    step: 0,
  };
}

function messagesIn(spans: readonly Span[]): readonly Message[] {
  const found = new Map<number, Span[]>();
  for (const span of spans) {
    if (span.message === null) continue;
    found.set(span.message, [...(found.get(span.message) ?? []), span]);
  }
  return [...found].map(([index, own]) => ({ index, spans: own }));
}

/** The span of a byte. */
export function spanAt(model: Model, at: number): Span | undefined {
  return model.explanation.spans.find(({ from, to }) => at >= from && at < to);
}

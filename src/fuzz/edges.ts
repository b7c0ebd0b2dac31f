// Edge counters for any WebAssembly module, added by binaryen: each outcome of a condition and each turn of a loop counts, and the fuel
// of a run burns, so that endless loops trap. A custom section says where all of that lies.

import type { Binaryen, BinaryenModule, Expression } from "./binaryen.js";
import { constantsOf } from "./constants.js";

/** Where counters lie, in bytes of linear memory. */
export interface CounterPlace {
  readonly base: number;
  /** The last four bytes hold the fuel. */
  readonly size: number;
}

/** What the custom section `cmsg.edges` says, as JSON. */
export interface EdgeMap extends CounterPlace {
  /** Whether counters lie in the module's own memory; else in that of a module beside it. */
  readonly own: boolean;
  /** Counters in use, one byte each, from `base` on. */
  readonly counters: number;
  /** Function and kind of each place in order: an `if`, `br_if` or `select` has two counters, a `loop` one. */
  readonly sites: readonly string[];
  /** Integers of the module's code in as few bytes as they need, and texts of its data: as hexadecimal digits. */
  readonly dictionary: readonly string[];
}

/** Name of the custom section. */
export const SECTION = "cmsg.edges";
/** What a module beside is called in imports. */
const BESIDE = "cmsg_edges";
const OUTCOME = "__edge_outcome";
const TURN = "__edge_turn";

/** A condition or the body of a loop. */
interface Site {
  readonly owner: Expression;
  readonly part: Expression;
  readonly kind: string;
  readonly setter: string;
}

const KINDS: readonly (readonly [id: string, kind: string, member: string, setter: string])[] = [
  ["IfId", "if", "condition", "_BinaryenIfSetCondition"],
  ["BreakId", "br_if", "condition", "_BinaryenBreakSetCondition"],
  ["SelectId", "select", "condition", "_BinaryenSelectSetCondition"],
  ["LoopId", "loop", "body", "_BinaryenLoopSetBody"],
];

/** Members of expressions that are expressions. */
const CHILDREN = [
  ...["children", "condition", "ifTrue", "ifFalse", "body", "operands", "value", "left", "right"],
  ...["ptr", "dest", "source", "size", "delta", "expected", "replacement", "catchBodies"],
];

/** Conditions and loops of a function, from outside to inside. */
function sitesOf(binaryen: Binaryen, body: Expression): Site[] {
  const found: Site[] = [];
  const stack: unknown[] = [body];
  while (stack.length > 0) {
    const owner = stack.pop();
    if (typeof owner !== "number" || owner === 0) continue;
    const info = infoOf(binaryen, owner);
    // A constant's value is a number, but no expression.
    if (info === undefined || info["id"] === binaryen["ConstId"]) continue;
    const row = KINDS.find(([id]) => binaryen[id] === info["id"]);
    if (row !== undefined) {
      const [, kind, member, setter] = row;
      const part = info[member];
      if (typeof part === "number" && part !== 0) found.push({ owner, part, kind, setter });
    }
    stack.push(...CHILDREN.flatMap((name) => info[name]).reverse());
  }
  return found;
}

function infoOf(
  binaryen: Binaryen,
  expression: Expression,
): Readonly<Record<string, unknown>> | undefined {
  try {
    return binaryen.getExpressionInfo(expression);
  } catch {
    // Some kinds of expressions, which have no members, are refused.
    return undefined;
  }
}

/** Adds the functions that count. */
function addCounting(binaryen: Binaryen, module: BinaryenModule, place: CounterPlace): void {
  const { i32 } = module;
  const get = (index: number): Expression => module.local.get(index, binaryen.i32);
  const zero = (): Expression => i32.const(0);
  const fuelAt = place.base + place.size - 4;
  const fuel = (): Expression => i32.load(fuelAt, 4, zero());
  const burn = (): Expression[] => [
    i32.store(fuelAt, 4, zero(), i32.sub(fuel(), i32.const(1))),
    module.if(i32.eqz(fuel()), module.unreachable()),
  ];
  const next = (id: number): Expression =>
    i32.add(i32.load8_u(place.base, 1, get(id)), i32.const(1));
  // Behind 255 comes 1: what has happened never looks as if it had not.
  const kept = (id: number): Expression => i32.or(next(id), i32.shr_u(next(id), i32.const(8)));
  const bump = (id: number): Expression => i32.store8(place.base, 1, get(id), kept(id));
  const turn = module.block(null, [...burn(), bump(0)], binaryen.none);
  module.addFunction(TURN, binaryen.i32, binaryen.none, [], turn);
  const chosen = i32.add(get(1), i32.ne(get(0), zero()));
  const outcome = [...burn(), module.local.set(1, chosen), bump(1), get(0)];
  const body = module.block(null, outcome, binaryen.i32);
  module.addFunction(
    OUTCOME,
    binaryen.createType([binaryen.i32, binaryen.i32]),
    binaryen.i32,
    [],
    body,
  );
}

/** A module that holds nothing but counters, for one whose memory has no place for them. */
export function besideModule(binaryen: Binaryen, place: CounterPlace): Uint8Array {
  const module = new binaryen.Module();
  const pages = Math.ceil((place.base + place.size) / 0x10000);
  module.setMemory(pages, pages, "memory");
  addCounting(binaryen, module, place);
  for (const name of [OUTCOME, TURN]) module.addFunctionExport(name, name);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** Makes every site of a module count. Answers their names, and how many counters they use. */
function instrument(
  binaryen: Binaryen,
  module: BinaryenModule,
  limit: number,
): { sites: string[]; counters: number } {
  const sites: string[] = [];
  let counters = 0;
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name, body } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (body === 0) continue;
    // From inside to outside: what is wrapped holds what was wrapped in it.
    for (const { owner, part, kind, setter } of sitesOf(binaryen, body)) {
      const width = kind === "loop" ? 1 : 2;
      if (counters + width > limit) return { sites, counters };
      const id = module.i32.const(counters);
      const wrapped =
        kind === "loop"
          ? module.block(null, [module.call(TURN, [id], binaryen.none), part], binaryen.auto)
          : module.call(OUTCOME, [part, id], binaryen.i32);
      (binaryen[setter] as (owner: Expression, part: Expression) => void)(owner, wrapped);
      sites.push(`${name} ${kind}`);
      counters += width;
    }
  }
  return { sites, counters };
}

/**
 * A module with counters. Its exports are the same; its imports too when there is a place for counters in its memory.
 *
 * @throws Error when binaryen cannot read the module.
 */
export function withEdgeCounters(
  binaryen: Binaryen,
  bytes: Uint8Array,
  own: CounterPlace | undefined,
): Uint8Array {
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(binaryen.Features.All);
    const dictionary = constantsOf(binaryen, bytes);
    const place = own ?? { base: 0, size: 0x10000 };
    const { sites, counters } = instrument(binaryen, module, place.size - 4);
    if (own !== undefined) {
      addCounting(binaryen, module, place);
    } else {
      const pair = binaryen.createType([binaryen.i32, binaryen.i32]);
      module.addFunctionImport(OUTCOME, BESIDE, OUTCOME, pair, binaryen.i32);
      module.addFunctionImport(TURN, BESIDE, TURN, binaryen.i32, binaryen.none);
    }
    const map: EdgeMap = { ...place, own: own !== undefined, counters, sites, dictionary };
    module.addCustomSection(SECTION, new TextEncoder().encode(JSON.stringify(map)));
    if (module.validate() !== 1) throw new Error("the module with counters is not valid");
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

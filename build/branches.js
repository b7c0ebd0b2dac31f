// A build of the core whose every condition counts its outcomes: dist/core-branches.wasm, and dist/core-branches.json that says
// where each condition stands. An AssemblyScript transform wraps conditions; the release build is not touched.

import { readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { OPTIONS } from "./core.js";

/** @typedef {import("assemblyscript").SyntaxNode} SyntaxNode */
/** @typedef {{ file: string, line: number, column: number, kind: string, condition: string }} Branch */

const COUNTER_FILE = "branch-counter.ts";

/** Two bytes for each condition, false and true, in the hole of linear memory; they stay at 255. */
const COUNTER = `
import { COVERAGE_BASE } from "./assembly/shared/limits";
// @ts-ignore: decorator
@global
function __branch<T>(condition: T, id: i32): T {
  const at = <usize>(COVERAGE_BASE + id * 2 + (condition ? 1 : 0));
  const count = load<u8>(at);
  if (count != 255) store<u8>(at, count + 1);
  return condition;
}
`;

/** @param {unknown} value @returns {value is SyntaxNode} */
function isNode(value) {
  return typeof value === "object" && value !== null && "kind" in value && "range" in value;
}

/** @param {SyntaxNode} node @returns {SyntaxNode[]} */
function childrenOf(node) {
  return Object.entries(node)
    .filter(([name]) => name !== "range" && name !== "parent")
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

/** Wraps the conditions of a program. Answers the transform and the list that it fills. */
function branchTransform() {
  /** @type {Branch[]} */
  const found = [];
  class Branches {
    /** @param {{ sources: { internalPath: string, statements: SyntaxNode[] }[] }} parser */
    async afterParse(parser) {
      const compiler = await import("assemblyscript");
      const visit = visitor(compiler, found);
      for (const source of parser.sources) {
        if (source.internalPath.startsWith("assembly/")) source.statements.forEach(visit);
      }
    }
  }
  return { found, Branches };
}

/** @param {typeof import("assemblyscript")} compiler @param {Branch[]} found */
function visitor({ Node, NodeKind, Token }, found) {
  /** @param {SyntaxNode} node @param {string} name @param {string} kind */
  function wrap(node, name, kind) {
    const condition = /** @type {SyntaxNode} */ (node[name]);
    const { range } = condition;
    const before = range.source.text.slice(0, range.start).split("\n");
    node[name] = Node.createCallExpression(
      Node.createIdentifierExpression("__branch", range),
      null,
      [condition, Node.createIntegerLiteralExpression(i64(found.length), range)],
      range,
    );
    found.push({
      file: range.source.normalizedPath,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      kind,
      condition: range.source.text.slice(range.start, range.end).replace(/\s+/g, " "),
    });
  }
  const conditional = new Map([
    [NodeKind.If, "if"],
    [NodeKind.While, "while"],
    [NodeKind.Do, "do"],
    [NodeKind.For, "for"],
    [NodeKind.Ternary, "?:"],
  ]);
  /** @param {SyntaxNode} node */
  return function visit(node) {
    const operator = node["operator"];
    const kind = conditional.get(node.kind);
    // Source order: what is wrapped first keeps its range.
    const children = childrenOf(node);
    if (kind !== undefined && node["condition"]) wrap(node, "condition", kind);
    if (node.kind === NodeKind.Binary) {
      if (operator === Token.Ampersand_Ampersand || operator === Token.Bar_Bar) {
        const name = operator === Token.Bar_Bar ? "||" : "&&";
        wrap(node, "left", name);
        wrap(node, "right", name);
      }
    }
    children.forEach(visit);
  };
}

/** A 64-bit number as the compiler's own JavaScript build has it. @param {number} value */
function i64(value) {
  const make = /** @type {{ i64_new?: (low: number) => unknown }} */ (globalThis).i64_new;
  return make === undefined ? BigInt(value) : make(value);
}

/** Compiles the core with counters; throws with the compiler's messages. */
export async function buildBranches() {
  const { found, Branches } = branchTransform();
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", COUNTER_FILE, ...OPTIONS, "--outFile", "dist/core-branches.wasm"],
    {
      readFile: (name) => {
        try {
          return name === COUNTER_FILE ? COUNTER : readFileSync(name, "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => writeFileSync(name, contents),
      transforms: [Branches],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  writeFileSync("dist/core-branches.json", JSON.stringify(found, null, 1));
}

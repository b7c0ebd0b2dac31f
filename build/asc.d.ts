// What build/core.js and build/branches.js use of the AssemblyScript compiler. Its own declarations replace globals of Node.

export interface AscResult {
  readonly error: Error | null;
  readonly stderr: { toString(): string };
}

/** The parsed program, as far as it is marked before it is compiled. */
export interface AscProgram {
  readonly elementsByName: ReadonlyMap<string, { decoratorFlags: number }>;
}

export interface AscTransform {
  afterInitialize(program: AscProgram): void;
}

declare const asc: {
  main(
    args: readonly string[],
    options: {
      readFile?(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      transforms?: readonly (AscTransform | (new () => object))[];
    },
  ): Promise<AscResult>;
};
export default asc;

/** A piece of a source file. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
  readonly source: { readonly text: string; readonly normalizedPath: string };
}

/** A node of the syntax tree: a plain object. */
export interface SyntaxNode {
  readonly kind: number;
  readonly range: SourceRange;
  [member: string]: unknown;
}

/** What the package `assemblyscript` exports. */
export declare const Node: {
  createCallExpression(
    callee: SyntaxNode,
    types: null,
    args: readonly SyntaxNode[],
    range: SourceRange,
  ): SyntaxNode;
  createIdentifierExpression(name: string, range: SourceRange): SyntaxNode;
  createIntegerLiteralExpression(value: unknown, range: SourceRange): SyntaxNode;
};
export declare const NodeKind: Readonly<
  Record<"If" | "While" | "Do" | "For" | "Ternary" | "Binary", number>
>;
export declare const Token: Readonly<Record<"Ampersand_Ampersand" | "Bar_Bar", number>>;

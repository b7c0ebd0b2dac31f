// What is used of binaryen, and loading it: it is no dependency of this package, and needed for modules of the user's alone.

/** A node of binaryen's tree. A tree: no node may be used twice. */
export type Expression = number;

/** What is used of a module of binaryen. */
export interface BinaryenModule {
  readonly i32: {
    const(value: number): Expression;
    add(left: Expression, right: Expression): Expression;
    sub(left: Expression, right: Expression): Expression;
    ne(left: Expression, right: Expression): Expression;
    or(left: Expression, right: Expression): Expression;
    shr_u(left: Expression, right: Expression): Expression;
    eqz(value: Expression): Expression;
    load(offset: number, align: number, at: Expression): Expression;
    load8_u(offset: number, align: number, at: Expression): Expression;
    store(offset: number, align: number, at: Expression, value: Expression): Expression;
    store8(offset: number, align: number, at: Expression, value: Expression): Expression;
  };
  readonly local: {
    get(index: number, type: number): Expression;
    set(index: number, value: Expression): Expression;
  };
  block(label: null, list: readonly Expression[], type?: number): Expression;
  if(condition: Expression, then: Expression): Expression;
  call(name: string, operands: readonly Expression[], type: number): Expression;
  unreachable(): Expression;
  addFunction(
    name: string,
    params: number,
    results: number,
    locals: readonly number[],
    body: Expression,
  ): number;
  addFunctionImport(
    name: string,
    module: string,
    base: string,
    params: number,
    results: number,
  ): void;
  addFunctionExport(internal: string, external: string): void;
  setMemory(initial: number, maximum: number, exported: string): void;
  getNumFunctions(): number;
  getFunctionByIndex(index: number): number;
  addCustomSection(name: string, contents: Uint8Array): void;
  setFeatures(features: number): void;
  validate(): number;
  emitBinary(): Uint8Array;
  dispose(): void;
}

/** What is used of binaryen: also ids of kinds of expressions, and setters by their C names. */
export interface Binaryen {
  readonly Module: new () => BinaryenModule;
  readonly i32: number;
  readonly none: number;
  readonly auto: number;
  readonly Features: { readonly All: number };
  createType(types: readonly number[]): number;
  readBinary(bytes: Uint8Array): BinaryenModule;
  getFunctionInfo(reference: number): { readonly name: string; readonly body: Expression };
  getExpressionInfo(expression: Expression): Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/**
 * binaryen, if it is installed.
 *
 * @throws Error `ERR_CMSG_BINARYEN` with the remedy when it is not.
 */
export async function loadBinaryen(): Promise<Binaryen> {
  const name = "binaryen";
  try {
    const { default: binaryen } = (await import(name)) as { default: Binaryen };
    return binaryen;
  } catch (cause) {
    const message =
      "binaryen, which counts the edges of a WebAssembly module, is not installed: npm install --save-dev binaryen";
    throw Object.assign(new Error(message, { cause }), { code: "ERR_CMSG_BINARYEN" });
  }
}

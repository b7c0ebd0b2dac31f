// What build/core.js uses of the AssemblyScript compiler. Its own declarations replace globals of Node.

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
      writeFile(name: string, contents: string | Uint8Array): void;
      transforms: readonly AscTransform[];
    },
  ): Promise<AscResult>;
};
export default asc;

// What build/core.js uses of the AssemblyScript compiler. Its own declarations replace globals of Node.

export interface AscResult {
  readonly error: Error | null;
  readonly stderr: { toString(): string };
}

declare const asc: {
  main(
    args: readonly string[],
    options: { writeFile(name: string, contents: string | Uint8Array): void },
  ): Promise<AscResult>;
};
export default asc;

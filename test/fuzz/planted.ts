// Parsers with bugs behind nested conditions, for the test that guidance works: one in AssemblyScript, one in JavaScript.

import asc from "assemblyscript/asc";
import { assert } from "../support/assert.js";

/** Each condition stands behind the one before: whoever guesses them all at once needs more runs than there are. */
const SOURCE = `
function len(at: usize): u32 { return load<u32>(at); }
function level(at: usize): i32 { return load<i32>(at + 8); }
function type(at: usize): i32 { return load<i32>(at + 12); }

export function parse(at: usize, length: i32): i32 {
  if (length < 16) return -1;
  const end = at + <usize>length;
  let header = at;
  let seen = 0;
  while (header + 16 <= end) {
    const claimed = len(header);
    if (claimed > <u32>(end - header)) return -2;
    // Planted: a length of zero is the same header again.
    if (seen == 2 && claimed == 0 && level(header) == 41) continue;
    if (claimed < 16) return -3;
    if (seen == 0 && level(header) == 1 && type(header) == 1) seen = 1;
    else if (seen == 1 && level(header) == 1 && type(header) == 2) {
      if (claimed == 28) seen = 2;
    } else if (seen == 2 && level(header) == 0x5ca1ab1e) {
      if (claimed > 18 && load<u8>(header + 16) == 0x7f) {
        if (load<u8>(header + 17) == 0x45 && load<u8>(header + 18) == 0x4c) {
          // Planted: behind eight conditions.
          unreachable();
        }
      }
    }
    header += (<usize>claimed + 7) & ~<usize>7;
  }
  return seen;
}
`;

/** The planted parser as a module. */
export async function plantedModule(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ["planted.ts", "-O2", "--runtime", "stub", "--use", "abort=", "--outFile", "planted.wasm"],
    {
      readFile: (name) => (name === "planted.ts" ? SOURCE : null),
      writeFile: (_, contents) => {
        binary = contents as Uint8Array;
      },
    },
  );
  assert.is(error, null, String(stderr));
  return binary as Uint8Array;
}

// ABIs in one line each.

import { type AbiOption, abis, type Layout, layout } from "../src/codec.js";
import type { Option } from "./picker.js";

const known = new Map<string, string>();

/** What a student should know of an ABI, in a line. */
export function factOf(abi: AbiOption): string {
  if (typeof abi !== "string") return lineOf(layout(abi));
  const fact = known.get(abi) ?? lineOf(layout(abi));
  known.set(abi, fact);
  return fact;
}

function lineOf({ pointerSize, endian, cmsghdr, cmsg }: Layout): string {
  const length = cmsghdr.fields["cmsg_len"]?.width ?? 0;
  return `${pointerSize * 8}-bit, ${endian}-endian: ${length}-byte cmsg_len, ${cmsg.dataOffset}-byte header, rounded up to ${cmsg.align}, walks like ${cmsg.rule}`;
}

let options: readonly Option[] | undefined;

/** All ABIs, to pick one. */
export function abiOptions(): readonly Option[] {
  options ??= abis().map((name) => {
    const fact = factOf(name);
    return { id: name, title: name, fact, words: `${name} ${fact}`.toLowerCase() };
  });
  return options;
}

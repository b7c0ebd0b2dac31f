// ABIs in one line each.

import { type AbiOption, abis, layout } from "../src/codec.js";
import { abiFact } from "../src/model.js";
import type { Option } from "./picker.js";

const known = new Map<string, string>();

/** What a student should know of an ABI, in a line. */
export function factOf(abi: AbiOption): string {
  if (typeof abi !== "string") return lineOf(abi);
  const fact = known.get(abi) ?? lineOf(abi);
  known.set(abi, fact);
  return fact;
}

function lineOf(abi: AbiOption): string {
  const { pointerSize, cmsg } = layout(abi);
  return `${pointerSize * 8}-bit, walks like ${cmsg.rule}: ${abiFact(abi)}`;
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

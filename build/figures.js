// The figures of docs/tutorial.md, drawn by the package itself. Part of npm run docs; a test holds them to what this writes.

import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { credentials, encodeControl, rights } from "cmsg/codec";
import { write } from "cmsg/notation";

/** @typedef {import("cmsg/codec").AbiName} AbiName */

const FOLDER = "docs/figures";
const PAIR = [rights([3]), credentials({ pid: 4242, uid: 1000, gid: 100 })];

/** @type {readonly (readonly [name: string, abi: AbiName, messages: Parameters<typeof encodeControl>[0]])[]} */
const FIGURES = [
  ["one-descriptor", "linux-x86_64-glibc", [rights([3])]],
  ["rights-and-credentials", "linux-x86_64-glibc", PAIR],
  ["rights-and-credentials-i386", "linux-i386-glibc", PAIR],
];

/** File and text of each figure. @returns {(readonly [file: string, text: string])[]} */
export function figures() {
  return FIGURES.map(([name, abi, messages]) => {
    const text = write(encodeControl(messages, { abi }), { as: "svg", abi });
    return [`${FOLDER}/${name}.svg`, text];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of figures()) writeFileSync(file, text);
}

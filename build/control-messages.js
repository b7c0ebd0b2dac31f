// docs/control-messages.md and the numbers of the README's coverage table, from the definitions. Part of npm run docs; a test holds
// both to what this writes.

import { readFileSync, writeFileSync } from "node:fs";
import { abis, definitions, describeControl } from "cmsg/codec";

/** @typedef {import("cmsg/codec").AbiName} AbiName */
/** @typedef {import("cmsg/codec").ControlDescription} ControlDescription */
/** @typedef {import("cmsg/codec").PayloadDescription} PayloadDescription */

/**
 * Systems in the order of the page, with the ABI whose numbers stand there. Android's are those of Linux.
 * @type {readonly (readonly [system: string, title: string, abi: AbiName])[]}
 */
const SYSTEMS = [
  ["linux", "Linux and Android", "linux-x86_64-glibc"],
  ["darwin", "macOS", "darwin-arm64"],
  ["freebsd", "FreeBSD", "freebsd-amd64"],
  ["netbsd", "NetBSD", "netbsd-amd64"],
  ["openbsd", "OpenBSD", "openbsd-amd64"],
  ["dragonfly", "DragonFly BSD", "dragonfly-x86_64"],
  ["illumos", "illumos", "illumos-amd64"],
  ["haiku", "Haiku", "haiku-x86_64"],
  ["hurd", "GNU Hurd", "hurd-x86_64-glibc"],
  ["windows", "Windows", "windows-x64"],
];

const HEAD = `<!-- Written from the definitions by build/control-messages.js: npm run docs. A test compares. -->

# Control messages

What this package knows as values, by system and protocol level. Each type has its C name, its number, and the name by which it is
exported here. Numbers and offsets are those of one ABI of each system, which is named; \`constants(abi)\` and \`describeControl(definition,
{ abi })\` have those of all others, and \`cmsg types\` prints them.

A payload is written as its length in bytes, then each member by its C name as \`name @offset/width\`, with the unit of its number. \`…\`
repeats to the end of the payload. *Proven* types are sent or received through a running kernel of Linux by the tests; the bytes
of all others are held against structs of the systems' own headers, or against vectors, but **not proven against a kernel**.
`;

const COLUMNS = [
  "type",
  "export",
  "direction",
  "payload",
  "enabled by",
  "since",
  "proven",
  "source",
];

/** Kinds that can be sent, that can be received, and that are proven. */
export function coverage() {
  const all = definitions();
  return {
    send: all.filter(({ forms }) => forms.some((form) => form.direction !== "receive")).length,
    receive: all.filter(({ forms }) => forms.some((form) => form.direction !== "send")).length,
    proven: all.filter(({ proven }) => proven).length,
    kinds: all.length,
  };
}

/** The page. */
export function controlMessagesPage() {
  const listed = new Set([...SYSTEMS.map(([system]) => system), "android"]);
  const missing = abis().find((name) => !listed.has(name.split("-")[0] ?? ""));
  if (missing !== undefined)
    throw new Error(`build/control-messages.js has no system of ${missing}`);
  const { send, receive, proven, kinds } = coverage();
  const counts = `${kinds} kinds: ${send} to send, ${receive} to receive, ${proven} proven against a kernel.\n`;
  return [HEAD, counts, ...SYSTEMS.flatMap(sectionOf)].join("\n");
}

/** @param {(typeof SYSTEMS)[number]} system @returns {string[]} */
function sectionOf([, title, abi]) {
  const types = definitions().flatMap((definition) => describeControl(definition, { abi }) ?? []);
  if (types.length === 0) return [];
  /** @type {Map<string, ControlDescription[]>} */
  const levels = new Map();
  for (const type of types) {
    const name = `${type.levelName} (${type.level})`;
    levels.set(name, [...(levels.get(name) ?? []), type]);
  }
  const head = `## ${title}\n\nNumbers and offsets of \`${abi}\`.\n`;
  return [head, ...[...levels].map(([name, of]) => `### ${title}: ${name}\n\n${tableOf(of)}\n`)];
}

/** @param {readonly ControlDescription[]} types */
function tableOf(types) {
  const rows = types.map((type) => [
    `\`${type.name}\` (${type.type})`,
    `\`${type.exported}\``,
    type.direction === "both" ? "send, receive" : type.direction,
    type.payloads.map((payload) => payloadText(type, payload)).join("; "),
    enabledBy(type),
    type.since ?? "–",
    type.proven ? "yes" : "not proven against a kernel",
    type.source,
  ]);
  return [COLUMNS, COLUMNS.map(() => "---"), ...rows].map(rowOf).join("\n");
}

/** @param {readonly string[]} cells */
function rowOf(cells) {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** @param {ControlDescription} type @param {PayloadDescription} payload */
function payloadText(type, payload) {
  const { members, size, longest } = payload;
  const which = payload.type === type.type ? "" : `as ${payload.typeName} (${payload.type}): `;
  const last = members.at(-1);
  if (last === undefined) return `${which}none`;
  const tail = `${size === 0 ? "" : `${size} + `}${last.width === 1 ? "n" : `${last.width} × n`}`;
  const most = longest === null ? "" : `, at most ${longest}`;
  const length = last.count === null ? `${tail}${most}` : String(size);
  const list = members.map(({ name, type: cType, offset, width, count, unit }) => {
    // Bytes without a type are as wide as there are of them: an address.
    const bytes = cType === "unsigned char" ? (count ?? 1) : 1;
    const times = count === null ? "…" : count === 1 || bytes > 1 ? "" : ` × ${count}`;
    return `${name} @${offset}/${width * bytes}${times}${unit === null ? "" : ` ${unit}`}`;
  });
  return `${which}${length}: ${list.join(", ")}`;
}

/** @param {ControlDescription} type */
function enabledBy({ enable, needs }) {
  const options = enable.map((option) => `\`${option}\``).join(" or ");
  if (needs === null) return options || "–";
  return options === "" ? `needs ${needs}` : `${options}; needs ${needs}`;
}

/** The README with this package's own numbers in its coverage table. @param {string} readme */
export function withCoverage(readme) {
  const { receive, send, proven } = coverage();
  return readme.replace(
    /^(\| \*\*cmsg\*\* )\|[^|\n]*\|[^|\n]*\|[^|\n]*\|$/m,
    (_, front) => `${front}| ${receive} | ${send} | ${proven} |`,
  );
}

if (process.argv[1]?.endsWith("build/control-messages.js")) {
  writeFileSync("docs/control-messages.md", controlMessagesPage());
  writeFileSync("README.md", withCoverage(readFileSync("README.md", "utf8")));
}

// Descriptors as text: a table of many, or one in full.

import type { FdFacts, SocketFacts } from "./fds-describe.js";
import { entries, table } from "./lines.js";
import { count, harmless, paint } from "./output.js";

/** A kind in words: a socket by its family and type. */
export function kindText({ kind, socket }: Pick<FdFacts, "kind" | "socket">): string {
  if (socket === null) return kind;
  const names = [socket.family, socket.type].filter((name) => name !== null);
  return [...names, "socket"].join(" ");
}

const STYLES = ["bold", "cyan", undefined, "dim", "green"] as const;

/** Descriptors as a table. */
export function tableLines(facts: readonly FdFacts[]): string[] {
  const head = ["fd", "kind", "flags", "inode", "what"];
  const rows = facts.map((one) => [
    String(one.fd),
    kindText(one),
    flagsText(one.flags, true),
    one.inode ?? "",
    one.socket === null ? harmless(one.path ?? "") : stateText(one.socket),
  ]);
  return table([head, ...rows], (cell, column, row) => {
    if (row === 0) return paint("dim", cell);
    const style = STYLES[column];
    return style === undefined ? cell : paint(style, cell);
  });
}

/** One descriptor in full. */
export function blockLines(facts: FdFacts, process: string): string[] {
  const { fd, path, flags, position, device, inode, size, socket, details, refused } = facts;
  const rows: (readonly [string, string | null])[] = [
    ["kind", kindText(facts)],
    ["path", path === null ? null : harmless(path)],
    ["flags", flags === null ? null : flagsText(flags, false)],
    ["size", size === null ? null : count(size, "byte")],
    ["position", position === null ? null : String(position)],
    ["inode", inode === null ? null : `${inode} on device ${device}`],
    ...(socket === null ? [] : socketRows(socket)),
    ...Object.entries(details).map(([key, value]) => [harmless(key), harmless(value)] as const),
    ["not asked", refused === null ? null : harmless(refused)],
  ];
  const filled = rows.filter((row): row is [string, string] => row[1] !== null);
  const title = paint("bold", `descriptor ${fd} of ${process}`);
  return [title, ...entries(filled, (name) => paint("cyan", name))];
}

function socketRows({
  protocol,
  state,
  address,
  peer,
  peerProcess,
}: SocketFacts): (readonly [string, string | null])[] {
  const who =
    peerProcess === null
      ? null
      : `${peerProcess.pid} (user ${peerProcess.uid}, group ${peerProcess.gid})`;
  return [
    ["protocol", protocol === null ? null : String(protocol)],
    ["state", state],
    ["address", address],
    ["peer", peer],
    ["peer process", who],
  ];
}

/** State and addresses of a socket in a line. */
function stateText({ state, address, peer, peerProcess }: SocketFacts): string {
  const unnamed = "an unnamed socket";
  const at = address === null || address === unnamed ? "" : ` at ${address}`;
  const to = peer === null || peer === unnamed ? "" : ` to ${peer}`;
  const who = peerProcess === null ? "" : ` (process ${peerProcess.pid})`;
  return harmless(`${state ?? "socket"}${at}${state === "listening" ? "" : `${to}${who}`}`);
}

/** Flags without what they begin with. */
function flagsText(flags: readonly string[] | null, short: boolean): string {
  if (flags === null) return "";
  return short
    ? flags.map((flag) => flag.replace("O_", "").toLowerCase()).join(",")
    : flags.join(" ");
}

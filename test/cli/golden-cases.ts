// The command lines whose output is kept: one or more for every subcommand, with what changes from run to run made plain.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, listening, type RunOptions, run, start } from "../support/command.js";
import { hasProgram } from "../support/suite.js";

/** A command line, and how to make what it prints the same everywhere. */
export interface Case {
  readonly name: string;
  run(options: RunOptions & { readonly cwd: string }, more: readonly string[]): Promise<Ended>;
  plain?(text: string): string;
  /** Why it cannot be run here. */
  missing?(): string | undefined;
}

const X86 = "linux-x86_64-glibc";

/** Two descriptors and credentials. */
const TWO =
  "18000000 00000000 01000000 01000000 07000000 08000000 1c000000 00000000 01000000 02000000 92100000 e8030000 64000000 00000000";
/** One whose length is a lie, and one behind it. */
const LIAR =
  "63000000 00000000 01000000 01000000 05000000 00000000 10000000 00000000 01000000 01000000";
const UNKNOWN = "14000000 00000000 01000000 01000000 ??????".replaceAll("??", "?? ");

const line = (name: string, args: readonly string[], input?: string): Case => ({
  name,
  run: (options, more) =>
    run([...args, ...more], { ...options, ...(input === undefined ? {} : { input }) }),
});

const HELPS = [
  ...["send", "recv", "fds", "trace", "encode", "decode", "walk", "compare", "explore"],
  ...["layout", "structs", "types", "doctor", "completion"],
];

const DECODING: readonly Case[] = [
  line("decode", ["decode", "--abi", X86], TWO),
  line(
    "decode-big-endian",
    ["decode", "--abi", "linux-s390x-glibc", "--rule", "musl"],
    "00000000 00000014 00000001 00000001 00000007 00000000",
  ),
  line("decode-malformed", ["decode", "--abi", X86], LIAR),
  line("decode-unknown", ["decode", "--abi", X86], UNKNOWN),
  line("decode-no-bytes", ["decode", "--abi", X86], "14 0g"),
  line("walk", ["walk", "--abi", X86], TWO),
  line("walk-all", ["walk", "--abi", X86, "--all"], LIAR),
];

const MESSAGES = ["rights", "fd=7,8", "credentials", "pid=4242", "uid=1000", "gid=100"];

const ENCODING: readonly Case[] = [
  line("encode", ["encode", "--abi", X86, ...MESSAGES]),
  line("encode-c", ["encode", "--abi", X86, "--as", "c", "rights", "fd=7"]),
  line("encode-text", ["encode", "--abi", "darwin-arm64", "--as", "text", "rights", "fd=7"]),
  line("encode-sample", ["encode", "--abi", X86, "packetInfo6", "ifindex=2"]),
  line("encode-wrong", ["encode", "--abi", X86, "credentials", "pid=one"]),
  line("compare", ["compare", "--abi", `${X86},linux-x86_64-musl`, ...MESSAGES]),
  line("compare-three", ["compare", "--abi", `${X86},linux-i386-glibc,darwin-arm64`, ...MESSAGES]),
];

const SYSTEMS: readonly Case[] = [
  line("layout", ["layout", "--abi", X86]),
  line("layout-two", ["layout", "--abi", `${X86},linux-x86_64-musl,darwin-arm64`]),
  line("structs", ["structs", "--abi", "linux-x86_64-musl"]),
  line("structs-payload", ["structs", "packetInfo6", "--abi", X86]),
  line("types", ["types", "--abi", X86, "ttl"]),
  {
    ...line("doctor", ["doctor"]),
    // What works differs from machine to machine: the names and the verdict stay.
    plain: (text) =>
      text
        .split("\n")
        .filter((row) => /^(ok|no|—|-) |^cmsg/.test(row))
        .map((row) => row.replace(/^(ok|no|—|-) +(\S+( \S+)*?)( {2}.*)?$/, "$2"))
        .join("\n"),
  },
];

/** What changes from run to run: processes, users, inodes, descriptors, ports. */
function plain(text: string): string {
  return text
    .replace(/\b(process|node|python3|sh) \d+\b/g, "$1 P")
    .replace(/\(user \d+, group \d+\)/g, "(user U, group G)")
    .replace(/pid \d+, uid \d+, gid \d+/g, "pid P, uid U, gid G");
}

const FILE = "a line of text\n";

async function passing(
  options: RunOptions & { readonly cwd: string },
  more: readonly string[],
): Promise<{ sent: Ended; received: Ended }> {
  writeFileSync(join(options.cwd, "notes.txt"), FILE);
  const receiver = await listening(["door", ...more], options);
  const sent = await run(["send", "door", "notes.txt", ...more], options);
  return { sent, received: await receiver.ended };
}

const PASSING: readonly Case[] = [
  { name: "send", run: async (options, more) => (await passing(options, more)).sent, plain },
  {
    name: "recv",
    run: async (options, more) => (await passing(options, more)).received,
    plain: (text) => plain(text).replace(/^( {2})\d+( +notes\.txt)/m, "$1N$2"),
  },
  line("send-nobody", ["send", "nobody", "LICENSE"]),
];

const SENDS = `
import os, socket
left, right = socket.socketpair()
socket.send_fds(left, [b"here it is"], [0])
right.recvmsg(100, 1000)
`;

const LIVE: readonly Case[] = [
  {
    name: "fds",
    run: (options, more) => {
      writeFileSync(join(options.cwd, "notes.txt"), FILE);
      return run(["fds", "self", "0", ...more], {
        ...options,
        under: ["sh", "-c", 'exec "$@" <notes.txt', "sh"],
      });
    },
    plain: (text) => plain(text).replace(/inode +\d+ on device [\d:]+/, "inode     I on device D"),
  },
  {
    name: "trace",
    missing: () => (hasProgram("strace", "strace") ? undefined : "strace is not there"),
    run: (options, more) => run(["trace", ...more, "python3", "-c", SENDS], options),
    plain: (text) =>
      plain(text)
        .replace(/\[\d+->\d+\]/g, "[A->B]")
        .replace(/^( {6})\d+ /gm, "$1N "),
  },
  {
    name: "explore",
    run: async (options, more) => {
      const running = start(["explore", "--abi", X86, "--hex", "14000000", ...more], options);
      await Promise.race([running.printed("Ctrl-C"), running.ended]);
      running.child.kill("SIGINT");
      return await running.ended;
    },
    plain: (text) => text.replace(/:\d+\//, ":PORT/"),
  },
];

/** All cases. */
export const CASES: readonly Case[] = [
  line("help", ["help"]),
  ...HELPS.map((name) => line(`help-${name}`, [name, "--help"])),
  ...ENCODING,
  ...DECODING,
  ...SYSTEMS,
  ...PASSING,
  ...LIVE,
  line("completion-bash", ["completion", "bash"]),
  line("completion-line", ["completion", "--line", "cmsg decode --rule l"]),
];

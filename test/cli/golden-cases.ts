// The command lines whose output is kept: one or more for every subcommand, with what changes from run to run made plain.

import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, listening, type RunOptions, run, start } from "../support/command.js";

/** A command line, and how to make what it prints the same everywhere. */
export interface Case {
  readonly name: string;
  run(options: RunOptions & { readonly cwd: string }, more: readonly string[]): Promise<Ended>;
  plain?(text: string): string;
}

const X86 = "linux-x86_64-glibc";

/** Two descriptors and credentials. */
const TWO =
  "18000000 00000000 01000000 01000000 07000000 08000000 1c000000 00000000 01000000 02000000 92100000 e8030000 64000000 00000000";
/** One whose length is a lie, and one behind it. */
const LIAR =
  "63000000 00000000 01000000 01000000 05000000 00000000 10000000 00000000 01000000 01000000";
const UNKNOWN = "14000000 00000000 01000000 01000000 ??????".replaceAll("??", "?? ");

/** Which of the ABIs is the host's is said. */
const anyHost = (text: string): string =>
  text.replace(", this host", "").replace(/, numbers\s+of\s+linux-\S+(?=;)/, "");

const line = (name: string, args: readonly string[], input?: string): Case => ({
  name,
  plain: anyHost,
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
    plain: (text) =>
      plain(text)
        .replace(/^( {2})\d+( +notes\.txt)/m, "$1N$2")
        .replace(/\s+\/home\//, " /home/"),
  },
  line("send-nobody", ["send", "nobody", "/"]),
];

/** What a real strace has said of a real program, under numbers of processes that none can have. */
const TRACED = `
9000001 1795296559.000001 sendmsg(3<UNIX-STREAM:[7->8]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="here it is", iov_len=10}], msg_iovlen=1, msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5<pipe:[9]>, 0</dev/null<char 1:3>>]}], msg_controllen=24, msg_flags=0}, 0) = 10
9000001 1795296559.000002 recvmsg(4<UNIX-STREAM:[8->7]>,  <unfinished ...>
9000002 1795296559.000003 sendmsg(3<UNIX-STREAM:[7->8]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="nothing to see", iov_len=14}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 14
9000001 1795296559.000004 <... recvmsg resumed>{msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="here it is", iov_len=100}], msg_iovlen=1, msg_control=[{cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=9000001, uid=0, gid=0}}, {cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7<pipe:[9]>, 8</dev/null<char 1:3>>]}], msg_controllen=56, msg_flags=0}, 0) = 10
9000001 1795296559.000005 recvmsg(4<UNIX-STREAM:[8->7]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="cut", iov_len=100}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS}], msg_controllen=20, msg_flags=MSG_CTRUNC}, MSG_CMSG_CLOEXEC) = 3
9000001 1795296559.000006 sendmmsg(9<UDP:[127.0.0.1:6000]>, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(6000), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=16, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[7]}, {cmsg_len=17, cmsg_level=SOL_IP, cmsg_type=IP_TOS, cmsg_data=[0x10]}], msg_controllen=48, msg_flags=0}, msg_len=1}, {msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_controllen=0, msg_flags=0}, msg_len=0}], 2, 0) = 2
9000001 1795296559.000007 sendmsg(9<UDP:[127.0.0.1:6000]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[999]}], msg_controllen=24, msg_flags=0}, 0) = -1 EINVAL (Invalid argument)
`;

/** Stands for strace: writes those lines where it is told to. */
const FAKE = `#!/bin/sh
while [ "$1" != -o ]; do shift; done
cat > "$2" <<'LINES'
${TRACED.trim()}
LINES
`;

/** A copy of the command with a page beside it, whether one was built or not. */
function withPage(cwd: string): string {
  cpSync("dist", join(cwd, "dist"), {
    recursive: true,
    filter: (name) => !/dist\/(test|types)|explorer\.html/.test(name),
  });
  cpSync("package.json", join(cwd, "package.json"));
  writeFileSync(join(cwd, "dist/explorer.html"), "<!doctype html>\n");
  return join(cwd, "dist/cli.js");
}

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
    run: (options, more) => {
      const { PATH = "" } = process.env;
      writeFileSync(join(options.cwd, "strace"), FAKE, { mode: 0o755 });
      return run(["trace", ...more, "true"], {
        ...options,
        env: { ...options.env, PATH: `${options.cwd}:${PATH}` },
      });
    },
  },
  {
    name: "explore",
    run: async (options, more) => {
      const cli = withPage(options.cwd);
      const line = ["explore", "--abi", X86, "--hex", "14000000", ...more];
      const running = start(line, { ...options, cli });
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

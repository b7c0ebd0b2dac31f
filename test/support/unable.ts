// What a runtime lacks for the tests of some suites: those that cannot run there, and those whose descriptors cannot be counted.

import { RUNTIME } from "./runtime.js";

interface Unable {
  readonly suite: string;
  /** Beginnings of the names of tests; "" stands for all. */
  readonly tests: readonly string[];
  readonly reason: string;
}

const NO_NUMBERS =
  "its own sockets and servers do not tell their descriptors, so that there is nothing to send";
const THREADS = "a thread leaves two descriptors of the runtime open";
const BY_NAME = "its node:fs takes the bytes of a path for UTF-8";
const IDS = "process has no setgroups";
const NO_INHERITANCE = "a program that it starts gets the descriptors of stdio alone";

const UNABLE: Readonly<Record<typeof RUNTIME, readonly Unable[]>> = {
  node: [],
  bun: [
    {
      suite: "adopt",
      tests: ["a connected UDP socket is adopted", "asDgram takes a connected UDP socket"],
      reason: "its dgram.Socket does not learn that a descriptor is connected",
    },
    {
      suite: "adopt",
      tests: [
        "the read end of a pipe is adopted",
        "asSocket takes the read end of a pipe",
        "the write end of a pipe is adopted",
        "asSocket takes the write end of a pipe",
      ],
      reason: "its net.Socket takes over sockets only",
    },
    {
      suite: "adopt",
      tests: [
        "the master of a terminal is adopted",
        "asTty takes the master of a terminal",
        "a terminal is adopted",
        "asTty takes a terminal,",
      ],
      reason: "its tty.ReadStream cannot be written to",
    },
    {
      suite: "adopt in Node",
      tests: ["a connection whose number", "a server whose number"],
      reason: "its sockets say too late that another object has their number",
    },
    {
      suite: "adopt in Node",
      tests: ["a worker of a cluster serves its own"],
      reason: "a server in a worker of its cluster asks the primary for the number",
    },
    {
      suite: "recvFds",
      tests: [
        "stream: closeOnExec false",
        "dgram: closeOnExec false",
        "seqpacket: closeOnExec false",
      ],
      reason: NO_INHERITANCE,
    },
    {
      suite: "socket",
      tests: ["a program that is executed has the socket"],
      reason: NO_INHERITANCE,
    },
    { suite: "without koffi", tests: ["node --permission"], reason: "it has no such flag" },
    {
      suite: "objects of Node to send",
      tests: ["a http.Server"],
      reason: "its http.Server has no handle of node:net",
    },
    {
      suite: "hand-off of servers",
      tests: ["a connection that HTTP reads"],
      reason: "its http.Server has no handle of node:net",
    },
    {
      suite: "peerCredentials",
      tests: ["a client of another user and group"],
      reason: "its process.setegid ends at 2147483647",
    },
    {
      suite: "worker threads",
      tests: ["the lock of listenUnix"],
      reason: "a thread that is ended leaves the lock's descriptor open",
    },
  ],
  deno: [
    {
      suite: "adopt",
      tests: ["a connected UDP socket is adopted", "asDgram takes a connected UDP socket"],
      reason: "its dgram.Socket does not learn that a descriptor is connected",
    },
    {
      suite: "adopt",
      tests: [
        "the master of a terminal is adopted",
        "asTty takes the master of a terminal",
        "a terminal is adopted",
        "asTty takes a terminal,",
      ],
      reason: "its tty.ReadStream cannot be written to",
    },
    { suite: "Fd.open", tests: ["a path may be bytes that are no"], reason: BY_NAME },
    { suite: "addresses", tests: ["a path that is not UTF-8"], reason: BY_NAME },
    { suite: "listenUnix", tests: ["paths that are not UTF-8"], reason: BY_NAME },
    { suite: "enable", tests: ["a dgram.Socket of Node"], reason: NO_NUMBERS },
    { suite: "hand-off", tests: [""], reason: NO_NUMBERS },
    { suite: "hand-off of what ends", tests: [""], reason: NO_NUMBERS },
    {
      suite: "hand-off of servers",
      tests: [
        "a TCP server goes on",
        "the socket file of a server that libuv",
        "a server stays when",
        "a connection that HTTP reads",
        "what cannot be given away",
        "other messages on",
        "a worker thread serves",
        "names without a file",
      ],
      reason: NO_NUMBERS,
    },
    { suite: "handles of other processes", tests: [""], reason: NO_NUMBERS },
    {
      suite: "objects of Node to send",
      tests: [
        "a net.Server",
        "a tls.Server",
        "a http.Server",
        "a net.Socket:",
        "a dgram.Socket:",
        "a net.Socket that is still",
        "a TLS",
        "none of it",
      ],
      reason: NO_NUMBERS,
    },
    { suite: "objects of Node to send on", tests: ["sending on a net.Socket"], reason: NO_NUMBERS },
    { suite: "sendFds", tests: ["numbers, Fds, FileHandles and servers"], reason: NO_NUMBERS },
    { suite: "peerCredentials", tests: ["a connection of Node"], reason: NO_NUMBERS },
    {
      suite: "without koffi",
      tests: [""],
      reason: "it finds packages by the package.json, not by what lies in node_modules",
    },
    {
      suite: "listenUnix and permissions",
      tests: ["another user", "a stale file", "a file that its owner"],
      reason: IDS,
    },
    { suite: "peerCredentials", tests: ["a client of another user"], reason: IDS },
    {
      suite: "read and write",
      tests: ["bigint positions beyond"],
      reason: "its node:fs, which is the measure, does not know our descriptors",
    },
  ],
};

/** Suites whose tests leave descriptors that are the runtime's own. */
const UNCOUNTED: Readonly<Record<typeof RUNTIME, readonly Unable[]>> = {
  node: [],
  bun: [],
  deno: [
    { suite: "accept", tests: ["threads that wait"], reason: THREADS },
    { suite: "worker threads", tests: [""], reason: THREADS },
    { suite: "UdpSocket: beside its calls", tests: ["it works on a worker"], reason: THREADS },
  ],
};

interface Entry {
  readonly suite: string;
  readonly beginning: string;
  readonly reason: string;
  met: boolean;
}

function entriesOf(table: Readonly<Record<typeof RUNTIME, readonly Unable[]>>): Entry[] {
  return table[RUNTIME].flatMap(({ suite, tests, reason }) =>
    tests.map((beginning) => ({ suite, beginning, reason, met: false })),
  );
}

const unable = entriesOf(UNABLE);
const uncounted = entriesOf(UNCOUNTED);

function reasonIn(entries: readonly Entry[], suite: string, test: string): string | undefined {
  const entry = entries.find((each) => each.suite === suite && test.startsWith(each.beginning));
  if (entry === undefined) return undefined;
  entry.met = true;
  return `on ${RUNTIME}: ${entry.reason}`;
}

/** Why a test cannot run here, or undefined. */
export function whyUnable(suite: string, test: string): string | undefined {
  return reasonIn(unable, suite, test);
}

/** Whether descriptors that a test leaves open are the package's or the test's. */
export function isCounted(suite: string, test: string): boolean {
  return reasonIn(uncounted, suite, test) === undefined;
}

/** Throws when an entry for a suite stands for none of its tests. */
export function checkUnable(suite: string): void {
  const stale = [...unable, ...uncounted].find((each) => each.suite === suite && !each.met);
  if (stale === undefined) return;
  throw new Error(`no test of ${suite} begins with: ${stale.beginning}`);
}

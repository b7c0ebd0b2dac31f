// One of every kind of descriptor that a process can be given, with what it has to become, and how data flows through that.

import { Fd, listenUnix, socket } from "cmsg";
import {
  flowBoth,
  flowConnectedDgram,
  flowDgram,
  flowIn,
  flowMessages,
  flowOut,
  flowServer,
  flowTerminal,
  flowTerminalOut,
  flowUnixServer,
} from "./adoptable-flow.js";
import {
  boundInternet,
  connectedTcp,
  connectedUdp,
  listeningTcp,
  NO_IPV6,
  NO_PYTHON,
  PIPE,
  PTY,
  python,
  type Sample,
  unixPair,
} from "./adoptable-make.js";
import { abstractName } from "./directory.js";

/** What takes an `Fd` as one kind of object. */
export type Method = "asSocket" | "asServer" | "asDgram" | "asFile" | "asWritableFile" | "asTty";

/** All of them. */
export const METHODS: readonly Method[] = [
  "asSocket",
  "asServer",
  "asDgram",
  "asFile",
  "asWritableFile",
  "asTty",
];

/** A kind of descriptor. */
export interface Kind {
  readonly name: string;
  readonly make: () => Sample;
  readonly becomes:
    | "server"
    | "socket"
    | "dgram"
    | "read terminal"
    | "write terminal"
    | "unix server"
    | "unix socket"
    | "fd"
    | "refused";
  /** Methods that take it. */
  readonly as: readonly Method[];
  /** How an error calls it. */
  readonly named: RegExp;
  readonly flow?: (adopted: unknown, sample: Sample, number: number) => Promise<void>;
  /** Why it cannot be had here. */
  readonly missing?: string | undefined;
}

/** A kind that stays an `Fd`. */
function plain(name: string, script: string, named: RegExp): Kind {
  return { name, make: python(script), becomes: "fd", as: [], named, missing: NO_PYTHON };
}

/** All kinds. */
export const KINDS: readonly Kind[] = [
  {
    name: "a listening TCP socket",
    make: () => ({ fd: listeningTcp("inet") }),
    becomes: "server",
    as: ["asServer"],
    named: /inet stream, listening/,
    flow: flowServer,
  },
  {
    name: "a listening TCP socket of IPv6",
    make: () => ({ fd: listeningTcp("inet6") }),
    becomes: "server",
    as: ["asServer"],
    named: /inet6 stream, listening/,
    flow: flowServer,
    missing: NO_IPV6,
  },
  {
    name: "a listening Unix socket",
    make: () => ({ fd: listenUnix({ abstract: abstractName("adopt") }) }),
    becomes: "server",
    as: ["asServer"],
    named: /unix stream, listening/,
    flow: flowServer,
  },
  {
    name: "a TCP connection",
    make: () => connectedTcp("inet"),
    becomes: "socket",
    as: ["asSocket"],
    named: /inet stream, connected/,
    flow: flowBoth,
  },
  {
    name: "a Unix connection",
    make: () => unixPair("stream"),
    becomes: "socket",
    as: ["asSocket"],
    named: /unix stream, connected/,
    flow: flowBoth,
  },
  ...(["inet", "inet6"] as const).map(
    (family): Kind => ({
      name: `an unbound TCP socket of ${family}`,
      make: () => ({ fd: socket({ family, type: "stream" }) }),
      becomes: "refused",
      as: [],
      named: new RegExp(`${family} stream|neither listens nor is connected`),
      missing: family === "inet6" ? NO_IPV6 : undefined,
    }),
  ),
  {
    name: "a bound TCP socket that does not listen",
    make: () => ({ fd: boundInternet("inet", "stream") }),
    becomes: "refused",
    as: [],
    named: /inet stream|neither listens nor is connected/,
  },
  {
    name: "an unbound Unix stream socket",
    make: () => ({ fd: socket({ type: "stream" }) }),
    becomes: "refused",
    as: [],
    named: /unix stream|neither listens nor is connected/,
  },
  {
    name: "a UDP socket",
    make: () => ({ fd: boundInternet("inet", "dgram") }),
    becomes: "dgram",
    as: ["asDgram"],
    named: /inet dgram/,
    flow: flowDgram("IPv4"),
  },
  {
    name: "a UDP socket of IPv6",
    make: () => ({ fd: boundInternet("inet6", "dgram") }),
    becomes: "dgram",
    as: ["asDgram"],
    named: /inet6 dgram/,
    flow: flowDgram("IPv6"),
    missing: NO_IPV6,
  },
  {
    name: "a connected UDP socket",
    make: connectedUdp,
    becomes: "dgram",
    as: ["asDgram"],
    named: /inet dgram, connected/,
    flow: flowConnectedDgram,
  },
  ...(["dgram", "seqpacket"] as const).map(
    (type): Kind => ({
      name: `a Unix ${type} socket`,
      make: () => unixPair(type),
      becomes: "unix socket",
      as: [],
      named: new RegExp(`unix ${type}, connected`),
      flow: flowMessages,
    }),
  ),
  {
    name: "a listening Unix seqpacket socket",
    make: () => ({ fd: listenUnix({ abstract: abstractName("adopt"), type: "seqpacket" }) }),
    becomes: "unix server",
    as: [],
    named: /unix seqpacket, listening/,
    flow: flowUnixServer,
  },
  {
    name: "the read end of a pipe",
    make: python(`${PIPE}give(r, w)`),
    becomes: "socket",
    as: ["asSocket"],
    named: /pipe/,
    flow: flowIn,
    missing: NO_PYTHON,
  },
  {
    name: "the write end of a pipe",
    make: python(`${PIPE}give(w, r)`),
    becomes: "socket",
    as: ["asSocket"],
    named: /pipe/,
    flow: flowOut,
    missing: NO_PYTHON,
  },
  {
    name: "the master of a terminal",
    make: python(`${PTY}give(master, slave)`),
    becomes: "read terminal",
    as: ["asTty"],
    named: /tty/,
    flow: flowTerminal,
    missing: NO_PYTHON,
  },
  {
    name: "a terminal",
    make: python(`${PTY}give(slave, master)`),
    becomes: "read terminal",
    as: ["asTty"],
    named: /tty/,
    flow: flowTerminal,
    missing: NO_PYTHON,
  },
  {
    name: "a terminal open for writing",
    make: python(
      `${PTY}give(os.open(os.ttyname(slave), os.O_WRONLY | os.O_NOCTTY), master, slave)`,
    ),
    becomes: "write terminal",
    as: ["asTty"],
    named: /tty/,
    flow: flowTerminalOut,
    missing: NO_PYTHON,
  },
  {
    name: "a file open for reading",
    make: () => ({ fd: Fd.open(process.execPath) }),
    becomes: "fd",
    as: ["asFile"],
    named: /this is file, .*for reading|this is file, /,
  },
  {
    name: "a memfd",
    make: python("give(os.memfd_create('shared'))"),
    becomes: "fd",
    as: ["asFile", "asWritableFile"],
    named: /this is file, \/memfd:shared/,
    missing: NO_PYTHON,
  },
  {
    name: "a file without access",
    make: python("give(os.open(sys.executable, os.O_PATH))"),
    becomes: "fd",
    as: [],
    named: /this is file, /,
    missing: NO_PYTHON,
  },
  {
    name: "a pipe without access",
    make: python(
      "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n p = d + '/p'\n os.mkfifo(p)\n give(os.open(p, os.O_PATH))",
    ),
    becomes: "fd",
    as: [],
    named: /this is pipe/,
    missing: NO_PYTHON,
  },
  {
    name: "a socket file without access",
    make: python(
      "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n p = d + '/p'\n s = socket.socket(socket.AF_UNIX)\n s.bind(p)\n give(os.open(p, os.O_PATH))",
    ),
    becomes: "fd",
    as: [],
    named: /this is socket-file/,
    missing: NO_PYTHON,
  },
  {
    name: "a directory",
    make: () => ({ fd: Fd.open("/") }),
    becomes: "fd",
    as: [],
    named: /this is directory, \//,
  },
  {
    name: "/dev/null",
    make: () => ({ fd: Fd.open("/dev/null", "r+") }),
    becomes: "fd",
    as: [],
    named: /this is character/,
  },
  plain(
    "a netlink socket",
    "n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\ngive(n.fileno())",
    /16 raw/,
  ),
  plain("an epoll", "e = select.epoll()\ngive(e.fileno())", /this is anonymous/),
  plain("a pidfd", "give(os.pidfd_open(os.getpid()))", /this is anonymous/),
  plain("an eventfd", "import ctypes\ngive(ctypes.CDLL(None).eventfd(0, 0))", /this is anonymous/),
  plain(
    "a timerfd",
    "import ctypes\ngive(ctypes.CDLL(None).timerfd_create(1, 0))",
    /this is anonymous/,
  ),
  plain("an inotify", "import ctypes\ngive(ctypes.CDLL(None).inotify_init())", /this is anonymous/),
];

// What cmsg doctor tries: each check does the real thing with sockets of its own, and says what came of it.

import { randomBytes } from "node:crypto";
import { lstatSync, readFileSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accept,
  connect,
  credentials,
  Fd,
  hostAbi,
  listenUnix,
  peerCredentials,
  pidfd,
  type Received,
  recvFds,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SO_PASSRIGHTS,
  SO_PASSSEC,
  security,
  sendFds,
  setsockopt,
  socket,
  socketpair,
} from "../index.js";
import { codeOf } from "./errors.js";
import { count } from "./output.js";
import { installedDependencies } from "./package.js";

/** Something that this host has or has not. */
export interface Check {
  readonly name: string;
  /** Without it the package is of no use here. */
  readonly essential?: boolean;
  /** What the checks behind it cannot do without. */
  readonly gate?: boolean;
  /** Makes no system call of ours. */
  readonly bare?: boolean;
  /** Tries it. Answers what there is to say; throws `Absent` when this host does not have it. */
  run(): string;
}

/** This host does not have it, and that is no defect. */
export class Absent extends Error {}

/** All waiting of a check is for something that has already happened. */
const WAIT = { timeoutMs: 5000 } as const;

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Gives a new file with known content to a piece of work; its name is gone already. */
function withFile<T>(work: (file: Fd, content: string) => T): T {
  const content = randomBytes(12).toString("hex");
  const path = join(tmpdir(), `cmsg-doctor-${content}`);
  using file = Fd.open(path, "wx", { mode: 0o600 });
  try {
    file.write(content);
    using readable = Fd.open(path);
    return work(readable, content);
  } finally {
    unlinkSync(path);
  }
}

function pairOf(type: "stream" | "dgram" | "seqpacket"): string {
  using pair = socketpair({ type });
  sendFds(pair[0], [], { data: "ping" });
  using got = recvFds(pair[1], WAIT);
  expect(got.data.toString() === "ping", `${got.data} arrived instead of ping`);
  return "bytes go through a socketpair";
}

function roundTrip(): string {
  return withFile((file, content) => {
    using pair = socketpair();
    sendFds(pair[0], [file], { data: "file" });
    using got = recvFds(pair[1], WAIT);
    const text = got.fds[0]?.read(100, { position: 0 }).toString();
    expect(text === content, "the file that arrived has another content");
    return `a file went out as descriptor ${file.number}, came in as ${got.fds[0]?.number}, and reads the same`;
  });
}

const MOST = 253;

function manyDescriptors(): string {
  using pair = socketpair();
  sendFds(pair[0], new Array<Fd>(MOST).fill(pair[0]), { data: "x" });
  using got = recvFds(pair[1], { ...WAIT, truncation: "report" });
  const arrived = got.fds.length;
  if (got.controlTruncated) {
    throw new Absent(`${arrived} of ${MOST} arrived: the limit of open files is too low`);
  }
  expect(arrived === MOST, `${arrived} of ${MOST} arrived`);
  return `${MOST} descriptors arrived with one byte`;
}

function closeOnExec(): string {
  using pair = socketpair();
  const arriving = (wanted: boolean): boolean | undefined => {
    sendFds(pair[0], [pair[0]], { data: "x" });
    using got = recvFds(pair[1], { ...WAIT, closeOnExec: wanted });
    return got.fds[0]?.describe().closeOnExec;
  };
  expect(arriving(true) === true, "a received descriptor is not close-on-exec");
  expect(arriving(false) === false, "closeOnExec: false is not obeyed");
  return "received descriptors are close-on-exec";
}

/** A message received with an option set on the receiving socket. */
function withOption<T>(name: string, value: number | undefined, read: (got: Received) => T): T {
  if (value === undefined) throw new Absent(`this system has no ${name}`);
  using pair = socketpair();
  setsockopt(pair[1], "SOL_SOCKET", name, true);
  sendFds(pair[0], [], { data: "x" });
  using got = recvFds(pair[1], WAIT);
  return read(got);
}

function receivedCredentials(): string {
  return withOption("SO_PASSCRED", SO_PASSCRED, ({ control }) => {
    const value = control.flatMap((message) => (message.is(credentials) ? message.value : []))[0];
    expect(value?.pid === process.pid, `the kernel says process ${value?.pid}`);
    return `process ${value?.pid}, user ${value?.uid}, group ${value?.gid}`;
  });
}

function receivedPidfd(): string {
  return withOption("SO_PASSPIDFD", SO_PASSPIDFD, ({ control }) => {
    const value = control.flatMap((message) => (message.is(pidfd) ? [message.value] : []))[0];
    if (!(value instanceof Fd)) throw new Error("no SCM_PIDFD arrived");
    return `a descriptor for the sending process arrived`;
  });
}

function refusedRights(): string {
  if (SO_PASSRIGHTS === undefined) throw new Absent("this system has no SO_PASSRIGHTS");
  using pair = socketpair();
  setsockopt(pair[1], "SOL_SOCKET", "SO_PASSRIGHTS", false);
  try {
    sendFds(pair[0], [pair[0]], { data: "x" });
  } catch (error) {
    if (codeOf(error) !== "EPERM") throw error;
    return "a receiver can refuse descriptors (the sender gets EPERM)";
  }
  throw new Error("descriptors were sent to a socket that refuses them");
}

function securityLabel(): string {
  return withOption("SO_PASSSEC", SO_PASSSEC, ({ control }) => {
    const label = control.flatMap((message) => (message.is(security) ? [message.value] : []))[0];
    if (label === undefined) {
      throw new Absent("the option is there, but no security module labels sockets");
    }
    return `label ${label}`;
  });
}

/** A connection through a listening socket; answers what the server says. */
function through(server: Fd, address: Parameters<typeof connect>[1]): void {
  using client = socket();
  connect(client, address, WAIT);
  using connection = accept(server, WAIT);
  sendFds(client, [client], { data: "x" });
  using got = recvFds(connection, WAIT);
  expect(got.fds.length === 1, "no descriptor arrived");
}

function abstractName(): string {
  const abstract = `cmsg-doctor-${randomBytes(8).toString("hex")}`;
  try {
    using server = listenUnix({ abstract });
    through(server, { abstract });
  } catch (error) {
    if (error instanceof TypeError) throw new Absent("this system has no abstract names");
    throw error;
  }
  return "a descriptor went through a socket without a file";
}

function socketFile(): string {
  const path = join(tmpdir(), `cmsg-doctor-${randomBytes(8).toString("hex")}`);
  using server = listenUnix({ path, mode: 0o600 });
  try {
    through(server, { path });
    const mode = (lstatSync(path).mode & 0o777).toString(8);
    expect(mode === "600", `the socket file has mode ${mode} instead of 600`);
  } finally {
    unlinkSync(path);
  }
  return "a descriptor went through a socket file of mode 600";
}

function peer(): string {
  using pair = socketpair();
  const { pid, uid, gid } = peerCredentials(pair[0]);
  expect(pid === -1 || pid === process.pid, `the peer is process ${pid}`);
  return `process ${pid}, user ${uid}, group ${gid}`;
}

function openFiles(): string {
  let text: string;
  try {
    text = readFileSync("/proc/self/limits", "utf8");
  } catch {
    throw new Absent("this system has no /proc/self/limits");
  }
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(text) ?? [];
  expect(soft !== undefined, "/proc/self/limits does not name the limit of open files");
  const open = (number: string | undefined): string =>
    /^\d+$/.test(number ?? "") ? count(Number(number), "descriptor") : String(number);
  return `${open(soft)} in a process (at most ${hard})`;
}

export const CHECKS: readonly Check[] = [
  {
    name: "Node",
    essential: true,
    bare: true,
    run: () => `${process.version} on ${process.platform} ${process.arch}`,
  },
  { name: "ABI", bare: true, run: () => `${hostAbi().name} (${hostAbi().reason})` },
  {
    name: "native calls",
    essential: true,
    gate: true,
    run() {
      socketpair()[Symbol.dispose]();
      return installedDependencies();
    },
  },
  { name: "stream sockets", essential: true, run: () => pairOf("stream") },
  { name: "datagram sockets", run: () => pairOf("dgram") },
  { name: "seqpacket sockets", run: () => pairOf("seqpacket") },
  { name: "descriptors", essential: true, run: roundTrip },
  { name: `${MOST} descriptors`, run: manyDescriptors },
  { name: "close-on-exec", essential: true, run: closeOnExec },
  { name: "socket files", run: socketFile },
  { name: "abstract names", run: abstractName },
  { name: "peer credentials", run: peer },
  { name: "SCM_CREDENTIALS", run: receivedCredentials },
  { name: "SCM_PIDFD", run: receivedPidfd },
  { name: "SCM_SECURITY", run: securityLabel },
  { name: "SO_PASSRIGHTS", run: refusedRights },
  { name: "open files", bare: true, run: openFiles },
];

// The system calls of this package: one table of prototypes, and the seam that another foreign-function interface could fill.

import { errnoNumber, errnoWord } from "./errno.js";
import { koffi, type NativeFunction } from "./koffi.js";

/**
 * The system calls. Memory is given by its address. Each answers what the call answers, or errno as a negative number; none
 * throws, retries or knows what its memory means.
 */
export interface System {
  sendmsg(fd: number, msghdr: number, flags: number): number;
  recvmsg(fd: number, msghdr: number, flags: number): number;
  /** Answers how many messages of an array of `struct mmsghdr` were sent. */
  sendmmsg(fd: number, mmsghdr: number, count: number, flags: number): number;
  /** Answers how many messages were received. It waits as the flags say: the kernel's own time limit is looked at between messages only. */
  recvmmsg(fd: number, mmsghdr: number, count: number, flags: number): number;
  socket(domain: number, type: number, protocol: number): number;
  socketpair(domain: number, type: number, protocol: number, fds: number): number;
  bind(fd: number, address: number, length: number): number;
  connect(fd: number, address: number, length: number): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number, address: number, length: number, flags: number): number;
  shutdown(fd: number, how: number): number;
  getsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  getpeername(fd: number, address: number, length: number): number;
  getpeereid(fd: number, uid: number, gid: number): number;
  close(fd: number): number;
  /** Closes all numbers from first to last. */
  closeRange(first: number, last: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  flock(fd: number, operation: number): number;
  /** A descriptor for a process; ENOSYS where there are none. */
  pidfdOpen(pid: number, flags: number): number;
  /** A duplicate of a descriptor of the process behind a pidfd. */
  pidfdGetfd(pidfd: number, fd: number, flags: number): number;
  open(path: number, flags: number, mode: number): number;
  read(fd: number, memory: number, length: number): number;
  write(fd: number, memory: number, length: number): number;
  pread(fd: number, memory: number, length: number, position: number | bigint): number;
  pwrite(fd: number, memory: number, length: number, position: number | bigint): number;
  /** Waits for the `struct pollfd`s at an address; a timeout below 0 is forever. */
  poll(fds: number, count: number, timeoutMs: number): number;
  epollCreate(flags: number): number;
  epollCtl(set: number, operation: number, fd: number, event: number): number;
  epollWait(set: number, events: number, count: number, timeoutMs: number): number;
  kqueue(): number;
  kevent(
    queue: number,
    changes: number,
    changeCount: number,
    events: number,
    eventCount: number,
    timeout: number,
  ): number;
}

// Pointers are passed as integers: koffi tries a number first for those. Results are never wider than a pointer.
const PROTOTYPES = {
  sendmsg: "intptr_t sendmsg(int fd, uintptr_t msghdr, int flags)",
  recvmsg: "intptr_t recvmsg(int fd, uintptr_t msghdr, int flags)",
  // Where the count is a size_t and the answer an ssize_t, and where both are ints: no larger number is passed.
  sendmmsg: "int sendmmsg(int fd, uintptr_t mmsghdr, uintptr_t count, int flags)",
  recvmmsg:
    "int recvmmsg(int fd, uintptr_t mmsghdr, uintptr_t count, int flags, uintptr_t timeout)",
  socket: "int socket(int domain, int type, int protocol)",
  socketpair: "int socketpair(int domain, int type, int protocol, uintptr_t fds)",
  bind: "int bind(int fd, uintptr_t address, uint32_t length)",
  connect: "int connect(int fd, uintptr_t address, uint32_t length)",
  listen: "int listen(int fd, int backlog)",
  accept: "int accept(int fd, uintptr_t address, uintptr_t length)",
  accept4: "int accept4(int fd, uintptr_t address, uintptr_t length, int flags)",
  shutdown: "int shutdown(int fd, int how)",
  getsockopt: "int getsockopt(int fd, int level, int name, uintptr_t value, uintptr_t length)",
  setsockopt: "int setsockopt(int fd, int level, int name, uintptr_t value, uint32_t length)",
  getsockname: "int getsockname(int fd, uintptr_t address, uintptr_t length)",
  getpeername: "int getpeername(int fd, uintptr_t address, uintptr_t length)",
  getpeereid: "int getpeereid(int fd, uintptr_t uid, uintptr_t gid)",
  close: "int close(int fd)",
  close_range: "int close_range(uint32_t first, uint32_t last, int flags)",
  // Variadic functions have a calling convention of their own on Darwin arm64: declared fixed, they would do nothing there.
  fcntl: "int fcntl(int fd, int command, ...)",
  flock: "int flock(int fd, int operation)",
  // The C libraries have functions for the newer calls only since lately.
  syscall: "intptr_t syscall(intptr_t number, ...)",
  open: "int open(uintptr_t path, int flags, ...)",
  open64: "int open64(uintptr_t path, int flags, ...)",
  read: "intptr_t read(int fd, uintptr_t memory, uintptr_t length)",
  write: "intptr_t write(int fd, uintptr_t memory, uintptr_t length)",
  pread: "intptr_t pread(int fd, uintptr_t memory, uintptr_t length, int64_t position)",
  pread64: "intptr_t pread64(int fd, uintptr_t memory, uintptr_t length, int64_t position)",
  pwrite: "intptr_t pwrite(int fd, uintptr_t memory, uintptr_t length, int64_t position)",
  pwrite64: "intptr_t pwrite64(int fd, uintptr_t memory, uintptr_t length, int64_t position)",
  poll: "int poll(uintptr_t fds, uintptr_t count, int timeout)",
  epoll_create1: "int epoll_create1(int flags)",
  epoll_ctl: "int epoll_ctl(int set, int operation, int fd, uintptr_t event)",
  epoll_wait: "int epoll_wait(int set, uintptr_t events, int count, int timeout)",
  kqueue: "int kqueue()",
  kevent:
    "int kevent(int queue, uintptr_t changes, int changeCount, uintptr_t events, int eventCount, uintptr_t timeout)",
} as const;

type FunctionName = keyof typeof PROTOTYPES;

const SUPPORTED = ["linux", "android", "darwin", "freebsd"];

/** Whether this package has system calls for this system. */
export function hasSystemCalls(): boolean {
  return SUPPORTED.includes(process.platform);
}

let system: System | undefined;

/**
 * The system calls of this process, bound once per thread.
 *
 * @throws Error `ERR_CMSG_UNSUPPORTED_SYSTEM` on systems that this package has no calls for.
 */
export function systemCalls(): System {
  system ??= bindSystem();
  return system;
}

function unsupported(): Error {
  const message = `${process.platform} has no sendmsg that this package can call; the codec (cmsg/codec) works here`;
  return Object.assign(new Error(message), { code: "ERR_CMSG_UNSUPPORTED_SYSTEM" });
}

function bindSystem(): System {
  if (!hasSystemCalls()) throw unsupported();
  const library = koffi().load(null);
  const func = (prototype: string): NativeFunction => library.func(prototype);
  const errno = errnoWord(func);
  const bound = (name: FunctionName): NativeFunction => {
    const call = func(PROTOTYPES[name]);
    return (...args) => {
      const result = call(...args);
      return result < 0 ? -(errno[0] as number) : result;
    };
  };
  const missing: NativeFunction = () => -errnoNumber("ENOSYS");
  // Only some systems have these, and an older C library may lack them.
  const optional = (name: FunctionName, otherwise?: FunctionName): NativeFunction => {
    try {
      return bound(name);
    } catch {
      return otherwise === undefined ? missing : bound(otherwise);
    }
  };
  return bindCalls(func, errno, bound, optional);
}

function bindCalls(
  func: (prototype: string) => NativeFunction,
  errno: Int32Array,
  bound: (name: FunctionName) => NativeFunction,
  optional: (name: FunctionName, otherwise?: FunctionName) => NativeFunction,
): System {
  const fcntl = bound("fcntl");
  // In 32-bit C libraries the plain names have 32-bit positions; where there is no other name they have 64 bits.
  const open = optional("open64", "open");
  return {
    // The calls of every message are spelled out: a rest argument would allocate an array for each.
    ...bindMessageCalls(func, errno),
    ...bindBatchCalls(optional),
    socket: bound("socket"),
    socketpair: bound("socketpair"),
    bind: bound("bind"),
    connect: bound("connect"),
    listen: bound("listen"),
    accept: bindAccept(bound, optional),
    shutdown: bound("shutdown"),
    getsockopt: bound("getsockopt"),
    setsockopt: bound("setsockopt"),
    getsockname: bound("getsockname"),
    getpeername: bound("getpeername"),
    getpeereid: optional("getpeereid"),
    closeRange: bindCloseRange(optional),
    fcntl: (fd, command, argument) => fcntl(fd, command, "int", argument),
    flock: bound("flock"),
    ...bindProcessCalls(optional),
    open: (path, flags, mode) => open(path, flags, "int", mode),
    read: bound("read"),
    write: bound("write"),
    pread: optional("pread64", "pread"),
    pwrite: optional("pwrite64", "pwrite"),
    poll: bound("poll"),
    epollCreate: optional("epoll_create1"),
    epollCtl: optional("epoll_ctl"),
    epollWait: optional("epoll_wait"),
    kqueue: optional("kqueue"),
    kevent: optional("kevent"),
  };
}

function bindMessageCalls(
  func: (prototype: string) => NativeFunction,
  errno: Int32Array,
): Pick<System, "sendmsg" | "recvmsg" | "close"> {
  const sendmsg = func(PROTOTYPES.sendmsg);
  const recvmsg = func(PROTOTYPES.recvmsg);
  const close = func(PROTOTYPES.close);
  return {
    sendmsg(fd, msghdr, flags) {
      const sent = sendmsg(fd, msghdr, flags);
      return sent < 0 ? -(errno[0] as number) : sent;
    },
    recvmsg(fd, msghdr, flags) {
      const received = recvmsg(fd, msghdr, flags);
      return received < 0 ? -(errno[0] as number) : received;
    },
    close(fd) {
      return close(fd) < 0 ? -(errno[0] as number) : 0;
    },
  };
}

/** Numbers of Linux since its machines share them. */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/** Calls on other processes, by their numbers. */
function bindProcessCalls(
  optional: (name: FunctionName) => NativeFunction,
): Pick<System, "pidfdOpen" | "pidfdGetfd"> {
  // Other systems have other numbers, and so has MIPS.
  const known = process.platform === "linux" && !process.arch.startsWith("mips");
  const syscall = optional("syscall");
  const missing = (): number => -errnoNumber("ENOSYS");
  if (!known) return { pidfdOpen: missing, pidfdGetfd: missing };
  return {
    pidfdOpen: (pid, flags) => syscall(PIDFD_OPEN, "int", pid, "int", flags),
    pidfdGetfd: (pidfd, fd, flags) => syscall(PIDFD_GETFD, "int", pidfd, "int", fd, "int", flags),
  };
}

/** Calls for many messages, which Darwin lacks. */
function bindBatchCalls(
  optional: (name: FunctionName) => NativeFunction,
): Pick<System, "sendmmsg" | "recvmmsg"> {
  const [sendmmsg, recvmmsg] = [optional("sendmmsg"), optional("recvmmsg")];
  return {
    sendmmsg: (fd, mmsghdr, count, flags) => sendmmsg(fd, mmsghdr, count, flags),
    recvmmsg: (fd, mmsghdr, count, flags) => recvmmsg(fd, mmsghdr, count, flags, 0),
  };
}

/** accept4 where there is one; elsewhere accept, whose caller sets the flags afterwards. */
function bindAccept(
  bound: (name: FunctionName) => NativeFunction,
  optional: (name: FunctionName, otherwise?: FunctionName) => NativeFunction,
): System["accept"] {
  if (process.platform === "darwin") {
    const accept = bound("accept");
    return (fd, address, length) => accept(fd, address, length);
  }
  return optional("accept4");
}

function bindCloseRange(
  optional: (name: FunctionName, otherwise?: FunctionName) => NativeFunction,
): System["closeRange"] {
  const closeRange = optional("close_range");
  return (first, last) => closeRange(first, last, 0);
}

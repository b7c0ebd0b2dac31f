// Who owns descriptors: the sender keeps its own, what arrives is owned at once, and what nobody takes is closed.

import { writeFileSync } from "node:fs";
import {
  control,
  credentials,
  type DescriptorLike,
  Fd,
  field,
  recvFds,
  recvmsg,
  rights,
  type SocketPair,
  sendFds,
  sendmsg,
  setsockopt,
  socketpair,
  TruncationError,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closedNumber, isCloseOnExec, isOpen } from "../support/descriptors.js";
import { temporaryDirectory } from "../support/directory.js";
import { closeNumber, openNumber, readNumber } from "../support/raw.js";
import { fstat } from "../support/runtime.js";
import { fdCount, suite, turn } from "../support/suite.js";

const test = suite("ownership");

const data = Buffer.from("x");

/** A message with some descriptors of /dev/null, on its way through a pair. */
function underWay(count: number): SocketPair {
  const pair = socketpair();
  using file = Fd.open("/dev/null");
  sendFds(pair[0], new Array<Fd>(count).fill(file), { data });
  return pair;
}

/** The same with credentials in front of the descriptors. */
function withCredentials(count: number): SocketPair {
  const pair = socketpair();
  setsockopt(pair[1], "SOL_SOCKET", "SO_PASSCRED", true);
  using file = Fd.open("/dev/null");
  sendFds(pair[0], new Array<Fd>(count).fill(file), { data });
  return pair;
}

const WAYS = [
  ["recvFds", (pair: SocketPair) => recvFds(pair[1])],
  ["recvFds beside credentials", (pair: SocketPair) => recvFds(pair[1])],
  ["recvmsg", (pair: SocketPair) => recvmsg(pair[1])],
] as const;

for (const [name, receive] of WAYS) {
  const send = name.includes("credentials") ? withCredentials : underWay;

  test(`${name}: what arrives is open, close-on-exec and owned, in order`, () => {
    for (const count of [1, 2, 7, 253]) {
      using pair = send(count);
      const before = fdCount();
      const { fds } = receive(pair);
      assert.is(fdCount(), before + count);
      assert.is(fds.length, count);
      assert.is(new Set(fds.map((fd) => fd.number)).size, count);
      for (const fd of fds) {
        assert.instance(fd, Fd);
        assert.ok(!fd.closed && isOpen(fd.number) && isCloseOnExec(fd.number));
      }
      Fd.closeAll(fds);
      assert.is(fdCount(), before);
    }
  });

  test(`${name}: disposal closes what is still held, once`, () => {
    using pair = send(6);
    const got = receive(pair);
    const numbers = got.fds.map((fd) => fd.number);
    const [first, , third] = got.fds as [Fd, Fd, Fd];
    assert.is(first.take(), numbers[0]);
    third.close();
    got[Symbol.dispose]();
    assert.equal(numbers.map(isOpen), [true, false, false, false, false, false]);
    assert.ok(got.fds.every((fd) => fd.closed));
    // The numbers are in other use by now: a second disposal closes none of it.
    const others = numbers.slice(1).map(() => openNumber("/dev/null"));
    assert.equal([...others].sort(), numbers.slice(1).sort());
    got[Symbol.dispose]();
    assert.ok(others.every(isOpen));
    for (const number of [...others, numbers[0] as number]) closeNumber(number);
  });

  test(`${name}: using closes on every way out of the block`, () => {
    const seen: number[] = [];
    const leave = (how: "throw" | "return"): void => {
      using pair = send(3);
      using got = receive(pair);
      seen.push(...got.fds.map((fd) => fd.number));
      if (how === "throw") throw new Error("out of the block");
    };
    leave("return");
    throws(() => leave("throw"), { message: /out of the block/ });
    assert.is(seen.length, 6);
    assert.ok(seen.every((number) => !isOpen(number)));
  });
}

test("closeOnExec: false is the only way to inheritable descriptors, whatever the sender's are", () => {
  for (const closeOnExec of [true, false, undefined]) {
    for (const receive of [recvFds, recvmsg]) {
      using pair = underWay(2);
      using got = receive(pair[1], closeOnExec === undefined ? {} : { closeOnExec });
      for (const fd of got.fds) assert.is(isCloseOnExec(fd.number), closeOnExec ?? true);
      assert.is(got.flags, 0);
    }
  }
});

test("what is above the limit is closed and counted, beside other messages too", () => {
  for (const send of [underWay, withCredentials]) {
    for (const [count, fdLimit] of [
      [5, 0],
      [5, 2],
      [5, 5],
      [5, 100],
      [253, 1],
    ] as const) {
      using pair = send(count);
      const before = fdCount();
      using got = recvFds(pair[1], { fdLimit });
      const kept = Math.min(count, fdLimit);
      assert.equal([got.fds.length, got.surplus], [kept, count - kept]);
      assert.is(fdCount(), before + kept);
      assert.ok(got.fds.every((fd) => isOpen(fd.number)));
    }
  }
});

test("descriptors in control messages are those of the message: one owner each", () => {
  using pair = socketpair();
  setsockopt(pair[1], "SOL_SOCKET", "SO_PASSPIDFD", true);
  sendmsg(pair[0], { data, control: [rights([0, 0])] });
  const message = recvmsg(pair[1]);
  const found = message.control.flatMap((m) => (m.is(rights) ? m.value : []));
  assert.is(found.length, 2);
  assert.ok(found.every((fd) => message.fds.includes(fd)));
  assert.is(message.fds.length, 3, "and the one for the sender's process");
  const [kept] = found as [Fd, Fd];
  const number = kept.take();
  message[Symbol.dispose]();
  assert.ok(isOpen(number));
  closeNumber(number);
  assert.ok(message.fds.every((fd) => fd.closed));
});

test("a definition that hides descriptors does not lose them", () => {
  const hidden = control("SCM_RIGHTS", {
    level: "SOL_SOCKET",
    direction: "both",
    value: field.rest("bytes"),
    source: "unix(7)",
  });
  using pair = underWay(3);
  const before = fdCount();
  const message = recvmsg(pair[1], { definitions: [hidden] });
  assert.is(fdCount(), before + 3);
  const [only] = message.control;
  assert.ok(only?.is(hidden) && only.value.length === 12);
  message[Symbol.dispose]();
  assert.is(fdCount(), before);
});

test("when decoding fails, everything that came is closed before the error is thrown", () => {
  const unreadable = control("SCM_CREDENTIALS", {
    level: "SOL_SOCKET",
    direction: "both",
    value: {
      ...field.rest("bytes"),
      read(): never {
        throw new Error("cannot be read");
      },
    },
    source: "unix(7)",
  });
  for (const count of [1, 3, 253]) {
    using pair = withCredentials(count);
    setsockopt(pair[1], "SOL_SOCKET", "SO_PASSPIDFD", true);
    const before = fdCount();
    const receive = (): unknown => recvmsg(pair[1], { definitions: [unreadable] });
    throws(receive, { message: /cannot be read/ });
    assert.is(fdCount(), before);
  }
});

test("a TruncationError closes what nobody has taken from it at the end of the turn", async () => {
  using pair = underWay(5);
  let error: TruncationError | undefined;
  const before = fdCount();
  try {
    recvFds(pair[1], { controlLimit: 16 + 3 * 4 });
  } catch (thrown) {
    assert.instance(thrown, TruncationError);
    error = thrown as TruncationError;
  }
  assert.equal([`${error?.data}`, error?.fds.length], ["x", 3]);
  assert.is(fdCount(), before + 3);
  const number = error?.fds[1]?.take() as number;
  await turn();
  assert.is(fdCount(), before + 1);
  assert.ok(error?.fds.every((fd) => fd.closed) && isOpen(number));
  closeNumber(number);
});

test("a TruncationError is disposed of at once by using, and then by nobody else", async () => {
  using pair = underWay(4);
  let numbers: number[] = [];
  try {
    recvmsg(pair[1], { controlLimit: 24, truncation: "throw" });
    assert.unreachable("it was not cut short");
  } catch (thrown) {
    if (!(thrown instanceof TruncationError)) throw thrown;
    using error = thrown;
    numbers = error.fds.map((fd) => fd.number);
    assert.is(numbers.length, 2);
  }
  assert.ok(numbers.every((number) => !isOpen(number)));
  const others = numbers.map(() => openNumber("/dev/null"));
  await turn();
  assert.ok(others.every(isOpen), "numbers in other use are left alone");
  for (const number of others) closeNumber(number);
});

test("sending borrows: the same open file arrives under another number, however often it is sent", () => {
  using pair = socketpair();
  using file = Fd.open("/dev/zero");
  sendFds(pair[0], [file, file.number, file], { data });
  assert.is(file.closed, false);
  using got = recvFds(pair[1]);
  const numbers = [file, ...got.fds].map((fd) => fd.number);
  assert.is(new Set(numbers).size, 4);
  assert.is(new Set(numbers.map((number) => fstat(number).rdev)).size, 1);
});

test("the sender may close everything at once: descriptor and data arrive, with the file's offset", () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file("file"), "abcdef");
  using pair = socketpair();
  const file = Fd.open(directory.file("file"));
  using sender = file.dup();
  assert.is(`${file.read(1)}`, "a");
  sendFds(pair[0], [file], { data });
  Fd.closeAll([file, pair[0]]);
  using got = recvFds(pair[1]);
  const [arrived] = got.fds as [Fd];
  assert.is(`${arrived.read(10)}`, "bcdef");
  assert.is(readNumber(sender.number, Buffer.alloc(10)), 0, "one offset for all who hold the file");
});

test("a number that is not open is the kernel's EBADF, and nothing of the message is sent", () => {
  using pair = socketpair({ nonBlocking: true });
  const expected = { name: "SyscallError", code: "EBADF", syscall: "sendmsg" };
  for (const number of [closedNumber(), 2 ** 31 - 1]) {
    const list: DescriptorLike[] = [0, 1, number];
    throws(() => sendFds(pair[0], list, { data }), expected);
    throws(() => sendmsg(pair[0], { data, control: [rights(list)] }), expected);
  }
  const gone = Fd.open("/dev/null");
  gone.close();
  throws(() => sendFds(pair[0], [0, gone], { data }), { code: "ERR_CMSG_FD_CLOSED" });
  throws(() => sendFds(gone, [0], { data }), { code: "ERR_CMSG_FD_CLOSED" });
  throws(() => recvFds(pair[1]), { code: "EAGAIN" });
});

test("credentials that come along are a control message, not a descriptor", () => {
  using pair = withCredentials(1);
  using got = recvFds(pair[1]);
  const [message] = got.control;
  assert.ok(message?.is(credentials) && message.value.pid === process.pid);
  assert.equal([got.fds.length, got.control.length], [1, 1]);
});

test.run();

// Fd: from a number, by open, dup and take; closing one and many; what is left after the end.

import { constants, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { Fd, getsockopt, recvmsg, sendmsg, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closedNumber, isCloseOnExec, isOpen } from "../support/descriptors.js";
import { temporaryDirectory } from "../support/directory.js";
import { closeNumber, openNumber } from "../support/raw.js";
import { run } from "../support/run.js";
import { evaluation, fstat } from "../support/runtime.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("Fd");

const WRONG_KINDS: readonly unknown[] = ["1", 1.5, Number.NaN, null, undefined, 3n, {}, [0], true];

/** Gives the path of an empty directory to a piece of work. */
function inDirectory(work: (directory: string) => void): void {
  using directory = temporaryDirectory();
  work(directory.path);
}

test("a number becomes owned: the same descriptor, closed with its Fd", () => {
  const number = openNumber("/dev/null");
  const fd = new Fd(number);
  assert.is(fd.number, number);
  assert.is(fd.closed, false);
  fd.close();
  assert.is(fd.closed, true);
  assert.is(isOpen(number), false);
});

test("a number of the wrong kind is a TypeError, out of range a RangeError, not open EBADF", () => {
  for (const wrong of WRONG_KINDS) {
    throws(() => new Fd(wrong as number), { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" });
  }
  for (const number of [-1, -42, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    throws(() => new Fd(number), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" });
  }
  for (const number of [closedNumber(), 2 ** 31 - 1]) {
    const error = throws(() => new Fd(number), { name: "SyscallError", code: "EBADF" });
    assert.equal([error.errno, error.syscall, error.fd], [-9, "fcntl", number]);
  }
});

test("after close: number, dup, take, read, write and describe throw; close and closed do not", () => {
  for (const end of ["close", "take"] as const) {
    const fd = Fd.open("/dev/null");
    const number = fd[end]();
    const uses = [
      () => fd.number,
      () => fd.dup(),
      () => fd.take(),
      () => fd.read(1),
      () => fd.read(Buffer.alloc(1)),
      () => fd.write("x"),
      () => fd.describe(),
      () => sendmsg(fd, { data: Buffer.from("x") }),
      () => recvmsg(fd),
      () => getsockopt(fd, "SOL_SOCKET", "SO_TYPE"),
    ];
    for (const use of uses) throws(use, { name: "Error", code: "ERR_CMSG_FD_CLOSED" });
    assert.is(fd.closed, true);
    assert.is(fd.close(), undefined);
    assert.is(fd[Symbol.dispose](), undefined);
    assert.is(inspect(fd), "Fd (closed)");
    if (typeof number === "number") closeNumber(number);
  }
});

test("a second close never closes the number that another file has got meanwhile", () => {
  const fd = Fd.open("/dev/null");
  const { number } = fd;
  fd.close();
  const other = openNumber("/dev/null");
  assert.is(other, number, "the lowest number is used again");
  fd.close();
  fd[Symbol.dispose]();
  Fd.closeAll([fd, fd]);
  assert.ok(isOpen(other));
  closeNumber(other);
});

test("close says EBADF when somebody else has closed the number, and is over then", () => {
  const fd = Fd.open("/dev/null");
  const { number } = fd;
  closeNumber(number);
  const error = throws(() => fd.close(), { name: "SyscallError", code: "EBADF", syscall: "close" });
  assert.is(error.fd, number);
  assert.is(fd.closed, true);
  fd.close();
});

test("take gives the number away, open, and it can be owned again", () => {
  const fd = Fd.open("/dev/null");
  const { number } = fd;
  assert.is(fd.take(), number);
  assert.is(fd.closed, true);
  assert.ok(isOpen(number));
  using again = new Fd(number);
  assert.is(again.number, number);
});

test("dup answers another number of the same open file, and either lives without the other", () => {
  inDirectory((directory) => {
    const path = join(directory, "file");
    writeFileSync(path, "abcdef");
    using first = Fd.open(path);
    using second = first.dup();
    assert.is.not(first.number, second.number);
    assert.is(fstat(first.number).ino, fstat(second.number).ino);
    assert.is(`${first.read(2)}`, "ab");
    assert.is(`${second.read(2)}`, "cd", "the offset is shared");
    first.close();
    assert.is(`${second.read(9)}`, "ef");
  });
});

test("what is opened and what is duplicated is close-on-exec, whatever the original is", () => {
  using opened = Fd.open("/dev/null", constants.O_RDONLY);
  assert.ok(isCloseOnExec(opened.number));
  using inherited = new Fd(0).dup();
  assert.ok(isCloseOnExec(inherited.number));
  assert.is(inherited.describe().closeOnExec, true);
});

test("a duplicate of a socket works as the socket does", () => {
  using pair = socketpair();
  using second = pair[0].dup();
  pair[0].close();
  sendmsg(second, { data: Buffer.from("through the duplicate") });
  assert.is(`${recvmsg(pair[1]).data}`, "through the duplicate");
});

test("using closes on every way out of the block", () => {
  const numbers: number[] = [];
  const leave = (how: "throw" | "return" | "close"): void => {
    using fd = Fd.open("/dev/null");
    numbers.push(fd.number);
    if (how === "throw") throw new Error("out of the block");
    if (how === "close") fd.close();
  };
  leave("return");
  throws(() => leave("throw"), { message: /out of the block/ });
  leave("close");
  for (const number of numbers) assert.is(isOpen(number), false);
});

test("inspect shows number and kind, and never throws", () => {
  using file = Fd.open("/dev/null");
  assert.is(inspect(file), `Fd ${file.number} (character, cloexec)`);
  using pair = socketpair({ type: "seqpacket" });
  assert.match(inspect([...pair]), /Fd \d+ \(unix seqpacket, connected, cloexec\)/);
  const gone = Fd.open("/dev/null");
  closeNumber(gone.number);
  assert.is(inspect(gone), `Fd ${gone.number} (not open)`);
  throws(() => gone.close(), { code: "EBADF" });
  assert.is(inspect(new Proxy(file, {})), "Fd");
  assert.is(inspect(Object.create(file)), "Fd");
  assert.type(inspect(Fd.prototype), "string");
  assert.type(inspect(Fd), "string");
});

test("closeAll closes runs and single ones, and passes over those that are closed", () => {
  const fds = Array.from({ length: 40 }, () => Fd.open("/dev/null"));
  const kept = [fds[7], fds[8], fds[20], fds[39]] as Fd[];
  const rest = fds.filter((fd) => !kept.includes(fd));
  rest[3]?.close();
  const before = kept.map((fd) => fd.number);
  // In no order, and some of them twice.
  Fd.closeAll([...rest.slice(10), ...rest.slice(0, 15).reverse()]);
  assert.ok(rest.every((fd) => fd.closed));
  assert.ok(before.every(isOpen), "numbers between the runs stay open");
  assert.ok(kept.every((fd) => !fd.closed));
  Fd.closeAll(new Set(kept));
  assert.ok(before.every((number) => !isOpen(number)));
});

test("closeAll of none, and of any iterable", () => {
  Fd.closeAll([]);
  Fd.closeAll(socketpair());
  function* opened(): Generator<Fd> {
    yield Fd.open("/dev/null");
    yield Fd.open("/dev/zero");
  }
  Fd.closeAll(opened());
});

test("closeAll refuses a list with anything else in it and closes nothing of it", () => {
  const fds = [Fd.open("/dev/null"), Fd.open("/dev/null"), Fd.open("/dev/null")];
  const wrongs = [...WRONG_KINDS, fds[0]?.number, { close() {} }, { number: fds[0]?.number }];
  for (const wrong of wrongs) {
    for (const place of [0, 1, 3]) {
      const list = fds.toSpliced(place, 0, wrong as Fd);
      throws(() => Fd.closeAll(list), { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" });
    }
    throws(() => Fd.closeAll([wrong as Fd]), { name: "TypeError" });
  }
  for (const list of [undefined, null, 5, "ab", {}, fds[0]]) {
    throws(() => Fd.closeAll(list as never), { name: "TypeError" });
  }
  function* breaks(): Generator<Fd> {
    yield fds[0] as Fd;
    throw new Error("no more");
  }
  throws(() => Fd.closeAll(breaks()), { message: /no more/ });
  for (const fd of fds) {
    assert.is(fd.closed, false);
    assert.ok(isOpen(fd.number));
  }
  Fd.closeAll(fds);
});

test("closeAll closes all others when one is refused, and throws the first refusal", () => {
  const fds = Array.from({ length: 6 }, () => Fd.open("/dev/null"));
  const numbers = fds.map((fd) => fd.number);
  // No neighbours: each is a run of its own.
  const apart = fds.filter((_, i) => i % 2 === 0);
  closeNumber(apart[0]?.number as number);
  closeNumber(apart[1]?.number as number);
  const error = throws(() => Fd.closeAll(apart), { name: "SyscallError", code: "EBADF" });
  assert.is(error.fd, Math.min(numbers[0] as number, numbers[2] as number));
  assert.ok(apart.every((fd) => fd.closed));
  assert.is(isOpen(numbers[4] as number), false);
  Fd.closeAll(fds);
  assert.ok(numbers.every((number) => !isOpen(number)));
});

/** Opens until nothing more goes, and prints what each maker says then, and whether all is well afterwards. */
const FULL_TABLE = `
const { Fd, socket, socketpair } = await import(process.env.CMSG_URL);
const first = Fd.open("/dev/null");
const fds = [];
const codeOf = (make) => {
  try {
    for (;;) fds.push(make());
  } catch (error) {
    return [error.name, error.code, error.syscall, error.path ?? null];
  }
};
const makers = [() => Fd.open("/dev/null"), () => first.dup(), () => socket(), () => socketpair()];
const codes = makers.map(codeOf);
const count = fds.length;
Fd.closeAll(fds);
codeOf(() => Fd.open("/dev/null"));
console.log(JSON.stringify([codes, fds.length === 2 * count]));
`;

if (hasProgram("prlimit", "util-linux")) {
  test("a full table is EMFILE, and nothing of the failed calls stays open", async () => {
    const env = { ...process.env, CMSG_URL: import.meta.resolve("cmsg") };
    const node = [process.execPath, ...evaluation(FULL_TABLE)];
    const { code, stdout, stderr } = await run("prlimit", ["--nofile=100", ...node], { env });
    assert.equal([code, stderr], [0, ""]);
    const codes = [
      ["SyscallError", "EMFILE", "open", "/dev/null"],
      ["SyscallError", "EMFILE", "fcntl", null],
      ["SyscallError", "EMFILE", "socket", null],
      ["SyscallError", "EMFILE", "socketpair", null],
    ];
    assert.equal(JSON.parse(stdout), [codes, true]);
  });
} else {
  test.skip("a full table is EMFILE", "prlimit is not installed");
}

test("in JSON an Fd is what is printed of it, and nothing of its inside", () => {
  const file = Fd.open("/dev/null");
  assert.is(JSON.stringify({ file }), JSON.stringify({ file: inspect(file) }));
  file.close();
  assert.is(JSON.stringify([file]), '["Fd (closed)"]');
});

test.run();

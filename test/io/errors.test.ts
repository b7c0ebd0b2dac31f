// What errors look like: class, code, errno, call, and what they carry; and that no memory address is in them.

import { constants } from "node:os";
import { inspect } from "node:util";
import {
  bind,
  credentials,
  EncodeError,
  Fd,
  getsockname,
  listen,
  recvFds,
  recvmsg,
  rights,
  SyscallError,
  sendFds,
  sendmsg,
  socket,
  socketpair,
  TruncationError,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("errors of messages");

const NUMBERS: Readonly<Record<string, number>> = constants.errno;

type Refusal = readonly [code: string, syscall: string, call: () => unknown];

/** Calls that the kernel refuses, each in its own way, and what has to be closed behind them. */
function refusals(opened: Fd[]): readonly Refusal[] {
  const pair = socketpair();
  const stream = pair[0];
  pair[1].close();
  const dgram = socketpair({ type: "dgram" });
  const lone = socket();
  const listener = socket({ family: "inet" });
  bind(listener, { host: "127.0.0.1", port: 0 });
  listen(listener);
  const file = Fd.open("package.json");
  opened.push(stream, ...dgram, lone, listener, file);
  const x = text("x");
  return [
    ["EAGAIN", "recvmsg", () => recvmsg(dgram[1], { timeoutMs: 0 })],
    ["EAGAIN", "recvmsg", () => recvFds(dgram[1], { timeoutMs: 0 })],
    ["ETIMEDOUT", "recvmsg", () => recvmsg(dgram[1], { timeoutMs: 1 })],
    ["EBADF", "recvmsg", () => recvmsg(1_000_000)],
    ["EBADF", "sendmsg", () => sendmsg(1_000_000, { data: x })],
    ["ENOTSOCK", "recvmsg", () => recvFds(file)],
    ["ENOTSOCK", "sendmsg", () => sendFds(file, [0], { data: x })],
    ["ENOTCONN", "sendmsg", () => sendmsg(lone, { data: x })],
    ["EINVAL", "recvmsg", () => recvmsg(lone)],
    ["ENOTCONN", "recvmsg", () => recvmsg(listener)],
    ["EPIPE", "sendmsg", () => sendmsg(stream, { data: x })],
    ["EMSGSIZE", "sendmsg", () => sendmsg(dgram[0], { data: Buffer.alloc(1e7) })],
    ["EBADF", "sendmsg", () => sendFds(dgram[0], [1_000_000])],
    [
      "EINVAL",
      "sendmsg",
      () => sendmsg(dgram[0], { control: [{ level: 1, type: 9, payload: x }] }),
    ],
    ["ENOENT", "sendmsg", () => sendmsg(dgram[0], { data: x, to: { path: "missing" } })],
  ];
}

test("a refused call: SyscallError with code, negative errno, call and descriptor", () => {
  const opened: Fd[] = [];
  try {
    for (const [code, syscall, call] of refusals(opened)) {
      const error = throws(call, {
        name: "SyscallError",
        code,
        syscall,
      }) as unknown as SyscallError;
      assert.instance(error, SyscallError);
      assert.instance(error, Error);
      assert.is(error.errno, -(NUMBERS[code] as number));
      assert.type(error.fd, "number");
      assert.match(error.message, new RegExp(`^${code}: [a-z][a-z' -]+, ${syscall}`));
      assert.match(String(error.stack), /^SyscallError: /);
      assert.not.match(error.message, /0x[0-9a-f]{6,}|\b[0-9]{12,}\b/);
    }
  } finally {
    Fd.closeAll(opened);
  }
});

test("would-block and timeout differ by code", () => {
  withPair("stream", (_, right) => {
    throws(() => recvmsg(right, { timeoutMs: 0 }), { code: "EAGAIN" });
    throws(() => recvmsg(right, { timeoutMs: 1 }), { code: "ETIMEDOUT" });
  });
});

test("a hint stands behind the kernel's words only where there is one", () => {
  withPair("stream", (left, right) => {
    right.close();
    const plain = throws(() => sendmsg(left, { data: text("x") }), { code: "EPIPE" });
    assert.match(plain.message, /^EPIPE: broken pipe, sendmsg$/);
  });
  using listener = socket({ family: "inet" });
  bind(listener, { host: "127.0.0.1", port: 0 });
  listen(listener);
  assert.ok(getsockname(listener));
  const hinted = throws(() => recvmsg(listener), { code: "ENOTCONN" });
  assert.match(hinted.message, /, recvmsg \(this socket listens: accept /);
  using unix = socket();
  bind(unix, { abstract: `cmsg-errors-${process.pid}` });
  listen(unix);
  assert.match(throws(() => recvFds(unix), { code: "EINVAL" }).message, /this socket listens/);
});

test("EBADF tells a closed socket from a closed descriptor", () => {
  withPair("stream", (left) => {
    const data = text("x");
    const other = throws(() => sendFds(left, [1_000_000], { data }), { code: "EBADF" });
    assert.match(other.message, /one of the descriptors to send is not/);
    const own = throws(() => sendFds(1_000_000, [left], { data }), { code: "EBADF" });
    assert.not.match(own.message, /one of the descriptors/);
    const none = throws(() => sendmsg(1_000_000, { data }), { code: "EBADF" });
    assert.not.match(none.message, /descriptors to send/);
  });
});

test("a value that does not fit: its path, in every error of a control message", () => {
  withPair("stream", (left) => {
    const data = text("x");
    for (const [control, path] of [
      [[credentials({ pid: 2 ** 40, uid: 0, gid: 0 })], "control[0].value.pid"],
      [[rights([0]), rights([0, 2 ** 31])], "control[1].value[1]"],
      [[{ level: 2 ** 40, type: 0, payload: data }], "control[0].level"],
    ] as const) {
      const error = throws(() => sendmsg(left, { data, control }), {
        code: "ERR_CMSG_OUT_OF_RANGE",
      });
      assert.is(error.message.startsWith(path), true, error.message);
    }
    const payload = new Uint8Array(262_144);
    const error = throws(() => sendmsg(left, { data, control: [{ level: 5, type: 6, payload }] }), {
      name: "EncodeError",
    });
    assert.instance(error, EncodeError);
    assert.equal([error["path"], error["level"], error["type"]], ["control[0]", 5, 6]);
  });
});

test("a truncation is an Error with its own name, and prints without its memory", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [0, 0], { data: "words" });
    const error = throws(() => recvFds(right, { controlLimit: 20 }), { name: "TruncationError" });
    assert.instance(error, TruncationError);
    assert.match(String(error.stack), /^TruncationError: control data was truncated/);
    assert.match(inspect(error), /ERR_CMSG_TRUNCATED/);
    (error as unknown as TruncationError)[Symbol.dispose]();
  });
});

test("results print what they hold", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [left], { data: "words" });
    using got = recvFds(right);
    const printed = inspect(got);
    assert.match(printed, /bytes: 5/);
    assert.match(printed, /Fd \d+ \(/);
    sendFds(left, [left], { data: "words" });
    using message = recvmsg(right);
    assert.match(inspect(message), /SOL_SOCKET \(1\) SCM_RIGHTS \(1\)/);
  });
});

test("no error of the codec escapes as one of the core", () => {
  withPair("dgram", (left, right) => {
    // The sizes at which headers, padding and room meet.
    for (let size = 262_100; size <= 262_144; size++) {
      const control = [{ level: 9, type: 9, payload: new Uint8Array(size) }];
      try {
        sendmsg(left, { data: text("x"), control });
        recvmsg(right);
      } catch (error) {
        const { code } = error as { code?: string };
        assert.ok(code === "ERR_CMSG_NO_SPACE" || code === "ENOBUFS", String(error));
      }
    }
  });
});

test.run();

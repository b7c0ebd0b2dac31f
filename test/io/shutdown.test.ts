// shutdown: what each direction means for both ends and for queued data, and how it differs from close.

import { type Fd, recvFds, recvmsg, sendFds, sendmsg, shutdown, socket, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("shutdown");

const DATA = Buffer.from("queued");
const NOW = { timeoutMs: 0 } as const;

/** What an empty socket answers when nothing more will come. */
function atEnd(end: Fd, type: string): void {
  if (type === "dgram") throws(() => recvmsg(end, NOW), { code: "EAGAIN" });
  else assert.is(recvmsg(end, NOW).bytes, 0);
}

for (const type of ["stream", "seqpacket", "dgram"] as const) {
  for (const how of ["write", 1] as const) {
    test(`${type}: ${how} ends sending, queued data arrives, the other direction works`, () => {
      using pair = socketpair({ type });
      sendmsg(pair[0], { data: DATA });
      shutdown(pair[0], how);
      throws(() => sendmsg(pair[0], { data: DATA }), { code: "EPIPE", syscall: "sendmsg" });
      throws(() => sendFds(pair[0], [0], { data: "x" }), { code: "EPIPE" });
      assert.is(recvmsg(pair[1], NOW).data.toString(), "queued");
      atEnd(pair[1], type);
      atEnd(pair[1], type);
      sendmsg(pair[1], { data: DATA });
      assert.is(recvmsg(pair[0], NOW).data.toString(), "queued");
    });
  }

  for (const how of ["read", 0] as const) {
    test(`${type}: ${how} ends the peer's sending, queued data stays readable, own sending works`, () => {
      using pair = socketpair({ type });
      sendmsg(pair[1], { data: DATA });
      shutdown(pair[0], how);
      throws(() => sendmsg(pair[1], { data: DATA }), { code: "EPIPE" });
      assert.is(recvmsg(pair[0], NOW).data.toString(), "queued");
      atEnd(pair[0], type);
      sendmsg(pair[0], { data: DATA });
      assert.is(recvmsg(pair[1], NOW).data.toString(), "queued");
    });
  }

  for (const how of ["both", 2] as const) {
    test(`${type}: ${how} ends both directions`, () => {
      using pair = socketpair({ type });
      shutdown(pair[0], how);
      for (const end of pair) {
        throws(() => sendmsg(end, { data: DATA }), { code: "EPIPE" });
        atEnd(end, type);
      }
      // Once more is no error.
      shutdown(pair[0], how);
    });
  }
}

test("descriptors that were queued before arrive", () => {
  using pair = socketpair();
  sendFds(pair[0], [pair[0]], { data: "last" });
  shutdown(pair[0], "write");
  using got = recvFds(pair[1], NOW);
  assert.equal([got.data.toString(), got.fds.length], ["last", 1]);
  assert.is(recvFds(pair[1], NOW).bytes, 0);
});

test("it ends the connection for every holder, which close does not", () => {
  using pair = socketpair();
  using held = pair[0].dup();
  using closed = pair[0].dup();
  closed.close();
  sendmsg(held, { data: DATA });
  assert.is(recvmsg(pair[1], NOW).bytes, DATA.length);
  shutdown(pair[0], "write");
  throws(() => sendmsg(held, { data: DATA }), { code: "EPIPE" });
});

test("a direction that is none is refused before the call, and a good one works afterwards", () => {
  using pair = socketpair();
  for (const [how, name] of [
    [3, "RangeError"],
    [-1, "RangeError"],
    [2 ** 31, "RangeError"],
    [2 + 2 ** 32, "RangeError"],
    [1.5, "TypeError"],
    [Number.NaN, "TypeError"],
    ["", "TypeError"],
    ["WRITE", "TypeError"],
    ["toString", "TypeError"],
    ["__proto__", "TypeError"],
    [undefined, "TypeError"],
    [null, "TypeError"],
    [true, "TypeError"],
    [1n, "TypeError"],
    [[1], "TypeError"],
  ] as const) {
    throws(() => shutdown(pair[0], how as number), { name, message: /^how must be/ });
  }
  sendmsg(pair[0], { data: DATA });
  shutdown(pair[0], "write");
  assert.is(recvmsg(pair[1]).bytes, DATA.length);
});

test("without a connection there is nothing to shut down", () => {
  using fd = socket({ family: "inet" });
  throws(() => shutdown(fd, "both"), { code: "ENOTCONN", syscall: "shutdown" });
  throws(() => shutdown(0x7fffffff, "both"), { code: "EBADF" });
});

test.run();

// Non-blocking sockets: the mode as the kernel has it, who shares it, and EAGAIN in every call.

import { readFileSync } from "node:fs";
import {
  accept,
  bind,
  connect,
  Fd,
  listen,
  MSG_DONTWAIT,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  setNonBlocking,
  socket,
  socketpair,
  tryRecvFds,
  tryRecvmsg,
  trySendFds,
  trySendmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("non-blocking");

const O_NONBLOCK = 0o4000;

function flagsOf(fd: Fd): number {
  const info = readFileSync(`/proc/self/fdinfo/${fd.number}`, "latin1");
  return Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "", 8);
}

function isNonBlocking(fd: Fd): boolean {
  return (flagsOf(fd) & O_NONBLOCK) !== 0;
}

test("the mode is what was set last, and nothing else changes", () => {
  for (const created of [false, true]) {
    using fd = socket({ nonBlocking: created });
    assert.is(isNonBlocking(fd), created);
    const others = flagsOf(fd) & ~O_NONBLOCK;
    for (const on of [true, true, false, false, true, false]) {
      setNonBlocking(fd, on);
      assert.is(isNonBlocking(fd), on);
      assert.is(flagsOf(fd) & ~O_NONBLOCK, others);
      const description = fd.describe();
      assert.is(description.kind === "socket" && description.nonBlocking, on);
    }
  }
});

test("duplicates share the mode, the other end has its own", () => {
  using pair = socketpair();
  using copy = pair[0].dup();
  setNonBlocking(copy.number, true);
  assert.equal([isNonBlocking(pair[0]), isNonBlocking(pair[1])], [true, false]);
});

test("it works on descriptors of other kinds too", () => {
  using file = Fd.open("package.json");
  setNonBlocking(file, true);
  assert.is(isNonBlocking(file), true);
  throws(() => setNonBlocking(0x7fffffff, true), { code: "EBADF", syscall: "fcntl" });
});

test("only booleans are modes", () => {
  using fd = socket();
  for (const on of [1, 0, "true", null, undefined, {}]) {
    throws(() => setNonBlocking(fd, on as boolean), { name: "TypeError", message: /^on must be/ });
  }
  assert.is(isNonBlocking(fd), false);
});

test("an empty socket is EAGAIN: by mode, by flag, by time, and null in the try forms", () => {
  for (const type of ["stream", "dgram", "seqpacket"] as const) {
    using blocking = socketpair({ type });
    using other = socketpair({ type, nonBlocking: true });
    for (const call of [recvmsg, recvFds]) {
      const refused = { name: "SyscallError", code: "EAGAIN", syscall: "recvmsg" };
      throws(() => call(other[0]), refused);
      throws(() => call(blocking[0], { flags: MSG_DONTWAIT }), refused);
      throws(() => call(blocking[0], { timeoutMs: 0 }), refused);
    }
    for (const end of [blocking[0], other[0]]) {
      assert.equal([tryRecvmsg(end), tryRecvFds(end)], [null, null]);
    }
  }
});

test("a full socket is EAGAIN, and takes the next message when there is room", () => {
  for (const type of ["stream", "dgram", "seqpacket"] as const) {
    using pair = socketpair({ type });
    const data = Buffer.alloc(512);
    let sent = 0;
    while (trySendmsg(pair[0], { data }) !== null) sent++;
    assert.ok(sent > 0);
    const refused = { name: "SyscallError", code: "EAGAIN", syscall: "sendmsg" };
    throws(() => sendmsg(pair[0], { data, flags: MSG_DONTWAIT }), refused);
    assert.is(trySendFds(pair[0], [0], { data }), null);
    setNonBlocking(pair[0], true);
    throws(() => sendmsg(pair[0], { data }), refused);
    throws(() => sendFds(pair[0], [0], { data }), refused);
    for (let got = tryRecvmsg(pair[1]); got !== null; got = tryRecvmsg(pair[1])) {
      assert.is(got.fds.length, 0);
    }
    assert.is(sendmsg(pair[0], { data }), 512);
  }
});

test("accept is EAGAIN until somebody connects", () => {
  const abstract = abstractName();
  using server = socket({ nonBlocking: true });
  bind(server, { abstract });
  listen(server);
  throws(() => accept(server), { code: "EAGAIN", syscall: "accept" });
  using client = socket();
  connect(client, { abstract });
  using connection = accept(server);
  assert.is(isNonBlocking(connection), false);
  throws(() => accept(server), { code: "EAGAIN" });
});

test("a refused receive leaves buffers, and the next result, as if it had not been", () => {
  using pair = socketpair({ type: "seqpacket", nonBlocking: true });
  const into = Buffer.from("0123456789");
  throws(() => recvmsg(pair[1], { into }), { code: "EAGAIN" });
  assert.is(into.toString(), "0123456789");
  sendFds(pair[0], [0], { data: "with" });
  using first = recvmsg(pair[1], { into });
  assert.equal([into.toString(), first.fds.length], ["with456789", 1]);
  throws(() => recvmsg(pair[1], { into }), { code: "EAGAIN" });
  sendmsg(pair[0], { data: Buffer.from("plain") });
  using second = recvmsg(pair[1]);
  assert.equal([second.fds.length, second.control.length, second.flags], [0, 0, 0]);
  assert.equal([second.data.toString(), second.address], ["plain", { unnamed: true }]);
});

test.run();

// Objects of Node as the socket of a call: to send on while nothing is queued, never to receive on.

import { once } from "node:events";
import { open } from "node:fs/promises";
import { Socket } from "node:net";
import { Fd, recvFds, recvmsg, sendFds, sendmsg, socketpair, tryRecvFds, trySendFds } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closedNumber } from "../support/descriptors.js";
import { closed, nodeSocket } from "../support/net.js";
import { CLOSED, RANGE, TYPE } from "../support/passing.js";
import { suite, turn } from "../support/suite.js";

const test = suite("objects of Node to send on");

test("sending on a net.Socket goes around its stream, and is refused while that has writes pending", async () => {
  using pair = socketpair();
  using file = Fd.open("/dev/null");
  const sender = nodeSocket(pair[0]);
  assert.equal(sendFds(sender, [file], { data: "first" }), { bytes: 5, fds: 1 });
  const large = Buffer.alloc(4 << 20, "a");
  const written = new Promise((resolve) => sender.write(large, resolve));
  assert.ok(sender.writableLength > 0);
  for (const send of [
    () => sendFds(sender, [file], { data: "x" }),
    () => trySendFds(sender, [file], { data: "x" }),
    () => sendmsg(sender, { data: Buffer.from("x") }),
  ]) {
    throws(send, { code: "ERR_CMSG_WRITES_PENDING" });
  }
  let arrived = 0;
  const receive = (): void => {
    using got = recvFds(pair[1]);
    arrived += got.bytes;
    if (got.fds.length > 0) assert.is(`${got.data}`, "first");
  };
  while (arrived < large.length + 5) {
    receive();
    await turn();
  }
  await written;
  sender.cork();
  sender.write("corked");
  throws(() => sendFds(sender, [file], { data: "x" }), { code: "ERR_CMSG_WRITES_PENDING" });
  sender.uncork();
  assert.is(`${recvFds(pair[1], { dataLimit: 6, timeoutMs: 10_000 }).data}`, "corked");
  await turn();
  sendFds(sender, [file], { data: "last" });
  using last = recvFds(pair[1]);
  assert.equal([`${last.data}`, last.fds.length], ["last", 1]);
  await closed(sender);
});

test("what may not be the socket to send on", async () => {
  const send = (value: unknown): (() => unknown) => {
    return () => sendFds(value as number, [0], { data: "x" });
  };
  const handle = await open("/dev/null");
  const timer = setTimeout(() => {}, 0);
  const wrongs = [handle, timer, {}, null, undefined, "0", 0n, { fd: 0 }, { number: 0 }, 1.5];
  for (const wrong of wrongs) throws(send(wrong), TYPE);
  for (const wrong of [-1, 2 ** 31]) throws(send(wrong), RANGE);
  throws(send(new Socket()), CLOSED);
  using pair = socketpair();
  const destroyed = nodeSocket(pair[0]);
  destroyed.destroy();
  throws(send(destroyed), CLOSED);
  await once(destroyed, "close");
  throws(send(destroyed), CLOSED);
  throws(send(handle.fd), { name: "SyscallError", code: "ENOTSOCK", syscall: "sendmsg" });
  await handle.close();
});

test("a number that is not open is EBADF, one that is no socket ENOTSOCK, with the call's name", () => {
  using file = Fd.open("/dev/null");
  const data = Buffer.from("x");
  for (const [number, code] of [
    [closedNumber(), "EBADF"],
    [2 ** 31 - 1, "EBADF"],
    [file.number, "ENOTSOCK"],
  ] as const) {
    for (const send of [
      () => sendFds(number, [0], { data }),
      () => trySendFds(number, [0], { data }),
      () => sendFds(number, []),
      () => sendmsg(number, { data }),
      () => sendmsg(number, { data, timeoutMs: 1000 }),
    ]) {
      assert.is(throws(send, { name: "SyscallError", code, syscall: "sendmsg" }).fd, number);
    }
    for (const receive of [
      () => recvFds(number),
      () => tryRecvFds(number),
      () => recvmsg(number),
      () => recvmsg(number, { timeoutMs: 1000 }),
    ]) {
      assert.is(throws(receive, { name: "SyscallError", code, syscall: "recvmsg" }).fd, number);
    }
  }
});

test("receiving refuses the objects of Node: libuv reads them", () => {
  using pair = socketpair();
  const reader = nodeSocket(pair[0]);
  for (const receive of [recvFds, recvmsg]) {
    throws(() => receive(reader as never), { ...TYPE, message: /libuv/ });
    for (const wrong of [{ fd: 0 }, null, undefined, "0", 0n, 1.5, Number.NaN]) {
      throws(() => receive(wrong as never), TYPE);
    }
    for (const wrong of [-1, -42, 2 ** 31]) throws(() => receive(wrong), RANGE);
  }
  reader.destroy();
});

test.run();

// Options whose getters close the socket or a descriptor: the call is refused, and no number that may be in other use is touched.

import { Fd, recvFds, recvmsg, sendFds, sendmsg, socketpair } from "cmsg";
import { throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("getters that close");

const CLOSED = { code: "ERR_CMSG_FD_CLOSED" };

/** Options whose property closes something when it is read. */
function closing(name: string, value: unknown, victim: Fd): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      victim.close();
      return value;
    },
  });
}

test("the socket is closed while the options are read", () => {
  const data = Buffer.from("x");
  for (const call of [
    (socket: Fd) => sendmsg(socket, closing("data", data, socket)),
    (socket: Fd) => sendFds(socket, [0], closing("data", data, socket)),
    (socket: Fd) => recvmsg(socket, closing("dataLimit", 10, socket)),
    (socket: Fd) => recvFds(socket, closing("fdLimit", 10, socket)),
  ]) {
    using pair = socketpair({ nonBlocking: true });
    throws(() => call(pair[0]), CLOSED);
  }
});

test("a descriptor is closed while the options are read", () => {
  using pair = socketpair({ nonBlocking: true });
  const file = Fd.open("/dev/null");
  throws(() => sendFds(pair[0], [file], closing("data", Buffer.from("x"), file)), CLOSED);
});

test.run();

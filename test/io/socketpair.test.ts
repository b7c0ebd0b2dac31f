// socketpair: two connected ends, their flags, names and peers, and what the kernel refuses.

import {
  Fd,
  getpeername,
  getsockname,
  getsockopt,
  peerCredentials,
  recvmsg,
  sendmsg,
  socketpair,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("socketpair");

const TYPES = { stream: 1, dgram: 2, seqpacket: 5 } as const;

function passes(from: Fd, to: Fd, text: string): void {
  assert.is(sendmsg(from, { data: Buffer.from(text) }), Buffer.byteLength(text));
  assert.is(recvmsg(to).data.toString(), text);
}

for (const [type, number] of Object.entries(TYPES)) {
  test(`${type}: both directions work, and both ends are what was asked for`, () => {
    for (const wanted of [type as "stream", number]) {
      using pair = socketpair({ type: wanted });
      assert.is(pair.length, 2);
      assert.equal([...pair], [pair[0], pair[1]]);
      passes(pair[0], pair[1], "there");
      passes(pair[1], pair[0], "and back");
      for (const end of pair) {
        assert.is(getsockopt(end, "SOL_SOCKET", "SO_DOMAIN"), 1);
        assert.is(getsockopt(end, "SOL_SOCKET", "SO_TYPE"), number);
        assert.is(getsockopt(end, "SOL_SOCKET", "SO_PROTOCOL"), 0);
      }
    }
  });
}

test("without options it is a stream", () => {
  using pair = socketpair();
  assert.is(getsockopt(pair[1], "SOL_SOCKET", "SO_TYPE"), TYPES.stream);
});

test("flags hold for both ends, and a non-blocking end answers EAGAIN", () => {
  using pair = socketpair({ nonBlocking: true, type: "dgram" });
  for (const end of pair) {
    throws(() => recvmsg(end), { code: "EAGAIN", syscall: "recvmsg" });
    assert.is(getsockopt(end, "SOL_SOCKET", "SO_TYPE"), TYPES.dgram);
  }
});

test("both ends have no name, and this process as their peer", () => {
  using pair = socketpair();
  const me = { pid: process.pid, uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  for (const end of pair) {
    assert.equal([getsockname(end), getpeername(end)], [{ unnamed: true }, { unnamed: true }]);
    assert.equal(peerCredentials(end), me);
  }
});

test("disposal closes both ends, also one that was closed before", () => {
  const before = fdCount();
  {
    using pair = socketpair();
    pair[1].close();
    assert.is(fdCount(), before + 1);
  }
  assert.is(fdCount(), before);
});

test("an end that was taken out stays open", () => {
  let taken = -1;
  {
    using pair = socketpair();
    taken = pair[0].take();
  }
  assert.is(getsockopt(taken, "SOL_SOCKET", "SO_TYPE"), TYPES.stream);
  // Its peer is closed: the end of the stream.
  assert.is(tryRecvmsg(taken)?.bytes, 0);
  new Fd(taken).close();
});

for (const [options, code] of [
  [{ family: 0 }, "EAFNOSUPPORT"],
  [{ family: "inet" }, "EOPNOTSUPP"],
  [{ family: "inet6", type: "dgram" }, "EOPNOTSUPP"],
  [{ family: "inet", type: 75 }, "EINVAL"],
  [{ family: "inet", type: "dgram", protocol: 6 }, "EPROTONOSUPPORT"],
  [{ family: "unix", protocol: 99 }, "EPROTONOSUPPORT"],
  [{ family: "unix", type: 99 }, "EINVAL"],
] as const) {
  test(`${JSON.stringify(options)} is refused with ${code}, and nothing stays open`, () => {
    const before = fdCount();
    throws(() => socketpair(options), { name: "SyscallError", code, syscall: "socketpair" });
    assert.is(fdCount(), before);
  });
}

test.run();

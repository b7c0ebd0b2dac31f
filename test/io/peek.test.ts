// MSG_PEEK: every look brings descriptors of its own, and the message stays.

import {
  bind,
  Fd,
  MSG_PEEK,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  socket,
  tryRecvFds,
  tryRecvmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import { indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("MSG_PEEK");

for (const type of TYPES) {
  test(`${type}: each peek brings descriptors of its own, and the message stays`, () => {
    withPair(type, (left, right) =>
      withFiles(3, (files) => {
        sendFds(left, files, { data: "looked at" });
        const before = fdCount();
        const seen: Fd[] = [];
        for (let round = 1; round <= 3; round++) {
          const got = recvFds(right, { flags: MSG_PEEK });
          assert.equal([got.data.toString(), indices(got.fds)], ["looked at", [0, 1, 2]]);
          assert.is(fdCount(), before + 3 * round);
          seen.push(...got.fds);
        }
        using message = recvmsg(right, { flags: MSG_PEEK });
        using last = recvFds(right);
        assert.equal([indices(message.fds), indices(last.fds)], [upTo(3), upTo(3)]);
        const numbers = [...seen, ...message.fds, ...last.fds].map((fd) => fd.number);
        assert.is(new Set(numbers).size, 15);
        Fd.closeAll(seen);
        assert.is(tryRecvFds(right), null);
      }),
    );
  });

  test(`${type}: a peek without room does the queued ones no harm`, () => {
    withPair(type, (left, right) =>
      withFiles(2, (files) => {
        sendFds(left, files, { data: "x" });
        const before = fdCount();
        const flags = MSG_PEEK;
        const got = recvFds(right, { flags, controlLimit: 0, truncation: "report" });
        assert.equal([got.fds, got.controlTruncated], [[], true]);
        assert.equal(recvFds(right, { flags, fdLimit: 0 }).surplus, 2);
        assert.is(fdCount(), before);
        using real = recvFds(right);
        assert.equal(indices(real.fds), [0, 1]);
      }),
    );
  });
}

for (const type of TYPES) {
  test(`${type}: a look at a part, a look at all, then the message`, () => {
    withPair(type, (left, right) => {
      sendmsg(left, { data: text("HELLO-R-U-THERE") });
      const flags = MSG_PEEK;
      assert.is(recvmsg(right, { flags, dataLimit: 5 }).data.toString(), "HELLO");
      const into = [Buffer.alloc(6), Buffer.alloc(12)];
      assert.is(recvmsg(right, { flags, into }).bytes, 15);
      assert.is(Buffer.concat(into).toString(), "HELLO-R-U-THERE\0\0\0");
      assert.is(recvmsg(right, { flags }).data.toString(), "HELLO-R-U-THERE");
      assert.is(recvmsg(right).data.toString(), "HELLO-R-U-THERE");
      assert.is(tryRecvmsg(right, { flags }), null);
    });
  });
}

test("a look at a datagram answers its sender's address like the receive", () => {
  using server = socket({ type: "dgram" });
  using client = socket({ type: "dgram" });
  const [here, there] = [`cmsg-peek-s-${process.pid}`, `cmsg-peek-c-${process.pid}`];
  bind(server, { abstract: here });
  bind(client, { abstract: there });
  sendmsg(client, { data: text("knock"), to: { abstract: here } });
  for (const flags of [MSG_PEEK, MSG_PEEK, 0]) {
    const got = recvmsg(server, { flags });
    assert.equal([got.data.toString(), got.address], ["knock", { abstract: there }]);
  }
});

test("a look stops where a receive would stop", () => {
  withPair("stream", (left, right) =>
    withFiles(2, ([a, b]) => {
      sendmsg(left, { data: text("xx") });
      sendFds(left, [a as Fd], { data: "A" });
      sendFds(left, [b as Fd], { data: "B" });
      for (const flags of [MSG_PEEK, MSG_PEEK, 0]) {
        using got = recvFds(right, { flags });
        assert.equal([got.data.toString(), indices(got.fds)], ["xxA", [0]]);
      }
      using last = recvFds(right, { flags: MSG_PEEK });
      assert.equal([last.data.toString(), indices(last.fds)], ["B", [1]]);
    }),
  );
});

test.run();

// The error queue of a socket: MSG_ERRQUEUE with a time limit, and what the kernel says in its control messages.

import {
  bind,
  connect,
  type Fd,
  getsockname,
  ipRecvErr,
  MSG_ERRQUEUE,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("error queue");

const [SOL_IP, IP_RECVERR] = [0, 11];

function datagrams(): Fd {
  return socket({ family: "inet", type: "dgram" });
}

test("a refused datagram: what was sent, to whom, and why", () => {
  using sender = datagrams();
  setsockopt(sender, SOL_IP, IP_RECVERR, true);
  const nobody = datagrams();
  bind(nobody, { host: "127.0.0.1", port: 0 });
  const to = getsockname(nobody);
  nobody.close();
  const flags = MSG_ERRQUEUE;
  assert.is(tryRecvmsg(sender, { flags }), null);
  sendmsg(sender, { data: text("lost"), to });
  const got = recvmsg(sender, { flags, timeoutMs: 10_000 });
  assert.equal([got.data.toString(), got.address], ["lost", to]);
  assert.is(got.flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
  const [message] = got.control;
  assert.ok(message?.is(ipRecvErr));
  const { errno, origin, type, code, offender } = message.value;
  assert.equal(
    [errno, origin, type, code],
    ["ECONNREFUSED", "SO_EE_ORIGIN_ICMP", "ICMP_DEST_UNREACH", "ICMP_PORT_UNREACH"],
  );
  assert.is(offender?.host, "127.0.0.1");
  assert.equal(got.problems, []);
});

test("an empty error queue beside readable data ends in ETIMEDOUT, and the data stays", () => {
  using receiver = datagrams();
  using sender = datagrams();
  bind(receiver, { host: "127.0.0.1", port: 0 });
  connect(sender, getsockname(receiver));
  sendmsg(sender, { data: text("readable") });
  throws(() => recvmsg(receiver, { flags: MSG_ERRQUEUE, timeoutMs: 20 }), { code: "ETIMEDOUT" });
  assert.is(recvmsg(receiver, { timeoutMs: 10_000 }).data.toString(), "readable");
});

test.run();

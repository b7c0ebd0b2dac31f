// Marks and priorities of packets: what a sender or its socket gives a packet, as the receiver sees it.

import { getsockopt, mark, priority, recvmsg, sendmsg, setsockopt } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { CAP_NET_ADMIN, capabilityProblem, firstOf, optionProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { withUdp } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("marks");

const data = text("x");
const timeoutMs = 10_000;
const admin = firstOf(capabilityProblem(CAP_NET_ADMIN, "CAP_NET_ADMIN"), noPython);
const UDP = { family: "inet", type: "dgram" } as const;

/** Definition, option of a socket, option that asks for it, values: asm-generic/socket.h. */
const CASES = [
  [mark, 36, 75, [0, 1, 0x1234, 0xfffffffe]],
  [priority, 12, 82, [0, 1, 6, 7, 0x10000]],
] as const;

for (const [definition, option, wanted, values] of CASES) {
  const reason = firstOf(admin, optionProblem(UDP, 1, wanted));
  test.unless(reason, `${definition.name}: chosen for one datagram, and by the socket`, () => {
    withUdp("127.0.0.1", [definition], (receiver, sender, at) => {
      assert.is(getsockopt(receiver, 1, wanted), 1);
      const to = at("127.0.0.1");
      const sends = values.map((value) => () => {
        sendmsg(sender, { data, to, control: [definition(value)] });
      });
      receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
        assert.is(test.received(message, definition), values[i]);
        assert.equal(python, { [`1 ${option}`]: [values[i]] });
      });
      setsockopt(sender, 1, option, 5);
      sendmsg(sender, { data, to });
      assert.is(test.received(recvmsg(receiver, { timeoutMs }), definition), 5);
      for (const length of [1, 3, 5, 8]) {
        const control = [{ level: 1, type: option, payload: new Uint8Array(length) }];
        throws(() => sendmsg(sender, { data, to, control }), { code: "EINVAL" });
      }
    });
    test.sent(definition);
  });
}

test.run();

// Raw sockets: a packet with a header of its own is routed as one of the protocol that its message names, whatever the header says.

import { enable, type Fd, ipProtocol, recvmsg, sendmsg, socket, ttl } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { CAP_NET_RAW, capabilityProblem, firstOf, messageProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { addAddress, makeVeth, prohibitProtocol } from "./support/rtnetlink.js";
import { kernelSuite } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("raw");

const IPPROTO_RAW = 255;

/** RFC 3692 keeps these two for experiments. */
const [FORBIDDEN, ALLOWED] = [253, 254] as const;

const raw = capabilityProblem(CAP_NET_RAW, "CAP_NET_RAW");

function rawSocket(protocol: number): Fd {
  return socket({ family: "inet", type: "raw", protocol });
}

/** A packet without data: RFC 791 section 3.1. */
function packet(protocol: number, to: string): Buffer {
  const head = Buffer.from([0x45, 0, 0, 20, 0, 1, 0, 0, 9, protocol, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(to.split(".").map(Number))]);
}

test.unless(
  firstOf(noNamespace, raw, messageProblem(0, 52, Int32Array.of(17))),
  "the route of a packet is that of the protocol that was chosen",
  () => {
    makeVeth(7001, 7002);
    addAddress(7001, "10.9.0.1", 24);
    prohibitProtocol(FORBIDDEN);
    using sender = rawSocket(IPPROTO_RAW);
    const host = "10.9.0.9";
    const send = (inHeader: number, chosen: number) =>
      sendmsg(sender, {
        data: packet(inHeader, host),
        to: { host, port: 0 },
        control: [ipProtocol(chosen)],
      });
    for (const inHeader of [FORBIDDEN, ALLOWED]) {
      assert.is(send(inHeader, ALLOWED), 20);
      throws(() => send(inHeader, FORBIDDEN), { code: "EACCES", syscall: "sendmsg" });
    }
    for (const number of [0, 256]) {
      const payload = new Uint8Array(Int32Array.of(number).buffer);
      const control = [{ level: "SOL_IP", type: "IP_PROTOCOL", payload }];
      const data = packet(ALLOWED, host);
      throws(() => sendmsg(sender, { data, to: { host, port: 0 }, control }), { code: "EINVAL" });
    }
    test.sent(ipProtocol);
  },
);

test.unless(raw, "a packet arrives with its header, and its time to live beside it", () => {
  using receiver = rawSocket(ALLOWED);
  using sender = rawSocket(IPPROTO_RAW);
  enable(receiver, ttl);
  const to = { host: "127.0.0.1", port: 0 };
  sendmsg(sender, { data: packet(ALLOWED, to.host), to });
  const message = recvmsg(receiver, { timeoutMs: 10_000 });
  assert.equal([message.data[8], message.data[9]], [9, ALLOWED]);
  assert.is(test.received(message, ttl), 9);
});

test.run();

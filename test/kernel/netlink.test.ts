// Netlink: which group a message was sent to, who has sent it, and from which network namespace it comes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  type Address,
  bind,
  credentials,
  enable,
  type Fd,
  getsockname,
  netlinkNamespace,
  netlinkPacketInfo,
  type ReceivedMessage,
  recvmsg,
  sendmsg,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import { text } from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { firstOf, optionProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { addAddress, LOOPBACK, NETLINK, nameNamespace, setLink } from "./support/rtnetlink.js";
import { kernelSuite, namesOf } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("netlink");
const reason = firstOf(noNamespace, noPython);

const timeoutMs = 10_000;
const [NETLINK_USERSOCK, AF_NETLINK] = [2, 16];

/** Groups and types of linux/rtnetlink.h. */
const RTNLGRP = { LINK: 1, IPV4_IFADDR: 5, IPV4_NETCONF: 24 } as const;
const [RTM_NEWLINK, RTM_GETLINK, RTM_NEWADDR, RTM_NEWNETCONF] = [16, 18, 20, 80];

/** struct sockaddr_nl behind its family: two bytes of padding, port, groups. */
function netlinkAddress(groups: readonly number[]): Address {
  const bits = groups.reduce((all, group) => all | (1 << (group - 1)), 0);
  const words = new Uint8Array(Uint32Array.of(0, bits).buffer);
  return { family: AF_NETLINK, data: Buffer.concat([Buffer.alloc(2), words]) };
}

/** A socket of rtnetlink that has joined groups. */
function listener(...groups: readonly number[]): Fd {
  const made = socket(NETLINK);
  bind(made, netlinkAddress(groups));
  return made;
}

/** nlmsg_type. */
const typeOf = ({ data }: ReceivedMessage) => data.readUInt16LE(4);

test.unless(reason, "a message names the group that it was sent to, and 0 for an answer", () => {
  using on = listener(RTNLGRP.LINK, RTNLGRP.IPV4_IFADDR);
  enable(on, netlinkPacketInfo);
  // A change that changes nothing is not told.
  let [mtu, host] = [1400, 1];
  const link = receivedTwice(on, [() => setLink(LOOPBACK, { mtu: mtu++ })]);
  const address = receivedTwice(on, [() => addAddress(LOOPBACK, `127.1.0.${host++}`, 32)]);
  // struct nlmsghdr with NLM_F_REQUEST, struct ifinfomsg of the first interface.
  const question = Buffer.from(
    Uint32Array.of(32, RTM_GETLINK + 0x10000, 1, 0, 0, LOOPBACK, 0, 0).buffer,
  );
  const answer = receivedTwice(on, [() => sendmsg(on, { data: question })]);
  for (const [got, type, group] of [
    [link, RTM_NEWLINK, RTNLGRP.LINK],
    [address, RTM_NEWADDR, RTNLGRP.IPV4_IFADDR],
    [answer, RTM_NEWLINK, 0],
  ] as const) {
    for (const { message, python } of got) {
      assert.is(typeOf(message), type);
      assert.equal(test.received(message, netlinkPacketInfo), { group });
      assert.equal(python, { "270 3": [group] });
    }
  }
});

test.unless(reason, "credentials: of a process, and 0 for the kernel's own messages", () => {
  using receiver = socket({ ...NETLINK, protocol: NETLINK_USERSOCK });
  using sender = socket({ ...NETLINK, protocol: NETLINK_USERSOCK });
  bind(receiver, netlinkAddress([]));
  enable(receiver, credentials);
  const { pid, uid, gid } = ownIds();
  const send = () => sendmsg(sender, { data: text("x"), to: getsockname(receiver) });
  const [twice] = receivedTwice(receiver, [send]);
  const { message, python } = twice as NonNullable<typeof twice>;
  assert.equal(test.received(message, credentials), { pid, uid, gid });
  assert.equal(python, { "1 2": [pid, uid, gid] });
  using on = listener(RTNLGRP.LINK);
  enable(on, credentials);
  let mtu = 1410;
  const [kernel] = receivedTwice(on, [() => setLink(LOOPBACK, { mtu: mtu++ })]);
  const own = test.received(kernel?.message as ReceivedMessage, credentials);
  assert.is(own.pid, 0);
  assert.equal(kernel?.python, { "1 2": [own.pid, own.uid, own.gid] });
});

const noIds = firstOf(reason, optionProblem(NETLINK, 270, 8));

test.unless(
  noIds,
  "a message of another namespace brings the id that this one has given it",
  async () => {
    using on = listener(RTNLGRP.IPV4_NETCONF);
    enable(on, netlinkNamespace);
    const script =
      "echo ready; read line; echo 1 > /proc/sys/net/ipv4/conf/lo/forwarding; read line";
    const child = spawn("unshare", ["--net", "--", "sh", "-c", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      await once(child.stdout, "data");
      const id = 4711;
      nameNamespace(child.pid as number, id);
      child.stdin.write("go\n");
      const message = recvmsg(on, { timeoutMs });
      assert.is(typeOf(message), RTM_NEWNETCONF);
      assert.is(test.received(message, netlinkNamespace), id);
      while (tryRecvmsg(on) !== null);
      assert.equal(namesOf(message), ["NETLINK_LISTEN_ALL_NSID"]);
    } finally {
      const closed = once(child, "close");
      child.stdin.end();
      await closed;
    }
  },
);

test.run();

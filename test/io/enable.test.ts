// enable and disable: the right options for a socket's family, all of them or none.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  bind,
  control,
  credentials,
  definitions,
  disable,
  enable,
  enabledOn,
  field,
  getsockname,
  getsockopt,
  hopLimit,
  inq,
  ipOptions,
  netlinkPacketInfo,
  packetAuxdata,
  packetInfo,
  packetInfo6,
  pidfd,
  recvmsg,
  rights,
  sendmsg,
  setsockopt,
  socket,
  tcpInq,
  timestamp,
  timestamping,
  timestampNs,
  tos,
  trafficClass,
  ttl,
  UdpSocket,
  udpGro,
  udpSegment,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { withSockets } from "../support/loop.js";
import { text, withPair } from "../support/message.js";
import { closed } from "../support/net.js";
import { make, set } from "../support/options.js";
import { CAP_NET_RAW, hasCapability } from "../support/privilege.js";
import { suite } from "../support/suite.js";

const test = suite("enable");

test("sets the options of the socket's own family", () => {
  using udp = make("inet");
  enable(udp, packetInfo, ttl, tos, ipOptions, udpGro);
  assert.equal(set(udp), ["IP_PKTINFO", "IP_RECVTTL", "IP_RECVTOS", "IP_RECVOPTS", "UDP_GRO"]);
  using tcp = make("inet", "stream");
  enable(tcp, tcpInq, timestamp);
  assert.equal(set(tcp), ["TCP_INQ", "SO_TIMESTAMP"]);
  withPair("stream", (left) => {
    enable(left, credentials);
    assert.equal(set(left), ["SO_PASSCRED"]);
    enable(left);
    assert.equal(set(left), ["SO_PASSCRED"]);
  });
});

test("what is of the other internet family sets what stands for it in this one", () => {
  using four = make("inet");
  enable(four, packetInfo6, hopLimit, trafficClass);
  assert.equal(set(four), ["IP_PKTINFO", "IP_RECVTTL", "IP_RECVTOS"]);
  using six = make("inet6");
  setsockopt(six, 41, 26, true);
  enable(six, packetInfo, ttl, tos);
  assert.equal(set(six), ["IPV6_RECVPKTINFO", "IPV6_RECVHOPLIMIT", "IPV6_RECVTCLASS"]);
  throws(() => enable(six, ipOptions), {
    code: "ERR_CMSG_WRONG_FAMILY",
    message: /AF_INET sockets/,
  });
  setsockopt(six, 41, 26, false);
  enable(six, ipOptions);
  assert.ok(set(six).includes("IP_RECVOPTS"), "packets of IPv4 may have options");
});

test("a definition of a caller's own may have a counterpart, given beside it", () => {
  const options = { direction: "receive", source: "made up" } as const;
  const near = control("IP_MINE", {
    ...options,
    level: "SOL_IP",
    type: "IP_TTL",
    enable: ["IP_RECVTTL"],
    counterpart: "IPV6_MINE",
    value: field.i32("ttl"),
  });
  const far = control("IPV6_MINE", {
    ...options,
    level: 41,
    type: 52,
    enable: ["IPV6_RECVHOPLIMIT"],
    counterpart: "IP_MINE",
    value: field.i32("hops"),
  });
  using udp = make("inet");
  enable(udp, near, far);
  assert.equal(set(udp), ["IP_RECVTTL"]);
});

test("on a socket that takes both, packets of both families bring their messages", () => {
  using dual = make("inet6");
  setsockopt(dual, 41, 26, false);
  enable(dual, ttl, packetInfo6);
  assert.equal(set(dual), ["IP_PKTINFO", "IP_RECVTTL", "IPV6_RECVPKTINFO", "IPV6_RECVHOPLIMIT"]);
  bind(dual, { host: "::", port: 0 });
  const { port } = getsockname(dual) as { port: number };
  const names = (family: "inet" | "inet6", host: string): string[] => {
    using sender = make(family);
    sendmsg(sender, { data: text("x"), to: { host, port } });
    const { control: messages } = recvmsg(dual, { timeoutMs: 10_000 });
    const [info] = messages.filter((message) => message.is(packetInfo6));
    const shown = info?.is(packetInfo6) ? info.value.addr : "nothing";
    return [...messages.map(({ definition }) => definition?.name ?? "?").sort(), shown];
  };
  const four = names("inet", "127.0.0.1");
  assert.equal(four, ["IPV6_PKTINFO", "IP_PKTINFO", "IP_TTL", "::ffff:127.0.0.1"]);
  assert.equal(names("inet6", "::1"), ["IPV6_HOPLIMIT", "IPV6_PKTINFO", "::1"]);
});

test("netlink: a packet's group, and the credentials of its sender", () => {
  const [AF_NETLINK, SOL_NETLINK, NETLINK_PKTINFO] = [16, 270, 3];
  using netlink = socket({ family: AF_NETLINK, type: "dgram" });
  enable(netlink, netlinkPacketInfo, credentials);
  assert.is(getsockopt(netlink, SOL_NETLINK, NETLINK_PKTINFO), 1);
  assert.equal(set(netlink), ["SO_PASSCRED"]);
  assert.equal(
    enabledOn(netlink).filter((each) => [netlinkPacketInfo, credentials].includes(each as never)),
    [credentials, netlinkPacketInfo],
  );
  throws(() => enable(netlink, packetAuxdata), {
    code: "ERR_CMSG_WRONG_FAMILY",
    message: /PACKET_AUXDATA is a message of AF_PACKET sockets, and this is one of AF_NETLINK/,
  });
  disable(netlink, netlinkPacketInfo);
  assert.is(getsockopt(netlink, SOL_NETLINK, NETLINK_PKTINFO), 0);
});

const packets = (): void => {
  const [AF_PACKET, SOL_PACKET, PACKET_AUXDATA] = [17, 263, 8];
  using packet = socket({ family: AF_PACKET, type: "dgram" });
  enable(packet, packetAuxdata);
  assert.is(getsockopt(packet, SOL_PACKET, PACKET_AUXDATA), 1);
  assert.ok(enabledOn(packet).includes(packetAuxdata));
};

const onPackets = "packets: what the link layer knows";
if (hasCapability(CAP_NET_RAW)) test(onPackets, packets);
else test.skip(onPackets, "CAP_NET_RAW is needed for AF_PACKET");

test("what no option enables is refused before any system call", () => {
  const nobody = 0x7fffffff;
  for (const definition of [rights, udpSegment]) {
    const error = throws(() => enable(nobody, ttl, definition), { code: "ERR_CMSG_NO_OPTION" });
    assert.match(error.message, `${definition.name} is enabled by no option`);
    throws(() => disable(nobody, ttl, definition), { code: "ERR_CMSG_NO_OPTION" });
  }
  const foreign = definitions().find(({ forms }) =>
    forms.every(({ on }) => on.length > 0 && on.every((name) => !name.startsWith("linux"))),
  );
  const absent = control("IP_NOWHERE", {
    level: "SOL_IP",
    direction: "receive",
    enable: ["IP_RECVTTL"],
    value: field.u8("x"),
    source: "made up",
  });
  for (const definition of [foreign ?? absent, absent]) {
    throws(() => enable(nobody, definition), { code: "ERR_CMSG_NOT_SUPPORTED" });
  }
  for (const item of [null, 5, "SO_PASSCRED", {}, [], [ttl], [ttl, 1, 2], () => {}, ttl(1)]) {
    throws(() => enable(nobody, ttl, item as never), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
      message: /^items\[1\]/,
    });
  }
  for (const setting of [false, 1.5, "1", null, {}, 2n]) {
    throws(() => enable(nobody, [ttl, setting as never]), {
      name: "TypeError",
      message: /^items\[0\]\[1\]/,
    });
  }
  throws(() => enable(nobody, ttl), { code: "EBADF" });
  throws(() => enable(0.5, ttl), { name: "TypeError" });
  throws(() => enable("socket" as never, ttl), { name: "TypeError" });
  throws(() => disable(nobody, 5 as never), { name: "TypeError", message: /^definitions\[0\]/ });
});

test("what sockets of this family or type do not have is refused, and nothing is set", () => {
  withPair("stream", (left) => {
    const error = throws(() => enable(left, credentials, ttl), { code: "ERR_CMSG_WRONG_FAMILY" });
    assert.match(
      error.message,
      /IP_TTL is a message of AF_INET sockets .*IPV6_HOPLIMIT.*AF_UNIX, SOCK_STREAM$/,
    );
    assert.equal(set(left), []);
  });
  using udp = make("inet");
  using tcp = make("inet6", "stream");
  throws(() => enable(udp, ttl, tcpInq), { code: "ERR_CMSG_WRONG_FAMILY", message: /TCP sockets/ });
  throws(() => enable(tcp, udpGro), { code: "ERR_CMSG_WRONG_FAMILY", message: /UDP sockets/ });
  assert.equal(set(udp), []);
});

test("an option that the kernel refuses takes back those before it, whatever they were", () => {
  using udp = make("inet");
  enable(udp, tos, timestamp);
  const before = set(udp);
  assert.equal(before, ["IP_RECVTOS", "SO_TIMESTAMP"]);
  const error = throws(() => enable(udp, ttl, tos, timestampNs, timestamping, credentials), {
    name: "SyscallError",
    code: "EOPNOTSUPP",
    syscall: "setsockopt",
    message: /SO_PASSCRED for SCM_CREDENTIALS.*no option was changed/,
  });
  assert.is(error["fd"], udp.number);
  assert.equal(set(udp), before);
  throws(() => enable(udp, timestampNs, inq), { code: "ENOPROTOOPT", message: /needs a stream/ });
  assert.equal(set(udp), before);
});

test("numbers, Fds, and our sockets on the event loop", async () => {
  withPair("dgram", (left, right) => {
    enable(left.number, credentials);
    enable(right, credentials);
    assert.equal([set(left), set(right)], [["SO_PASSCRED"], ["SO_PASSCRED"]]);
  });
  await withSockets({}, (near) => {
    enable(near, credentials);
    assert.equal(set(near.fd), ["SO_PASSCRED"]);
    assert.ok(enabledOn(near).includes(credentials));
    disable(near, credentials);
    assert.equal(set(near.fd), []);
    near.close();
    throws(() => enable(near, credentials), { code: "ERR_CMSG_SOCKET_CLOSED" });
  });
  const udp = UdpSocket.bind({ host: "127.0.0.1", port: 0 });
  enable(udp, ttl);
  assert.ok(enabledOn(udp).includes(ttl));
  udp.close();
});

test("a dgram.Socket of Node is asked and told like any other", async () => {
  const dgram = createSocket("udp4").bind(0, "127.0.0.1");
  await once(dgram, "listening");
  enable(dgram, ttl);
  assert.ok(enabledOn(dgram).includes(ttl));
  await closed(dgram);
});

test("a type that only this kernel may lack is said by the kernel", () => {
  withPair("stream", (left) => {
    const direct = (): void => setsockopt(left, "SOL_SOCKET", "SO_PASSPIDFD", true);
    let refused: unknown;
    try {
      direct();
    } catch (error) {
      refused = (error as { code: unknown }).code;
    }
    if (refused === undefined) enable(left, pidfd);
    else throws(() => enable(left, pidfd), { code: String(refused) });
    assert.is(enabledOn(left).includes(pidfd), refused === undefined);
  });
});

test.run();

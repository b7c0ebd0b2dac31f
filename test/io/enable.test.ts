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
  type Fd,
  field,
  getsockname,
  getsockopt,
  hopLimit,
  inq,
  ipOptions,
  packetInfo,
  packetInfo6,
  pidfd,
  recvmsg,
  rights,
  type SocketFamily,
  type SocketType,
  sendmsg,
  setsockopt,
  socket,
  tcpInq,
  timestamp,
  timestamping,
  timestampNs,
  tos,
  trafficClass,
  tsOptId,
  ttl,
  txTime,
  udpGro,
  udpSegment,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { withSockets } from "../support/loop.js";
import { text, withPair } from "../support/message.js";
import { closed } from "../support/net.js";
import { suite } from "../support/suite.js";

const test = suite("enable");

/** Options by level and name, as Linux numbers them: other than the tables of the package. */
const OPTIONS = {
  IP_PKTINFO: [0, 8],
  IP_RECVTTL: [0, 12],
  IP_RECVTOS: [0, 13],
  IP_RECVOPTS: [0, 6],
  IPV6_RECVPKTINFO: [41, 49],
  IPV6_RECVHOPLIMIT: [41, 51],
  IPV6_RECVTCLASS: [41, 66],
  UDP_GRO: [17, 104],
  TCP_INQ: [6, 36],
  SO_PASSCRED: [1, 16],
  SO_TIMESTAMP: [1, 29],
  SO_TIMESTAMPNS: [1, 35],
  SO_TIMESTAMPING: [1, 37],
} as const;

type OptionName = keyof typeof OPTIONS;

/** Names of those that are set. */
function set(of: number | Fd): OptionName[] {
  const names = Object.keys(OPTIONS) as OptionName[];
  return names.filter((name) => {
    const [level, number] = OPTIONS[name];
    try {
      return getsockopt(of, level, number) !== 0;
    } catch {
      return false;
    }
  });
}

const make = (family: SocketFamily, type: SocketType = "dgram") => socket({ family, type });

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
  const own = ["IPV6_RECVPKTINFO", "IPV6_RECVHOPLIMIT", "IPV6_RECVTCLASS"];
  assert.equal(
    set(six).filter((name) => name.startsWith("IPV6")),
    own,
  );
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

test("options that switch each other off are refused together", () => {
  using udp = make("inet");
  for (const pair of [
    [timestamp, timestampNs],
    [timestampNs, timestamp],
  ] as const) {
    const error = throws(() => enable(udp, ttl, ...pair), { code: "ERR_CMSG_EXCLUSIVE_OPTIONS" });
    assert.match(error.message, /SO_TIMESTAMP(NS)?_OLD is switched off by SO_TIMESTAMP(NS)?_OLD$/);
    assert.equal(set(udp), []);
  }
  enable(udp, timestamp);
  enable(udp, timestampNs);
  assert.equal(set(udp), ["SO_TIMESTAMPNS"]);
});

const TIMESTAMPING = [1, 37] as const;

test("timestamps: bits by default, by name or number, added to those that are set", () => {
  using udp = make("inet");
  const bits = (): number => getsockopt(udp, ...TIMESTAMPING, 4).readInt32LE();
  enable(udp, timestamping);
  assert.is(bits(), 4 | 8 | 16 | 64);
  enable(udp, [timestamping, ["SOF_TIMESTAMPING_TX_SOFTWARE"]]);
  assert.is(bits(), 2 | 4 | 8 | 16 | 64);
  enable(udp, tsOptId);
  assert.is(bits(), 2 | 4 | 8 | 16 | 64 | 128);
  disable(udp, timestamping);
  assert.is(bits(), 0);
  enable(udp, [timestamping, 8 | 16]);
  assert.is(bits(), 8 | 16);
  throws(() => enable(udp, [timestamping, ["SOF_TIMESTAMPING_RX_SOFTWEAR"]]), {
    name: "RangeError",
    message: /^items\[0\]\[1\]\[0\] must be .*SOF_TIMESTAMPING_RX_SOFTWARE/,
  });
  for (const wrong of [true, "SOF_TIMESTAMPING_SOFTWARE", {}, [{}], null]) {
    throws(() => enable(udp, [timestamping, wrong as never]), { name: "TypeError" });
  }
});

test("times of sending: a clock and flags", () => {
  const SO_TXTIME = 61;
  const kept = (...items: Parameters<typeof enable> extends [unknown, ...infer I] ? I : never) => {
    using udp = make("inet");
    enable(udp, ...items);
    const bytes = getsockopt(udp, 1, SO_TXTIME, 8);
    return [bytes.readInt32LE(0), bytes.readInt32LE(4)];
  };
  assert.equal(kept(txTime), [1, 0]);
  assert.equal(kept([txTime, {}]), [1, 0]);
  const flags = ["SOF_TXTIME_REPORT_ERRORS"];
  assert.equal(kept([txTime, { clock: "CLOCK_MONOTONIC", flags }]), [1, 2]);
  using udp = make("inet");
  throws(() => enable(udp, [txTime, { clock: "CLOCK_WALL" }]), {
    name: "RangeError",
    message: /^items\[0\]\[1\]\.clock must be .*CLOCK_/,
  });
  for (const wrong of [1, true, null, ["CLOCK_TAI"], { clock: {} }, { flags: 1 }]) {
    throws(() => enable(udp, [txTime, wrong as never]), { name: "TypeError" });
  }
  enable(udp, txTime);
  throws(() => disable(udp, ttl, txTime), { code: "ERR_CMSG_NO_OPTION", message: /SO_TXTIME/ });
});

test("disable sets the same options to 0", () => {
  using dual = make("inet6");
  setsockopt(dual, 41, 26, false);
  const all = [ttl, packetInfo, tos, udpGro, timestampNs] as const;
  enable(dual, ...all);
  assert.is(set(dual).length, 8);
  disable(dual, hopLimit, packetInfo6);
  assert.equal(set(dual), ["IP_RECVTOS", "IPV6_RECVTCLASS", "UDP_GRO", "SO_TIMESTAMPNS"]);
  disable(dual, ...all);
  assert.equal(set(dual), []);
  throws(() => disable(dual, credentials), { code: "EOPNOTSUPP" });
});

test("numbers, Fds, our sockets on the event loop and those of Node", async () => {
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

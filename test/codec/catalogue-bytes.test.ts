// Bytes of control messages: compiled structs of every system, headers written down in RFCs, and values that are refused.

import {
  type AbiName,
  type AnyDefinition,
  type AnyOutgoing,
  constants,
  credentials,
  creds,
  decodeControl,
  destinationPort,
  encodeControl,
  explain,
  hopLimit,
  ipOptions,
  ipRetOptions,
  optStats,
  packetInfo,
  packetInfo6,
  packetInfoEx,
  receivedDestination,
  receivedInterface,
  serviceClass,
  sockCred,
  sockCred2,
  timeInfo,
  timestampPktinfo,
  tos,
  trafficClass,
  ttl,
  txTime,
  udpGro,
  udpSegment,
  wifiStatus,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { COMPILED, structBytes } from "../support/layouts.js";
import { read, sent } from "../support/payload.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: bytes");

const abi = "linux-x86_64-glibc";
const big = "linux-s390x-glibc";

/** A struct's members, and the message that has these values. */
type Held = readonly [members: Readonly<Record<string, number | Uint8Array>>, AnyOutgoing];

/** Holds messages against the structs that the systems' own compilers laid out; answers on how many ABIs. */
function holds(struct: string, sample: (name: AbiName) => Held): number {
  let count = 0;
  for (const own of COMPILED) {
    const layout = own.payloadStructs?.[struct];
    if (layout === undefined || own.abi.startsWith("haiku")) continue;
    const [members, message] = sample(own.abi);
    const wanted = structBytes(own, layout, members);
    bytes(sent(own.abi, message), wanted, own.abi);
    const back = read(own.abi, message, wanted);
    assert.is(back?.definition, message.definition, own.abi);
    bytes(sent(own.abi, { definition: message.definition, value: back?.value }), wanted, own.abi);
    count++;
  }
  return count;
}

const ADDRESS = Uint8Array.of(192, 0, 2, 1);
const ADDRESS_6 = Buffer.from("20010db8000000000000000000000009", "hex");

test("structs of packets are those of each system's headers", () => {
  const four = holds("in_pktinfo", (name) => {
    const members = { ipi_ifindex: 7, ipi_addr: ADDRESS };
    const value = { ifindex: 7, addr: "192.0.2.1" };
    if (name.startsWith("netbsd")) return [members, packetInfo(value)];
    const specDst = Uint8Array.of(198, 51, 100, 2);
    return [
      { ...members, ipi_spec_dst: specDst },
      packetInfo({ ...value, specDst: "198.51.100.2" }),
    ];
  });
  assert.is(four, 63);
  const six = holds("in6_pktinfo", () => [
    { ipi6_addr: ADDRESS_6, ipi6_ifindex: 7 },
    packetInfo6({ addr: "2001:db8::9", ifindex: 7 }),
  ]);
  assert.ok(six > 70, `${six}`);
});

test("structs of credentials are those of each system's headers", () => {
  const ucred = holds("ucred", () => [
    { pid: -7, uid: 4294967295, gid: 20 },
    credentials({ pid: -7, uid: 4294967295, gid: 20 }),
  ]);
  assert.is(ucred, 56);
  const users = { sc_uid: 1, sc_euid: 2, sc_gid: 3, sc_egid: 4, sc_ngroups: 1, sc_groups: 9 };
  const value = { uid: 1, euid: 2, gid: 3, egid: 4, groups: [9] };
  const sockcred = holds("sockcred", (name) =>
    name.startsWith("netbsd")
      ? [{ sc_pid: 5, ...users }, sockCred({ pid: 5, ...value })]
      : [users, sockCred(value)],
  );
  assert.is(sockcred, 15);
  const second = holds("sockcred2", () => [
    { sc_version: 0, sc_pid: 5, ...users },
    sockCred2({ pid: 5, ...value }),
  ]);
  assert.is(second, 7);
  const cmsgcred = holds("cmsgcred", () => [
    { cmcred_pid: 1, cmcred_uid: 2, cmcred_euid: 3, cmcred_gid: 4 },
    creds({ pid: 1, uid: 2, euid: 3, gid: 4 }),
  ]);
  assert.is(cmsgcred, 9);
  assert.is(
    holds("sock_timestamp_info", () => [{ st_info_flags: 2 }, timeInfo(["ST_INFO_HW_HPREC"])]),
    7,
  );
});

test("struct cmsgcred and struct sockcred of FreeBSD have one number: the length tells them apart", () => {
  const { SCM_CREDS: type = 0, SOL_SOCKET: level = 0 } = constants("freebsd-amd64");
  const definitionOf = (length: number) =>
    decodeControl(
      encodeControl([{ level, type, payload: new Uint8Array(length) }], { abi: "freebsd-amd64" }),
      { abi: "freebsd-amd64" },
    ).messages[0]?.definition;
  for (const length of [20, 24, 28, 80, 88, 120]) {
    assert.is(definitionOf(length), sockCred as AnyDefinition, `${length}`);
  }
  assert.is(definitionOf(84), creds as AnyDefinition);
  const groups = Array.from({ length: 16 }, (_, i) => i + 1);
  const full = sent("freebsd-powerpc64", creds({ groups }));
  assert.is(full.length, 84);
  assert.equal(read("freebsd-powerpc64", creds(), full)?.value, {
    pid: 0,
    uid: 0,
    euid: 0,
    gid: 0,
    groups,
  });
});

test("TOS: one byte is received, an int is understood too", () => {
  for (const name of [abi, big] as const) {
    bytes(sent(name, tos(0xb9)), "b9");
    const four = name === abi ? "b9000000" : "000000b9";
    assert.is(read(name, tos(1), Buffer.from(four, "hex"))?.value, 0xb9, name);
    assert.is(read(name, tos(1), Buffer.from("b9", "hex"))?.value, 0xb9, name);
  }
});

test("one number: as wide as each system has it, in its byte order", () => {
  const wide: readonly (readonly [AnyOutgoing, AbiName, hex: string])[] = [
    [ttl(64), abi, "40000000"],
    [ttl(64), big, "00000040"],
    [ttl(64), "freebsd-amd64", "40"],
    [ttl(64), "netbsd-sparc64", "40"],
    [ttl(64), "openbsd-powerpc64", "40"],
    [ttl(64), "darwin-arm64", "40"],
    [ttl(64), "illumos-sparc", "40"],
    [ttl(64), "windows-x86", "40000000"],
    [tos(3), "freebsd-powerpc64", "03"],
    [tos(3), "windows-x64", "03000000"],
    [hopLimit(-1), big, "ffffffff"],
    [hopLimit(1), "openbsd-sparc64", "00000001"],
    [trafficClass(1), "darwin-x86_64", "01000000"],
    [udpSegment(1200), big, "04b0"],
    [udpSegment(1200), "windows-x64", "b0040000"],
    [udpGro(1200), "windows-x86", "b0040000"],
    [destinationPort(53), "openbsd-amd64", "0035"],
    [receivedDestination("192.0.2.1"), "freebsd-amd64", "c0000201"],
    [receivedInterface({ index: 258 }), "illumos-sparcv9", "00000102"],
    [
      packetInfoEx({ addr: "192.0.2.1", ifindex: 2, scopeId: 3 }),
      "windows-x64",
      "c00002010200000003000000",
    ],
    [timestampPktinfo({ ifindex: 2, length: 60 }), big, "000000020000003c0000000000000000"],
    [txTime(1n), big, "0000000000000001"],
    [wifiStatus(true), big, "00000001"],
    [serviceClass("SO_TC_CTL"), "darwin-arm64", "84030000"],
  ];
  for (const [message, name, hex] of wide) bytes(sent(name, message), hex, name);
});

test("IPv4 options: a list, padded to whole units; bytes where they are none", () => {
  const alert = { type: "IPOPT_RA", data: Uint8Array.of(0, 0) } as const;
  const noop = { type: "IPOPT_NOOP", data: new Uint8Array(0) } as const;
  const end = { type: "IPOPT_END", data: new Uint8Array(0) } as const;
  bytes(sent(abi, ipRetOptions([noop, alert])), "0194040000000000");
  assert.equal(read(big, ipOptions([]), Buffer.from("0194040000000000", "hex"))?.value, [
    ...[noop, alert],
    ...[end, end, end],
  ]);
  // Something behind the end; an option that is cut, or shorter than its own head; no whole unit; more than 40 bytes.
  for (const hex of ["00010000", "07050401", "07010000", "010101", "0c", "01".repeat(44)]) {
    const value = read(abi, ipOptions([]), Buffer.from(hex, "hex"))?.value;
    assert.instance(value, Uint8Array, hex);
    bytes(sent(abi, ipOptions(value as Uint8Array)), hex);
  }
  assert.equal(read(abi, ipOptions([]), Buffer.from("07030401", "hex"))?.value, [
    { type: "IPOPT_RR", data: Uint8Array.of(4) },
    noop,
  ]);
});

test("a struct sockaddr_dl: length, family, index, type, name and address", () => {
  const value = { index: 3, type: "IFT_ETHER", name: "em0", address: "00:1b:63:84:45:e6" } as const;
  const tail = "06030600656d30001b638445e6";
  bytes(sent("freebsd-amd64", receivedInterface(value)), `11120300${tail}`);
  bytes(sent("netbsd-sparc64", receivedInterface(value)), `11120003${tail}`);
  // What stands behind the address is left out; what is cut is as long as it is.
  const more = Buffer.from(`36120300${tail}000000000000`, "hex");
  assert.equal(read("freebsd-amd64", receivedInterface(value), more)?.value, value);
  const cut = Buffer.from("36120300060306 00656d".replace(" ", ""), "hex");
  assert.equal(read("freebsd-amd64", receivedInterface(value), cut)?.value, {
    ...value,
    name: "em",
    address: "",
  });
});

test("statistics of TCP: attributes by name in both byte orders; unknown ones and those of another length as bytes", () => {
  const little =
    "0c000100 0500000000000000 04000000 08000800 0a000000 05000b00 07000000 06001700 01020000 07006300 aabbcc00 06000900 0102";
  const stats = {
    TCP_NLA_BUSY: 5n,
    TCP_NLA_SND_CWND: 10,
    TCP_NLA_RECUR_RETRANS: 7,
    TCP_NLA_TIMEOUT_REHASH: 0x201,
    99: Uint8Array.of(0xaa, 0xbb, 0xcc),
    9: Uint8Array.of(1, 2),
  };
  const message = optStats({});
  assert.equal(read(abi, message, Buffer.from(little.replaceAll(" ", ""), "hex"))?.value, stats);
  const wide =
    "000c0001 0000000000000005 00080008 0000000a 0005000b 07000000 00060017 02010000 00070063 aabbcc00";
  const { 9: _, ...known } = stats;
  assert.equal(read(big, message, Buffer.from(wide.replaceAll(" ", ""), "hex"))?.value, known);
  bytes(sent(big, optStats({ TCP_NLA_BUSY: 5n })), "000c00010000000000000005");
  bytes(
    sent(abi, optStats({ TCP_NLA_TTL: 64, 300: Uint8Array.of(1) })),
    "05002c0101000000" + "05001a0040000000",
  );
  // An attribute that is cut, or shorter than its own header, ends the list.
  for (const hex of ["0c0001000500", "0300010000000000", "0c00"]) {
    assert.equal(read(abi, message, Buffer.from(hex, "hex"))?.value, {}, hex);
  }
  const text = String(explain(encodeControl([optStats({ TCP_NLA_TTL: 64 })], { abi }), { abi }));
  assert.match(text, "TCP_NLA_TTL 64");
});

test.run();

// Values that definitions refuse: of the wrong kind, out of range, or without a place in the struct of a system.

import {
  type AbiName,
  type AnyOutgoing,
  creds,
  encodeControl,
  flowInfo,
  hopByHopOptions,
  hopLimit,
  ipEcn,
  ipProtocol,
  ipRetOptions,
  mark,
  optStats,
  packetInfo,
  packetInfo6,
  receivedInterface,
  routingHeader,
  serviceClass,
  sockCred,
  tos,
  ttl,
  txTime,
  udpSegment,
  useMinMtu,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: refused");

const abi = "linux-x86_64-glibc";
const route = { type: 0, segmentsLeft: 0 } as const;

/** What is refused, how, with which words, and where. */
const REFUSED: readonly (readonly [AnyOutgoing, "TypeError" | "RangeError", RegExp, AbiName?])[] = [
  [ttl(256), "RangeError", /messages\[0\]\.value must be from 0 to 255/],
  [ttl(-1), "RangeError", /from 0 to 255/],
  [ttl("1" as never), "TypeError", /integer/],
  [tos(256), "RangeError", /255/],
  [hopLimit(-2), "RangeError", /-1 to 255/],
  [ipProtocol(0), "RangeError", /1 to 255/],
  [ipEcn(4), "RangeError", /0 to 3/, "windows-x64"],
  [useMinMtu(2), "RangeError", /-1 to 1/, "freebsd-amd64"],
  [mark(-1), "RangeError", /4294967295/],
  [txTime(-1n), "RangeError", /from 0 to/],
  [udpSegment(65536), "RangeError", /65535/],
  [flowInfo(2 ** 32), "RangeError", /4294967295/],
  [packetInfo({ addr: "::1" }), "TypeError", /value\.addr/],
  [packetInfo({ specDst: "192.0.2.256" }), "TypeError", /value\.specDst/],
  [
    packetInfo({ specDst: "192.0.2.1" }),
    "RangeError",
    /value\.specDst must be left out/,
    "netbsd-amd64",
  ],
  [packetInfo(null as never), "TypeError", /an object/],
  [packetInfo(null as never), "TypeError", /an object/, "windows-x86"],
  [packetInfo6({ addr: "192.0.2.1" }), "TypeError", /value\.addr/],
  [packetInfo6({ ifindex: 2 ** 32 }), "RangeError", /value\.ifindex/],
  [serviceClass("SO_TC_XX" as never), "RangeError", /SO_TC_XX/, "darwin-arm64"],
  [hopByHopOptions(undefined as never), "TypeError", /bytes, or an object/],
  [hopByHopOptions({} as never), "TypeError", /options must be a list/],
  [hopByHopOptions(Uint8Array.of(1)), "RangeError", /at least 2 bytes/],
  [hopByHopOptions({ options: [5 as never] }), "TypeError", /options\[0\]/],
  [
    hopByHopOptions({ options: [{ type: 256, data: Buffer.of() }] }),
    "RangeError",
    /options\[0\]\.type/,
  ],
  [
    hopByHopOptions({ options: [{ type: "PAD" as never, data: Buffer.of() }] }),
    "RangeError",
    /PAD/,
  ],
  [
    hopByHopOptions({ options: [{ type: 0, data: Buffer.of(1) }] }),
    "RangeError",
    /at most 0 bytes/,
  ],
  [
    hopByHopOptions({ options: [{ type: 5, data: Buffer.alloc(256) }] }),
    "RangeError",
    /at most 255/,
  ],
  [
    hopByHopOptions({ options: [{ type: 5, data: "x" as never }] }),
    "TypeError",
    /data must be bytes/,
  ],
  [
    hopByHopOptions({ options: new Array(8).fill({ type: 5, data: Buffer.alloc(255) }) }),
    "RangeError",
    /at most 2046 bytes/,
  ],
  [ipRetOptions(5 as never), "TypeError", /a list/],
  [ipRetOptions([{ type: 1, data: Buffer.of(0) }]), "RangeError", /\[0\]\.data .*at most 0/],
  [ipRetOptions([{ type: 7, data: Buffer.alloc(254) }]), "RangeError", /at most 253 bytes/],
  [ipRetOptions([{ type: 7, data: Buffer.alloc(39) }]), "RangeError", /at most 40 bytes/],
  [ipRetOptions([{ type: "IPOPT_X" as never, data: Buffer.of() }]), "RangeError", /IPOPT_X/],
  [routingHeader({ ...route, data: Buffer.alloc(5) }), "RangeError", /whole units of 8/],
  [routingHeader({ ...route, data: Buffer.alloc(2052) }), "RangeError", /2044 at most/],
  [routingHeader({ ...route, data: [] as never }), "TypeError", /data must be bytes/],
  [routingHeader(Uint8Array.of(1, 2, 3)), "RangeError", /at least 4 bytes/],
  [optStats({ TCP_NLA_NONE: 1 } as never), "RangeError", /TCP_NLA_NONE/],
  [optStats({ TCP_NLA_TTL: 256 }), "RangeError", /from 0 to 255/],
  [optStats({ TCP_NLA_BUSY: 1.5 as never }), "TypeError", /TCP_NLA_BUSY/],
  [optStats({ 65536: Buffer.of() }), "RangeError", /65535/],
  [optStats({ 77: 5 as never }), "TypeError", /bytes/],
  [optStats(null as never), "TypeError", /attributes by name/],
  [receivedInterface({ index: 65536 }), "RangeError", /index/, "openbsd-amd64"],
  [receivedInterface({ index: 1, address: "zz" }), "TypeError", /address/, "openbsd-amd64"],
  [receivedInterface({ index: 1, name: "x".repeat(248) }), "RangeError", /247/, "openbsd-amd64"],
  [receivedInterface({ index: 1, type: "IFT_X" as never }), "RangeError", /IFT_X/, "openbsd-amd64"],
  [receivedInterface(null as never), "TypeError", /index/, "darwin-arm64"],
  [creds({ groups: new Array(17).fill(1) }), "RangeError", /groups/, "freebsd-amd64"],
  [creds({ groups: "1" as never }), "TypeError", /groups/, "dragonfly-x86_64"],
  [creds({ uid: -1 }), "RangeError", /uid/, "hurd-i386-glibc"],
  [sockCred(null as never), "TypeError", /groups/, "netbsd-amd64"],
  [sockCred({ uid: 1, euid: 1, gid: 1, egid: 1 } as never), "TypeError", /groups/, "freebsd-amd64"],
];

test("values that are no such values are refused before anything is written", () => {
  for (const [message, name, words, on = abi] of REFUSED) {
    const error = throws(() => encodeControl([message], { abi: on }), { name, message: words });
    assert.match(String(error.code), /^ERR_CMSG_/);
  }
});

test.run();

// Headers and addresses of IPv6 packets: options as lists, bytes where they are none.

import {
  encodeControl,
  explain,
  flowInfo,
  hopByHopOptions,
  pathMtu,
  routingHeader,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { read, sent } from "../support/payload.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: IPv6");

const abi = "linux-x86_64-glibc";
const big = "linux-s390x-glibc";
const ADDRESS_6 = Buffer.from("20010db8000000000000000000000009", "hex");

test("IPv6 options: padded to whole units, listed with their padding, bytes where they are none", () => {
  const alert = { type: "IPV6_TLV_ROUTERALERT", data: Uint8Array.of(0, 0) } as const;
  bytes(sent(abi, hopByHopOptions({ nextHeader: 58, options: [alert] })), "3a00050200000100");
  const pad = { type: "IPV6_TLV_PADN", data: new Uint8Array(0) };
  const value = { nextHeader: 58, options: [alert, pad] };
  assert.equal(
    read(abi, hopByHopOptions(value as never), Buffer.from("3a00050200000100", "hex"))?.value,
    value,
  );
  // One byte of padding; none; more than one unit.
  const padded = [
    [3, "0000fe0301020300"],
    [4, "0000fe0401020304"],
    [5, "0001fe05010203040501050000000000"],
  ] as const;
  for (const [length, hex] of padded) {
    const data = Uint8Array.from({ length }, (_, i) => i + 1);
    bytes(sent(abi, hopByHopOptions({ options: [{ type: 254, data }] })), hex);
    const back = read(abi, hopByHopOptions(Uint8Array.of(0, 0)), Buffer.from(hex, "hex"))?.value;
    bytes(sent(big, hopByHopOptions(back as Uint8Array)), hex);
  }
  // Another length than it says; an option past the end; an option without its length.
  for (const hex of [
    "0001010400000000",
    "0000010500000000",
    "0000000000000005",
    "3a00",
    "3a0001",
  ]) {
    const back = read(abi, hopByHopOptions({ options: [] }), Buffer.from(hex, "hex"))?.value;
    assert.instance(back, Uint8Array, hex);
    bytes(back as Uint8Array, hex);
    bytes(sent(abi, hopByHopOptions(back as Uint8Array)), hex);
  }
});

test("routing header: type, segments and what the type says", () => {
  const hex = `06020201${"00".repeat(4)}20010db8000000000000000000000009`;
  const value = {
    nextHeader: 6,
    type: "IPV6_SRCRT_TYPE_2",
    segmentsLeft: 1,
    data: Uint8Array.of(0, 0, 0, 0, ...ADDRESS_6),
  } as const;
  bytes(sent(abi, routingHeader(value)), hex);
  assert.equal(read(big, routingHeader(value), Buffer.from(hex, "hex"))?.value, value);
  const cut = Buffer.from(hex, "hex").subarray(0, 16);
  bytes(read(abi, routingHeader(value), cut)?.value as Uint8Array, cut);
});

test("IPV6_PATHMTU of illumos has the longer struct sockaddr_in6", () => {
  const message = pathMtu({ destination: { host: "2001:db8::9", port: 53 }, mtu: 1280 });
  bytes(
    sent("illumos-amd64", message),
    "1a00003500000000 20010db8000000000000000000000009 00000000 00000000 00050000".replaceAll(
      " ",
      "",
    ),
  );
  bytes(
    sent("netbsd-sparc64", message),
    "1c18003500000000 20010db8000000000000000000000009 00000000 00000500".replaceAll(" ", ""),
  );
});

test("flow information is in network byte order, and explained in its parts", () => {
  for (const name of [abi, big] as const) {
    bytes(sent(name, flowInfo(0x0b912345)), "0b912345");
    const text = String(
      explain(encodeControl([flowInfo(0x0b912345)], { abi: name }), { abi: name }),
    );
    assert.match(text, "class 185, label 74565");
  }
});

test.run();

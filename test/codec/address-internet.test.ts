// encodeAddress() and decodeAddress(): IPv4, IPv6 and other families, for every ABI.

import {
  type AbiName,
  type Address,
  abis,
  constants,
  decodeAddress,
  encodeAddress,
  layout,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { compiled } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("internet addresses");

const abi = "linux-x86_64-glibc";
const back = (address: Address, name: AbiName) =>
  decodeAddress(encodeAddress(address, { abi: name }), { abi: name });

/** The first two bytes of a sockaddr: a length and a family, or a family of two bytes. */
function head(name: AbiName, family: number, length: number): number[] {
  const has = layout(name).sockaddr_un?.fields.sun_len !== undefined || name.startsWith("hurd");
  if (has) return [length, family];
  return compiled(name).endian === "little" ? [family, 0] : [0, family];
}

test("IPv4 and IPv6: every ABI, network order inside", () => {
  bytes(
    encodeAddress({ host: "192.0.2.1", port: 258 }, { abi }),
    "02000102c00002010000000000000000",
  );
  const local = { host: "fe80::1", port: 65535, flowInfo: 5, scopeId: 3 };
  bytes(encodeAddress(local, { abi }), "0a00ffff00000005fe80000000000000000000000000000103000000");
  bytes(
    encodeAddress(local, { abi: "linux-s390x-musl" }),
    "000affff00000005fe80000000000000000000000000000100000003",
  );
  bytes(
    encodeAddress({ host: "::1", port: 1 }, { abi: "darwin-arm64" }),
    "1c1e000100000000000000000000000000000000000000010000 0000".replace(" ", ""),
  );
  for (const name of abis()) {
    if (constants(name).AF_INET6 === undefined) continue;
    for (const port of [0, 1, 65535]) {
      assert.equal(back({ host: "127.0.0.2", port }, name), { host: "127.0.0.2", port }, name);
      assert.equal(back({ ...local, port }, name), { ...local, port }, name);
    }
    assert.equal(back({ host: "::", port: 1 }, name), {
      host: "::",
      port: 1,
      flowInfo: 0,
      scopeId: 0,
    });
  }
});

test("text of IPv6 addresses: all forms are read, the short one is written", () => {
  const written = (host: string) => (back({ host, port: 0 }, abi) as { host: string }).host;
  const pairs = [
    ["0:0:0:0:0:0:0:0", "::"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1::", "1::"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ] as const;
  for (const [given, wanted] of pairs) assert.is(written(given), wanted);
  const wrong = [
    "999.1.1.1",
    "1.2.3",
    "01.2.3.4",
    "1.2.3.4.5",
    "",
    "localhost",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "::1%eth0",
    "::g",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1.2.3.4::",
    ":1",
    "1:",
    " ::1",
  ];
  for (const host of wrong) {
    throws(() => encodeAddress({ host, port: 1 }, { abi }), {
      name: "TypeError",
      message: /^address\.host must be an IPv4 or IPv6 address/,
    });
  }
});

test("ports and the numbers of IPv6 are checked", () => {
  const encode = (more: object) => () =>
    encodeAddress({ host: "::1", port: 1, ...more } as Address, { abi });
  for (const port of [65536, -1])
    throws(encode({ port }), {
      name: "RangeError",
      message: /^address\.port must be from 0 to 65535/,
    });
  for (const port of [1.5, "80", undefined, null, Number.NaN])
    throws(encode({ port }), { name: "TypeError", message: /^address\.port/ });
  for (const name of ["flowInfo", "scopeId"]) {
    for (const wrong of [-1, 2 ** 32])
      throws(encode({ [name]: wrong }), {
        name: "RangeError",
        message: new RegExp(`^address\\.${name}`),
      });
    throws(encode({ [name]: "1" }), {
      name: "TypeError",
      message: new RegExp(`^address\\.${name}`),
    });
  }
  for (const host of [5, null, undefined, Uint8Array.of(127, 0, 0, 1)])
    throws(encode({ host }), { name: "TypeError", message: /^address\.host/ });
});

test("other families are a number and bytes", () => {
  for (const name of abis()) {
    const data = Uint8Array.of(1, 2, 3, 4);
    const made = encodeAddress({ family: 200, data }, { abi: name });
    bytes(made, Uint8Array.from([...head(name, 200, 6), ...data]), name);
    assert.equal(decodeAddress(made, { abi: name }), { family: 200, data });
  }
  const copied = Buffer.from(encodeAddress({ family: 40, data: Buffer.of(7) }, { abi }));
  const { data } = decodeAddress(copied, { abi }) as { data: Uint8Array };
  copied.fill(0);
  bytes(data, "07");
  assert.equal(decodeAddress(Uint8Array.of(2, 0, 1, 2, 3), { abi }), {
    family: 2,
    data: Uint8Array.of(1, 2, 3),
  });
  throws(() => encodeAddress({ family: 256, data: Buffer.of() }, { abi: "darwin-arm64" }), {
    name: "RangeError",
  });
  throws(() => encodeAddress({ family: 65536, data: Buffer.of() }, { abi }), {
    name: "RangeError",
  });
  throws(() => encodeAddress({ family: 1, data: "x" } as never, { abi }), { name: "TypeError" });
  throws(() => encodeAddress({ family: 77, data: new Uint8Array(300) }, { abi }), {
    name: "RangeError",
  });
});

test.run();

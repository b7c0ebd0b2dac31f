// describeControl(): numbers, offsets and units of a definition in any ABI.

import { readFileSync } from "node:fs";
import {
  abis,
  constants,
  control,
  createCodec,
  credentials,
  definitions,
  describeControl,
  encodeControl,
  field,
  ipv6RecvErr,
  rights,
  sockCred2,
  ttl,
  udpGro,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { compiled } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("description");

const abi = "linux-x86_64-glibc";

test("a struct with its members, as the headers lay it out", () => {
  for (const name of abis()) {
    const { ucred } = compiled(name).payloadStructs ?? {};
    const described = describeControl(credentials, { abi: name });
    assert.is(described === null, constants(name)["SCM_CREDENTIALS"] === undefined, name);
    if (described === null || ucred === undefined) continue;
    const [payload] = described.payloads;
    const members = Object.fromEntries(
      (payload?.members ?? []).map((member) => [member.name, [member.offset, member.width]]),
    );
    const expected = Object.fromEntries(
      Object.entries(ucred.fields).map(([field, place]) => [
        field,
        Object.values(place).slice(0, 2),
      ]),
    );
    assert.equal([members, payload?.size], [expected, ucred.size], name);
    assert.equal([described.abi, described.type, payload?.longest], [name, 2, 12]);
  }
});

test("what is said of a type", () => {
  const described = describeControl(udpGro, { abi });
  const { payloads, source, systems, since, proven, needs, ...rest } = described ?? {};
  assert.equal(rest, {
    abi,
    name: "UDP_GRO",
    exported: "udpGro",
    levelName: udpGro.level,
    level: 17,
    type: 104,
    direction: "receive",
    enable: ["UDP_GRO"],
    counterpart: null,
  });
  assert.ok(systems?.includes("linux"));
  const [member] = payloads?.[0]?.members ?? [];
  assert.equal([member?.offset, member?.width, member?.count, member?.unit], [0, 4, 1, "bytes"]);
  const [fds] = describeControl(rights, { abi })?.payloads ?? [];
  assert.equal(fds?.members[0]?.count, null);
  assert.equal([fds?.size, fds?.longest], [0, 1012]);
});

test("versions and proofs of Linux are not those of other systems", () => {
  for (const name of abis()) {
    const linux = /^(linux|android)-/.test(name);
    const described =
      describeControl(ipv6RecvErr, { abi: name }) ?? describeControl(ttl, { abi: name });
    if (described === null) continue;
    assert.is(described.since !== null, linux, name);
    if (!linux) assert.not(described.proven, name);
  }
  assert.is(describeControl(sockCred2, { abi: "freebsd-amd64" })?.since, "FreeBSD 13");
});

test("a type of a caller's own: padding counts, what repeats does not", () => {
  const own = control("SO_MARK", {
    level: "SOL_SOCKET",
    direction: "both",
    fields: {
      wide: field.u64("wide", "ns"),
      narrow: field.u8("narrow"),
      name: field.octets("name", 3),
    },
    source: "made up",
  });
  const [payload] = describeControl(own, { abi })?.payloads ?? [];
  assert.equal(
    payload?.members.map((m) => [m.name, m.type, m.offset, m.width, m.count, m.unit]),
    [
      ["wide", "uint64_t", 0, 8, 1, "ns"],
      ["narrow", "uint8_t", 8, 1, 1, null],
      ["name", "unsigned char", 9, 1, 3, null],
    ],
  );
  assert.is(payload?.size, 16);
  assert.is(encodeControl([own({ wide: 1n, narrow: 2, name: Buffer.of() })], { abi }).length, 32);
  assert.is(describeControl(own, { abi })?.exported, null);
  const endless = control("SO_PRIORITY", {
    level: "SOL_SOCKET",
    direction: "receive",
    fields: { head: field.u16("head"), items: field.repeat(field.u32("items")) },
    source: "made up",
  });
  const [tail] = describeControl(endless, { abi })?.payloads ?? [];
  assert.equal([tail?.size, tail?.longest], [4, null]);
});

test("members that a system does not have are not there", () => {
  const endpoint = control("MYNET_ENDPOINT", {
    level: 300,
    type: 7,
    direction: "receive",
    value: field.sockaddrIn("end"),
    source: "made up",
  });
  const members = (name: "linux-x86_64-glibc" | "freebsd-amd64") =>
    describeControl(endpoint, { abi: name })?.payloads[0]?.members.map((m) => [m.name, m.offset]);
  const rest = [
    ["end.sin_port", 2],
    ["end.sin_addr", 4],
    ["end.sin_zero", 8],
  ];
  assert.equal(members("linux-x86_64-glibc"), [["end.sin_family", 0], ...rest]);
  assert.equal(members("freebsd-amd64"), [["end.sin_len", 0], ["end.sin_family", 1], ...rest]);
});

test("every definition has a description where its numbers are, and nowhere else", () => {
  for (const definition of definitions()) {
    const systems = new Set<string>();
    for (const name of abis()) {
      const described = describeControl(definition, { abi: name });
      if (described === null) continue;
      systems.add(name.split("-")[0] as string);
      assert.ok(Object.isFrozen(described));
      const [first] = described.payloads;
      assert.equal([first?.level, first?.type], [described.level, described.type]);
      if (typeof described.levelName === "string") {
        assert.is(constants(name)[described.levelName], described.level);
      }
      for (const { members, size, longest } of described.payloads) {
        for (const { offset, width, count } of members) {
          assert.ok(offset + width * (count ?? 0) <= size, `${definition.name} of ${name}`);
        }
        assert.ok(longest === null || longest >= size);
      }
    }
    const [first] = abis().flatMap((name) => describeControl(definition, { abi: name }) ?? []);
    assert.equal(first?.systems, [...systems].sort(), definition.name);
  }
});

test("a codec of its own core answers the same", () => {
  const codec = createCodec(new WebAssembly.Module(readFileSync("dist/core.wasm")));
  for (const name of ["linux-s390x-musl", "netbsd-aarch64", "darwin-arm64"] as const) {
    for (const definition of definitions()) {
      const options = { abi: name };
      assert.equal(
        codec.describeControl(definition, options),
        describeControl(definition, options),
      );
    }
  }
});

test("what is no definition, and no ABI, is refused", () => {
  for (const wrong of [null, undefined, 5, {}, "SCM_RIGHTS", () => {}]) {
    throws(() => describeControl(wrong as never, { abi }), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
    });
  }
  throws(() => describeControl(rights, { abi: "vax" as never }), { name: "RangeError" });
});

test.run();

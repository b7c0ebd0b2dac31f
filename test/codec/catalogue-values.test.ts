// Messages of sockets, IPv4, IPv6, UDP and TCP: which systems have them, and that each value comes back on every ABI.

import {
  type AbiName,
  type AnyDefinition,
  type AnyOutgoing,
  abis,
  constants,
  decodeControl,
  definitions,
  encodeControl,
  explain,
  nextHop,
  originalDestination,
  packetInfo,
  receivedInterface,
  sockCred,
  sockCred2,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { link, SAMPLES, users } from "../support/internet-samples.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: values");

/** What a message decodes to where its system has the type; undefined elsewhere. */
function comesBack(abi: AbiName, message: AnyOutgoing) {
  try {
    return decodeControl(encodeControl([message], { abi }), { abi, strict: true }).messages[0];
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_CMSG_UNKNOWN_TYPE") throw error;
    return undefined;
  }
}

const systemOf = (abi: AbiName): string => abi.split("-")[0] as string;

test("each type exists on the systems that have it, and its values come back on all their ABIs", () => {
  for (const [systems, ...messages] of SAMPLES) {
    for (const message of messages) {
      const { name } = message.definition;
      const found = new Set<string>();
      for (const abi of abis()) {
        const back = comesBack(abi, message);
        if (back === undefined) continue;
        found.add(systemOf(abi));
        assert.is(back.definition, message.definition, `${name} ${abi}`);
        if (message.definition !== (sockCred as AnyDefinition)) {
          assert.equal(back.value, message.value, `${name} ${abi}`);
        }
      }
      const has = systems.split(" ").sort();
      assert.equal([...found].sort(), has, name);
    }
  }
});

test("credentials by LOCAL_CREDS: with a pid on NetBSD, and whatever number of groups", () => {
  for (const groups of [[], [1], [1, 2], Array.from({ length: 15 }, (_, i) => i)]) {
    const value = { ...users, groups };
    assert.equal(comesBack("freebsd-amd64", sockCred(value))?.value, { pid: null, ...value });
    assert.equal(comesBack("netbsd-sparc64", sockCred({ pid: 7, ...value }))?.value, {
      pid: 7,
      ...value,
    });
    assert.equal(comesBack("freebsd-powerpc64", sockCred2({ pid: 9, ...value }))?.value, {
      version: 0,
      pid: 9,
      ...value,
    });
  }
});

test("IP_PKTINFO: three members on Linux, Darwin and illumos, two on NetBSD and Windows; all may be left out", () => {
  const seen = new Set<string>();
  for (const abi of abis()) {
    const message = comesBack(abi, packetInfo({ ifindex: 3, addr: "192.0.2.1" }));
    if (message === undefined) continue;
    seen.add(systemOf(abi));
    const short = /^(netbsd|windows)/.test(abi);
    const whole = { ifindex: 3, specDst: "0.0.0.0", addr: "192.0.2.1" };
    assert.equal(message.value, short ? { ifindex: 3, addr: "192.0.2.1" } : whole, abi);
    assert.is(message.payload.length, short ? 8 : 12, abi);
    bytes(
      comesBack(abi, packetInfo({}))?.payload ?? Buffer.of(),
      Buffer.alloc(short ? 8 : 12),
      abi,
    );
  }
  assert.equal([...seen].sort(), [
    "android",
    "darwin",
    "hurd",
    "illumos",
    "linux",
    "netbsd",
    "windows",
  ]);
});

test("a link-level address: an interface by name on the BSDs, its number alone on illumos", () => {
  for (const abi of abis().filter((name) =>
    /^(darwin|dragonfly|freebsd|netbsd|openbsd|illumos)/.test(name),
  )) {
    const back = comesBack(abi, receivedInterface(link));
    const alone = { index: 3, type: 0, name: "", address: "" };
    assert.equal(back?.value, abi.startsWith("illumos") ? alone : link, abi);
    assert.equal(
      comesBack(abi, receivedInterface({ index: 9 }))?.value,
      { ...alone, index: 9 },
      abi,
    );
  }
});

test("every name of a level, a type and an option is a constant of some system", () => {
  const known = new Set(abis().flatMap((abi) => Object.keys(constants(abi))));
  for (const { name, forms } of definitions()) {
    for (const form of forms) {
      for (const constant of [form.level, form.type, ...form.enable]) {
        if (typeof constant === "string") assert.ok(known.has(constant), `${constant} of ${name}`);
      }
    }
  }
});

test("counterparts of the two internet families name each other", () => {
  const all = definitions();
  const pairs = all.filter(({ counterpart }) => counterpart !== undefined);
  assert.ok(pairs.length >= 12, `${pairs.length} of them`);
  for (const { name, counterpart } of pairs) {
    const other = all.find((definition) => definition.name === counterpart);
    assert.is(other?.counterpart, name, name);
  }
});

/** Both byte orders, both widths, and every system. */
const SOME: readonly AbiName[] = [
  "linux-x86_64-glibc",
  "linux-s390x-glibc",
  "linux-mips-musl",
  "freebsd-i386",
  "netbsd-sparc64",
  "openbsd-armv7",
  "darwin-arm64",
  "dragonfly-x86_64",
  "illumos-sparcv9",
  "hurd-i386-glibc",
  "windows-x64",
];

test("every cut payload is a problem or a shorter value, never a crash; what is longer is only warned of", () => {
  for (const [systems, message] of SAMPLES) {
    for (const abi of SOME.filter((name) => systems.split(" ").includes(systemOf(name)))) {
      const whole = comesBack(abi, message as AnyOutgoing);
      if (whole === undefined) continue;
      const { level, type, payload } = whole;
      for (let length = 0; length <= payload.length + 1; length++) {
        const cutBytes = new Uint8Array(length);
        cutBytes.set(payload.subarray(0, length));
        const buffer = encodeControl([{ level, type, payload: cutBytes }], { abi });
        const { messages, problems } = decodeControl(buffer, { abi });
        const [cut] = messages;
        assert.is(cut?.payload.length, length);
        if (cut?.value === undefined) {
          assert.equal(
            problems.map(({ code }) => code),
            ["ERR_CMSG_PAYLOAD_TOO_SHORT"],
            abi,
          );
        }
        if (length === payload.length) assert.equal(problems, []);
        assert.ok(String(explain(buffer, { abi })).includes(abi));
      }
    }
  }
});

test("a message prints the members that the system's struct has, and no others", () => {
  for (const [abi, has] of [
    ["linux-x86_64-glibc", false],
    ["freebsd-amd64", true],
  ] as const) {
    const message =
      comesBack(abi, nextHop({ host: "fe80::1", port: 0 })) ??
      comesBack(abi, originalDestination({ host: "192.0.2.1", port: 80 }));
    assert.match(String(message), /sin6?_family/);
    assert.is(/sin6?_len/.test(String(message)), has, `${message}`);
  }
});

test.run();

// The built-in definitions on every ABI: rights, credentials, pidfd, security, ipRecvErr, udpGro.

import { constants as osConstants } from "node:os";
import {
  type AbiName,
  type AnyDefinition,
  abis,
  constants,
  control,
  credentials,
  decodeControl,
  encodeControl,
  field,
  ipRecvErr,
  pidfd,
  rights,
  security,
  udpGro,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { compiled } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue");

const abi = "linux-x86_64-glibc";
const isLinux = (name: AbiName) => /^(linux|android)-/.test(name);
const BUILT_IN: readonly AnyDefinition[] = [
  rights,
  credentials,
  pidfd,
  security,
  ipRecvErr,
  udpGro,
];

/** Numbers as 32-bit words in the byte order of an ABI. */
function words(name: AbiName, ...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((number, i) => {
    view.setUint32(i * 4, number, compiled(name).endian === "little");
  });
  return new Uint8Array(view.buffer);
}

test("each says what it is, and where it is described", () => {
  const said = BUILT_IN.map(({ name, level, direction, enable, descriptors }) => [
    name,
    level,
    direction,
    enable,
    descriptors,
  ]);
  assert.equal(said, [
    ["SCM_RIGHTS", "SOL_SOCKET", "both", [], true],
    ["SCM_CREDENTIALS", "SOL_SOCKET", "both", ["SO_PASSCRED"], false],
    ["SCM_PIDFD", "SOL_SOCKET", "receive", ["SO_PASSPIDFD"], true],
    ["SCM_SECURITY", "SOL_SOCKET", "receive", ["SO_PASSSEC"], false],
    ["IP_RECVERR", "SOL_IP", "receive", ["IP_RECVERR"], false],
    ["UDP_GRO", "SOL_UDP", "receive", ["UDP_GRO"], false],
  ]);
  for (const { name, level, enable, source } of BUILT_IN) {
    assert.ok(source.length > 0);
    for (const constant of [name, level, ...enable]) {
      assert.type(constants(abi)[constant], "number", String(constant));
    }
  }
});

test("rights: an array of ints on every system that has them", () => {
  for (const name of abis()) {
    if (constants(name).SCM_RIGHTS === undefined) {
      assert.match(name, /^windows-/);
      throws(() => encodeControl([rights([1])], { abi: name }), { code: "ERR_CMSG_UNKNOWN_TYPE" });
      continue;
    }
    for (const fds of [[], [42], [1, 2], [3, 4, 2147483647]]) {
      const encoded = encodeControl([rights(fds)], { abi: name, trimLast: true });
      const [message] = decodeControl(encoded, { abi: name }).messages;
      assert.equal(
        [message?.level, message?.type],
        [constants(name).SOL_SOCKET, constants(name).SCM_RIGHTS],
      );
      bytes(message?.payload as Uint8Array, words(name, ...fds), name);
      assert.equal(message?.value, fds);
    }
  }
});

test("rights: numbers, and whatever has a number or an fd", () => {
  const encoded = encodeControl([rights([3, { number: 4 }, { fd: 5 }])], { abi });
  assert.equal(decodeControl(encoded, { abi }).messages[0]?.value, [3, 4, 5]);
  const generated = rights(new Set([6, 7]) as never);
  assert.equal(
    decodeControl(encodeControl([generated], { abi }), { abi }).messages[0]?.value,
    [6, 7],
  );
  const closed = {
    get number(): number {
      throw new Error("closed");
    },
  };
  throws(() => encodeControl([rights([closed])], { abi }), { message: /^closed$/ });
});

test("rights: bytes that make no whole descriptor are warned of, not lost", () => {
  for (const length of [1, 2, 3, 5, 11]) {
    const encoded = encodeControl(
      [{ level: 1, type: 1, payload: new Uint8Array(length).fill(1) }],
      { abi },
    );
    const { messages, problems } = decodeControl(encoded, { abi });
    assert.equal(messages[0]?.value, new Array(length >> 2).fill(0x01010101));
    assert.is(messages[0]?.payload.length, length);
    assert.equal(
      problems.map((p) => [p.severity, p.code, p.available]),
      [["warning", "ERR_CMSG_PAYLOAD_NOT_WHOLE", length]],
    );
    assert.match(problems[0]?.message ?? "", `the last ${length % 4} make`);
  }
});

test("credentials: pid, uid and gid as the struct of every Linux has them", () => {
  for (const name of abis().filter(isLinux)) {
    const value = { pid: -7, uid: 0x80000001, gid: 4294967295 };
    const encoded = encodeControl([credentials(value)], { abi: name, trimLast: true });
    const [message] = decodeControl(encoded, { abi: name, strict: true }).messages;
    bytes(message?.payload as Uint8Array, words(name, -7, 0x80000001, 4294967295), name);
    assert.equal(message?.value, value);
    const { ucred } = compiled(name).payloadStructs ?? {};
    if (ucred === undefined) continue;
    assert.equal([ucred.size, Object.keys(ucred.fields)], [12, ["pid", "uid", "gid"]]);
  }
});

test("credentials, pidfd and security are Linux's own: others refuse them, and never read theirs as these", () => {
  const values = [credentials({ pid: 1, uid: 2, gid: 3 }), pidfd(4), security("label")];
  for (const name of abis().filter((each) => !isLinux(each))) {
    for (const value of values) {
      const error = throws(() => encodeControl([value], { abi: name }), {
        code: "ERR_CMSG_UNKNOWN_TYPE",
      });
      assert.is(error.message, `messages[0]: ${name} has no ${value.definition.name}`);
    }
    const level = constants(name).SOL_SOCKET ?? 0;
    for (const type of [2, 3, 4]) {
      const encoded = encodeControl([{ level, type, payload: new Uint8Array(12) }], { abi: name });
      const [message] = decodeControl(encoded, { abi: name }).messages;
      assert.not(
        values.some(({ definition }) => definition === message?.definition),
        name,
      );
    }
  }
});

test("credentials of the BSDs are other structs, which a caller declares", () => {
  const cmsgcred = control("SCM_CREDS", {
    level: "SOL_SOCKET",
    direction: "both",
    fields: {
      pid: field.i32("cmcred_pid"),
      uid: field.u32("cmcred_uid"),
      euid: field.u32("cmcred_euid"),
      gid: field.u32("cmcred_gid"),
      count: field.i16("cmcred_ngroups"),
      groups: field.repeat(field.u32("cmcred_groups")),
    },
    source: "FreeBSD sys/socket.h, struct cmsgcred",
  });
  const groups = Array.from({ length: 16 }, (_, i) => i);
  const value = { pid: 1, uid: 2, euid: 3, gid: 4, count: 16, groups };
  for (const name of ["freebsd-amd64", "freebsd-powerpc64", "dragonfly-x86_64"] as const) {
    const encoded = encodeControl([cmsgcred(value)], { abi: name, trimLast: true });
    const [message] = decodeControl(encoded, {
      abi: name,
      definitions: [cmsgcred],
      strict: true,
    }).messages;
    assert.is(message?.payload.length, 84, name);
    assert.equal(message?.value, value);
    assert.is(message?.type, 3);
  }
  assert.is(
    decodeControl(encodeControl([cmsgcred(value)], { abi: "netbsd-amd64" }), {
      abi: "netbsd-amd64",
    }).messages[0]?.type,
    16,
  );
});

test("pidfd and UDP_GRO are one int, security is text", () => {
  for (const name of abis().filter(isLinux)) {
    const made = encodeControl([pidfd(9), udpGro(1400), security("unconfined")], { abi: name });
    const { messages } = decodeControl(made, { abi: name, strict: true });
    assert.equal(
      messages.map((m) => m.value),
      [9, 1400, "unconfined"],
      name,
    );
    bytes(messages[0]?.payload as Uint8Array, words(name, 9));
    bytes(messages[1]?.payload as Uint8Array, words(name, 1400));
    bytes(messages[2]?.payload as Uint8Array, Buffer.from("unconfined"));
    assert.equal([messages[0]?.type, messages[2]?.type], [4, 3]);
  }
});

/** ECONNREFUSED in asm/errno.h of the machines that have numbers of their own. */
const REFUSED: Readonly<Record<string, number>> = { mips: 146, alpha: 61, sparc: 61, hppa: 239 };

test("IP_RECVERR: an error and the host that reported it, by names", () => {
  const error = {
    errno: "ECONNREFUSED",
    origin: "SO_EE_ORIGIN_ICMP",
    type: "ICMP_DEST_UNREACH",
    code: "ICMP_PORT_UNREACH",
    info: 5,
    data: 6,
  } as const;
  const offender = { host: "192.0.2.9", port: 53 };
  const known = encodeControl([ipRecvErr({ ...error, offender })], { abi, trimLast: true });
  bytes(
    known.slice(16),
    "6f000000020303000500000006000000020000 35c00002090000000000000000".replace(" ", ""),
  );
  const numbers = { errno: 111, origin: 2, type: 3, code: 3, info: 5, data: 6, offender };
  bytes(encodeControl([ipRecvErr(numbers)], { abi, trimLast: true }), known);
  for (const name of abis().filter(isLinux)) {
    for (const of of [offender, null]) {
      const value = { ...error, offender: of };
      const encoded = encodeControl([ipRecvErr(value)], { abi: name });
      const [message] = decodeControl(encoded, { abi: name, strict: true }).messages;
      assert.equal(message?.value, value, name);
      const written = Buffer.from(message?.payload ?? []).subarray(0, 4);
      const refused = REFUSED[/mips|alpha|sparc|hppa/.exec(name)?.[0] ?? ""] ?? 111;
      bytes(written, words(name, refused), name);
    }
  }
});

test("error numbers have the names that this system gives them", () => {
  const abi = "linux-x86_64-glibc";
  const level = constants(abi).SOL_IP ?? 0;
  const type = constants(abi).IP_RECVERR ?? 0;
  for (const [name, number] of Object.entries(osConstants.errno)) {
    const payload = Buffer.concat([words(abi, number), Buffer.alloc(28)]);
    const encoded = encodeControl([ipRecvErr({ errno: name, offender: null })], {
      abi,
      trimLast: true,
    });
    bytes(encoded, encodeControl([{ level, type, payload }], { abi, trimLast: true }), name);
    const [message] = decodeControl(encoded, { abi }).messages;
    const called = message?.as(ipRecvErr)?.errno ?? "";
    assert.is(osConstants.errno[called as "EIO"], number, name);
  }
  const second = ["EWOULDBLOCK", "ENOTSUP", "EDEADLOCK"].map((errno) => {
    const encoded = encodeControl([ipRecvErr({ errno, offender: null })], { abi });
    return decodeControl(encoded, { abi }).messages[0]?.as(ipRecvErr)?.errno;
  });
  assert.equal(second, ["EAGAIN", "EOPNOTSUPP", "EDEADLK"]);
});

test.run();

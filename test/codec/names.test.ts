// Levels and types by C names and by numbers, and what a message prints: family, level, type, fields, units, complaints.

import { inspect } from "node:util";
import {
  abis,
  type ControlMessage,
  constants,
  control,
  credentials,
  decodeControl,
  encodeControl,
  field,
  ipRecvErr,
  rights,
  udpGro,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("names of levels and types");

const abi = "linux-x86_64-glibc";
const payload = Buffer.of(1, 2, 3, 4);

test("names stand for the numbers that each system gives to them", () => {
  for (const name of abis()) {
    const { SOL_SOCKET: level, SCM_RIGHTS: type } = constants(name);
    const named = { level: "SOL_SOCKET", type: "SCM_RIGHTS", payload };
    if (level === undefined || type === undefined) {
      throws(() => encodeControl([named], { abi: name }), { name: "RangeError" });
      continue;
    }
    const numbers = encodeControl([{ level, type, payload }], { abi: name });
    bytes(encodeControl([named], { abi: name }), numbers, name);
    bytes(encodeControl([{ ...named, level }], { abi: name }), numbers, name);
    bytes(encodeControl([{ ...named, type }], { abi: name }), numbers, name);
  }
});

test("a name that the ABI does not have is refused with those that are like it", () => {
  for (const [level, type, message] of [
    ["SOL_SOKCET", 1, /^messages\[0\]\.level in linux-x86_64-glibc must be .*SOL_SOCKET.*SOKCET"$/],
    ["SOL_SOCKET", "SCM_RIGTHS", /^messages\[0\]\.type in .*\(SCM_RIGHTS, .*not "SCM_RIGTHS"$/],
    ["SOL_SOCKET", "scm_rights", /^messages\[0\]\.type in .*\(SCM_RIGHTS, /],
    ["SOL_SOCKET", "SCM_CREDS", /^messages\[0\]\.type in /],
    ["SO_PASSCRED", 1, /^messages\[0\]\.level in /],
    ["SOL_SOCKET", "SOL_IP", /^messages\[0\]\.type in /],
    ["toString", 1, /^messages\[0\]\.level in /],
    [1, "constructor", /^messages\[0\]\.type in /],
  ] as const) {
    throws(() => encodeControl([{ level, type, payload }], { abi }), {
      name: "RangeError",
      code: "ERR_CMSG_OUT_OF_RANGE",
      message,
    });
  }
  for (const type of ["1", "", " SCM_RIGHTS", "0x1"]) {
    throws(() => encodeControl([{ level: 1, type, payload }], { abi }), { name: "TypeError" });
  }
});

test("numbers above 2^31 of an ABI that is given by its numbers are taken as they lie in memory", () => {
  const row = {
    pointerSize: 8,
    longSize: 8,
    endian: "little",
    alignMax: 8,
    cmsgLenWidth: 8,
    iovlenWidth: 8,
    controllenWidth: 8,
    iovLenWidth: 8,
    headerAlign: 8,
    dataAlign: 8,
    rule: "glibc",
    constants: { SOL_WIDE: 0xffffffff, WIDE: 0x80000000 },
  } as const;
  const encoded = encodeControl([{ level: "SOL_WIDE", type: "WIDE", payload }], { abi: row });
  assert.equal(
    decodeControl(encoded, { abi: row }).messages.map(({ level, type }) => [level, type]),
    [[-1, -0x80000000]],
  );
});

function decoded(...messages: Parameters<typeof encodeControl>[0][]): readonly ControlMessage[] {
  return messages.flatMap((each) => decodeControl(encodeControl(each, { abi }), { abi }).messages);
}

test("is() takes a level and a type as names or numbers", () => {
  const [message] = decoded([rights([7])]) as [ControlMessage];
  assert.ok(message.is("SOL_SOCKET", "SCM_RIGHTS"));
  assert.ok(message.is(1, "SCM_RIGHTS"));
  assert.ok(message.is("SOL_SOCKET", 1));
  assert.ok(message.is(1, 1));
  assert.not.ok(message.is("SOL_SOCKET", "SCM_CREDENTIALS"));
  assert.not.ok(message.is("SOL_IP", "SCM_RIGHTS"));
  assert.not.ok(message.is(1, 2));
  throws(() => message.is("SOL_SOCKET", "SCM_RIGHT"), { name: "RangeError" });
  throws(() => message.is("SOL", 1), { name: "RangeError" });
  throws(() => message.is("SOL_SOCKET" as never), { name: "TypeError" });
});

const measure = control("SO_MARK", {
  level: "SOL_SOCKET",
  direction: "both",
  fields: { size: field.u16("m_size", "bytes"), kind: field.u8("m_kind"), list: field.rest("m_x") },
  source: "made up",
});

test("text has every field by its C name, with what it stands for or its unit", () => {
  const offender = { host: "192.0.2.1", port: 0 };
  const error = { errno: "ECONNREFUSED", origin: "SO_EE_ORIGIN_ICMP", type: 3, code: 3 } as const;
  const texts = decoded([
    rights([7, 8]),
    credentials({ pid: 4242, uid: 1000, gid: 100 }),
    ipRecvErr({ ...error, offender }),
    udpGro(1400),
    { level: "IPPROTO_TCP", type: 77, payload: Uint8Array.of(1, 2) },
    { level: 4711, type: 77, payload: new Uint8Array(40) },
    { level: 4711, type: 78, payload: new Uint8Array(0) },
  ]).map(String);
  assert.is(texts[0], "SOL_SOCKET (1) SCM_RIGHTS (1): fd[0] 7, fd[1] 8");
  assert.is(texts[1], "SOL_SOCKET (1) SCM_CREDENTIALS (2): pid 4242, uid 1000, gid 100");
  assert.match(
    texts[2] ?? "",
    /^AF_INET SOL_IP \(0\) IP_RECVERR \(11\): ee_errno 111 ECONNREFUSED, /,
  );
  assert.match(texts[2] ?? "", ", ee_code 3 ICMP_PORT_UNREACH, ");
  assert.match(texts[2] ?? "", ", offender.sin_addr 192.0.2.1, ");
  assert.is(texts[3], "SOL_UDP (17) UDP_GRO (104): segment 1400 bytes");
  assert.is(texts[4], "SOL_TCP (6) 77: 01 02");
  assert.match(texts[5] ?? "", /^4711 77: (00 ){32}… 8 more bytes$/);
  assert.is(texts[6], "4711 78");
});

test("inspect has the value, and what counts in units", () => {
  const [gro] = decoded([udpGro(1400)]);
  assert.is(inspect(gro), "SOL_UDP (17) UDP_GRO (104) 1400 bytes");
  const encoded = encodeControl([measure({ size: 9, kind: 2, list: Buffer.of() })], { abi });
  const [own] = decodeControl(encoded, { abi, definitions: [measure] }).messages;
  const shown = inspect({ size: 9, kind: 2, list: new Uint8Array(0) });
  assert.is(inspect(own), `SOL_SOCKET (1) SO_MARK (36) ${shown} (m_size 9 bytes)`);
});

test("what is wrong with a payload is said behind it", () => {
  const [short, broken] = decoded([
    { level: "SOL_SOCKET", type: "SCM_CREDENTIALS", payload: payload.subarray(0, 3) },
    { level: "SOL_SOCKET", type: "SCM_RIGHTS", payload: Buffer.of(7, 0, 0, 0, 1) },
  ]);
  assert.is(
    String(short),
    "SOL_SOCKET (1) SCM_CREDENTIALS (2): 01 02 03 (error: 3 bytes, needs 12)",
  );
  const shown = inspect(new Uint8Array([1, 2, 3]));
  assert.is(
    inspect(short),
    `SOL_SOCKET (1) SCM_CREDENTIALS (2) ${shown} (error: 3 bytes, needs 12)`,
  );
  const complaint = "(warning: 5 bytes, of which the last 1 makes no whole element)";
  assert.is(String(broken), `SOL_SOCKET (1) SCM_RIGHTS (1): fd[0] 7 ${complaint}`);
  assert.is(inspect(broken), `SOL_SOCKET (1) SCM_RIGHTS (1) [ 7 ] ${complaint}`);
});

test.run();

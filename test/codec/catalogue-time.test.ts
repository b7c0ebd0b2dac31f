// Points in time: the structs of every system as their compilers laid them out, old and new numbers of Linux.

import {
  type AbiName,
  type AnyDefinition,
  abis,
  binTime,
  constants,
  type Definition,
  decodeControl,
  encodeControl,
  monotonicTime,
  realTime,
  timestamp,
  timestamping,
  timestampingRequest,
  timestampNs,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { COMPILED, type CompiledAbi, compiled, structBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: time");

const isLinux = (name: string) => /^(linux|android)-/.test(name);

/** The one message of a buffer with these bytes. */
function decoded(abi: AbiName, type: number, payload: Uint8Array) {
  const level = constants(abi).SOL_SOCKET ?? 0;
  const { messages, problems } = decodeControl(encodeControl([{ level, type, payload }], { abi }), {
    abi,
  });
  assert.equal(problems, [], abi);
  return messages[0];
}

/** Type and payload that a value is sent as. */
function sent(abi: AbiName, definition: Definition<bigint>, value: bigint) {
  const encoded = encodeControl([definition(value)], { abi, trimLast: true });
  const [message] = decodeControl(encoded, { abi, strict: true }).messages;
  return { type: message?.type as number, payload: message?.payload as Uint8Array };
}

/** Holds a definition against the struct of the system's own headers, by the number that the headers give to its name. */
function holds(
  definition: Definition<bigint>,
  struct: "timeval" | "timespec" | "bintime",
  time: bigint,
  members: Readonly<Record<string, number | bigint>>,
): string[] {
  const held: string[] = [];
  for (const own of COMPILED) {
    const type = own.constants[definition.name];
    const layout = own.payloadStructs?.[struct];
    if (type === undefined || layout === undefined) continue;
    const wanted = structBytes(own, layout, members);
    const { type: sentType, payload } = sent(own.abi, definition, time);
    assert.is(sentType, type, own.abi);
    bytes(payload, wanted, own.abi);
    const message = decoded(own.abi, type, wanted);
    assert.is(message?.definition, definition as AnyDefinition, own.abi);
    assert.is(message?.value, time, own.abi);
    held.push(own.abi.split("-")[0] as string);
  }
  return [...new Set(held)].sort();
}

const SECONDS = 1_700_000_001n;

test("SCM_TIMESTAMP is the struct timeval of each system", () => {
  const systems = holds(timestamp, "timeval", SECONDS * 1_000_000_000n + 123_456_000n, {
    tv_sec: SECONDS,
    tv_usec: 123_456,
  });
  assert.equal(systems, [
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "linux",
    "netbsd",
    "openbsd",
  ]);
});

test("SCM_TIMESTAMPNS, SCM_REALTIME and SCM_MONOTONIC are the struct timespec", () => {
  const time = SECONDS * 1_000_000_000n + 123_456_789n;
  const members = { tv_sec: SECONDS, tv_nsec: 123_456_789 };
  assert.equal(holds(timestampNs, "timespec", time, members), ["android", "linux"]);
  for (const name of abis().filter((each) => each.startsWith("freebsd-"))) {
    const own = compiled(name);
    const { timespec } = own.payloadStructs ?? {};
    assert.ok(timespec, name);
    const wanted = structBytes(own, timespec, members);
    for (const [definition, type] of [
      [realTime, 5],
      [monotonicTime, 6],
    ] as const) {
      const made = sent(name, definition, time);
      assert.is(made.type, type, name);
      bytes(made.payload, wanted, name);
      assert.is(decoded(name, type, wanted)?.value, time, name);
    }
  }
});

test("SCM_BINTIME is a struct bintime: a half is 2^63", () => {
  for (const name of abis().filter((each) => each.startsWith("freebsd-"))) {
    const own = compiled(name);
    const { bintime } = own.payloadStructs ?? {};
    assert.ok(bintime, name);
    const wanted = structBytes(own, bintime, { sec: 7, frac: 1n << 63n });
    assert.is(decoded(name, 4, wanted)?.value, 7_500_000_000n, name);
    bytes(sent(name, binTime, 7_500_000_000n).payload, wanted, name);
    // Each nanosecond comes back as itself, although the struct cannot keep it exactly.
    for (const time of [0n, 1n, 999_999_999n, -1n, 5_123_456_789n]) {
      assert.is(decoded(name, 4, sent(name, binTime, time).payload)?.value, time, name);
    }
  }
});

/** The numbers of Linux: old, new. */
function numbers({ constants: own }: CompiledAbi, name: string): readonly [number, number] {
  return [own[`SO_${name}_OLD`] as number, own[`SO_${name}_NEW`] as number];
}

/** A value of `width` bytes in an ABI's order. */
function number({ endian }: CompiledAbi, value: bigint, width: number): Uint8Array {
  const wide = Buffer.alloc(8);
  if (endian === "little") wide.writeBigInt64LE(value);
  else wide.writeBigInt64BE(value);
  return endian === "little" ? wide.subarray(0, width) : wide.subarray(8 - width);
}

/** Bytes of a long in the structs that the kernel keeps for old programs: x32 has 64 bits there. */
const oldWidth = ({ abi, pointerSize }: CompiledAbi) =>
  abi.startsWith("linux-x32") ? 8 : pointerSize;

test("Linux: the old numbers keep longs, the new ones 64 bits, whatever the plain name means", () => {
  const time = SECONDS * 1_000_000_000n + 123_456_000n;
  let both = 0;
  for (const own of COMPILED.filter(({ abi }) => isLinux(abi))) {
    if (own.constants.SO_TIMESTAMP_NEW === undefined) continue;
    for (const [name, part] of [
      ["TIMESTAMP", 123_456n],
      ["TIMESTAMPNS", 123_456_000n],
    ] as const) {
      const [old, fresh] = numbers(own, name);
      const width = oldWidth(own);
      const pair = (bytes: number) =>
        Buffer.concat([number(own, SECONDS, bytes), number(own, part, bytes)]);
      const isShort = own.abi.startsWith("linux-sparc64") && name === "TIMESTAMP";
      const kept = isShort
        ? Buffer.concat([number(own, SECONDS, 8), number(own, part, 4), Buffer.alloc(4)])
        : pair(width);
      assert.is(decoded(own.abi, old, kept)?.value, time, own.abi);
      assert.is(decoded(own.abi, fresh, pair(8))?.value, time, own.abi);
      assert.is(decoded(own.abi, fresh, pair(8))?.definition?.name, `SCM_${name}`);
    }
    both++;
  }
  assert.ok(both > 30, `${both} ABIs`);
});

test("SCM_TIMESTAMPING is three stamps, of which 0 is none; a payload of 4 bytes is the request of a sender", () => {
  for (const own of COMPILED.filter(({ abi }) => isLinux(abi))) {
    const [old, fresh] = numbers(own, "TIMESTAMPING");
    if (fresh === undefined) continue;
    for (const [type, width] of [
      [old, oldWidth(own)],
      [fresh, 8],
    ] as const) {
      const stamps = [3n, 5n, 0n, 0n, 7n, 9n].map((part) => number(own, part, width));
      const message = decoded(own.abi, type, Buffer.concat(stamps));
      assert.is(message?.definition, timestamping as AnyDefinition, own.abi);
      assert.equal(
        message?.value,
        { software: 3_000_000_005n, legacy: null, hardware: 7_000_000_009n },
        own.abi,
      );
      const request = decoded(own.abi, type, number(own, 0x40202n, 4));
      assert.is(request?.definition, timestampingRequest as AnyDefinition, own.abi);
      assert.equal(
        request?.value,
        [
          "SOF_TIMESTAMPING_TX_SOFTWARE",
          "SOF_TIMESTAMPING_TX_ACK",
          "SOF_TIMESTAMPING_TX_COMPLETION",
        ],
        own.abi,
      );
    }
  }
});

test("NetBSD: the old number keeps two longs", () => {
  for (const name of abis().filter((each) => each.startsWith("netbsd-"))) {
    const own = compiled(name);
    const width = own.pointerSize;
    const payload = Buffer.concat([number(own, 5n, width), number(own, 6n, width)]);
    const message = decoded(name, 2, payload);
    assert.is(message?.definition, timestamp as AnyDefinition, name);
    assert.is(message?.value, 5_000_006_000n, name);
  }
});

test("times below 1970, and those that a struct cannot keep", () => {
  const abi = "linux-x86_64-glibc";
  const { payload } = sent(abi, timestamp, -1_500_000_000n);
  bytes(payload, "feffffffffffffff20a1070000000000");
  assert.is(decoded(abi, 29, payload)?.value, -1_500_000_000n);
  const refused = [
    [timestamp(1n), abi, "RangeError"],
    [timestamp(1_000_000_000n << 31n), "linux-i386-glibc", "RangeError"],
    [timestampNs(1_000_000_000n << 63n), abi, "RangeError"],
    [timestampNs(5 as never), abi, "TypeError"],
    [timestamping({ hardware: "5" as never }), abi, "TypeError"],
    [timestamping(null as never), abi, "TypeError"],
    [timestampingRequest(["SOF_TIMESTAMPING_TX" as never]), abi, "RangeError"],
    [timestampingRequest([-1]), abi, "RangeError"],
    [timestampingRequest("SOF_TIMESTAMPING_TX_ACK" as never), abi, "TypeError"],
  ] as const;
  for (const [message, name, error] of refused) {
    throws(() => encodeControl([message], { abi: name }), { name: error });
  }
  const wide = encodeControl([timestamp(1_000_000_000n << 31n)], { abi: "linux-i386-musl" });
  assert.is(
    decodeControl(wide, { abi: "linux-i386-musl" }).messages[0]?.value,
    1_000_000_000n << 31n,
  );
});

test.run();

// Arguments whose getters, iterators and proxies throw, or use the codec again while it works.

import * as codec from "cmsg/codec";
import { control, decodeControl, encodeControl, explain, field, rights, walk } from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("code of the caller");

const abi = "linux-x86_64-glibc";
const good = encodeControl([rights([7])], { abi });
const sockaddr = codec.encodeAddress({ path: "/x" }, { abi });
const iovec = codec.encodeStruct("iovec", {}, { abi });

type Call = (argument: unknown) => unknown;

/** Each function with its options left open. */
const OPTIONS: readonly (readonly [string, Call])[] = [
  ["encodeControl", (o) => encodeControl([], o as never)],
  ["decodeControl", (o) => decodeControl(good, o as never)],
  ["walk", (o) => walk(good, o as never)],
  ["explain", (o) => explain(good, o as never)],
  ["encodeStruct", (o) => codec.encodeStruct("iovec", {}, o as never)],
  ["decodeStruct", (o) => codec.decodeStruct("iovec", iovec, o as never)],
  ["encodeAddress", (o) => codec.encodeAddress({ path: "/x" }, o as never)],
  ["decodeAddress", (o) => codec.decodeAddress(sockaddr, o as never)],
  ["CMSG_ALIGN", (o) => codec.CMSG_ALIGN(1, o as never)],
  ["CMSG_LEN", (o) => codec.CMSG_LEN(1, o as never)],
  ["CMSG_SPACE", (o) => codec.CMSG_SPACE(1, o as never)],
];

test("code of the caller that throws: its error comes through, and the next call works", () => {
  const failure = new Error("the caller's own");
  const fail = (): never => {
    throw failure;
  };
  const getter = (key: string, rest: object = {}) =>
    Object.defineProperty({ ...rest }, key, { get: fail, enumerable: true });
  const calls: (() => unknown)[] = [
    ...["level", "type", "payload", "definition"].map(
      (key) => () =>
        encodeControl([getter(key, { level: 1, type: 1, payload: Buffer.of(1) }) as never], {
          abi,
        }),
    ),
    () => encodeControl({ [Symbol.iterator]: fail }, { abi }),
    () =>
      encodeControl(
        {
          *[Symbol.iterator]() {
            yield rights([1]);
            fail();
          },
        } as never,
        { abi },
      ),
    () => encodeControl([rights({ [Symbol.iterator]: fail } as never)], { abi }),
    () => encodeControl([rights([getter("number") as never])], { abi }),
    () => encodeControl([codec.credentials(getter("uid", { pid: 1, gid: 1 }) as never)], { abi }),
    () => codec.encodeStruct("iovec", getter("iov_len") as never, { abi }),
    () => codec.encodeAddress(getter("host", { port: 1 }) as never, { abi }),
    () => codec.encodeAddress(getter("path") as never, { abi }),
    ...OPTIONS.map(
      ([, call]) =>
        () =>
          call(getter("abi")),
    ),
    () => decodeControl(good, getter("strict") as never),
    () => walk(good, getter("limit") as never),
    () => codec.layout(getter("pointerSize") as never),
  ];
  for (const call of calls) {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    assert.is(thrown, failure, String(call));
    bytes(encodeControl([rights([7])], { abi }), good);
  }
});

test("code of the caller that calls the codec again: neither call notices", () => {
  const disturb = (): void => {
    encodeControl([{ level: 9, type: 9, payload: new Uint8Array(200).fill(0xee) }], {
      abi: "linux-s390x-glibc",
    });
    decodeControl(new Uint8Array(200).fill(0x21), { abi: "darwin-arm64" });
    String(explain(new Uint8Array(64), { abi: "freebsd-amd64" }));
    codec.encodeAddress({ path: "/disturbed" }, { abi });
  };
  const busy = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        disturb();
        return Reflect.get(object, key);
      },
    });
  function* messages() {
    disturb();
    yield busy({ level: 1, type: 2, payload: Buffer.of(1, 2) });
    disturb();
    yield rights(
      busy({ [Symbol.iterator]: () => [3, busy({ number: 4 })][Symbol.iterator]() }) as never,
    );
    disturb();
    yield codec.credentials(busy({ pid: 5, uid: 6, gid: 7 }));
  }
  const plain = [
    { level: 1, type: 2, payload: Buffer.of(1, 2) },
    rights([3, 4]),
    codec.credentials({ pid: 5, uid: 6, gid: 7 }),
  ];
  bytes(encodeControl(messages(), busy({ abi } as const)), encodeControl(plain, { abi }));
  assert.equal(decodeControl(good, busy({ abi } as const)).messages[0]?.value, [7]);
  assert.is(String(explain(good, busy({ abi } as const))), String(explain(good, { abi })));
  const value = { iov_base: 5n, iov_len: 6n };
  bytes(
    codec.encodeStruct("iovec", busy(value), { abi }),
    codec.encodeStruct("iovec", value, { abi }),
  );
  const address = { host: "::1", port: 5 };
  bytes(codec.encodeAddress(busy(address), { abi }), codec.encodeAddress(address, { abi }));
});

test("definitions that are a list of the caller's own kind are read once", () => {
  const mine = control("MINE", {
    level: 1,
    type: 1,
    direction: "both",
    value: field.rest("all"),
    source: "a test",
  });
  let reads = 0;
  const list = new Proxy([mine], {
    get(target, key) {
      reads += key === "0" ? 1 : 0;
      return Reflect.get(target, key);
    },
  });
  const two = encodeControl([rights([1]), rights([2])], { abi });
  const { messages } = decodeControl(two, { abi, definitions: list });
  assert.equal([messages.length, messages.every((m) => m.is(mine)), reads], [2, true, 1]);
});

test.run();

// Wrong arguments of sends and receives: refused by class and code before the kernel hears of them, and nothing stays behind.

import {
  bind,
  credentials,
  Fd,
  MSG_PEEK,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  socket,
  socketpair,
  tryRecvFds,
  tryRecvmsg,
  trySendFds,
  trySendmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { TYPES, text, withPair } from "../support/message.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("wrong arguments");

type Bad = readonly [name: string, options: unknown, error: "TypeError" | "RangeError"];

const x = text("x");

const BAD_SENDS: readonly Bad[] = [
  ["a bare buffer", text("data"), "TypeError"],
  ["a bare string", "data", "TypeError"],
  ["a list", [text("data")], "TypeError"],
  ["null", null, "TypeError"],
  ["a number", 1, "TypeError"],
  ["data: a string", { data: "data" }, "TypeError"],
  ["data: an object", { data: {} }, "TypeError"],
  ["data: a number", { data: 1 }, "TypeError"],
  ["data: null", { data: null }, "TypeError"],
  ["data: numbers", { data: [1, 2] }, "TypeError"],
  ["data: an object behind a view", { data: [x, {}] }, "TypeError"],
  ["data: a string behind a view", { data: [x, "y"] }, "TypeError"],
  ["control: an object", { data: x, control: {} }, "TypeError"],
  ["control: a view", { data: x, control: x }, "TypeError"],
  ["control: a string", { data: x, control: "x" }, "TypeError"],
  ["control: null", { data: x, control: null }, "TypeError"],
  ["control: a message beside a list", { data: x, control: rights([0]) }, "TypeError"],
  ["an item: null", { data: x, control: [null] }, "TypeError"],
  ["an item: a number", { data: x, control: [1] }, "TypeError"],
  ["an item: a triple", { data: x, control: [[1, 1, x]] }, "TypeError"],
  ["an item: empty", { data: x, control: [{}] }, "TypeError"],
  ["level: missing", { data: x, control: [{ type: 1, payload: x }] }, "TypeError"],
  ["level: an object", { data: x, control: [{ level: {}, type: 1, payload: x }] }, "TypeError"],
  ["level: 2^31", { data: x, control: [{ level: 2 ** 31, type: 1, payload: x }] }, "RangeError"],
  ["type: a string", { data: x, control: [{ level: 1, type: "1", payload: x }] }, "TypeError"],
  ["type: -2^31 - 1", { control: [{ level: 1, type: -(2 ** 31) - 1, payload: x }] }, "RangeError"],
  ["payload: a string", { data: x, control: [{ level: 1, type: 1, payload: "x" }] }, "TypeError"],
  ["payload: a list", { data: x, control: [{ level: 1, type: 1, payload: [0] }] }, "TypeError"],
  ["payload: missing", { data: x, control: [{ level: 1, type: 1 }] }, "TypeError"],
  ["a good item, then a bad one", { data: x, control: [rights([0]), {}] }, "TypeError"],
  ["rights: a number", { data: x, control: [rights(0 as never)] }, "TypeError"],
  ["rights: text", { data: x, control: [rights(["0"] as never)] }, "TypeError"],
  ["rights: a boolean", { data: x, control: [rights([true] as never)] }, "TypeError"],
  ["rights: -1", { data: x, control: [rights([0, -1])] }, "RangeError"],
  ["rights: 2^31", { data: x, control: [rights([2 ** 31])] }, "RangeError"],
  ["flags: 2^31", { data: x, flags: 2 ** 31 }, "RangeError"],
  ["flags: -2^31 - 1", { data: x, flags: -(2 ** 31) - 1 }, "RangeError"],
  ["flags: 1.5", { data: x, flags: 1.5 }, "TypeError"],
  ["flags: NaN", { data: x, flags: Number.NaN }, "TypeError"],
  ["flags: text", { data: x, flags: "0" }, "TypeError"],
  ["flags: an object", { data: x, flags: {} }, "TypeError"],
  ["flags: true", { data: x, flags: true }, "TypeError"],
  ["flags: null", { data: x, flags: null }, "TypeError"],
  ["to: text", { data: x, to: "/tmp/x" }, "TypeError"],
  ["to: empty", { data: x, to: {} }, "TypeError"],
  ["to: a port out of range", { data: x, to: { host: "::1", port: 65536 } }, "RangeError"],
  ["to: a path that is too long", { data: x, to: { path: "x".repeat(108) } }, "RangeError"],
  ["to: a path with NUL", { data: x, to: { path: "a\0b" } }, "TypeError"],
  ["timeoutMs: -1", { data: x, timeoutMs: -1 }, "RangeError"],
  ["timeoutMs: NaN", { data: x, timeoutMs: Number.NaN }, "RangeError"],
  ["timeoutMs: text", { data: x, timeoutMs: "1" }, "TypeError"],
];

for (const [name, options, error] of BAD_SENDS) {
  test(`a send with ${name} is a ${error}`, () => {
    for (const type of TYPES) {
      withPair(type, (left, right) => {
        for (const send of [sendmsg, trySendmsg]) {
          const thrown = throws(() => send(left, options as object), { name: error });
          assert.match(String(thrown["code"]), /^ERR_CMSG_/);
        }
        const text = typeof (options as { data?: unknown } | null)?.data === "string";
        for (const send of [sendFds, trySendFds]) {
          if (!text) throws(() => send(left, [left], options as object), { name: error });
        }
        assert.is(tryRecvmsg(right), null);
        sendmsg(left, { data: x });
        assert.is(recvmsg(right).data.toString(), "x");
      });
    }
  });
}

for (const bad of [undefined, null, "0", 1.5, {}, [], true, Number.NaN]) {
  test(`a socket cannot be ${JSON.stringify(bad)}`, () => {
    for (const call of [sendmsg, trySendmsg, recvmsg, tryRecvmsg, recvFds, tryRecvFds]) {
      throws(() => call(bad as number), { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" });
    }
    throws(() => sendFds(bad as number, []), { name: "TypeError" });
  });
}

test("numbers that are no socket: range, EBADF, ENOTSOCK, with the call's name", () => {
  using file = Fd.open("package.json");
  for (const [number, expected] of [
    [-1, { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" }],
    [2 ** 31, { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" }],
    [1_000_000, { name: "SyscallError", code: "EBADF" }],
    [file.number, { name: "SyscallError", code: "ENOTSOCK" }],
  ] as const) {
    const system = expected.name === "SyscallError";
    const sending = system ? { ...expected, syscall: "sendmsg" } : expected;
    const receiving = system ? { ...expected, syscall: "recvmsg" } : expected;
    for (const send of [
      () => sendmsg(number, { data: x }),
      () => sendmsg(number, { control: [rights([0])] }),
      () => sendFds(number, [0], { data: "x" }),
      () => sendFds(number, [], { data: "x" }),
      () => sendFds(number, new Array<number>(600).fill(0), { data: "xxx" }),
    ]) {
      throws(send, sending);
    }
    for (const receive of [recvmsg, tryRecvmsg, recvFds, tryRecvFds]) {
      throws(() => receive(number), receiving);
    }
  }
});

test("wrong arguments are refused, and the message waits", () => {
  const bad: readonly [object, string][] = [
    [{ dataLimit: -1 }, "RangeError"],
    [{ dataLimit: 2 ** 31 }, "RangeError"],
    [{ dataLimit: 1.5 }, "TypeError"],
    [{ dataLimit: "1" }, "TypeError"],
    [{ dataLimit: [] }, "TypeError"],
    [{ dataLimit: {} }, "TypeError"],
    [{ dataLimit: null }, "TypeError"],
    [{ dataLimit: true }, "TypeError"],
    [{ controlLimit: -1 }, "RangeError"],
    [{ controlLimit: 262_145 }, "RangeError"],
    [{ controlLimit: {} }, "TypeError"],
    [{ fdLimit: -1 }, "RangeError"],
    [{ fdLimit: Number.NaN }, "TypeError"],
    [{ fdLimit: Number.POSITIVE_INFINITY }, "TypeError"],
    [{ flags: 2 ** 31 }, "RangeError"],
    [{ flags: 1.5 }, "TypeError"],
    [{ flags: Number.NaN }, "TypeError"],
    [{ flags: "0" }, "TypeError"],
    [{ flags: {} }, "TypeError"],
    [{ closeOnExec: 0 }, "TypeError"],
    [{ closeOnExec: null }, "TypeError"],
    [{ truncation: "ignore" }, "TypeError"],
    [{ truncation: true }, "TypeError"],
    [{ timeoutMs: -1 }, "RangeError"],
    [{ timeoutMs: "1" }, "TypeError"],
    [Buffer.alloc(4), "TypeError"],
    [[4], "TypeError"],
    ["4" as unknown as object, "TypeError"],
    [4 as unknown as object, "TypeError"],
    [null as unknown as object, "TypeError"],
  ];
  for (const type of TYPES) {
    withPair(type, (left, right) => {
      sendFds(left, [left], { data: "waits" });
      const before = fdCount();
      for (const [options, name] of bad) {
        throws(() => recvFds(right, options), { name });
        throws(() => tryRecvFds(right, options), { name });
        if (!Object.hasOwn(Object(options), "fdLimit"))
          throws(() => recvmsg(right, options), { name });
      }
      for (const socket of [undefined, null, "0", 1.5, {}, [], true]) {
        throws(() => recvFds(socket as unknown as Fd), { name: "TypeError" });
        throws(() => recvmsg(socket as unknown as Fd), { name: "TypeError" });
      }
      assert.is(fdCount(), before);
      using got = recvFds(right);
      assert.equal([got.data.toString(), got.fds.length], ["waits", 1]);
    });
  }
});

test("a receive that was refused leaves nothing behind for the next one", () => {
  using pair = socketpair();
  sendFds(pair[0], [0, 0, 0], { data: "x" });
  Fd.closeAll(recvFds(pair[1]).fds);
  const many = Array.from({ length: 1025 }, () => new Uint8Array(1));
  const refused = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE", message: /1024/ };
  for (const receive of [recvFds, recvmsg]) {
    throws(() => receive(pair[1], { into: many, controlLimit: 20 }), refused);
    sendFds(pair[0], [0, 0, 0], { data: "x" });
    using got = receive(pair[1]);
    assert.equal([got.fds.length, got.flags], [3, 0]);
  }
});

test("options may come from a prototype", () => {
  withPair("stream", (left, right) => {
    class Options {
      get flags(): number {
        return MSG_PEEK;
      }
      get closeOnExec(): boolean {
        return false;
      }
    }
    sendFds(left, [left], { data: "x" });
    using got = recvFds(right, new Options());
    assert.is(got.fds[0]?.describe().closeOnExec, false);
    using again = recvFds(right);
    assert.is(again.fds.length, 1);
  });
});

test("an address whose getter sends another message does not mix the two up", () => {
  using pair = socketpair({ type: "dgram" });
  using server = socket({ type: "dgram" });
  using client = socket({ type: "dgram" });
  const abstract = `cmsg-bad-arguments-${process.pid}`;
  bind(server, { abstract });
  const me = { pid: process.pid, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const to = {
    get abstract(): string {
      sendmsg(pair[0], { data: text("inner"), control: [rights([0]), credentials(me)] });
      return abstract;
    },
  };
  const big = Buffer.alloc(10_000, "o");
  sendmsg(client, { data: big, control: [rights([0, 0])], to });
  using outer = recvmsg(server);
  using inner = recvmsg(pair[1]);
  assert.equal([outer.data.equals(big), outer.fds.length], [true, 2]);
  assert.equal([inner.data.toString(), inner.fds.length], ["inner", 1]);
});

test.run();

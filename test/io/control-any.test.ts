// Control messages of any level, type and payload: what goes to the kernel, what it refuses, and sockets of other families.

import {
  bind,
  CMSG_LEN,
  CMSG_SPACE,
  control,
  credentials,
  encodeControl,
  type Fd,
  field,
  getsockname,
  type MessageInput,
  recvmsg,
  rights,
  SCM_RIGHTS,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  setsockopt,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { optionProblem, TYPES, text, withPair } from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { suite } from "../support/suite.js";

const test = suite("any control message");

const x = text("x");

function send(left: Fd, ...messages: MessageInput[]): number {
  return sendmsg(left, { data: x, control: messages });
}

for (const type of TYPES) {
  test(`${type}: levels that AF_UNIX does not know are passed over, whatever is in them`, () => {
    withPair(type, (left, right) => {
      for (const level of [0, -1, 2, 41, 300, -300, 0x7fffffff, -0x80000000]) {
        for (const size of [0, 1, 7, 8, 100, 70_000]) {
          assert.is(send(left, { level, type: -level | 0, payload: new Uint8Array(size) }), 1);
          const got = recvmsg(right);
          assert.equal([got.data.toString(), got.control, got.flags], ["x", [], 0]);
        }
      }
    });
  });

  test(`${type}: types that SOL_SOCKET does not send are EINVAL, with their names`, () => {
    withPair(type, (left, right) => {
      for (const [number, name] of [
        [3, "SCM_SECURITY (3)"],
        [4, "SCM_PIDFD (4)"],
        [0, "0"],
        [-1, "-1"],
        [999, "999"],
      ] as const) {
        const message = { level: SOL_SOCKET, type: number, payload: new Uint8Array(4) };
        for (const [list, path] of [
          [[message], "control[0]"],
          [[rights([left]), message], "control[1]"],
          [[message, rights([left])], "control[0]"],
        ] as const) {
          const error = throws(() => send(left, ...list), {
            name: "SyscallError",
            code: "EINVAL",
            syscall: "sendmsg",
          });
          assert.match(error.message, "type that this socket does not send");
          assert.match(error.message, `${path} SOL_SOCKET (1) ${name}`);
        }
      }
      assert.is(tryRecvmsg(right), null, "nothing of a refused message is sent");
    });
  });

  test(`${type}: raw descriptors, in any kind of view; bytes that make no whole one are ignored`, () => {
    withPair(type, (left, right) => {
      const numbers = Int32Array.of(left.number, right.number);
      const padded = new Uint8Array(11);
      padded.set(new Uint8Array(numbers.buffer));
      for (const payload of [
        numbers,
        numbers.buffer,
        new DataView(numbers.buffer),
        Buffer.from(numbers.buffer),
        padded,
      ]) {
        assert.is(send(left, { level: SOL_SOCKET, type: SCM_RIGHTS, payload }), 1);
        using got = recvmsg(right);
        assert.is(got.fds.length, 2);
      }
    });
  });

  test(`${type}: several messages of control, in order, generators once`, () => {
    withPair(type, (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      let begun = 0;
      function* messages(): Generator<MessageInput> {
        begun++;
        yield { level: 7, type: 7, payload: text("passed over") };
        yield rights([left]);
        yield credentials(ownIds());
        yield { level: 8, type: 8, payload: new ArrayBuffer(0) };
        yield rights([right, left]);
      }
      sendmsg(left, { data: x, control: messages() });
      using got = recvmsg(right);
      assert.is(begun, 1);
      assert.equal(
        got.control.map((m) => m.definition?.name),
        ["SCM_CREDENTIALS", "SCM_RIGHTS"],
      );
      assert.is(got.fds.length, 3);
    });
  });
}

test("the control buffer is what the codec encodes", () => {
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    sendmsg(left, { data: x, control: [rights([left])] });
    using got = recvmsg(right);
    const fd = got.fds[0]?.number as number;
    const same = encodeControl([credentials(ownIds()), rights([fd])]);
    assert.is(Buffer.from(got.controlBytes).toString("hex"), Buffer.from(same).toString("hex"));
  });
});

test("no control messages: no control buffer", () => {
  withPair("stream", (left, right) => {
    for (const control of [undefined, [], new Set<MessageInput>()]) {
      sendmsg(left, control === undefined ? { data: x } : { data: x, control });
      const got = recvmsg(right, { controlLimit: CMSG_SPACE(4) });
      assert.equal([got.control, got.flags, got.controlBytes.length], [[], 0, 0]);
    }
  });
});

const ROOM = 262_144;
/** Headers without payload that fill the room. */
const FILLING = Math.floor(ROOM / CMSG_SPACE(0));

/** The largest payload that the kernel takes: with its header it stays below net.core.optmem_max. */
function largestPayload(): number {
  let [good, bad] = [0, ROOM - CMSG_LEN(0) + 1];
  while (bad - good > 1) {
    const size = (good + bad) >> 1;
    const taken = withPair("dgram", (left) => {
      try {
        return send(left, { level: 9, type: 9, payload: new Uint8Array(size) }) === 1;
      } catch {
        return false;
      }
    });
    if (taken) good = size;
    else bad = size;
  }
  return good;
}

const largest = largestPayload();

const tooMuchControl = (): void => {
  withPair("dgram", (left, right) => {
    assert.ok(largest > 1000);
    const payload = new Uint8Array(largest + 1);
    const refused = { name: "SyscallError", code: "ENOBUFS", message: /net\.core\.optmem_max/ };
    throws(() => send(left, { level: 9, type: 9, payload }), refused);
    throws(() => send(left, rights([left]), { level: 9, type: 9, payload }), refused);
    assert.is(tryRecvmsg(right), null);
  });
};

const most = "more control data than the kernel takes is ENOBUFS with the setting's name";
if (largest + CMSG_LEN(0) < ROOM) test(most, tooMuchControl);
else test.skip(most, "net.core.optmem_max is larger here than what one message may have");

for (const [name, sizes, path] of [
  ["one message", [262_144], "control[0]"],
  ["one message that misses by a byte", [262_145 - CMSG_LEN(0)], "control[0]"],
  ["two messages", [200_000, 100_000], "control[1]"],
  ["many messages", new Array<number>(FILLING + 1).fill(0), `control[${FILLING}]`],
] as const) {
  test(`more control data than a message may have, by ${name}: refused before the call`, () => {
    withPair("dgram", (left, right) => {
      const messages = sizes.map((size) => ({ level: 9, type: 9, payload: new Uint8Array(size) }));
      const error = throws(() => send(left, ...messages), {
        name: "EncodeError",
        code: "ERR_CMSG_NO_SPACE",
        message: /262144 bytes/,
      });
      assert.equal([error["path"], error["level"], error["type"]], [path, 9, 9]);
      assert.is(tryRecvmsg(right), null);
      sendFds(left, [left], { data: "next" });
      using got = recvmsg(right);
      assert.equal([got.data.toString(), got.fds.length], ["next", 1]);
    });
  });
}

test("a payload above a MiB is a RangeError with its place", () => {
  withPair("dgram", (left, right) => {
    const payload = new Uint8Array((1 << 20) + 1);
    const error = throws(() => send(left, rights([left]), { level: 9, type: 9, payload }), {
      name: "RangeError",
    });
    assert.match(error.message, /^control\[1\]\.payload/);
    assert.is(tryRecvmsg(right), null);
  });
});

const hopLimit = control("IPV6_HOPLIMIT", {
  level: "SOL_IPV6",
  direction: "both",
  enable: ["IPV6_RECVHOPLIMIT"],
  value: field.i32("hoplimit"),
  source: "ipv6(7)",
});

test("IPv6: a hop limit per message, and it does not stick", () => {
  using receiver = socket({ family: "inet6", type: "dgram" });
  using sender = socket({ family: "inet6", type: "dgram" });
  bind(receiver, { host: "::1", port: 0 });
  const to = getsockname(receiver);
  setsockopt(receiver, "SOL_IPV6", "IPV6_RECVHOPLIMIT", true);
  const hops = (): unknown[] => {
    const options = { definitions: [hopLimit], timeoutMs: 10_000 };
    return recvmsg(receiver, options).control.map((m) => (m.is(hopLimit) ? m.value : m));
  };
  sendmsg(sender, { data: x, to });
  const [usual] = hops();
  for (const limit of [2, 255, 1]) {
    sendmsg(sender, { data: x, to, control: [hopLimit(limit)] });
    assert.equal(hops(), [limit]);
    sendmsg(sender, { data: x, to });
    assert.equal(hops(), [usual]);
  }
  throws(() => sendmsg(sender, { data: x, to, control: [hopLimit(256)] }), { code: "EINVAL" });
});

test("IPv4: a message has its numbers and bytes beside its value", () => {
  using receiver = socket({ family: "inet", type: "dgram" });
  using sender = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  const [IP_TTL, IP_RECVTTL, SOL_IP] = [2, 12, 0];
  setsockopt(receiver, SOL_IP, IP_RECVTTL, true);
  const ttl = { level: SOL_IP, type: IP_TTL, payload: Int32Array.of(33) };
  sendmsg(sender, { data: x, to: getsockname(receiver), control: [ttl] });
  const got = recvmsg(receiver, { timeoutMs: 10_000 });
  const [message, ...others] = got.control;
  assert.equal(others, []);
  assert.equal([message?.level, message?.type, message?.value], [SOL_IP, IP_TTL, 33]);
  assert.is(Buffer.from(message?.payload ?? []).readInt32LE(), 33);
  assert.equal([message?.definition?.name, got.problems, got.fds], ["IP_TTL", [], []]);
});

test("IPv4: a cut message keeps the bytes that arrived, and the data", () => {
  using receiver = socket({ family: "inet", type: "dgram" });
  using sender = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  setsockopt(receiver, 0, 12, true);
  for (let controlLimit = 0; controlLimit <= CMSG_LEN(4); controlLimit++) {
    sendmsg(sender, { data: text("whole"), to: getsockname(receiver) });
    const got = recvmsg(receiver, { controlLimit, timeoutMs: 10_000 });
    const left = controlLimit - CMSG_LEN(0);
    assert.is(got.data.toString(), "whole");
    assert.is(got.controlTruncated, left < 4);
    assert.equal(
      got.control.map((m) => m.payload.length),
      left < 0 ? [] : [Math.min(left, 4)],
    );
  }
});

const SO_INQ = 84;
const queueLength = (): void => {
  withPair("stream", (left, right) => {
    setsockopt(right, SOL_SOCKET, SO_INQ, true);
    sendmsg(left, { data: text("sixsix") });
    const { control: messages } = recvmsg(right, { dataLimit: 2 });
    const queued = messages.map((m) => [m.type, Buffer.from(m.payload).readInt32LE()]);
    assert.equal(queued, [[SO_INQ, 4]]);
  });
};
const lacking = optionProblem(SO_INQ);
const title = "SO_INQ: a message that no definition knows brings what is still queued";
if (lacking === undefined) test(title, queueLength);
else test.skip(title, lacking);

test.run();

// expectControl: the value of a message, or why it is not there.

import {
  bind,
  control,
  credentials,
  enable,
  expectControl,
  type Fd,
  field,
  getsockname,
  hopLimit,
  inq,
  recvFds,
  recvmsg,
  rights,
  rxqOverflow,
  sendmsg,
  sockCred2,
  socket,
  TruncationError,
  ttl,
  udpSegment,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text, withFiles, withPair } from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { suite } from "../support/suite.js";

const test = suite("expected control");

const data = text("x");

/** A message over UDP to a receiver that `prepare` has prepared. */
function overUdp(work: (receiver: Fd, receive: () => ReturnType<typeof recvmsg>) => void): void {
  using receiver = socket({ family: "inet", type: "dgram" });
  using sender = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  work(receiver, () => {
    sendmsg(sender, { data, to: getsockname(receiver) });
    return recvmsg(receiver, { timeoutMs: 10_000 });
  });
}

test("answers the value with the type of its definition", () => {
  withPair("stream", (left, right) => {
    enable(right, credentials);
    sendmsg(left, { data, control: [rights([left, right])] });
    using message = recvmsg(right);
    const sender: { pid: number; uid: number; gid: number } = expectControl(message, credentials);
    assert.equal(sender, ownIds());
    const fds: readonly Fd[] = expectControl(message, rights, { socket: right });
    assert.equal(fds, message.fds);
    sendmsg(left, { data });
    using next = recvFds(right);
    assert.equal(expectControl(next, credentials), ownIds());
  });
});

test("an option that nobody has set, and how to set it", () => {
  overUdp((receiver, receive) => {
    const message = receive();
    const error = throws(() => expectControl(message, ttl, { socket: receiver }), {
      code: "ERR_CMSG_NOT_ENABLED",
    });
    assert.match(
      error.message,
      "IP_TTL did not come, because IP_RECVTTL is not set on this socket",
    );
    assert.match(error.message, "enable(socket, ttl) before messages arrive; what came: nothing");
    enable(receiver, ttl);
    assert.type(expectControl(receive(), ttl, { socket: receiver }), "number");
    const unknown = throws(() => expectControl(message, ttl), { code: "ERR_CMSG_NOT_DELIVERED" });
    assert.match(unknown.message, "is IP_RECVTTL set on the socket, as enable(socket, ttl) does?");
  });
});

test("an option that is set, and a kernel that had no reason", () => {
  overUdp((receiver, receive) => {
    enable(receiver, rxqOverflow, ttl);
    const error = throws(() => expectControl(receive(), rxqOverflow, { socket: receiver }), {
      code: "ERR_CMSG_NOT_DELIVERED",
    });
    assert.match(error.message, /SO_RXQ_OVFL is enabled on this socket, but the kernel sent none/);
    assert.match(error.message, `it needs ${rxqOverflow.needs}`);
    assert.match(error.message, /what came: IP_TTL$/);
  });
});

test("what never arrives, or not on such a socket", () => {
  overUdp((receiver, receive) => {
    enable(receiver, ttl);
    const message = receive();
    for (const [definition, said] of [
      [udpSegment, /^UDP_SEGMENT is only sent/],
      [hopLimit, /^IPV6_HOPLIMIT does not come on sockets of this family: expect IP_TTL/],
      [rights, /^SCM_RIGHTS does not come on sockets of this family and type/],
    ] as const) {
      const wanted = definition as typeof ttl;
      throws(() => expectControl(message, wanted, { socket: receiver }), {
        code: "ERR_CMSG_NOT_DELIVERED",
        message: said,
      });
    }
  });
  withPair("stream", (left, right) => {
    sendmsg(left, { data });
    const message = recvmsg(right);
    throws(() => expectControl(message, rights, { socket: right }), {
      code: "ERR_CMSG_NOT_DELIVERED",
      message: /^SCM_RIGHTS is enabled on this socket/,
    });
    throws(() => expectControl(message, inq, { socket: right }), {
      code: "ERR_CMSG_NOT_DELIVERED",
      message: /^SCM_INQ did not come.*is SO_INQ set/,
    });
  });
});

test("control data that was cut short", () => {
  withPair("dgram", (left, right) => {
    enable(right, credentials);
    withFiles(1, (files) => {
      for (const [controlLimit, said] of [
        [0, /^SCM_CREDENTIALS did not arrive: control data was cut short \(MSG_CTRUNC\)/],
        [20, /^SCM_CREDENTIALS arrived in part \(SOL_SOCKET .*4 bytes, needs 12\)/],
      ] as const) {
        sendmsg(left, { data, control: [rights(files)] });
        using message = recvmsg(right, { controlLimit });
        throws(() => expectControl(message, credentials, { socket: right }), {
          code: "ERR_CMSG_TRUNCATED",
          message: said,
        });
      }
      sendmsg(left, { data, control: [rights(files)] });
      try {
        recvmsg(right, { controlLimit: 40, truncation: "throw" });
        assert.unreachable();
      } catch (error) {
        if (!(error instanceof TruncationError)) throw error;
        assert.is(expectControl(error, credentials).pid, process.pid);
        throws(() => expectControl(error, rights), { code: "ERR_CMSG_TRUNCATED" });
      }
    });
  });
});

const wide = control("IP_TTL", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVTTL"],
  value: field.u64("wide"),
  source: "made up",
});

const narrow = control("IP_TTL", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVTTL"],
  value: field.i32("narrow"),
  source: "made up",
});

test("a payload that is too short, and a definition that the receive was not told of", () => {
  overUdp((receiver, receive) => {
    enable(receiver, narrow);
    const message = receive();
    assert.is(expectControl(message, narrow), expectControl(message, ttl));
    const error = throws(() => expectControl(message, wide, { socket: receiver }), {
      code: "ERR_CMSG_PAYLOAD_TOO_SHORT",
    });
    assert.match(error.message, /^IP_TTL came with too short a payload: 4 bytes, needs 8$/);
  });
});

test("a message of other systems is said to be none of this one", () => {
  overUdp((receiver, receive) => {
    const message = receive();
    const expected = {
      code: "ERR_CMSG_NOT_DELIVERED",
      message: /^SCM_CREDS2 is unknown to this system/,
    };
    throws(() => expectControl(message, sockCred2), expected);
    throws(() => expectControl(message, sockCred2, { socket: receiver }), expected);
  });
});

test("arguments of the wrong kind are refused", () => {
  overUdp((receiver, receive) => {
    const message = receive();
    for (const wrong of [null, undefined, 5, {}, { control: 5 }, "x"]) {
      throws(() => expectControl(wrong as never, ttl), { name: "TypeError", message: /^received/ });
    }
    for (const wrong of [null, undefined, 5, {}, "IP_TTL"]) {
      throws(() => expectControl(message, wrong as never), {
        name: "TypeError",
        message: /^definition must be made by control/,
      });
    }
    throws(() => expectControl(message, ttl, receiver as never), { name: "TypeError" });
    throws(() => expectControl(message, ttl, 5 as never), { name: "TypeError" });
    throws(() => expectControl(message, ttl, { socket: 0x7fffffff }), { code: "EBADF" });
  });
});

test.run();

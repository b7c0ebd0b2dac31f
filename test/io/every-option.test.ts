// Every option of a socket at once: nothing is cut short, and enabledOn and controlSpace say how much room that takes.

import {
  type AnyDefinition,
  bind,
  CMSG_SPACE,
  connect,
  controlSpace,
  credentials,
  definitions,
  enable,
  enabledOn,
  type Fd,
  getsockname,
  getsockopt,
  ipRecvErr,
  MSG_ERRQUEUE,
  type ReceivedMessage,
  recvmsg,
  rights,
  type SenderLike,
  SyscallError,
  sendmsg,
  setsockopt,
  socket,
  timestamp,
  timestamping,
  timestampNs,
} from "cmsg";
import { assert } from "../support/assert.js";
import { withOpenFiles, withSockets } from "../support/loop.js";
import { TYPES, text, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("every option");

/** Enables all that can arrive at such a socket, each by itself. Of the two timestamps, the one with nanoseconds. */
function enableAll(on: SenderLike): readonly AnyDefinition[] {
  const wanted = definitions().filter((each) => each.direction !== "send" && each !== timestamp);
  return wanted.filter((definition) => {
    try {
      enable(on, definition);
      return true;
    } catch (error) {
      const { code } = error as { code: string };
      const expected =
        error instanceof SyscallError ||
        ["ERR_CMSG_NO_OPTION", "ERR_CMSG_NOT_SUPPORTED", "ERR_CMSG_WRONG_FAMILY"].includes(code);
      if (!expected) throw error;
      return false;
    }
  });
}

const namesOf = ({ control }: ReceivedMessage): string[] =>
  control.map(({ definition, level, type }) => definition?.name ?? `${level} ${type}`);

/** Receives with the default room, and then the same again in exactly the room that is said to be enough. */
function receiveBoth(receiver: Fd, send: () => void, flags = 0): string[] {
  const options = { flags, timeoutMs: 10_000 };
  send();
  using whole = recvmsg(receiver, options);
  const controlLimit = controlSpace(enabledOn(receiver));
  send();
  using exact = recvmsg(receiver, { ...options, controlLimit });
  for (const message of [whole, exact]) {
    assert.is(message.controlTruncated, false, namesOf(message).join(" "));
    assert.equal(message.problems, []);
    assert.ok(message.controlBytes.length <= controlLimit);
  }
  assert.equal(namesOf(exact), namesOf(whole));
  const able = enabledOn(receiver).map(({ name }) => name);
  for (const name of namesOf(whole)) assert.ok(able.includes(name), `${name} arrives`);
  return namesOf(whole);
}

for (const [family, host, least] of [
  ["inet", "127.0.0.1", ["IP_PKTINFO", "IP_TTL", "IP_TOS", "IP_ORIGDSTADDR", "SCM_TIMESTAMPNS"]],
  ["inet6", "::1", ["IPV6_PKTINFO", "IPV6_HOPLIMIT", "IPV6_TCLASS", "SCM_TIMESTAMPNS"]],
] as const) {
  test(`${family}: a datagram brings all that was asked for, whole`, () => {
    using receiver = socket({ family, type: "dgram" });
    using sender = socket({ family, type: "dgram" });
    bind(receiver, { host, port: 0 });
    assert.ok(enableAll(receiver).length > 15);
    const to = getsockname(receiver);
    const came = receiveBoth(receiver, () => sendmsg(sender, { data: text("x"), to }));
    for (const name of least) assert.ok(came.includes(name), `${name} in ${came}`);
  });

  test(`${family}: packets of IPv4 and IPv6 on one socket, errors in its queue`, () => {
    using receiver = socket({ family, type: "dgram" });
    if (family === "inet6") setsockopt(receiver, 41, 26, false);
    enableAll(receiver);
    bind(receiver, { host: family === "inet6" ? "::" : "0.0.0.0", port: 0 });
    const { port } = getsockname(receiver) as { port: number };
    using sender = socket({ family: "inet", type: "dgram" });
    const to = { host: "127.0.0.1", port };
    const came = receiveBoth(receiver, () => sendmsg(sender, { data: text("x"), to }));
    for (const name of ["IP_PKTINFO", "IP_TTL", "IP_TOS"]) {
      assert.ok(came.includes(name), `${name} in ${came}`);
    }
    const nobody = socket({ family, type: "dgram" });
    bind(nobody, { host, port: 0 });
    const gone = getsockname(nobody);
    nobody.close();
    const errors = receiveBoth(
      receiver,
      () => {
        // The kernel reports an earlier error by refusing the next call.
        getsockopt(receiver, "SOL_SOCKET", "SO_ERROR");
        sendmsg(receiver, { data: text("lost"), to: gone });
      },
      MSG_ERRQUEUE,
    );
    assert.ok(errors.includes(family === "inet" ? "IP_RECVERR" : "IPV6_RECVERR"), String(errors));
  });
}

for (const type of TYPES) {
  test(`${type}: 253 descriptors with all that the kernel says of their sender`, () => {
    withFiles(253, (files) => {
      withPair(type, (left, right) => {
        const on = enableAll(right).filter(({ direction }) => direction !== "send");
        assert.ok(on.includes(credentials));
        const able = enabledOn(right);
        assert.ok(able.includes(rights));
        for (const definition of on) assert.ok(able.includes(definition), definition.name);
        const came = receiveBoth(right, () => {
          sendmsg(left, { data: text("x"), control: [rights(files)] });
        });
        assert.ok(came.includes("SCM_CREDENTIALS") && came.includes("SCM_RIGHTS"));
        assert.is(came.includes("SCM_TIMESTAMPNS"), type !== "stream");
      });
    });
  });
}

test("a socket on the event loop has room for all of it, framed or not", async () => {
  for (const framed of [false, true]) {
    await withSockets({ framed }, async (left, right) => {
      enableAll(right);
      await withOpenFiles(253, async (files) => {
        await left.send("x", { fds: files });
        const message = await right.receive();
        try {
          assert.equal([message?.fds.length, message?.controlTruncated], [253, false]);
          assert.is(
            message?.control.some((each) => each.is(credentials)),
            true,
          );
        } finally {
          message?.[Symbol.dispose]();
        }
      });
    });
  }
});

test("room for what is on is exactly what arrives, and a byte less cuts it short", () => {
  withFiles(253, (files) => {
    withPair("dgram", (left, right) => {
      enable(right, credentials, timestampNs);
      const data = text("x");
      const room = controlSpace(enabledOn(right));
      assert.is(room, CMSG_SPACE(12) + CMSG_SPACE(16) + CMSG_SPACE(4 * 253));
      const receive = (controlLimit: number): boolean => {
        sendmsg(left, { data, control: [rights(files)] });
        using message = recvmsg(right, { controlLimit });
        if (!message.controlTruncated) assert.is(message.controlBytes.length, controlLimit);
        return message.controlTruncated;
      };
      assert.equal([receive(room), receive(room - 5)], [false, true]);
    });
  });
});

test("what is on follows the options, whoever has set them", () => {
  withPair("stream", (left) => {
    assert.equal(
      enabledOn(left).filter(({ enable: by }) => by[0] !== "SO_INQ"),
      [rights],
    );
    setsockopt(left, "SOL_SOCKET", "SO_PASSCRED", true);
    assert.ok(enabledOn(left.number).includes(credentials));
    setsockopt(left, "SOL_SOCKET", "SO_PASSCRED", false);
    assert.not.ok(enabledOn(left).includes(credentials));
    let refuses = true;
    try {
      setsockopt(left, "SOL_SOCKET", "SO_PASSRIGHTS", false);
    } catch {
      refuses = false;
    }
    assert.is(enabledOn(left).includes(rights), !refuses);
  });
  using udp = socket({ family: "inet", type: "dgram" });
  assert.equal(enabledOn(udp), []);
  enable(udp, [timestamping, ["SOF_TIMESTAMPING_TX_SOFTWARE"]]);
  assert.not.ok(enabledOn(udp).includes(timestamping), "asked for, and not reported");
  enable(udp, [timestamping, ["SOF_TIMESTAMPING_SOFTWARE"]]);
  assert.ok(enabledOn(udp).includes(timestamping));
  assert.ok(enabledOn(udp).includes(ipRecvErr), "transmit stamps come by the error queue");
});

test("a connected socket of each kind is asked without a change", () => {
  using server = socket({ family: "inet", type: "dgram" });
  bind(server, { host: "127.0.0.1", port: 0 });
  using client = socket({ family: "inet", type: "dgram" });
  connect(client, getsockname(server));
  enableAll(client);
  const first = enabledOn(client);
  assert.equal(enabledOn(client), first);
  assert.ok(first.length > 10);
});

test.run();

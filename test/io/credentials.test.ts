// Credentials of messages: SO_PASSCRED, those that the kernel fills in, and those that a sender claims.

import { spawnSync } from "node:child_process";
import {
  accept,
  bind,
  CMSG_LEN,
  CMSG_SPACE,
  connect,
  credentials,
  type Fd,
  getsockname,
  getsockopt,
  listen,
  type ReceivedMessage,
  recvFds,
  recvmsg,
  rights,
  SCM_CREDENTIALS,
  SO_PASSCRED,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  setsockopt,
  socket,
  socketpair,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { TYPES, text, withPair } from "../support/message.js";
import {
  CAP_SETGID,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  hasCapability,
  ownIds,
  withoutPrivilege,
} from "../support/privilege.js";
import { suite } from "../support/suite.js";

const test = suite("credentials");

const me = ownIds();
const NOBODY = { pid: 0, uid: 65534, gid: 65534 };

function passCredentials(socket: Fd, on = true): void {
  setsockopt(socket, SOL_SOCKET, SO_PASSCRED, on);
}

/** The credentials of a message, all of them. */
function idsOf(message: ReceivedMessage): unknown[] {
  return message.control.flatMap((m) => (m.is(credentials) ? [m.value] : []));
}

function claim(left: Fd, ids: { pid: number; uid: number; gid: number }): number {
  return sendmsg(left, { data: text("x"), control: [credentials(ids)] });
}

for (const type of TYPES) {
  test(`${type}: off unless set, for each end of its own`, () => {
    withPair(type, (left, right) => {
      const both = (): number[] => [left, right].map((s) => getsockopt(s, SOL_SOCKET, SO_PASSCRED));
      assert.equal(both(), [0, 0]);
      passCredentials(left);
      assert.equal(both(), [1, 0]);
      passCredentials(left, false);
      assert.equal(both(), [0, 0]);
    });
  });

  test(`${type}: the kernel fills in those of the sender`, () => {
    withPair(type, (left, right) => {
      passCredentials(right);
      sendmsg(left, { data: text("x") });
      const got = recvmsg(right, { controlLimit: CMSG_SPACE(12) });
      assert.equal([idsOf(got), got.flags, got.problems], [[me], 0, []]);
      assert.is(got.controlBytes.length, CMSG_SPACE(12));
      assert.equal(
        got.control.map(({ level, type, payload }) => [level, type, payload.length]),
        [[SOL_SOCKET, SCM_CREDENTIALS, 12]],
      );
    });
  });

  test(`${type}: a sender's own, claimed, arrive once`, () => {
    withPair(type, (left, right) => {
      passCredentials(right);
      claim(left, me);
      assert.equal(idsOf(recvmsg(right)), [me]);
      sendmsg(left, { data: text("x"), control: [credentials(me), credentials(me)] });
      assert.equal(idsOf(recvmsg(right)), [me]);
    });
  });

  test(`${type}: claimed to a receiver that did not ask, nothing arrives`, () => {
    withPair(type, (left, right) => {
      claim(left, me);
      const got = recvmsg(right);
      assert.equal([got.control, got.flags, got.data.toString()], [[], 0, "x"]);
    });
  });

  test(`${type}: beside descriptors, both complete in exactly their space`, () => {
    withPair(type, (left, right) => {
      passCredentials(right);
      for (const control of [
        [credentials(me), rights([left])],
        [rights([left]), credentials(me)],
      ]) {
        sendmsg(left, { data: text("x"), control });
        using got = recvmsg(right, { controlLimit: CMSG_SPACE(12) + CMSG_SPACE(4) });
        assert.equal([got.control.length, got.flags, got.fds.length], [2, 0, 1]);
        assert.equal(idsOf(got), [me]);
      }
      sendFds(left, [left], { data: "x", control: [credentials(me)] });
      using got = recvFds(right);
      assert.is(got.fds.length, 1);
      assert.equal(
        got.control.map((m) => m.value),
        [me],
      );
    });
  });

  test(`${type}: a message that was queued before the option was set names nobody`, () => {
    withPair(type, (left, right) => {
      sendmsg(left, { data: text("x") });
      passCredentials(right);
      assert.equal(idsOf(recvmsg(right)), [NOBODY]);
    });
  });

  for (const length of [0, 11, 13, 16]) {
    test(`${type}: a payload of ${length} bytes is EINVAL, and nothing arrives`, () => {
      withPair(type, (left, right) => {
        const payload = new Uint8Array(length);
        const message = { level: SOL_SOCKET, type: SCM_CREDENTIALS, payload };
        const call = (): unknown => sendmsg(left, { data: text("x"), control: [message] });
        const error = throws(call, { name: "SyscallError", code: "EINVAL", syscall: "sendmsg" });
        assert.match(error.message, /control\[0\] SOL_SOCKET \(1\) SCM_CREDENTIALS \(2\)/);
        assert.is(tryRecvmsg(right), null);
      });
    });
  }

  test(`${type}: without privilege nobody is anybody else`, () => {
    withPair(type, (left, right) => {
      passCredentials(right);
      withoutPrivilege(() => {
        const forged = [
          { ...me, pid: 1 },
          { ...me, pid: 0 },
          { ...me, pid: 0x7fffffff },
          { ...me, uid: 12_345 },
          { ...me, gid: 12_345 },
          { pid: 1, uid: 12_345, gid: 12_345 },
        ];
        for (const ids of forged) {
          const error = throws(() => claim(left, ids), { code: "EPERM", syscall: "sendmsg" });
          assert.match(error.message, /credentials are not those of this process/);
        }
        claim(left, me);
      });
      assert.equal(idsOf(recvmsg(right)), [me]);
      assert.is(tryRecvmsg(right), null);
    });
  });
}

const FORGERIES = [
  ["another process", CAP_SYS_ADMIN, { ...me, pid: process.ppid }],
  ["another user", CAP_SETUID, { ...me, uid: 1234 }],
  ["another group", CAP_SETGID, { ...me, gid: 4321 }],
  ["the largest user and group", CAP_SETUID, { ...me, uid: 0xfffffffe, gid: 0xfffffffe }],
] as const;

for (const [who, capability, ids] of FORGERIES) {
  test(`${who} can be claimed exactly with the capability for it`, () => {
    withPair("stream", (left, right) => {
      passCredentials(right);
      const allowed = hasCapability(capability) && hasCapability(CAP_SETGID);
      if (allowed) {
        claim(left, ids);
        assert.equal(idsOf(recvmsg(right)), [ids]);
      } else throws(() => claim(left, ids), { code: "EPERM" });
    });
  });
}

test("a process that does not exist is ESRCH with privilege, EPERM without", () => {
  withPair("stream", (left, right) => {
    const code = hasCapability(CAP_SYS_ADMIN) ? "ESRCH" : "EPERM";
    for (const pid of [0, -1, 0x7fffffff]) {
      throws(() => claim(left, { ...me, pid }), { code, syscall: "sendmsg" });
    }
    assert.is(tryRecvmsg(right), null);
  });
});

test("user and group -1 are EINVAL before any question of privilege", () => {
  withPair("stream", (left) => {
    const none = 0xffffffff;
    throws(() => claim(left, { ...me, uid: none }), { code: "EINVAL" });
    throws(() => claim(left, { ...me, gid: none }), { code: "EINVAL" });
    withoutPrivilege(() => throws(() => claim(left, { ...me, uid: none }), { code: "EINVAL" }));
  });
});

for (const [name, value, error] of [
  ["pid 2^31", { ...me, pid: 2 ** 31 }, "RangeError"],
  ["pid -2^31 - 1", { ...me, pid: -(2 ** 31) - 1 }, "RangeError"],
  ["uid -1", { ...me, uid: -1 }, "RangeError"],
  ["gid 2^32", { ...me, gid: 2 ** 32 }, "RangeError"],
  ["pid 1.5", { ...me, pid: 1.5 }, "TypeError"],
  ["uid as text", { ...me, uid: "0" }, "TypeError"],
  ["no gid", { pid: me.pid, uid: me.uid }, "TypeError"],
  ["pid true", { ...me, pid: true }, "TypeError"],
  ["nothing", undefined, "TypeError"],
  ["null", null, "TypeError"],
] as const) {
  test(`${name} is a ${error} with the place of the value`, () => {
    withPair("stream", (left, right) => {
      const control = [rights([left]), credentials(value as typeof me)];
      const thrown = throws(() => sendmsg(left, { data: text("x"), control }), { name: error });
      assert.match(thrown.message, /^control\[1\]\.value/);
      assert.match(String(thrown["code"]), /^ERR_CMSG_/);
      assert.is(tryRecvmsg(right), null);
      sendmsg(left, { data: Buffer.alloc(10_000) });
      assert.is(recvmsg(right).bytes, 10_000);
    });
  });
}

test("different credentials do not merge on a stream; equal ones do", () => {
  withPair("stream", (left, right) => {
    sendmsg(left, { data: text("before") });
    passCredentials(right);
    sendmsg(left, { data: text("one") });
    sendmsg(left, { data: text("two") });
    claim(left, me);
    const seen: unknown[] = [];
    for (let got = tryRecvmsg(right); got !== null; got = tryRecvmsg(right)) {
      seen.push([got.data.toString(), ...idsOf(got)]);
    }
    assert.equal(seen, [
      ["before", NOBODY],
      ["onetwox", me],
    ]);
    const child = `printf child >&3`;
    spawnSync("sh", ["-c", child], { stdio: ["ignore", "ignore", "ignore", left.number] });
    sendmsg(left, { data: text("parent") });
    const first = recvmsg(right);
    assert.is(first.data.toString(), "child");
    assert.not.equal(idsOf(first), [me]);
    const second = recvmsg(right);
    assert.equal([second.data.toString(), idsOf(second)], ["parent", [me]]);
    passCredentials(right, false);
    spawnSync("sh", ["-c", child], { stdio: ["ignore", "ignore", "ignore", left.number] });
    sendmsg(left, { data: text("parent") });
    assert.is(recvmsg(right).data.toString(), "childparent");
  });
});

test("an accepted socket inherits the option of its listener", () => {
  for (const type of ["stream", "seqpacket"] as const) {
    using server = socket({ type });
    using client = socket({ type });
    bind(server, { abstract: `cmsg-credentials-${type}-${process.pid}` });
    passCredentials(server);
    listen(server);
    connect(client, getsockname(server));
    using connection = accept(server, { timeoutMs: 10_000 });
    assert.is(getsockopt(connection, SOL_SOCKET, SO_PASSCRED), 1);
    sendmsg(client, { data: text("x") });
    assert.equal(idsOf(recvmsg(connection)), [me]);
  }
});

test("the option of the sender makes the kernel fill them in too", () => {
  using pair = socketpair();
  passCredentials(pair[0]);
  sendmsg(pair[0], { data: text("x") });
  passCredentials(pair[1]);
  assert.equal(idsOf(recvmsg(pair[1], { controlLimit: CMSG_LEN(12) })), [me]);
});

test.run();

// AF_UNIX: descriptors, credentials, process descriptors, bytes that are left and times, compared with /proc, the clock, and the
// process at the other end.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  credentials,
  enable,
  type Fd,
  inq,
  MSG_PEEK,
  pidfd,
  recvmsg,
  rights,
  sendmsg,
  setsockopt,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import {
  identity,
  indices,
  optionProblem,
  TYPES,
  text,
  upTo,
  withFiles,
  withPair,
} from "../support/message.js";
import { CAP_SYS_ADMIN, ownIds, withoutPrivilege } from "../support/privilege.js";
import { capabilityProblem } from "./support/features.js";
import { noPython, pythonReceives } from "./support/python.js";
import { kernelSuite } from "./support/suite.js";

const test = kernelSuite("unix");

const data = text("x");

for (const type of TYPES) {
  test(`${type}: the descriptors that arrive stand for the files that were sent`, () => {
    withPair(type, (left, right) => {
      for (const count of [1, 3, 253]) {
        withFiles(count, (files) => {
          sendmsg(left, { data, control: [rights(files)] });
          using message = recvmsg(right);
          const fds = test.received(message, rights);
          assert.equal(indices(fds), upTo(count));
          assert.equal(fds.map(identity), files.map(identity));
          const known = files.map(({ number }) => number);
          assert.not.ok(fds.some(({ number }) => known.includes(number)));
        });
      }
    });
    test.sent(rights);
  });

  test.unless(noPython, `${type}: credentials of this process, as Python reads them`, () => {
    withPair(type, (left, right) => {
      enable(right, credentials);
      const { pid, uid, gid } = ownIds();
      for (const control of [[], [credentials({ pid, uid, gid })]]) {
        sendmsg(left, { data, control });
        assert.equal(test.received(recvmsg(right), credentials), { pid, uid, gid });
        sendmsg(left, { data, control });
        const [received] = pythonReceives(right, 1);
        assert.equal(received?.control[0]?.values, [pid, uid, gid]);
      }
    });
    test.sent(credentials);
  });

  test.unless(noPython, `${type}: credentials and pidfd of another process`, () => {
    withPair(type, (left, right) => {
      enable(right, credentials);
      const hasPidfd = optionProblem("SO_PASSPIDFD") === undefined;
      if (hasPidfd) enable(right, pidfd);
      const script = "import os, socket; socket.socket(fileno=3).send(b'x'); print(os.getpid())";
      const { stdout } = spawnSync("python3", ["-c", script], {
        stdio: ["ignore", "pipe", "inherit", left.number],
        encoding: "utf8",
      });
      using message = recvmsg(right);
      assert.equal(test.received(message, credentials), { ...ownIds(), pid: Number(stdout) });
    });
  });
}

const isolated = optionProblem("SO_PASSPIDFD");

for (const type of TYPES) {
  test.unless(isolated, `${type}: a pidfd stands for the process that /proc names`, () => {
    withPair(type, (left, right) => {
      enable(right, pidfd);
      sendmsg(left, { data });
      using message = recvmsg(right);
      const fd = test.received(message, pidfd) as Fd;
      const info = readFileSync(`/proc/self/fdinfo/${fd.number}`, "utf8");
      assert.is(Number(/^Pid:\s*(\d+)$/m.exec(info)?.[1]), process.pid);
    });
  });
}

test("only who may lie about credentials can: others get EPERM", () => {
  withPair("dgram", (left, right) => {
    enable(right, credentials);
    const { uid, gid } = ownIds();
    const lie = () => sendmsg(left, { data, control: [credentials({ pid: 1, uid, gid })] });
    withoutPrivilege(() => throws(lie, { code: "EPERM", syscall: "sendmsg" }));
    assert.is(tryRecvmsg(right), null);
  });
});

test.unless(
  capabilityProblem(CAP_SYS_ADMIN, "CAP_SYS_ADMIN"),
  "the credentials that an administrator chooses arrive",
  () => {
    withPair("dgram", (left, right) => {
      enable(right, credentials);
      const chosen = { pid: process.ppid, uid: 12345, gid: 54321 };
      sendmsg(left, { data, control: [credentials(chosen)] });
      assert.equal(test.received(recvmsg(right), credentials), chosen);
    });
  },
);

test.unless(optionProblem("SO_INQ"), "bytes that are left are those that can be read", () => {
  withPair("stream", (left, right) => {
    enable(right, inq);
    sendmsg(left, { data: Buffer.alloc(1000) });
    for (const dataLimit of [1, 99, 400]) {
      const left = test.received(recvmsg(right, { dataLimit }), inq);
      const peeked = recvmsg(right, { flags: MSG_PEEK });
      assert.is(left, peeked.bytes);
    }
    assert.is(test.received(recvmsg(right), inq), 0);
  });
});

test("what the kernel alone may say cannot be sent", () => {
  withPair("dgram", (left, right) => {
    for (const control of [pidfd(0), inq(1)]) {
      throws(() => sendmsg(left, { data, control: [control] }), { code: "EINVAL" });
    }
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", false);
    assert.is(tryRecvmsg(right), null);
  });
});

test.run();

// SO_PASSPIDFD with SCM_PIDFD, and SO_PASSSEC with SCM_SECURITY: on kernels that have them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  type Fd,
  pidfd,
  type ReceivedMessage,
  recvFds,
  recvmsg,
  rights,
  security,
  sendFds,
  sendmsg,
  setsockopt,
  TruncationError,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { fdLimit, jsonOf, optionProblem, TYPES, text, withPair } from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("SCM_PIDFD, SCM_SECURITY");

type Body = () => void | Promise<void>;

/** A test for a kernel that has a socket option; elsewhere its words are the reason to skip. */
function needing(option: string): (title: string, body: Body) => void {
  const reason = optionProblem(option);
  return (title, body) => (reason === undefined ? test(title, body) : test.skip(title, reason));
}

const withPidfd = needing("SO_PASSPIDFD");
const withSecurity = needing("SO_PASSSEC");

/** The process that a pidfd stands for: proc(5), fdinfo. */
function processOf(fd: Fd): number {
  const info = readFileSync(`/proc/self/fdinfo/${fd.number}`, "utf8");
  return Number(/^Pid:\s*(-?\d+)$/m.exec(info)?.[1]);
}

function pidfdsOf(message: ReceivedMessage): Fd[] {
  return message.control.flatMap((m) => (m.is(pidfd) && m.value !== null ? [m.value] : []));
}

for (const type of TYPES) {
  withPidfd(`${type}: a descriptor for the sender, owned and close-on-exec`, () => {
    withPair(type, (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
      sendmsg(left, { data: text("x") });
      const before = fdCount();
      {
        using got = recvmsg(right, { closeOnExec: false });
        const [fd] = pidfdsOf(got) as [Fd];
        assert.equal([got.fds.length, got.flags, fdCount()], [1, 0, before + 1]);
        assert.is(got.fds[0], fd);
        assert.is(processOf(fd), process.pid);
        assert.is(fd.describe().closeOnExec, true);
        assert.is(got.control[0]?.payload.length, 4);
      }
      assert.is(fdCount(), before);
    });
  });

  withPidfd(`${type}: beside descriptors and credentials, all complete and none mixed up`, () => {
    withPair(type, (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      const before = fdCount();
      sendFds(left, [left, right], { data: "x" });
      {
        using got = recvmsg(right);
        const names = got.control.map((m) => m.definition?.name);
        assert.equal(names, ["SCM_CREDENTIALS", "SCM_RIGHTS", "SCM_PIDFD"]);
        assert.equal(
          got.control.flatMap((m) => (m.is(credentials) ? [m.value] : [])),
          [ownIds()],
        );
        const sockets = got.control.flatMap((m) => (m.is(rights) ? m.value : []));
        assert.equal(
          sockets.map((fd) => fd.describe().kind),
          ["socket", "socket"],
        );
        assert.equal(pidfdsOf(got).map(processOf), [process.pid]);
        assert.is(got.fds.length, 3);
      }
      assert.is(fdCount(), before);
      sendFds(left, [left, right], { data: "x" });
      {
        using got = recvFds(right, { fdLimit: 1 });
        assert.equal([got.fds.length, got.surplus], [1, 1]);
        assert.equal(
          got.fds[0]?.describe().kind,
          "socket",
          "a pidfd is not one of the descriptors",
        );
        assert.equal(got.control.length, 2);
        assert.is(fdCount(), before + 2);
      }
      assert.is(fdCount(), before, "the pidfd is closed with the result");
    });
  });
}

withPidfd("a pidfd comes whole or not at all", () => {
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
    const before = fdCount();
    for (let controlLimit = 0; controlLimit <= CMSG_SPACE(4) + 8; controlLimit++) {
      sendmsg(left, { data: text("x") });
      {
        using got = recvmsg(right, { controlLimit });
        const fits = controlLimit >= CMSG_LEN(4);
        assert.equal([got.fds.length, got.controlTruncated], [fits ? 1 : 0, !fits]);
        assert.is(pidfdsOf(got).length, fits ? 1 : 0);
      }
      assert.is(fdCount(), before);
    }
  });
});

withPidfd("a cut message with descriptors closes what nobody takes, the pidfd too", () => {
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
    const before = fdCount();
    sendFds(left, [left, left], { data: "x" });
    const call = (): unknown => recvFds(right, { controlLimit: CMSG_SPACE(8) });
    const error = throws(call, { name: "TruncationError" }) as unknown as TruncationError;
    assert.instance(error, TruncationError);
    assert.is(fdCount(), before + 2);
    error[Symbol.dispose]();
    assert.is(fdCount(), before);
  });
});

withPidfd("a full descriptor table leaves the pidfd out and says so", async () => {
  const seen = await jsonOf(
    `
    import { Fd, socketpair, sendmsg, recvmsg, setsockopt, pidfd } from "cmsg";
    const [left, right] = socketpair();
    setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
    const data = Buffer.from("whole");
    sendmsg(left, { data });
    Fd.closeAll(recvmsg(right).fds);
    const filler = [];
    try { for (;;) filler.push(left.dup()); } catch {}
    sendmsg(left, { data });
    const got = recvmsg(right);
    const values = got.control.filter((m) => m.is(pidfd) && m.value !== null).length;
    Fd.closeAll(filler);
    console.log(JSON.stringify([String(got.data), got.fds.length, values]));
    `,
    fdLimit(80),
  );
  assert.equal(seen, ["whole", 0, 0]);
});

withPidfd("a pidfd stands for another process, also when that has ended", async () => {
  const messages: ReceivedMessage[] = [];
  const child = withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSPIDFD", true);
    const sender = spawn("sh", ["-c", "printf x >&3; read line"], {
      stdio: ["pipe", "ignore", "ignore", left.number],
    });
    messages.push(recvmsg(right, { timeoutMs: 60_000 }));
    return sender;
  });
  const message = messages[0] as ReceivedMessage;
  assert.is(message.data.toString(), "x");
  const [fd] = pidfdsOf(message) as [Fd];
  assert.is(processOf(fd), child.pid);
  child.stdin?.end("\n");
  await once(child, "close");
  assert.is(processOf(fd), -1, "the process is gone, the descriptor still stands for it");
  fd.close();
});

withPidfd("nobody can send one", () => {
  withPair("stream", (left, right) => {
    const data = text("x");
    const error = throws(() => sendmsg(left, { data, control: [pidfd(right)] }), {
      code: "EINVAL",
      syscall: "sendmsg",
    });
    assert.match(error.message, /SCM_PIDFD \(4\)/);
  });
});

withSecurity("asking for labels takes nothing away from a message", () => {
  for (const type of TYPES) {
    withPair(type, (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSSEC", true);
      sendFds(left, [left], { data: "x" });
      using got = recvmsg(right);
      assert.equal([got.data.toString(), got.fds.length, got.flags], ["x", 1, 0]);
      assert.is(got.control.filter((m) => !m.is(security)).length, 1);
    });
  }
});

/** The label that messages carry here, as they carry it: undefined without a security module that labels them. */
function labelHere(): ReceivedMessage["control"][number] | undefined {
  return withPair("dgram", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSSEC", true);
    sendmsg(left, { data: text("x") });
    return recvmsg(right).control.find((m) => m.is(security));
  });
}

const label = optionProblem("SO_PASSSEC") === undefined ? labelHere() : undefined;

const labelTest = (): void => {
  const bytes = Buffer.from(label?.payload ?? []);
  assert.is(label?.value, bytes.toString().replace(/\0$/, ""));
  assert.ok(bytes.length > 0);
};

if (label !== undefined) test("a label comes as text", labelTest);
else test.skip("a label comes as text", "no security module of this kernel labels messages");

test("a security label is the kernel's to give: sending one is EINVAL", () => {
  withPair("stream", (left) => {
    const control = [security("label")];
    throws(() => sendmsg(left, { data: text("x"), control }), { code: "EINVAL" });
  });
});

test.run();

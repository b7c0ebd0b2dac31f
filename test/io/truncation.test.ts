// Control data that the kernel had to cut: by controlLimit of every size, and by a full descriptor table.

import {
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  Fd,
  MSG_CTRUNC,
  type Received,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  TruncationError,
  tryRecvFds,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { fdCount, suite, turn } from "../support/suite.js";

const test = suite("truncated control data");

/** What Linux installs of `sent` descriptors when the control buffer has `room` bytes left: whole ones, as many as fit. */
function installed(sent: number, room: number): number {
  return Math.max(0, Math.min(sent, Math.floor((room - CMSG_LEN(0)) / 4)));
}

const ROOMS = [...upTo(CMSG_SPACE(12) + 24), 100, 4096, 262_144];

for (const type of TYPES) {
  for (const sent of [1, 2, 3]) {
    test(`${type}: ${sent} descriptors through a control buffer of every size`, () => {
      withPair(type, (left, right) =>
        withFiles(sent, (files) => {
          for (const controlLimit of ROOMS) {
            const expected = installed(sent, controlLimit);
            const before = fdCount();
            for (const receive of [recvFds, recvmsg, tryRecvFds, tryRecvmsg]) {
              sendFds(left, files, { data: "whole" });
              using got = receive(right, { controlLimit, truncation: "report" }) as Received;
              const where = `${controlLimit} bytes`;
              assert.is(got.data.toString(), "whole", where);
              assert.equal(indices(got.fds), upTo(expected), where);
              assert.is(fdCount(), before + expected, where);
              assert.is(got.controlTruncated, expected < sent, where);
              assert.is(got.flags, expected < sent ? MSG_CTRUNC : 0, where);
              assert.is(got.surplus, 0, where);
            }
            assert.is(fdCount(), before);
          }
        }),
      );
    });
  }

  test(`${type}: recvFds throws with everything that arrived`, () => {
    withPair(type, (left, right) =>
      withFiles(3, (files) => {
        for (const receive of [recvFds, tryRecvFds]) {
          sendFds(left, files, { data: "not lost" });
          const before = fdCount();
          const call = (): unknown => receive(right, { controlLimit: CMSG_LEN(8) });
          const error = throws(call, { name: "TruncationError", code: "ERR_CMSG_TRUNCATED" });
          assert.instance(error, TruncationError);
          const { data, bytes, fds, control, flags, address, surplus } =
            error as unknown as TruncationError;
          assert.equal([data.toString(), bytes], ["not lost", 8]);
          assert.equal([control, flags, surplus], [[], MSG_CTRUNC, 0]);
          assert.equal(address, { unnamed: true });
          assert.equal(indices(fds), [0, 1]);
          assert.match(error.message, /2 descriptors .*RLIMIT_NOFILE.*controlLimit/);
          assert.is(fdCount(), before + 2);
          Fd.closeAll(fds);
        }
      }),
    );
  });
}

test("what nobody takes from the error is closed at the end of the turn", async () => {
  const errors: TruncationError[] = [];
  const before = fdCount();
  withPair("stream", (left, right) => {
    sendFds(left, [0, 0, 0], { data: "x" });
    try {
      recvFds(right, { controlLimit: CMSG_LEN(8) });
    } catch (error) {
      errors.push(error as TruncationError);
    }
  });
  const [first, second] = (errors[0] as TruncationError).fds as [Fd, Fd];
  assert.is(fdCount(), before + 2);
  const taken = first.take();
  await turn();
  assert.equal([second.closed, fdCount()], [true, before + 1]);
  new Fd(taken).close();
});

test("the error closes them at the end of a scope", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [0, 0], { data: "x" });
    const before = fdCount();
    try {
      recvFds(right, { controlLimit: CMSG_LEN(4) });
      assert.unreachable();
    } catch (error) {
      using truncation = error as TruncationError;
      assert.is(fdCount(), before + truncation.fds.length);
      assert.is(truncation.fds.length, 1);
    }
    assert.is(fdCount(), before);
  });
});

test("the limit of the caller holds in the error too", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [0, 0, 0, 0], { data: "x" });
    const before = fdCount();
    const call = (): unknown => recvFds(right, { controlLimit: CMSG_LEN(12), fdLimit: 1 });
    const error = throws(call, { name: "TruncationError" });
    assert.equal([(error["fds"] as Fd[]).length, error["surplus"]], [1, 2]);
    assert.is(fdCount(), before + 1);
    Fd.closeAll(error["fds"] as Fd[]);
  });
});

test('recvmsg reports unless told to throw, recvFds throws unless told to report: "truncation"', () => {
  withPair("stream", (left, right) => {
    const controlLimit = CMSG_LEN(4);
    for (const [receive, truncation, thrown] of [
      [recvFds, undefined, true],
      [recvFds, "throw", true],
      [recvFds, "report", false],
      [recvmsg, undefined, false],
      [recvmsg, "report", false],
      [recvmsg, "throw", true],
    ] as const) {
      sendFds(left, [0, 0], { data: "x" });
      const options = truncation === undefined ? { controlLimit } : { controlLimit, truncation };
      if (thrown) {
        const error = throws(() => receive(right, options), { name: "TruncationError" });
        (error as unknown as TruncationError)[Symbol.dispose]();
      } else {
        using got = receive(right, options);
        assert.equal([got.controlTruncated, got.fds.length], [true, 1]);
      }
    }
  });
});

test("truncated data is no error", () => {
  withPair("dgram", (left, right) => {
    sendFds(left, [0], { data: "long words" });
    using got = recvFds(right, { dataLimit: 4 });
    assert.equal([got.dataTruncated, got.controlTruncated, got.fds.length], [true, false, 1]);
  });
});

test("credentials through a control buffer of every size", () => {
  withPair("dgram", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    const [header, whole] = [CMSG_LEN(0), CMSG_LEN(12)];
    for (const controlLimit of ROOMS) {
      sendmsg(left, { data: text("x") });
      const got = recvmsg(right, { controlLimit });
      const length = Math.min(controlLimit - header, 12);
      assert.is(got.controlTruncated, controlLimit < whole, `${controlLimit} bytes`);
      assert.equal(
        got.control.map(({ payload }) => payload.length),
        length < 0 ? [] : [length],
      );
      const [message] = got.control;
      assert.is(message?.is(credentials) ?? false, length === 12);
      if (length >= 0 && length < 12) {
        assert.is(message?.value, undefined);
        assert.equal(
          got.problems.map(({ code }) => code),
          ["ERR_CMSG_PAYLOAD_TOO_SHORT"],
        );
      } else assert.equal(got.problems, []);
    }
  });
});

test("credentials in front of descriptors through a control buffer of every size", () => {
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    const front = CMSG_SPACE(12);
    for (const controlLimit of ROOMS) {
      sendFds(left, [0, 0, 0], { data: "x" });
      const before = fdCount();
      {
        using got = recvFds(right, { controlLimit, truncation: "report" });
        const expected = installed(3, controlLimit - front);
        assert.is(got.fds.length, expected, `${controlLimit} bytes`);
        assert.is(got.controlTruncated, expected < 3);
        assert.is(
          got.control.some((m) => m.is(credentials)),
          controlLimit >= CMSG_LEN(12),
        );
        assert.is(fdCount(), before + expected);
      }
      assert.is(fdCount(), before);
    }
  });
});

test("padding of the control buffer shows nothing of earlier messages", () => {
  withPair("stream", (left, right) => {
    sendFds(left, new Array<number>(60).fill(0), { data: "x" });
    Fd.closeAll(recvmsg(right).fds);
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    sendmsg(left, { data: text("x"), control: [rights([0])] });
    using got = recvmsg(right);
    const cut = [CMSG_LEN(12), CMSG_SPACE(12), CMSG_SPACE(12) + CMSG_LEN(4)] as const;
    const padding = [
      ...got.controlBytes.subarray(cut[0], cut[1]),
      ...got.controlBytes.subarray(cut[2]),
    ];
    assert.is(padding.length, CMSG_SPACE(12) - CMSG_LEN(12) + CMSG_SPACE(4) - CMSG_LEN(4));
    assert.ok(padding.every((byte) => byte === 0));
  });
});

test("with the default control buffer 253 descriptors and every option's message fit", () => {
  withPair("dgram", (left, right) => {
    const options = ["SO_PASSCRED", "SO_PASSPIDFD", "SO_PASSSEC", "SO_TIMESTAMPNS"];
    for (const option of options) {
      try {
        setsockopt(right, "SOL_SOCKET", option, true);
      } catch {
        // An older kernel lacks it: the others are enough.
      }
    }
    sendFds(left, new Array<number>(253).fill(0));
    using got = recvFds(right);
    assert.equal([got.fds.length, got.controlTruncated], [253, false]);
    for (const { definition, value } of got.control) {
      if (definition?.name === "SCM_PIDFD") (value as Fd).close();
    }
  });
});

test.run();

// recvFds and tryRecvFds: limits, surplus, peeking, close-on-exec, and whose the descriptors are.

import { spawnSync } from "node:child_process";
import { createConnection, createServer, type Socket } from "node:net";
import {
  control,
  credentials,
  Fd,
  field,
  MSG_DONTWAIT,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  tryRecvFds,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("recvFds");

for (const type of TYPES) {
  for (const [sent, fdLimit] of [
    [1, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 0],
    [253, 4],
    [253, 252],
    [4, 1000],
  ] as const) {
    test(`${type}: of ${sent} descriptors at most ${fdLimit} are taken`, () => {
      withPair(type, (left, right) =>
        withFiles(sent, (files) => {
          sendFds(left, files, { data: "words" });
          const before = fdCount();
          const got = recvFds(right, { fdLimit });
          const kept = Math.min(sent, fdLimit);
          assert.is(fdCount(), before + kept);
          assert.equal(indices(got.fds), upTo(kept));
          assert.equal([got.surplus, got.flags], [sent - kept, 0]);
          assert.is(got.data.toString(), "words");
          Fd.closeAll(got.fds);
        }),
      );
    });

    test(`${type}: the same of ${sent} and ${fdLimit} beside credentials`, () => {
      withPair(type, (left, right) =>
        withFiles(sent, (files) => {
          setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
          sendFds(left, files, { data: "words" });
          const before = fdCount();
          const got = recvFds(right, { fdLimit });
          const kept = Math.min(sent, fdLimit);
          assert.is(fdCount(), before + kept);
          assert.equal(indices(got.fds), upTo(kept));
          assert.equal([got.surplus, got.controlTruncated], [sent - kept, false]);
          assert.is(got.control.length, 1);
          assert.ok(got.control[0]?.is(credentials));
          Fd.closeAll(got.fds);
        }),
      );
    });
  }

  test(`${type}: nothing attached, room for everything`, () => {
    withPair(type, (left, right) => {
      sendmsg(left, { data: text("plain") });
      const got = recvFds(right, { fdLimit: 253 });
      assert.equal([got.fds, got.control, got.flags, got.surplus], [[], [], 0, 0]);
      assert.is(got.data.toString(), "plain");
    });
  });

  for (const closeOnExec of [undefined, true, false]) {
    test(`${type}: closeOnExec ${closeOnExec}`, () => {
      withPair(type, (left, right) => {
        // What the sender's descriptor has does not matter.
        sendFds(left, [0, right], { data: "x" });
        const options = closeOnExec === undefined ? {} : { closeOnExec };
        using got = recvFds(right, options);
        const expected = closeOnExec !== false;
        assert.equal(
          got.fds.map((fd) => fd.describe().closeOnExec),
          [expected, expected],
        );
        assert.is(got.flags, 0, "the kernel's echo of the request is hidden");
        for (const { number } of got.fds) {
          const { status } = spawnSync("sh", ["-c", `test -e /proc/self/fd/${number}`]);
          assert.is(status === 0, !expected);
        }
      });
    });
  }

  test(`${type}: an empty item beside data is no descriptor`, () => {
    withPair(type, (left, right) => {
      sendmsg(left, { data: text("ab"), control: [rights([])] });
      const got = recvmsg(right);
      assert.equal([got.data.toString(), got.fds, got.control], ["ab", [], []]);
    });
  });

  test(`${type}: tryRecvFds answers null only when nothing is there`, () => {
    withPair(type, (left, right) => {
      assert.equal([tryRecvFds(right), tryRecvmsg(right)], [null, null]);
      sendFds(left, [right], { data: "x" });
      using got = tryRecvFds(right);
      assert.is(got?.fds.length, 1);
      assert.equal([tryRecvFds(right), tryRecvmsg(right)], [null, null]);
      throws(() => recvFds(right, { flags: MSG_DONTWAIT }), { code: "EAGAIN" });
      throws(() => recvFds(right, { timeoutMs: 0 }), { code: "EAGAIN", syscall: "recvmsg" });
    });
  });

  test(`${type}: what nobody takes is closed with the result`, () => {
    withPair(type, (left, right) => {
      for (const receive of [recvFds, recvmsg] as const) {
        sendFds(left, [0, 0, 0], { data: "x" });
        const before = fdCount();
        let kept = -1;
        {
          using got = receive(right);
          kept = (got.fds[1] as Fd).take();
          got.fds[2]?.close();
        }
        assert.is(fdCount(), before + 1);
        new Fd(kept).close();
      }
    });
  });

  test(`${type}: the scope closes them when its body throws`, () => {
    withPair(type, (left, right) => {
      sendFds(left, [0, 0], { data: "x" });
      const before = fdCount();
      throws(
        () => {
          using got = recvFds(right);
          throw new Error(`${got.fds.length} arrived`);
        },
        { message: /2 arrived/ },
      );
      assert.is(fdCount(), before);
    });
  });
}

test("a stream gives 0 bytes and nothing else at its end, again and again", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [0], { data: "last" });
    left.close();
    Fd.closeAll(recvFds(right).fds);
    for (let i = 0; i < 3; i++) {
      const got = recvFds(right);
      assert.equal([got.bytes, got.fds, got.flags, got.address], [0, [], 0, { unnamed: true }]);
    }
  });
});

for (const dataLimit of [0, 1, 4, 5, 6, 65536, 65537, 1 << 20]) {
  test(`a message of 5 bytes with dataLimit ${dataLimit}`, () => {
    withPair("dgram", (left, right) =>
      withFiles(1, (files) => {
        sendFds(left, files, { data: "words" });
        using got = recvFds(right, { dataLimit });
        assert.is(got.data.toString(), "words".slice(0, dataLimit));
        assert.equal([got.bytes, got.dataTruncated], [Math.min(dataLimit, 5), dataLimit < 5]);
        assert.equal(indices(got.fds), [0], "descriptors come with cut data too");
      }),
    );
  });
}

test("a stream read of no bytes takes the descriptors and leaves the data", () => {
  withPair("stream", (left, right) =>
    withFiles(1, (files) => {
      sendFds(left, files, { data: "words" });
      using got = recvFds(right, { dataLimit: 0 });
      assert.equal([got.bytes, indices(got.fds)], [0, [0]]);
      assert.equal(recvFds(right).data.toString(), "words");
    }),
  );
});

test("received data is the caller's: later receives do not touch it", () => {
  withPair("stream", (left, right) => {
    const sizes = [5, 40, 4000, 33_000, 65_536, 70_000, 3];
    const got = sizes.map((size, i) => {
      sendmsg(left, { data: Buffer.alloc(size, i + 1) });
      return recvFds(right, { dataLimit: Math.max(size, 10) }).data;
    });
    got.forEach((data, i) => {
      assert.is(data.length, sizes[i]);
      assert.ok(data.every((byte) => byte === i + 1));
    });
  });
});

test("if decoding fails, everything that arrived is closed", () => {
  const failing = control("SCM_CREDENTIALS", {
    level: "SOL_SOCKET",
    direction: "both",
    value: {
      ...field.i32("pid"),
      read(): number {
        throw new Error("decoder of the caller");
      },
    },
    source: "test",
  });
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    sendFds(left, [0, 0, 0], { data: "x" });
    const before = fdCount();
    const call = (): unknown => recvmsg(right, { definitions: [failing] });
    throws(call, { message: /decoder of the caller/ });
    assert.is(fdCount(), before);
    sendFds(left, [0], { data: "next" });
    using got = recvFds(right);
    assert.equal([got.data.toString(), got.fds.length], ["next", 1]);
  });
});

test("a field of the caller's own that receives in the middle does not mix two messages up", () => {
  withPair("seqpacket", (left, right) =>
    withFiles(3, (files) => {
      const inner: Fd[] = [];
      const reading = control("SCM_CREDENTIALS", {
        level: "SOL_SOCKET",
        direction: "both",
        value: {
          ...field.i32("pid"),
          read(cells): number {
            if (inner.length === 0) inner.push(...recvFds(right).fds);
            return Number(cells[0]);
          },
        },
        source: "test",
      });
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      sendFds(left, files.slice(0, 2), { data: "outer" });
      sendFds(left, files.slice(2), { data: "the inner one" });
      using got = recvmsg(right, { definitions: [reading] });
      assert.equal([got.data.toString(), indices(got.fds), indices(inner)], ["outer", [0, 1], [2]]);
      assert.equal(
        got.control.flatMap((m) => (m.is(rights) ? [m.value.length] : [m.value])),
        [process.pid, 2],
      );
      Fd.closeAll(inner);
    }),
  );
});

test("a definition of the caller's own for SCM_RIGHTS does not lose descriptors", () => {
  const bytes = control("SCM_RIGHTS", {
    level: "SOL_SOCKET",
    direction: "both",
    value: field.rest("bytes"),
    source: "test",
  });
  withPair("stream", (left, right) => {
    sendFds(left, [0, 0], { data: "x" });
    const before = fdCount();
    {
      using got = recvmsg(right, { definitions: [bytes] });
      assert.is(got.control[0]?.is(bytes), true);
      assert.is(got.fds.length, 2);
    }
    assert.is(fdCount(), before);
  });
});

test("Node's own sockets are refused: libuv reads them", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const client: Socket = createConnection(port, "127.0.0.1");
  await new Promise((resolve) => client.once("connect", resolve));
  for (const receive of [recvFds, recvmsg, tryRecvFds, tryRecvmsg]) {
    throws(() => receive(client as unknown as Fd), { name: "TypeError", message: /libuv/ });
  }
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test.run();

// CPython, whose calls are one message each, at the other end of batches.

import { credentials, Fd, recvmmsg, rights, sendmmsg, setsockopt } from "cmsg";
import { assert } from "../support/assert.js";
import { indices, TYPES, text, upTo, withFiles } from "../support/message.js";
import { HAS_PYTHON, withPython } from "../support/python.js";
import { suite } from "../support/suite.js";

const test = suite("batches and python");
const messageTypes = TYPES.filter((type) => type !== "stream");

if (!HAS_PYTHON) test.skip("all", "python3 is missing");

for (const type of HAS_PYTHON ? messageTypes : []) {
  test(`${type}: what sendmmsg sends, python receives one by one`, async () => {
    const script = `
found = []
for i in range(100):
    data, anc, flags, address = s.recvmsg(1000, 4096)
    found.append([data.decode(), [content(fd) for fd in fds_of(anc)]])
say(found)
`;
    const files = withFiles(4, (all) => all.map((file) => file.dup()));
    try {
      const { said, done } = await withPython(type, script, (socket) => {
        const messages = upTo(100).map((i) => ({
          data: text(`number ${i}`),
          control: i % 4 === 0 ? [] : [rights(files.slice(0, i % 4))],
        }));
        return sendmmsg(socket, messages).count;
      });
      assert.is(done, 100);
      assert.equal(
        said,
        upTo(100).map((i) => [`number ${i}`, upTo(i % 4).map(String)]),
      );
    } finally {
      Fd.closeAll(files);
    }
  });

  test(`${type}: what python sends one by one, recvmmsg receives`, async () => {
    const script = `
import tempfile
for i in range(100):
    with tempfile.TemporaryFile() as f:
        f.write(str(i).encode()); f.flush()
        s.sendmsg([b"number %d" % i], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [f.fileno()]))])
`;
    await withPython(type, script, (socket, pid) => {
      setsockopt(socket, "SOL_SOCKET", "SO_PASSCRED", true);
      const got: (readonly [string, readonly number[]])[] = [];
      while (got.length < 100) {
        using messages = recvmmsg(socket, { timeoutMs: 10_000, dataLimit: 100 });
        for (const m of messages) {
          got.push([m.data.toString(), indices(m.fds)]);
          const sender = m.control.find((one) => one.is(credentials))?.value;
          // What was sent before the option was set has no sender.
          const known = (sender as { pid: number } | undefined)?.pid ?? 0;
          assert.ok(known === pid || known === 0);
        }
      }
      assert.equal(
        got,
        upTo(100).map((i) => [`number ${i}`, [i]] as const),
      );
    });
  });
}

test.run();

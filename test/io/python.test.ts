// CPython's socket module at the other end: descriptors, credentials, sizes and truncation in both directions.

import { createHash } from "node:crypto";
import {
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  type Fd,
  recvFds,
  recvmsg,
  rights,
  SCM_CREDENTIALS,
  SOL_SOCKET,
  SyscallError,
  sendFds,
  sendmsg,
  setsockopt,
  tryRecvmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import {
  indices,
  MESSAGE_TYPES,
  TYPES,
  text,
  upTo,
  withFiles,
  withPair,
} from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { HAS_PYTHON, withPython } from "../support/python.js";
import { type Body, suite } from "../support/suite.js";

const every = suite("CPython");
const timeoutMs = 60_000;

function test(title: string, body: Body): void {
  if (HAS_PYTHON) every(title, body);
  else every.skip(title, "python3 is not installed");
}

for (const type of TYPES) {
  for (const count of [3, 253]) {
    test(`${type}: it sends ${count} descriptors`, async () => {
      const script = `
import tempfile
files = []
for i in range(${count}):
    f = tempfile.TemporaryFile()
    f.write(str(i).encode())
    f.flush()
    files.append(f)
socket.send_fds(s, [b"from ", b"python"], [f.fileno() for f in files])
`;
      await withPython(type, script, (socket) => {
        using got = recvFds(socket, { timeoutMs });
        assert.equal([got.data.toString(), got.flags], ["from python", 0]);
        assert.equal(indices(got.fds), upTo(count));
      });
    });

    test(`${type}: it receives ${count} descriptors`, async () => {
      const script = `
data, fds, flags, address = socket.recv_fds(s, 100, ${count})
say([data.decode(), [content(fd) for fd in fds], flags & ~socket.MSG_CMSG_CLOEXEC])
`;
      const { said } = await withPython(type, script, (socket) =>
        withFiles(count, (files) => sendFds(socket, files, { data: ["from ", "node"].map(text) })),
      );
      assert.equal(said, ["from node", upTo(count).map(String), 0]);
    });
  }

  test(`${type}: the credentials that it claims are those of its process`, async () => {
    const script = `
me = struct.pack("iII", os.getpid(), os.getuid(), os.getgid())
s.sendmsg([b"claimed"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, me)])
s.sendmsg([b"implied"])
s.recv(1)
`;
    await withPython(type, script, (socket, pid) => {
      setsockopt(socket, "SOL_SOCKET", "SO_PASSCRED", true);
      const { uid, gid } = ownIds();
      let data = "";
      while (data.length < 14) {
        const got = recvmsg(socket, { timeoutMs });
        const [message] = got.control;
        assert.equal(message?.is(credentials) && message.value, { pid, uid, gid });
        data += got.data.toString();
      }
      assert.is(data, "claimedimplied");
      sendmsg(socket, { data: text(".") });
    });
  });

  test(`${type}: it receives our credentials and descriptors`, async () => {
    const script = `
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.send(b"ready")
data, anc, flags, address = s.recvmsg(100, 1000)
kinds = [[level, type, len(data)] for level, type, data in anc]
creds = [ids(data) for level, type, data in anc if type == socket.SCM_CREDENTIALS]
say([data.decode(), kinds, creds, [content(fd) for fd in fds_of(anc)], flags])
`;
    const me = ownIds();
    const { said } = await withPython(type, script, (socket) =>
      withFiles(2, (files) => {
        recvmsg(socket, { timeoutMs });
        const control = [rights(files), credentials(me)];
        sendmsg(socket, { data: [text("both")], control });
      }),
    );
    const kinds = [
      [SOL_SOCKET, SCM_CREDENTIALS, 12],
      [SOL_SOCKET, 1, 8],
    ];
    assert.equal(said, ["both", kinds, [[me.pid, me.uid, me.gid]], ["0", "1"], 0]);
  });
}

test("CMSG_LEN and CMSG_SPACE are the same numbers", async () => {
  const script = `
say([[socket.CMSG_LEN(n), socket.CMSG_SPACE(n)] for n in range(300)])
`;
  const { said } = await withPython("stream", script, () => {});
  assert.equal(
    said,
    upTo(300).map((n) => [CMSG_LEN(n), CMSG_SPACE(n)]),
  );
});

test("control buffers of every size cut the same messages in the same way", async () => {
  const sizes = upTo(80);
  const script = `
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.send(b"ready")
seen = []
for size in range(${sizes.length}):
    data, anc, flags, address = s.recvmsg(100, size)
    for fd in fds_of(anc): os.close(fd)
    seen.append([flags, [[level, type, len(data)] for level, type, data in anc]])
say(seen)
`;
  const send = (socket: Fd): number =>
    sendmsg(socket, { data: text("x"), control: [rights([socket, socket, socket])] });
  const { said } = await withPython("seqpacket", script, (socket) => {
    recvmsg(socket, { timeoutMs });
    for (const _ of sizes) send(socket);
  });
  const ours = withPair("seqpacket", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    return sizes.map((controlLimit) => {
      send(left);
      using got = recvmsg(right, { controlLimit });
      return [got.flags, got.control.map((m) => [m.level, m.type, m.payload.length])];
    });
  });
  assert.equal(ours, said);
});

for (const size of [1, 4096, 4097, 3_000_000]) {
  const sum = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

  test(`a stream of ${size} bytes from it, with a descriptor in front`, async () => {
    const script = `
import hashlib
data = bytes((i * 7 + (i >> 8)) & 255 for i in range(${size}))
socket.send_fds(s, [data[:1]], [0])
s.sendall(data[1:])
say(hashlib.sha256(data).hexdigest())
`;
    const { said, done } = await withPython("stream", script, (socket) => {
      const parts: Buffer[] = [];
      let fds = 0;
      for (let left = size; left > 0; ) {
        using got = recvFds(socket, { timeoutMs, dataLimit: 100_000 });
        if (got.bytes === 0) throw new Error(`ended with ${left} bytes missing`);
        fds += got.fds.length;
        left -= got.bytes;
        parts.push(got.data);
      }
      return { sum: sum(Buffer.concat(parts)), fds };
    });
    assert.equal(done, { sum: said, fds: 1 });
  });

  test(`a stream of ${size} bytes to it, with two descriptors in front`, async () => {
    const script = `
import hashlib
s.settimeout(60)
hash, left, fds = hashlib.sha256(), ${size}, 0
while left > 0:
    data, anc, flags, address = s.recvmsg(65536, 1000)
    if not data: break
    fds += len(fds_of(anc))
    left -= len(data)
    hash.update(data)
say([left, fds, hash.hexdigest()])
`;
    const data = Buffer.from(upTo(size).map((i) => (i * 13 + (i >> 7)) & 255));
    const { said } = await withPython("stream", script, (socket) => {
      let { bytes } = sendFds(socket, [socket, socket], { data, timeoutMs });
      while (bytes < size) bytes += sendmsg(socket, { data: data.subarray(bytes), timeoutMs });
    });
    assert.equal(said, [0, 2, sum(data)]);
  });
}

for (const type of MESSAGE_TYPES) {
  test(`${type}: messages of many sizes, empty ones too, there and back`, async () => {
    const sizes = [0, 1, 5, 0, 4095, 4096, 4097, 60_000, 0];
    const script = `
for i in range(${sizes.length}):
    data, anc, flags, address = s.recvmsg(100000)
    s.sendmsg([data[:3], data[3:]])
`;
    await withPython(type, script, (socket) => {
      sizes.forEach((size, i) => {
        const data = Buffer.alloc(size, i + 1);
        sendmsg(socket, { data });
        assert.ok(recvmsg(socket, { timeoutMs }).data.equals(data));
      });
      if (type === "dgram") assert.is(tryRecvmsg(socket), null);
    });
  });
}

test("what the kernel answers to claimed credentials, it answers to both", async () => {
  const claims = [
    [1, 0, 0],
    [0, 0, 0],
    [-1, 0, 0],
    [0x7fffffff, 0, 0],
    [undefined, 1234, 4321],
    [undefined, 0xffffffff, 0],
    [undefined, 0xfffffffe, 0xfffffffe],
    [undefined, undefined, 99],
  ] as const;
  const pick = (given: number | undefined, own: string): string => String(given ?? own);
  const list = claims.map(
    ([pid, uid, gid]) =>
      `(${pick(pid, "os.getpid()")}, ${pick(uid, "os.getuid()")}, ${pick(gid, "os.getgid()")})`,
  );
  const script = `
import errno
def claim(who):
    message = (socket.SOL_SOCKET, socket.SCM_CREDENTIALS, struct.pack("iII", *who))
    try:
        s.sendmsg([b"x"], [message])
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]
say([claim(who) for who in [${list.join(", ")}]])
`;
  const { said } = await withPython("stream", script, () => {});
  const me = ownIds();
  const ours = withPair("stream", (left) =>
    claims.map(([pid = me.pid, uid = me.uid, gid = me.gid]) => {
      try {
        sendmsg(left, { data: text("x"), control: [credentials({ pid, uid, gid })] });
        return "ok";
      } catch (error) {
        assert.instance(error, SyscallError);
        return (error as SyscallError).code;
      }
    }),
  );
  assert.equal(ours, said);
});

test("a socket that python made and sent is one of ours", async () => {
  const script = `
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
socket.send_fds(s, [b"x"], [a.fileno()])
a.close()
b.send(b"through it")
say(b.recv(100).decode())
`;
  const { said } = await withPython("stream", script, (socket) => {
    using got = recvFds(socket, { timeoutMs });
    const [end] = got.fds as readonly [Fd];
    assert.is(recvmsg(end, { timeoutMs }).data.toString(), "through it");
    sendmsg(end, { data: text("and back") });
  });
  assert.is(said, "and back");
});

every.run();

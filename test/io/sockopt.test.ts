// getsockopt and setsockopt: ints, booleans, bytes, structs and times, and what the kernel refuses.

import {
  getsockopt,
  recvmsg,
  SO_RCVBUF,
  SO_TYPE,
  SOL_SOCKET,
  sendmsg,
  setsockopt,
  socket,
  socketpair,
} from "cmsg";
import { assert, bytes, throws } from "../support/assert.js";
import { python } from "../support/peer.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("socket options");

test("a name and its number are the same", () => {
  using pair = socketpair({ type: "seqpacket" });
  for (const level of ["SOL_SOCKET", SOL_SOCKET] as const) {
    for (const name of ["SO_TYPE", SO_TYPE] as const) {
      assert.is(getsockopt(pair[0], level, name), 5);
      assert.is(getsockopt(pair[0].number, level, name), 5);
    }
  }
});

const SWITCHES = ["SO_PASSCRED", "SO_KEEPALIVE", "SO_OOBINLINE", "SO_BROADCAST", "SO_REUSEADDR"];

test("booleans and ints switch options on and off", () => {
  using fd = socket();
  for (const name of SWITCHES) {
    assert.is(getsockopt(fd, "SOL_SOCKET", name), 0, name);
    for (const [value, read] of [
      [true, 1],
      [false, 0],
      [1, 1],
      [-0, 0],
      [7, 1],
      [0, 0],
    ] as const) {
      setsockopt(fd, "SOL_SOCKET", name, value);
      assert.is(getsockopt(fd, "SOL_SOCKET", name), read, `${name} ${String(value)}`);
    }
  }
});

test("a struct is not mistaken for an int, and the message says how to read it", () => {
  using pair = socketpair();
  setsockopt(pair[0], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 0, microseconds: 400_000 });
  for (const [name, size] of [
    ["SO_RCVTIMEO", 16],
    ["SO_PEERCRED", 12],
    ["SO_LINGER", 8],
  ] as const) {
    const error = throws(() => getsockopt(pair[0], "SOL_SOCKET", name), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
    });
    assert.match(error.message, `"${name}", of which the kernel has ${size} bytes`);
    assert.is(getsockopt(pair[0], "SOL_SOCKET", name, size).length, size);
  }
});

test("a value that is no time and no bytes: the message names both", () => {
  using fd = socket();
  for (const value of [{}, { sec: 1 }, new Date(), [1, 2]]) {
    throws(() => setsockopt(fd, "SOL_SOCKET", "SO_RCVTIMEO", value as never), {
      name: "TypeError",
      message: /byte view or \{ seconds, microseconds \}, not an instance of/,
    });
  }
});

test("an int arrives as it was given, also a negative one", () => {
  using fd = socket();
  for (const value of [0, 1, 77, 4096, 2 ** 31 - 1, -1, -77, -(2 ** 31)]) {
    // SO_PEEK_OFF keeps any int.
    setsockopt(fd, "SOL_SOCKET", 42, value);
    assert.is(getsockopt(fd, "SOL_SOCKET", 42), value);
  }
  // The same 32 bits, read as unsigned.
  setsockopt(fd, "SOL_SOCKET", 42, 0xdeadbeef);
  assert.is(getsockopt(fd, "SOL_SOCKET", 42), 0xdeadbeef | 0);
});

test("buffer sizes: Linux answers twice what was set", () => {
  using fd = socket();
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 20_000);
  assert.is(getsockopt(fd, SOL_SOCKET, SO_RCVBUF), 40_000);
});

test("a struct is read and written as bytes", () => {
  using fd = socket({ family: "inet" });
  // struct linger { int l_onoff; int l_linger; }
  for (const linger of [
    Int32Array.of(1, 17),
    new DataView(Int32Array.of(1, 33).buffer),
    Int32Array.of(1, 5).buffer,
    Int32Array.of(9, 1, 21, 9).subarray(1, 3),
    Buffer.from("0100000029000000", "hex"),
  ]) {
    setsockopt(fd, "SOL_SOCKET", "SO_LINGER", linger);
    const view = ArrayBuffer.isView(linger)
      ? Buffer.from(linger.buffer, linger.byteOffset, linger.byteLength)
      : Buffer.from(linger);
    bytes(getsockopt(fd, "SOL_SOCKET", "SO_LINGER", 8), view);
  }
});

test("as much is read as there is room for", () => {
  using fd = socket({ family: "inet" });
  setsockopt(fd, "SOL_SOCKET", "SO_LINGER", Int32Array.of(1, 0x01020304));
  for (const [room, hex] of [
    [0, ""],
    [1, "01"],
    [6, "010000000403"],
    [8, "0100000004030201"],
    [4096, "0100000004030201"],
  ] as const) {
    bytes(getsockopt(fd, "SOL_SOCKET", "SO_LINGER", room), hex);
  }
});

test("credentials of the peer are the struct ucred of this process", () => {
  using pair = socketpair();
  const ucred = Int32Array.of(process.pid, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  bytes(getsockopt(pair[0], "SOL_SOCKET", "SO_PEERCRED", 12), Buffer.from(ucred.buffer));
});

test("TCP options go by number", () => {
  using fd = socket({ family: "inet" });
  const [IPPROTO_TCP, TCP_NODELAY, TCP_CONGESTION] = [6, 1, 13];
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, true);
  assert.is(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY), 1);
  const name = getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, 16).toString("latin1");
  assert.match(name, /^[a-z0-9_]+\0+$/);
});

test("an option of one byte is its value", () => {
  using fd = socket({ family: "inet", type: "dgram" });
  const [IPPROTO_IP, IP_MULTICAST_TTL] = [0, 33];
  setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, 200);
  assert.is(getsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL), 200);
  bytes(getsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, 1), "c8");
});

const TIMES = [
  [0, 0],
  [1, 0],
  [0, 500_000],
  [12, 250_000],
  [86_400, 0],
] as const;

test("times are set and read, rounded as the kernel rounds them", () => {
  using fd = socket();
  for (const name of ["SO_RCVTIMEO", "SO_SNDTIMEO"]) {
    for (const [seconds, microseconds] of TIMES) {
      setsockopt(fd, "SOL_SOCKET", name, { seconds, microseconds });
      const read = getsockopt(fd, "SOL_SOCKET", name, "timeval");
      const difference = (read.seconds - seconds) * 1e6 + read.microseconds - microseconds;
      // A clock tick of the slowest kernel is 10 ms; nothing is rounded down.
      assert.ok(difference >= 0 && difference <= 10_000, `${difference} microseconds`);
    }
  }
});

if (hasProgram("python3", "python3")) {
  test("a time is the struct timeval that another program reads", () => {
    using fd = socket();
    setsockopt(fd, "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 3, microseconds: 999_999 });
    const source = `
import json, socket, struct
s = socket.socket(fileno=3)
print(json.dumps(struct.unpack("ll", s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))))`;
    const { seconds, microseconds } = getsockopt(fd, "SOL_SOCKET", "SO_RCVTIMEO", "timeval");
    assert.equal(python(source, [fd.number]), [seconds, microseconds]);
  });
} else test.skip("a time is the struct timeval that another program reads", "no python3");

test("a receive gives up when the socket's own time is over, and loses nothing", () => {
  using pair = socketpair();
  setsockopt(pair[1], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 0, microseconds: 20_000 });
  throws(() => recvmsg(pair[1]), { code: "EAGAIN" });
  sendmsg(pair[0], { data: Buffer.from("late") });
  assert.is(recvmsg(pair[1]).data.toString(), "late");
  // Negative seconds do not wait at all.
  setsockopt(pair[1], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: -1, microseconds: 0 });
  throws(() => recvmsg(pair[1]), { code: "EAGAIN" });
});

test("microseconds that are none are EDOM", () => {
  using fd = socket();
  for (const microseconds of [1_000_000, -1]) {
    const call = (): void =>
      setsockopt(fd, "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 0, microseconds });
    throws(call, { name: "SyscallError", code: "EDOM", syscall: "setsockopt" });
  }
});

test("what the kernel refuses", () => {
  using pair = socketpair();
  using udp = socket({ family: "inet", type: "dgram" });
  throws(() => getsockopt(pair[0], "SOL_SOCKET", 9999), { code: "ENOPROTOOPT" });
  throws(() => setsockopt(pair[0], "SOL_SOCKET", 9999, 1), { code: "ENOPROTOOPT" });
  throws(() => setsockopt(pair[0], "SOL_SOCKET", "SO_TYPE", 1), { code: "ENOPROTOOPT" });
  throws(() => setsockopt(udp, "SOL_SOCKET", "SO_PASSPIDFD", 1), { code: "EOPNOTSUPP" });
  throws(() => setsockopt(pair[0], "SOL_SOCKET", "SO_LINGER", Buffer.alloc(3)), { code: "EINVAL" });
  throws(() => setsockopt(pair[0], "SOL_SOCKET", "SO_RCVBUF", new Uint8Array()), {
    code: "EINVAL",
  });
  throws(() => getsockopt(0x7fffffff, "SOL_SOCKET", "SO_TYPE"), { code: "EBADF" });
  throws(() => setsockopt(0x7fffffff, "SOL_SOCKET", "SO_TYPE", 1), { code: "EBADF" });
});

test("a name that no constant has is refused, and so are names of another kind", () => {
  using fd = socket();
  for (const name of ["SO_NOTHING", "", "toString", "constructor", "__proto__", "so_type"]) {
    throws(() => getsockopt(fd, "SOL_SOCKET", name), { code: "ERR_CMSG_NOT_SUPPORTED" });
    throws(() => setsockopt(fd, name, "SO_TYPE", 1), { code: "ERR_CMSG_NOT_SUPPORTED" });
  }
});

test("a value larger than the frame's own memory reaches the kernel", () => {
  using fd = socket();
  const large = Buffer.alloc(100_000);
  large.writeInt32LE(1);
  setsockopt(fd, "SOL_SOCKET", "SO_PASSCRED", large);
  assert.is(getsockopt(fd, "SOL_SOCKET", "SO_PASSCRED"), 1);
});

test.run();

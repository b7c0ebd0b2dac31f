// Reading and writing through an Fd: its own offset and positions, every kind of memory, parts, interruptions, refusals.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readSync, writeFileSync } from "node:fs";
import { Fd, setNonBlocking, setsockopt, socketpair } from "cmsg";
import { assert, bytes, throws } from "../support/assert.js";
import { temporaryDirectory } from "../support/directory.js";
import { fstat } from "../support/runtime.js";
import { until } from "../support/streams.js";
import { suite } from "../support/suite.js";

const test = suite("read and write");

const TYPE = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
const RANGE = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };

/** Gives the path of a file with some content to a piece of work, and removes it. */
function withFile(content: string | Uint8Array, work: (path: string) => void): void {
  using directory = temporaryDirectory();
  const path = directory.file("file");
  writeFileSync(path, content);
  work(path);
}

test("read goes on where the last one ended, up to the end of the file", () => {
  withFile("0123456789", (path) => {
    using fd = Fd.open(path);
    assert.is(`${fd.read(4)}`, "0123");
    assert.is(`${fd.read(0)}`, "");
    assert.is(`${fd.read(4)}`, "4567");
    assert.is(`${fd.read(4)}`, "89", "fewer at the end");
    const nothing = fd.read(4);
    assert.ok(Buffer.isBuffer(nothing));
    assert.is(nothing.length, 0);
    assert.is(fd.read(Buffer.alloc(4)), 0);
  });
});

test("reads do not share memory: a later one leaves an earlier answer as it was", () => {
  withFile("aaaabbbb", (path) => {
    using fd = Fd.open(path);
    const first = fd.read(4);
    const second = fd.read(4);
    assert.equal([`${first}`, `${second}`], ["aaaa", "bbbb"]);
  });
});

test("a few bytes do not keep the memory of many alive", () => {
  withFile("0123456789", (path) => {
    using fd = Fd.open(path);
    for (const length of [1 << 20, 1 << 26]) {
      const read = fd.read(length, { position: 0 });
      assert.is(`${read}`, "0123456789");
      // Newer Nodes round the pool up.
      assert.ok(read.buffer.byteLength <= 2 * Buffer.poolSize, `${read.buffer.byteLength} bytes`);
    }
  });
});

test("a position is read from, and leaves the file's own offset alone", () => {
  withFile("0123456789", (path) => {
    using fd = Fd.open(path);
    fd.read(2);
    for (const [position, expected] of [
      [5, "567"],
      [5n, "567"],
      [0, "012"],
      [0n, "012"],
      [-0, "012"],
      [8, "89"],
      [10, ""],
      [2 ** 40, ""],
      [Number.MAX_SAFE_INTEGER, ""],
    ] as const) {
      assert.is(`${fd.read(3, { position })}`, expected);
      const into = Buffer.alloc(3);
      assert.is(fd.read(into, { position }), expected.length);
      assert.is(`${into.subarray(0, expected.length)}`, expected);
    }
    assert.is(`${fd.read(2, {})}`, "23");
  });
});

test("bigint positions beyond 2^53 reach the kernel digit by digit", () => {
  withFile("0123456789", (path) => {
    using fd = Fd.open(path);
    // Node's own call is the measure: end of file here, EINVAL or EOVERFLOW on other file systems.
    const theirs = (position: bigint): string => {
      try {
        return `${readSync(fd.number, Buffer.alloc(4), 0, 4, position)} bytes`;
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code);
      }
    };
    const ours = (position: bigint): string => {
      try {
        return `${fd.read(4, { position }).length} bytes`;
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code);
      }
    };
    for (const position of [2n ** 32n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 5n, 2n ** 63n - 1n]) {
      const measured = theirs(position);
      // Newer Nodes refuse the largest without asking the kernel.
      if (measured !== "ERR_OUT_OF_RANGE") assert.is(ours(position), measured, `${position}`);
    }
  });
});

test("write goes on at the offset, and at a position beside it", () => {
  withFile("..........", (path) => {
    using fd = Fd.open(path, "r+");
    assert.is(fd.write("ab"), 2);
    assert.is(fd.write("XY", { position: 6 }), 2);
    assert.is(fd.write("Z", { position: 9n }), 1);
    assert.is(fd.write("cd", {}), 2);
    assert.is(readFileSync(path, "utf8"), "abcd..XY.Z");
    assert.is(fd.write("end", { position: 2 ** 33 + 5 }), 3);
    assert.is(fstat(fd.number).size, 2 ** 33 + 8);
    assert.is(`${fd.read(9, { position: 2n ** 33n + 4n })}`, "\0end");
  });
});

test("text is written as UTF-8, and counted in bytes", () => {
  withFile("", (path) => {
    using fd = Fd.open(path, "w");
    assert.is(fd.write("grüße €"), 11);
    assert.is(fd.write(""), 0);
    assert.is(fd.write(new Uint8Array(0)), 0);
    assert.is(readFileSync(path, "utf8"), "grüße €");
  });
});

test("any byte view or buffer can be written, and no byte beside it is", () => {
  const memory = Uint8Array.from({ length: 32 }, (_, i) => i);
  const shared = new SharedArrayBuffer(8);
  new Uint8Array(shared).set(memory.subarray(0, 8));
  const views = [
    memory.subarray(3, 9),
    Buffer.from(memory.buffer, 5, 7),
    new DataView(memory.buffer, 7, 3),
    new Int32Array(memory.buffer, 8, 2),
    new Float64Array(memory.buffer, 16, 1),
    memory.buffer,
    shared,
    new Uint8Array(shared, 2, 4),
  ];
  for (const view of views) {
    withFile("", (path) => {
      using fd = Fd.open(path, "w+");
      assert.is(fd.write(view), view.byteLength);
      const start = ArrayBuffer.isView(view) ? view.byteOffset : 0;
      bytes(readFileSync(path), memory.slice(start, start + view.byteLength));
    });
  }
});

test("any byte view or buffer can be read into, and no byte beside it is touched", () => {
  const fills: ((memory: ArrayBuffer) => ArrayBufferView | ArrayBuffer)[] = [
    (memory) => new Uint8Array(memory, 3, 6),
    (memory) => Buffer.from(memory, 5, 7),
    (memory) => new DataView(memory, 7, 3),
    (memory) => new Uint16Array(memory, 8, 2),
    (memory) => memory,
  ];
  withFile(Buffer.alloc(100, 0xaa), (path) => {
    using fd = Fd.open(path);
    for (const fill of fills) {
      const memory = new ArrayBuffer(16);
      const view = fill(memory);
      const start = ArrayBuffer.isView(view) ? view.byteOffset : 0;
      assert.is(fd.read(view), view.byteLength);
      const expected = new Uint8Array(16).fill(0xaa, start, start + view.byteLength);
      bytes(new Uint8Array(memory), expected);
    }
    const shared = new SharedArrayBuffer(4);
    assert.is(fd.read(shared, { position: 1 }), 4);
    bytes(new Uint8Array(shared), "aaaaaaaa");
  });
});

test("sizes around those of Node's pools and pages arrive whole", () => {
  for (const size of [1, 4095, 4096, 4097, 8192, 65536, (1 << 20) + 1]) {
    const content = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251));
    withFile("", (path) => {
      using fd = Fd.open(path, "w+");
      assert.is(fd.write(content), size);
      assert.ok(fd.read(size + 10, { position: 0 }).equals(content));
    });
  }
});

test("a stream answers what is there: fewer than asked for, EAGAIN when nothing is, empty at its end", () => {
  using pair = socketpair();
  setNonBlocking(pair[0], true);
  setNonBlocking(pair[1], true);
  const error = throws(() => pair[1].read(10), { name: "SyscallError", code: "EAGAIN" });
  assert.equal([error.syscall, error.fd, error.errno], ["read", pair[1].number, -11]);
  pair[0].write("part");
  assert.is(`${pair[1].read(10)}`, "part");
  const large = Buffer.alloc(8 << 20, 1);
  const taken = pair[0].write(large);
  assert.ok(taken > 0 && taken < large.length, `${taken} bytes taken`);
  throws(() => pair[0].write("more"), { code: "EAGAIN", syscall: "write" });
  let arrived = 0;
  while (arrived < taken) arrived += pair[1].read(1 << 16).length;
  assert.is(arrived, taken);
  pair[0].close();
  assert.is(pair[1].read(10).length, 0);
  throws(() => pair[1].write("x"), { code: "EPIPE", syscall: "write" });
});

test("a signal during a read only interrupts the wait", async () => {
  using pair = socketpair();
  // With a time limit on the socket the kernel does not restart the call by itself: it answers EINTR.
  setsockopt(pair[1], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 60, microseconds: 0 });
  let signals = 0;
  const count = (): void => void signals++;
  process.on("SIGUSR2", count);
  try {
    const script =
      "for i in 1 2 3; do sleep 0.1; kill -USR2 $PPID; done; sleep 0.1; printf arrived >&3";
    const stdio = ["ignore", "ignore", "inherit", pair[0].number] as const;
    const child = spawn("sh", ["-c", script], { stdio: [...stdio] });
    assert.is(`${pair[1].read(20)}`, "arrived");
    await once(child, "exit");
    // The handler runs when the call is over.
    await until(() => signals > 0);
  } finally {
    process.off("SIGUSR2", count);
  }
});

test("the kernel's refusals name the call: read, write, pread, pwrite", () => {
  using reader = Fd.open("/dev/null", "r");
  using writer = Fd.open("/dev/null", "w");
  using full = Fd.open("/dev/full", "w");
  using folder = Fd.open("/");
  using pair = socketpair();
  const refused = [
    [() => writer.read(1), "EBADF", "read", writer],
    [() => writer.read(1, { position: 0 }), "EBADF", "pread", writer],
    [() => reader.write("x"), "EBADF", "write", reader],
    [() => reader.write("x", { position: 1n }), "EBADF", "pwrite", reader],
    [() => full.write("x"), "ENOSPC", "write", full],
    [() => folder.read(1), "EISDIR", "read", folder],
    [() => pair[0].read(1, { position: 0 }), "ESPIPE", "pread", pair[0]],
    [() => pair[0].write("x", { position: 0n }), "ESPIPE", "pwrite", pair[0]],
  ] as const;
  for (const [call, code, syscall, fd] of refused) {
    const error = throws(call, { name: "SyscallError", code, syscall });
    assert.is(error.fd, fd.number);
  }
});

test("a wrong argument is refused, and nothing is read or written", () => {
  withFile("0123456789", (path) => {
    using fd = Fd.open(path, "r+");
    for (const wrong of [undefined, null, "5", "", 1.5, Number.NaN, Infinity, 5n, {}, [5], true]) {
      throws(() => fd.read(wrong as number), TYPE);
    }
    for (const wrong of [-1, 2 ** 31, Number.MAX_SAFE_INTEGER]) throws(() => fd.read(wrong), RANGE);
    for (const wrong of [undefined, null, 5, 5n, {}, ["x"], true]) {
      throws(() => fd.write(wrong as string), TYPE);
    }
    for (const wrong of [null, "1", 1.5, 0.1, Number.NaN, Infinity, -Infinity, {}, [1], true]) {
      const options = { position: wrong as number };
      throws(() => fd.read(1, options), TYPE);
      throws(() => fd.read(Buffer.alloc(1), options), TYPE);
      throws(() => fd.write("x", options), TYPE);
    }
    for (const position of [-1, 2 ** 53, 1e300, -1n, 2n ** 63n, -(2n ** 64n)]) {
      throws(() => fd.read(1, { position }), RANGE);
      throws(() => fd.write("x", { position }), RANGE);
    }
    for (const wrong of [null, 3, "3", [3], Buffer.alloc(1)]) {
      throws(() => fd.read(1, wrong as never), TYPE);
      throws(() => fd.write("x", wrong as never), TYPE);
    }
    assert.is(`${fd.read(1)}`, "0", "the offset has not moved");
    assert.is(readFileSync(path, "utf8"), "0123456789");
  });
});

test("an option that closes the Fd ends the call before it reaches the kernel", () => {
  for (const act of ["read", "write"] as const) {
    const fd = Fd.open("/dev/null", "r+");
    const options = {
      get position() {
        fd.close();
        return 0;
      },
    };
    const call = (): unknown => (act === "read" ? fd.read(1, options) : fd.write("x", options));
    throws(call, { code: "ERR_CMSG_FD_CLOSED" });
  }
});

test.run();

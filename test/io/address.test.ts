// Addresses of AF_UNIX: paths, abstract names and no name, of every length and of any bytes, against the kernel's own answer.

import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
  type Address,
  accept,
  bind,
  connect,
  type Fd,
  getpeername,
  getsockname,
  listen,
  recvmsg,
  sendmsg,
  socket,
  socketpair,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { python } from "../support/peer.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("addresses");

const LIMIT = 107;

/** Names of sockets as hex, as the kernel tells them to another program: raw sockaddr bytes behind the family. */
function kernelNames(fds: readonly Fd[]): string[] {
  const source = `
import ctypes, json
libc = ctypes.CDLL(None)
names = []
for fd in range(3, 3 + ${fds.length}):
    name, length = ctypes.create_string_buffer(256), ctypes.c_uint(256)
    assert libc.getsockname(fd, name, ctypes.byref(length)) == 0
    names.append(name.raw[2:length.value].hex())
print(json.dumps(names))`;
  return python(
    source,
    fds.map((fd) => fd.number),
  ) as string[];
}

const hasPython = hasProgram("python3", "python3");

function againstKernel(name: string, body: () => void | Promise<void>): void {
  if (hasPython) test(name, body);
  else test.skip(name, "no python3");
}

/** Binds a socket to each address, and gives all of them to a check. */
function bound(addresses: readonly Address[], check: (fds: readonly Fd[]) => void): void {
  const fds: Fd[] = [];
  try {
    for (const address of addresses) {
      const fd = socket({ type: "dgram" });
      fds.push(fd);
      bind(fd, address);
    }
    check(fds);
  } finally {
    for (const fd of fds) fd.close();
  }
}

/** Bytes of every value but NUL, the first ones not UTF-8. */
function anyBytes(length: number, seed: number): Buffer {
  return Buffer.from(
    Array.from({ length }, (_, i) => {
      const byte = 255 - ((i * 7 + seed * 13) % 255);
      return byte === 0x2f ? 0x2e : byte;
    }),
  );
}

againstKernel("abstract names of every length, text and bytes, with NULs inside", () => {
  const prefix = Buffer.from(`\xff${process.pid.toString(36)}`, "latin1");
  const names: Buffer[] = [];
  for (let length = prefix.length; length <= LIMIT; length++) {
    const name = anyBytes(length, length);
    prefix.copy(name);
    if (length > prefix.length + 3) name[prefix.length + 2] = 0;
    names.push(name);
  }
  const addresses = names.map((abstract) => ({ abstract }));
  bound(addresses, (fds) => {
    const expected = names.map((name) => `00${name.toString("hex")}`);
    assert.equal(kernelNames(fds), expected);
    for (const [i, fd] of fds.entries()) {
      const got = getsockname(fd) as { abstract: Uint8Array };
      assert.instance(got.abstract, Uint8Array);
      assert.is(Buffer.from(got.abstract).toString("hex"), names[i]?.toString("hex"));
    }
  });
});

againstKernel("text is UTF-8: what is given is what comes back", () => {
  const unique = process.pid.toString(36);
  const names = ["x", "é", "日本", "😀", "a\0b", "\ufeffbom", "trailing\0", " "].map(
    (text) => `${unique}${text}`,
  );
  bound(
    names.map((abstract) => ({ abstract })),
    (fds) => {
      assert.equal(
        kernelNames(fds),
        names.map((name) => `00${Buffer.from(name).toString("hex")}`),
      );
      assert.equal(
        fds.map((fd) => getsockname(fd)),
        names.map((abstract) => ({ abstract })),
      );
    },
  );
});

againstKernel("paths of every length up to the limit", async () => {
  await inDirectory((directory) => {
    const start = directory.length + 2;
    const lengths = Array.from({ length: LIMIT - start + 1 }, (_, i) => start + i);
    const paths = lengths.map((length) =>
      join(directory, "p".repeat(length - directory.length - 1)),
    );
    bound(
      paths.map((path) => ({ path })),
      (fds) => {
        // The kernel counts the NUL behind the path.
        assert.equal(
          kernelNames(fds),
          paths.map((path) => `${Buffer.from(path).toString("hex")}00`),
        );
        assert.equal(
          fds.map((fd) => getsockname(fd)),
          paths.map((path) => ({ path })),
        );
        assert.is(readdirSync(directory).length, paths.length);
      },
    );
  });
});

againstKernel("short relative paths come back as they were given", async () => {
  await inDirectory((directory) => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      const paths = ["a", "./b", ".//c", "dé"];
      bound(
        paths.map((path) => ({ path })),
        (fds) => {
          assert.equal(
            fds.map((fd) => getsockname(fd)),
            paths.map((path) => ({ path })),
          );
          assert.equal(kernelNames(fds).at(0), "6100");
        },
      );
    } finally {
      process.chdir(before);
    }
  });
});

test("a path that is not UTF-8 is bytes, in both directions and in a connection", async () => {
  await inDirectory((directory) => {
    const path = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from("ff80c0fe", "hex")]);
    using server = socket();
    bind(server, { path });
    listen(server);
    assert.equal(readdirSync(directory, { encoding: "buffer" })[0]?.toString("hex"), "ff80c0fe");
    using client = socket();
    connect(client, getsockname(server));
    using connection = accept(server);
    for (const name of [getsockname(server), getsockname(connection), getpeername(client)]) {
      assert.is(
        Buffer.from((name as { path: Uint8Array }).path).toString("hex"),
        path.toString("hex"),
      );
    }
    using second = socket();
    const error = throws(() => bind(second, { path }), { code: "EADDRINUSE" });
    assert.is(error["path"], path.toString());
  });
});

test("any byte view names a path, in memory order", async () => {
  await inDirectory((directory) => {
    const text = Buffer.from(`${directory}/view-of-bytes`.padEnd(40, "x"));
    const memory = new Uint8Array(text.length + 8);
    memory.set(text, 8);
    const views = [
      new DataView(memory.buffer, 8),
      memory.subarray(8),
      new Int32Array(memory.buffer, 8),
      memory.buffer.slice(8),
    ];
    for (const [i, view] of views.entries()) {
      using fd = socket();
      const address = { path: view as Uint8Array };
      if (i === 0) {
        bind(fd, address);
        assert.equal(getsockname(fd), { path: text.toString() });
      } else throws(() => bind(fd, address), { code: "EADDRINUSE", message: /view-of-bytes/ });
    }
  });
});

test("one byte more than the limit is refused, and so is much more", () => {
  using fd = socket();
  for (const length of [LIMIT + 1, LIMIT + 2, 200, 3000, 100_000]) {
    for (const name of ["p".repeat(length), Buffer.alloc(length, 1)]) {
      for (const address of [{ path: name }, { abstract: name }] as const) {
        for (const call of [bind, connect]) {
          const error = throws(() => call(fd, address), { name: "RangeError" });
          assert.is(error["code"], "ERR_CMSG_PATH_TOO_LONG");
          assert.match(error.message, new RegExp(`at most ${LIMIT} bytes, not ${length}`));
        }
      }
    }
  }
  // Bytes count, and not characters.
  throws(() => bind(fd, { path: "é".repeat(54) }), { code: "ERR_CMSG_PATH_TOO_LONG" });
  assert.equal(getsockname(fd), { unnamed: true });
});

test("NUL in a path is refused, with the way to an abstract name", () => {
  using fd = socket();
  for (const path of ["d\0e", "\0abstract", "end\0", Buffer.from([100, 0]), "\0"]) {
    for (const call of [bind, connect]) {
      const error = throws(() => call(fd, { path }), { name: "TypeError", message: /abstract/ });
      assert.is(error["code"], "ERR_CMSG_PATH_NUL");
    }
  }
  throws(() => bind(fd, { path: "" }), { name: "TypeError" });
  assert.equal(getsockname(fd), { unnamed: true });
});

test("no name at all is one value of its own", () => {
  using fd = socket();
  using pair = socketpair();
  for (const name of [getsockname(fd), getsockname(pair[0]), getpeername(pair[1])]) {
    assert.equal(name, { unnamed: true });
  }
  throws(() => getpeername(fd), { code: "ENOTCONN", syscall: "getpeername" });
});

test("a directory too long for a path is reached through a symbolic link", async () => {
  await inDirectory((directory) => {
    const deep = join(directory, "d".repeat(120));
    mkdirSync(deep);
    symlinkSync(deep, join(directory, "s"));
    using server = socket();
    const path = join(directory, "s", "door");
    bind(server, { path });
    listen(server);
    assert.ok(readdirSync(deep).includes("door"));
    using client = socket();
    connect(client, { path });
    assert.equal(getpeername(client), { path });
  });
});

test("the reported address of a sender is where the answer goes", async () => {
  await inDirectory((directory) => {
    using server = socket({ type: "dgram" });
    bind(server, { path: join(directory, "server") });
    for (let length = 1; length <= 10; length++) {
      using client = socket({ type: "dgram" });
      const path = join(directory, "c".repeat(length * 5));
      bind(client, { path });
      sendmsg(client, { data: Buffer.from("?"), to: getsockname(server) });
      using got = recvmsg(server);
      assert.equal(got.address, { path });
      sendmsg(server, { data: Buffer.from("!"), to: got.address });
      assert.is(recvmsg(client).data.toString(), "!");
    }
  });
});

test.run();

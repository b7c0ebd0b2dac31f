// Fd.adopt and its kin: every kind of descriptor works as the object that it becomes, or is refused by an error that says what
// it is.

import { Socket as DgramSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Server, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { ReadStream, WriteStream } from "node:tty";
import { Fd, UnixServer, UnixSocket } from "cmsg";
import { KINDS, type Kind, METHODS, type Method } from "../support/adoptable.js";
import type { Sample } from "../support/adoptable-make.js";
import { assert, throws } from "../support/assert.js";
import { isOpen } from "../support/descriptors.js";
import { temporaryDirectory } from "../support/directory.js";
import { closed } from "../support/net.js";
import { RUNTIME } from "../support/runtime.js";
import { suite } from "../support/suite.js";

const test = suite("adopt");

// The descriptors that the event loop needs for itself are there from here on.
for (const end of UnixSocket.pair()) end.close();

const CLASSES = {
  server: Server,
  socket: Socket,
  dgram: DgramSocket,
  "read terminal": ReadStream,
  "write terminal": WriteStream,
  "unix server": UnixServer,
  "unix socket": UnixSocket,
} as const;

/** Closes what a descriptor has become, and waits for it. */
async function end(object: unknown): Promise<void> {
  if (object instanceof UnixServer || object instanceof UnixSocket) object.close();
  else if (object instanceof Server || object instanceof Socket || object instanceof DgramSocket) {
    await closed(object);
  } else if (object instanceof WriteStream) object.destroy();
}

async function withSample(kind: Kind, work: (sample: Sample) => void | Promise<void>) {
  const sample = kind.make();
  try {
    await work(sample);
  } finally {
    sample.fd.close();
    for (const each of sample.others ?? []) each.close();
  }
}

for (const kind of KINDS) {
  if (kind.missing !== undefined) {
    test.skip(kind.name, kind.missing);
    continue;
  }

  if (kind.becomes === "refused") {
    test(`adopt refuses ${kind.name} and leaves it with its owner`, () =>
      withSample(kind, ({ fd }) => {
        throws(() => fd.adopt(), { code: "ERR_CMSG_NOT_CONNECTED" });
        assert.is(fd.describe().kind, "socket");
      }));
  } else if (kind.becomes === "fd") {
    test(`adopt leaves ${kind.name} an Fd`, () =>
      withSample(kind, ({ fd }) => {
        const { number } = fd;
        assert.is(fd.adopt(), fd);
        assert.is(fd.number, number);
      }));
  } else {
    const wanted = CLASSES[kind.becomes];
    test(`${kind.name} is adopted as ${wanted.name}, and data flows`, () =>
      withSample(kind, async (sample) => {
        const { fd } = sample;
        const { number } = fd;
        const adopted = fd.adopt();
        assert.instance(adopted, wanted);
        assert.ok(fd.closed, "the Fd has given its number away");
        throws(() => fd.adopt(), { code: "ERR_CMSG_FD_CLOSED" });
        try {
          await kind.flow?.(adopted, sample, number);
        } finally {
          await end(adopted);
        }
      }));
  }

  test(`${kind.name} is refused by what it is not, and called by its name`, () =>
    withSample(kind, ({ fd }) => {
      const { number } = fd;
      for (const method of METHODS) {
        if (kind.as.includes(method)) continue;
        const idle = kind.becomes === "refused" && method === "asSocket";
        const code = idle ? "ERR_CMSG_NOT_CONNECTED" : "ERR_CMSG_WRONG_KIND";
        throws(() => fd[method](), { code, message: kind.named });
        assert.is(fd.number, number);
        assert.ok(isOpen(number));
      }
    }));

  for (const method of kind.as) {
    if (method === "asFile" || method === "asWritableFile") continue;
    test(`${method} takes ${kind.name}, and data flows`, () =>
      withSample(kind, async (sample) => {
        const { number } = sample.fd;
        const adopted = sample.fd[method]();
        assert.ok(sample.fd.closed);
        try {
          await kind.flow?.(adopted, sample, number);
        } finally {
          await end(adopted);
        }
      }));
  }
}

/** What a runtime cannot adopt, by its names in KINDS. */
const REFUSED = {
  node: [],
  bun: ["the read end of a pipe", "the write end of a pipe", "a connected UDP socket"],
  deno: ["a connected UDP socket"],
}[RUNTIME] as readonly string[];

for (const kind of KINDS.filter(({ name }) => REFUSED.includes(name))) {
  test(`${RUNTIME} refuses ${kind.name} and leaves it with its owner`, () =>
    withSample(kind, ({ fd }) => {
      for (const method of ["adopt", ...kind.as] as const) {
        throws(() => fd[method](), { code: "ERR_CMSG_NOT_SUPPORTED", message: /keep the Fd/ });
      }
      assert.not.ok(fd.closed);
      assert.ok(isOpen(fd.number));
    }));
}

test("a closed Fd is refused by all", () => {
  const fd = Fd.open("/dev/null");
  fd.close();
  const calls: readonly (Method | "adopt")[] = ["adopt", ...METHODS];
  for (const method of calls) throws(() => fd[method](), { code: "ERR_CMSG_FD_CLOSED" });
});

test("a number that somebody else has closed is refused by all, and nothing is taken", () => {
  const fd = Fd.open("/dev/null");
  new Fd(fd.number).close();
  const calls: readonly (Method | "adopt")[] = ["adopt", ...METHODS];
  for (const method of calls) throws(() => fd[method](), { code: "EBADF" });
  assert.not.ok(fd.closed);
  fd.take();
});

test("a file is read from where the caller says, and its shared offset stays", async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file("a"), "0123456789");
  const fd = Fd.open(directory.file("a"));
  using same = fd.dup();
  assert.is(fd.read(3).toString(), "012");
  const stream = fd.asFile({ start: 6 });
  const { fd: number } = stream as unknown as { fd: number };
  assert.ok(fd.closed);
  assert.is(await text(stream), "6789");
  if (!stream.closed) await once(stream, "close");
  assert.not.ok(isOpen(number));
  assert.is(same.read(3).toString(), "345");
});

test("a file is written from where the caller says, and its shared offset stays", async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file("a"), "0123456789");
  const fd = Fd.open(directory.file("a"), "r+");
  using same = fd.dup();
  const stream = fd.asWritableFile({ start: 4 });
  assert.ok(fd.closed);
  stream.end("AB");
  await once(stream, "close");
  assert.is(same.read(20).toString(), "0123AB6789");
});

test("a file stream that is never read is closed by destroy", async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file("a"), "x");
  const file = Fd.open(directory.file("a")).asFile();
  const { fd } = file as unknown as { fd: number };
  file.destroy();
  await once(file, "close");
  assert.not.ok(isOpen(fd));
});

test("wrong options are refused before anything is taken", () => {
  using directory = temporaryDirectory();
  using file = Fd.open(directory.file("a"), "w+");
  const [left, right] = UnixSocket.pair();
  using stream = left.take();
  using other = right.take();
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
  for (const method of ["asFile", "asWritableFile"] as const) {
    for (const start of ["0", null, {}, 1n]) {
      throws(() => file[method]({ start: start as never }), type);
    }
    for (const start of [-1, 2 ** 53]) throws(() => file[method]({ start }), range);
    for (const start of [0.5, Number.NaN]) throws(() => file[method]({ start }), {});
    for (const options of [1, "x", null]) throws(() => file[method](options as never), type);
  }
  throws(() => stream.asSocket({ allowHalfOpen: 1 as never }), type);
  throws(() => stream.asSocket("x" as never), type);
  throws(() => stream.asServer("x" as never), type);
  for (const fd of [file, stream, other]) assert.not.ok(fd.closed);
});

test.run();

// Modelled sockets of every system: what is glued, what separates, what a peek and a full table do, and that nothing is forgotten.

import {
  createSocketModel,
  modelSystems,
  type SocketModel,
  type SocketModelOptions,
  type SocketModelType,
} from "cmsg/model";
import { assert, throws } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("socket model");
const BSD = ["darwin", "freebsd", "netbsd"] as const;
const text = (data: Uint8Array): string => String(Buffer.from(data));

/** A socket with writes in it: "xx" plain, "A1,2" with descriptors. */
function filled(options: SocketModelOptions, ...writes: string[]): SocketModel {
  const socket = createSocketModel(options);
  for (const each of writes) {
    const [, data = "", numbers = ""] = /^(\D*)(.*)$/.exec(each) ?? [];
    const descriptors = numbers === "" ? [] : numbers.split(",").map(Number);
    socket.write({ data: Buffer.from(data), descriptors });
  }
  return socket;
}

/** Everything that comes, call for call: bytes and the numbers that were told. */
function drained(socket: SocketModel, dataLimit = 10): string[] {
  const calls: string[] = [];
  while (socket.queue.length > 0) {
    const { data, delivered } = socket.receive({ dataLimit });
    calls.push(`${text(data)}${delivered.join()}`);
  }
  return calls;
}

test("a stream of Linux is read up to descriptors, one of the others from them on", () => {
  const writes = ["xx", "A1", "B", "C2", "D3", "e", "f"];
  assert.equal(drained(filled({ system: "linux" }, ...writes)), ["xxA1", "BC2", "D3", "ef"]);
  for (const system of BSD)
    assert.equal(drained(filled({ system }, ...writes)), ["xx", "AB1", "C2", "Def3"], system);
});

test("descriptors come with the first byte of theirs, and the rest is plain", () => {
  for (const system of modelSystems())
    assert.equal(drained(filled({ system }, "ABCDE1,2"), 2), ["AB1,2", "CD", "E"], system);
  assert.equal(drained(filled({ system: "linux" }, "AB1", "C"), 1), ["A1", "B", "C"]);
  const [socket, bsd] = [filled({ system: "linux" }, "ABC1"), filled({ system: "netbsd" }, "ABC1")];
  for (const each of [socket, bsd]) {
    const { data, delivered, left } = each.receive({ dataLimit: 0 });
    assert.equal([text(data), delivered], ["", [1]]);
    assert.equal([left.length, left[0]?.descriptors], [1, []]);
  }
});

test("messages come one by one, cut with MSG_TRUNC, with all their descriptors", () => {
  for (const system of modelSystems()) {
    const socket = filled({ system, type: "dgram" }, "ABCD1,2", "", "e");
    const first = socket.receive({ dataLimit: 2 });
    assert.equal([text(first.data), first.delivered, first.flags], ["AB", [1, 2], ["MSG_TRUNC"]]);
    const empty = socket.receive();
    assert.equal([empty.data.length, empty.error, empty.flags, empty.ended], [0, null, [], false]);
    assert.equal(drained(socket), ["e"]);
  }
});

test("a peek duplicates descriptors on Linux, even of bytes that it does not show; elsewhere it shows pointers", () => {
  const linux = filled({ system: "linux" }, "abc", "D1");
  const peeked = linux.receive({ dataLimit: 1, peek: true });
  assert.equal([text(peeked.data), peeked.delivered, peeked.left.length], ["a", [1], 2]);
  assert.equal(linux.receive({ dataLimit: 1 }).delivered, []);
  for (const system of BSD) {
    const socket = filled({ system }, "D1");
    const { control, delivered, closed, notes } = socket.receive({ peek: true });
    assert.equal([control, delivered, closed], [null, [], []], system);
    assert.match(notes.join(), /no numbers of descriptors/);
    assert.equal(drained(socket), ["D1"], system);
  }
});

test("a full descriptor table", () => {
  const free = { freeDescriptors: 2 };
  const linux = filled({ system: "linux" }, "A1,2,3").receive(free);
  assert.equal([linux.delivered, linux.closed], [[1, 2], [3]]);
  assert.equal([linux.flags, linux.control?.truncated], [["MSG_CTRUNC"], false]);
  for (const system of BSD) {
    const socket = filled({ system }, "A1,2,3", "b");
    const failed = socket.receive(free);
    assert.equal([failed.error, failed.data.length], ["EMSGSIZE", 0], system);
    assert.equal([failed.delivered, failed.closed, failed.control], [[], [1, 2, 3], null]);
    assert.equal(drained(socket), ["Ab"], system);
    const message = filled({ system, type: "dgram" }, "A1,2,3", "b");
    message.receive(free);
    assert.equal(drained(message), system === "darwin" ? ["A", "b"] : ["b"], system);
  }
  // Without a control buffer macOS opens them all the same.
  const unasked = { ...free, controlLimit: 0 };
  assert.is(filled({ system: "darwin" }, "A1,2,3").receive(unasked).error, "EMSGSIZE");
  assert.is(filled({ system: "freebsd" }, "A1,2,3").receive(unasked).error, null);
});

test("a short control buffer: closed on Linux, open without a number on macOS", () => {
  const controlLimit = 16;
  const darwin = filled({ system: "darwin" }, "A1,2,3").receive({ controlLimit });
  assert.equal([darwin.delivered, darwin.leaked, darwin.closed], [[1], [2, 3], []]);
  const linux = filled({ system: "linux" }, "A1,2,3").receive({ controlLimit: 24 });
  assert.equal([linux.delivered, linux.leaked, linux.closed], [[1, 2], [], [3]]);
  const freebsd = filled({ system: "freebsd" }, "A1,2,3").receive({ controlLimit: 24 });
  assert.equal([freebsd.delivered, freebsd.leaked, freebsd.closed], [[], [], [1, 2, 3]]);
});

test("seqpacket sockets: messages, but on FreeBSD streams with ends that the writer sets", () => {
  for (const system of ["linux", "netbsd"] as const)
    assert.equal(drained(filled({ system, type: "seqpacket" }, "AB", "C"), 1), ["A", "C"], system);
  const socket = createSocketModel({ system: "freebsd", type: "seqpacket" });
  for (const [data, endOfRecord] of [
    ["AB", false],
    ["CD", true],
    ["E", true],
  ] as const)
    socket.write({ data: Buffer.from(data), endOfRecord });
  const calls = Array.from({ length: 3 }, () => socket.receive({ dataLimit: 3 }));
  assert.equal(
    calls.map(({ data, flags }) => `${text(data)} ${flags}`),
    ["ABC ", "D MSG_EOR", "E MSG_EOR"],
  );
  throws(() => createSocketModel({ system: "darwin", type: "seqpacket" }), {
    code: "ERR_CMSG_OUT_OF_RANGE",
    message: /^type must be stream or dgram on darwin, not "seqpacket"$/,
  });
});

test("credentials separate writers where they are asked for", () => {
  const one = { pid: 10, uid: 1, gid: 1 };
  const drainedBy = (passCredentials: boolean): string[] => {
    const socket = createSocketModel({ system: "linux", passCredentials });
    for (const [data, credentials] of [
      ["a", one],
      ["b", { ...one }],
      ["c", { ...one, pid: 11 }],
    ])
      socket.write({ data: Buffer.from(data as string), credentials: credentials as typeof one });
    socket.write({ data: Buffer.from("d") });
    return drained(socket);
  };
  assert.equal(drainedBy(true), ["ab", "c", "d"]);
  assert.equal(drainedBy(false), ["abcd"]);
});

test("nothing waits, or nothing more comes", () => {
  for (const system of modelSystems()) {
    const socket = filled({ system }, "A");
    socket.receive();
    assert.equal([socket.receive().error, socket.receive().ended], ["EAGAIN", false]);
    socket.close();
    assert.equal([socket.receive().error, socket.receive().ended], [null, true]);
    throws(() => socket.write({ data: Buffer.from("b") }), { name: "RangeError" });
  }
  const dgram = createSocketModel({ system: "linux", type: "dgram" });
  dgram.close();
  assert.is(dgram.receive().error, "EAGAIN");
});

test("descriptors without bytes on a stream, and more than one message takes", () => {
  const data = new Uint8Array();
  const linux = createSocketModel({ system: "linux" });
  assert.is(linux.write({ data, descriptors: [1] }), 0);
  assert.is(linux.receive().error, "EAGAIN");
  for (const system of BSD)
    throws(() => createSocketModel({ system }).write({ data, descriptors: [1] }), {
      code: "ERR_CMSG_OUT_OF_RANGE",
    });
  const many = (count: number) => ({
    data: Buffer.from("a"),
    descriptors: new Array(count).fill(3),
  });
  for (const [system, most] of [
    ["linux", 253],
    ["darwin", 509],
    ["freebsd", 254],
  ] as const) {
    assert.is(createSocketModel({ system }).write(many(most)), 1);
    throws(() => createSocketModel({ system }).write(many(most + 1)), { name: "RangeError" });
  }
});

test("several SCM_RIGHTS in one write", () => {
  const descriptors = [[1, 2], [], [3]];
  const data = Buffer.from("A");
  const received = (system: "linux" | "freebsd" | "netbsd") => {
    const socket = createSocketModel({ system });
    socket.write({ data, descriptors });
    const { delivered, control } = socket.receive();
    return [delivered, control?.messages.map(({ descriptors: count }) => count)];
  };
  assert.equal(received("linux"), [[1, 2, 3], [3]]);
  assert.equal(received("freebsd"), [
    [1, 2, 3],
    [2, 1],
  ]);
  assert.equal(received("netbsd"), [[1, 2], [2]]);
  throws(() => createSocketModel({ system: "darwin" }).write({ data, descriptors }), {
    code: "ERR_CMSG_OUT_OF_RANGE",
  });
});

const TYPES: readonly SocketModelType[] = ["stream", "dgram", "seqpacket"];

test("everywhere: every byte of a stream comes once and in order, every descriptor ends in one place", () => {
  const random = new Random();
  for (let i = 0; i < 500; i++) {
    const system = random.pick(modelSystems());
    const type = system === "darwin" ? random.pick(TYPES.slice(0, 2)) : random.pick(TYPES);
    const socket = createSocketModel({ system, type });
    const what = `${system} ${type}, seed ${seed}`;
    let number = 0;
    let sent = "";
    for (let n = random.below(8); n >= 0; n--) {
      const data = String.fromCharCode(65 + n).repeat(1 + random.below(5));
      const descriptors = Array.from({ length: random.below(4) }, () => number++);
      socket.write({ data: Buffer.from(data), descriptors });
      sent += data;
    }
    let came = "";
    const ended: number[] = [];
    while (socket.queue.length > 0) {
      const before = socket.queue;
      const options = {
        dataLimit: 1 + random.below(9),
        controlLimit: random.below(60),
        freeDescriptors: random.below(6),
      };
      const peeked = socket.receive({ ...options, peek: true });
      assert.is(socket.queue, before, what);
      const got = socket.receive(options);
      if (got.error === null) assert.equal(peeked.data, got.data, what);
      came += text(got.data);
      ended.push(...got.delivered, ...got.closed, ...got.leaked);
      assert.is(got.left, socket.queue, what);
    }
    if (type === "stream") assert.is(came, sent, what);
    assert.equal(
      ended.sort((a, b) => a - b),
      Array.from({ length: number }, (_, each) => each),
      what,
    );
  }
});

test("what is known by the source alone says so, with files and functions", () => {
  for (const system of modelSystems()) {
    const socket = createSocketModel({ system });
    assert.is(socket.tested, system === "linux");
    assert.is(socket.receive().tested, socket.tested);
    assert.match(socket.source, /\w+\.c, \w+/);
  }
  assert.is(createSocketModel({ abi: "freebsd-arm64" }).system, "freebsd");
});

test("wrong arguments are refused, and answers are frozen", () => {
  const data = Buffer.from("a");
  const socket = createSocketModel({ system: "linux" });
  const wrong: (readonly [() => unknown, string])[] = [
    [() => createSocketModel(7 as never), "TypeError"],
    [() => createSocketModel({ system: "plan9" as never }), "RangeError"],
    [() => createSocketModel({ type: "raw" as never }), "RangeError"],
    [() => createSocketModel({ system: "netbsd", passCredentials: true }), "RangeError"],
    [() => createSocketModel({ system: "linux", abi: "darwin-arm64" }), "RangeError"],
    [() => createSocketModel({ pieceLimit: 0 }), "RangeError"],
    [() => socket.write(undefined as never), "TypeError"],
    [() => socket.write({ data: "a" as never }), "TypeError"],
    [() => socket.write({ data, descriptors: 7 as never }), "TypeError"],
    [() => socket.write({ data, descriptors: [-1] }), "RangeError"],
    [() => socket.write({ data, descriptors: [[1], 2] as never }), "TypeError"],
    [() => socket.write({ data, credentials: { pid: 1.5, uid: 0, gid: 0 } }), "TypeError"],
    [() => socket.receive({ dataLimit: -1 }), "RangeError"],
    [() => socket.receive({ peek: 1 as never }), "TypeError"],
    [() => socket.receive({ freeDescriptors: Number.NaN }), "TypeError"],
  ];
  for (const [call, name] of wrong) throws(call, { name });
  socket.write({ data, descriptors: [1] });
  const got = socket.receive();
  for (const each of [got, got.flags, got.delivered, got.closed, got.leaked, got.left])
    assert.ok(Object.isFrozen(each));
});

test.run();

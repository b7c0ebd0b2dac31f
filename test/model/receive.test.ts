// receiveControl: what each system makes of short buffers, by the source of its kernel, and what is refused.

import { type AbiName, credentials, encodeControl, rights } from "cmsg/codec";
import { type ModelSystem, modelSystems, type Reception, receiveControl } from "cmsg/model";
import { assert, bytes, throws } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("receive");

const raw = (length: number, level = 99) => ({
  level,
  type: 7,
  payload: randomBytes(length)(length),
});

/** What a reception says, in short: msg_controllen, MSG_CTRUNC, descriptors told/closed/leaked, fate and cmsg_len of each message. */
function short({ controlLength, truncated, descriptors, messages }: Reception): string {
  const { delivered, closed, leaked } = descriptors;
  const fates = messages.map(({ fate, claimed }) =>
    claimed === null ? fate : `${fate} ${claimed}`,
  );
  const flag = truncated ? " CTRUNC" : "";
  return `${controlLength}${flag}, fds ${delivered}/${closed}/${leaked}: ${fates.join(", ")}`;
}

test("Linux: three descriptors in every room", () => {
  // From abi/kernel-rules: room, descriptors installed, cmsg_len, msg_controllen, MSG_CTRUNC.
  const table = [
    [0, 0, null, 0, true],
    [19, 0, null, 0, true],
    [20, 1, 20, 20, true],
    [23, 1, 20, 23, true],
    [24, 2, 24, 24, true],
    [27, 2, 24, 24, true],
    [28, 3, 28, 28, false],
    [31, 3, 28, 31, false],
    [32, 3, 28, 32, false],
    [99, 3, 28, 32, false],
  ] as const;
  for (const [controlLimit, told, claimed, controlLength, truncated] of table) {
    const got = short(receiveControl([rights([5, 6, 7])], { system: "linux", controlLimit }));
    const fate = told === 3 ? `whole ${claimed}` : told === 0 ? "lost" : `cut ${claimed}`;
    const flag = truncated ? " CTRUNC" : "";
    assert.is(got, `${controlLength}${flag}, fds ${told}/${3 - told}/0: ${fate}`);
  }
});

test("Linux: credentials are cut at any byte, behind them descriptors find no room", () => {
  const sent = [credentials({ pid: 1, uid: 2, gid: 3 }), rights([5])];
  const at = (controlLimit: number) =>
    short(receiveControl(sent, { system: "linux", controlLimit }));
  assert.is(at(15), "0 CTRUNC, fds 0/1/0: lost, lost");
  assert.is(at(16), "16 CTRUNC, fds 0/1/0: cut 16, lost");
  assert.is(at(19), "19 CTRUNC, fds 0/1/0: cut 19, lost");
  assert.is(at(51), "32 CTRUNC, fds 0/1/0: whole 28, lost");
  assert.is(at(52), "52, fds 1/0/0: whole 28, whole 20");
});

test("Linux: a 32-bit program has headers of 12 bytes", () => {
  const at = (controlLimit: number) => {
    const { messages, controlLength } = receiveControl([rights([5, 6, 7])], {
      abi: "linux-i386-glibc",
      controlLimit,
    });
    return [messages[0]?.delivered, controlLength];
  };
  assert.equal([15, 16, 19, 20, 23, 24].map(at), [
    [0, 0],
    [1, 16],
    [1, 16],
    [2, 20],
    [2, 20],
    [3, 24],
  ]);
});

test("Linux: padding is not written", () => {
  const {
    bytes: area,
    unwritten,
    notes,
  } = receiveControl([rights([5]), rights([6])], { system: "linux" });
  assert.equal(unwritten, [
    { from: 20, to: 24 },
    { from: 44, to: 48 },
  ]);
  assert.is(area.length, 48);
  assert.match(notes[0] ?? "", /Padding is not written/);
});

test("macOS: cmsg_len stays, and descriptors that are not told are leaked", () => {
  const sent = [rights([5, 6, 7]), raw(4)];
  const at = (controlLimit: number) =>
    short(receiveControl(sent, { system: "darwin", controlLimit }));
  // Headers of 12 bytes, alignment 4: 24 and 16 bytes.
  assert.is(at(0), "0, fds 0/0/3: lost, lost");
  assert.is(at(7), "7 CTRUNC, fds 0/0/3: cut 24, lost");
  assert.is(at(17), "17 CTRUNC, fds 1/0/2: cut 24, lost");
  assert.is(at(24), "24, fds 3/0/0: whole 24, lost");
  assert.is(at(30), "30 CTRUNC, fds 3/0/0: whole 24, cut 16");
  assert.is(at(40), "40, fds 3/0/0: whole 24, whole 16");
  const { notes, messages } = receiveControl(sent, { system: "darwin", controlLimit: 17 });
  assert.match(notes.join(" "), /stay open until the program ends/);
  assert.match(messages[0]?.reason ?? "", /cmsg_len still says 24/);
  assert.match(
    receiveControl(sent, { system: "darwin", controlLimit: 24 }).notes.join(" "),
    /MSG_CTRUNC stays clear/,
  );
});

test("macOS: without its padding a message is reported as cut and has lost nothing", () => {
  const got = short(receiveControl([raw(5)], { system: "darwin", controlLimit: 17 }));
  assert.is(got, "17 CTRUNC, fds 0/0/0: whole 17");
});

test("FreeBSD: whole messages with their padding, and nothing behind the first that does not fit", () => {
  const sent = [rights([5]), raw(1), rights([6])];
  const at = (controlLimit: number) =>
    short(receiveControl(sent, { system: "freebsd", controlLimit }));
  assert.is(at(0), "0 CTRUNC, fds 0/2/0: lost, lost, lost");
  // CMSG_LEN(4) is 20, CMSG_SPACE(4) 24: LEN is not enough.
  assert.is(at(23), "0 CTRUNC, fds 0/2/0: lost, lost, lost");
  assert.is(at(24), "24 CTRUNC, fds 1/1/0: whole 20, lost, lost");
  assert.is(at(71), "48 CTRUNC, fds 1/1/0: whole 20, whole 17, lost");
  assert.is(at(72), "72, fds 2/0/0: whole 20, whole 17, whole 20");
  const { messages } = receiveControl(sent, { system: "freebsd", controlLimit: 20 });
  assert.match(messages[0]?.reason ?? "", /Room without its padding is not enough/);
});

test("NetBSD: descriptors whole or not, other messages cut with their cmsg_len as it was", () => {
  const sent = [raw(4), rights([5])];
  const at = (controlLimit: number) =>
    short(receiveControl(sent, { system: "netbsd", controlLimit }));
  assert.is(at(0), "0, fds 0/1/0: lost, lost");
  // The end is rounded up because another message follows: more than the buffer has.
  assert.is(at(17), "24 CTRUNC, fds 0/1/0: cut 20, lost");
  assert.is(at(24), "24, fds 0/1/0: whole 20, lost");
  assert.is(at(47), "24 CTRUNC, fds 0/1/0: whole 20, lost");
  assert.is(at(48), "48, fds 1/0/0: whole 20, whole 20");
  const { notes, bytes: area } = receiveControl(sent, { system: "netbsd", controlLimit: 17 });
  assert.is(area.length, 17);
  assert.match(notes.join(" "), /msg_controllen says 24, more than the 17 bytes/);
});

test("with room for everything each system delivers the bytes that were sent", () => {
  for (const abi of [
    "linux-x86_64-glibc",
    "linux-s390x-musl",
    "linux-i386-glibc",
    "android-arm-bionic",
    "darwin-arm64",
    "freebsd-amd64",
    "netbsd-aarch64",
    "netbsd-sparc64",
  ] as const) {
    const sent = encodeControl([rights([5, 6, 7]), raw(5), raw(0)], { abi });
    const got = receiveControl(sent, { abi });
    bytes(got.bytes, sent, abi);
    assert.is(got.controlLimit, sent.length);
    assert.is(got.truncated, false);
    assert.equal(
      got.messages.map(({ fate }) => fate),
      ["whole", "whole", "whole"],
    );
  }
});

const ABIS: Readonly<Record<ModelSystem, readonly AbiName[]>> = {
  linux: ["linux-x86_64-glibc", "linux-i386-musl", "linux-s390x-glibc"],
  darwin: ["darwin-arm64"],
  freebsd: ["freebsd-amd64", "freebsd-i386"],
  netbsd: ["netbsd-amd64", "netbsd-aarch64"],
};

test("everywhere: no descriptor is forgotten, nothing lies outside the buffer, more room never tells less", () => {
  const random = new Random();
  const data = randomBytes(seed);
  for (let i = 0; i < 300; i++) {
    const system = random.pick(modelSystems());
    const abi = random.pick(ABIS[system]);
    const sent = Array.from({ length: random.below(5) }, () =>
      random.below(2) === 1
        ? rights(Array.from({ length: random.below(6) }, (_, fd) => fd))
        : { level: 77, type: random.below(9), payload: data(random.below(30)) },
    );
    let told = -1;
    for (let controlLimit = 0; controlLimit < 120; controlLimit++) {
      const got = receiveControl(sent, { system, abi, controlLimit });
      const what = `${system} ${abi} ${controlLimit}, seed ${seed}`;
      const { sent: all, delivered, closed, leaked } = got.descriptors;
      assert.is(delivered + closed + leaked, all, what);
      assert.ok(delivered >= told, what);
      told = delivered;
      assert.ok(got.bytes.length <= controlLimit, what);
      if (system !== "netbsd") assert.is(got.bytes.length, got.controlLength, what);
      for (const { offset, available, fate } of got.messages) {
        assert.is(offset === null, fate === "lost", what);
        assert.ok((offset ?? 0) + available <= controlLimit, what);
      }
    }
  }
});

test("what is known by the source alone says so", () => {
  assert.equal(
    modelSystems().map((system) => receiveControl([], { system }).tested),
    [true, false, false, false],
  );
  for (const system of modelSystems())
    assert.match(receiveControl([], { system }).source, /\.[ch], \w+/);
});

test("wrong arguments are refused", () => {
  const wrong = (call: () => unknown, name: string): void => {
    throws(call, {
      name,
      code: name === "TypeError" ? "ERR_CMSG_INVALID_ARG_TYPE" : "ERR_CMSG_OUT_OF_RANGE",
    });
  };
  wrong(() => receiveControl(7 as never), "TypeError");
  wrong(() => receiveControl("" as never), "TypeError");
  wrong(() => receiveControl([7] as never), "TypeError");
  wrong(() => receiveControl([], { system: "plan9" as never }), "RangeError");
  wrong(() => receiveControl([], { system: "darwin", abi: "linux-x86_64-glibc" }), "RangeError");
  wrong(() => receiveControl([], { abi: "windows-x64" }), "RangeError");
  wrong(() => receiveControl([], { controlLimit: -1 }), "RangeError");
  wrong(() => receiveControl([], { controlLimit: 1.5 }), "TypeError");
  wrong(() => receiveControl([], 24 as never), "TypeError");
});

test.run();

// Levels, types and options by their C names, where system calls take them: those of this system, and no others.

import { getsockopt, recvmsg, rights, sendmsg, setsockopt, trySendmsg } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { rejects, withSockets } from "../support/loop.js";
import { TYPES, text, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("control by names");

const data = text("x");
const named = { level: "SOL_SOCKET", type: "SCM_RIGHTS" } as const;

for (const type of TYPES) {
  test(`${type}: a message by names is the message by numbers`, () => {
    withPair(type, (left, right) => {
      const payload = Int32Array.of(left.number, right.number);
      for (const message of [
        { ...named, payload },
        { level: 1, type: "SCM_RIGHTS", payload },
        { level: "SOL_SOCKET", type: 1, payload },
      ]) {
        sendmsg(left, { data, control: [message] });
        using got = recvmsg(right);
        assert.is(got.fds.length, 2);
        const [arrived] = got.control;
        assert.ok(arrived?.is("SOL_SOCKET", "SCM_RIGHTS"));
        assert.ok(arrived?.is(rights));
      }
    });
  });
}

test("more descriptors than a message takes are counted in named ones, too", () => {
  withPair("dgram", (left) => {
    const payload = new Int32Array(254).fill(left.number);
    throws(() => sendmsg(left, { data, control: [{ ...named, payload }] }), {
      code: "ERR_CMSG_TOO_MANY_FDS",
    });
  });
});

test("a name that this system does not have is refused before any system call", async () => {
  const nobody = 0x7fffffff;
  for (const [message, path] of [
    [{ ...named, type: "SCM_RIGTHS", payload: data }, "type"],
    [{ ...named, level: "SOL_SOKCET", payload: data }, "level"],
    [{ ...named, type: "SCM_NOTHING", payload: data }, "type"],
  ] as const) {
    const expected = {
      name: "RangeError",
      code: "ERR_CMSG_OUT_OF_RANGE",
      message: new RegExp(`^control\\[0\\]\\.${path} in .* must be one of \\d+ names \\(S`),
    };
    throws(() => sendmsg(nobody, { data, control: [message] }), expected);
    throws(() => trySendmsg(nobody, { data, control: [message] }), expected);
    await withSockets({}, (left) => rejects(left.send(data, { control: [message] }), expected));
  }
});

test("an option that no system calls so is refused with those that are like it", () => {
  withPair("stream", (left) => {
    const expected = {
      code: "ERR_CMSG_NOT_SUPPORTED",
      message: /^this system has no "SO_PASSCERD" \(but .*SO_PASSCRED/,
    };
    throws(() => getsockopt(left, "SOL_SOCKET", "SO_PASSCERD"), expected);
    throws(() => setsockopt(left, "SOL_SOCKET", "SO_PASSCERD", true), expected);
  });
});

test.run();

// Bad input to sendmmsg: refused before any system call, with the place in the batch, whatever was good in front of it.

import {
  Fd,
  type MessageToSend,
  rights,
  type SendmmsgOptions,
  sendmmsg,
  tryRecvmsg,
  trySendmmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("sendmmsg refused");

const GOOD = { data: text("good") };

/** Messages of which number 3 is bad, what it is refused as, and what the message names. */
const BAD: readonly (readonly [bad: unknown, name: string, code: string, place: RegExp])[] = [
  [undefined, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\] must/],
  [null, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\] must/],
  [text("bytes"), "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\] must/],
  ["text", "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\] must/],
  [7, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\] must/],
  [{ data: "text" }, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\]\.data must/],
  [{ data: [GOOD.data, 5] }, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\]\.data\[1\]/],
  [{ control: 5 }, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\]\.control must/],
  [{ control: [5] }, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\]\.control\[0\]/],
  [
    { data: GOOD.data, control: [rights(["x" as never])] },
    "TypeError",
    "ERR_CMSG_INVALID_ARG_TYPE",
    /^messages\[3\]\.control\[0\]\.value/,
  ],
  [
    { control: [{ level: "SOL_NO", type: 1, payload: text("") }] },
    "RangeError",
    "ERR_CMSG_OUT_OF_RANGE",
    /^messages\[3\]\.control\[0\]\.level/,
  ],
  [{ to: { path: "x\0y" } }, "TypeError", "ERR_CMSG_PATH_NUL", /^messages\[3\]\.to\.path/],
  [
    { to: { host: "1.2.3.4", port: 65536 } },
    "RangeError",
    "ERR_CMSG_OUT_OF_RANGE",
    /^messages\[3\]\.to\.port/,
  ],
  [
    { flags: 0 },
    "TypeError",
    "ERR_CMSG_INVALID_ARG_TYPE",
    /^messages\[3\]\.flags must be left out/,
  ],
  [{ timeoutMs: 5 }, "TypeError", "ERR_CMSG_INVALID_ARG_TYPE", /^messages\[3\]\.timeoutMs/],
  [
    { data: GOOD.data, control: [rights(upTo(254).map(() => 0))] },
    "RangeError",
    "ERR_CMSG_TOO_MANY_FDS",
    /^messages\[3\]: .*253/,
  ],
  [
    { control: upTo(300).map(() => ({ level: 77, type: 1, payload: Buffer.alloc(1000) })) },
    "EncodeError",
    "ERR_CMSG_NO_SPACE",
    /^messages\[3\]\.control\[25\d\]/,
  ],
  [
    { control: upTo(5).map(() => ({ level: 77, type: 1, payload: Buffer.alloc(900_000) })) },
    "EncodeError",
    "ERR_CMSG_NO_SPACE",
    /^messages\[3\]\.control\[0\]/,
  ],
];

for (const [i, [bad, name, code, message]] of BAD.entries()) {
  test(`number ${i}: ${message.source}`, () => {
    for (const type of TYPES) {
      withPair(type, (left, right) => {
        for (const send of [sendmmsg, trySendmmsg]) {
          const messages = [GOOD, GOOD, GOOD, bad as MessageToSend, GOOD];
          throws(() => send(left, messages), { name, code, message });
          assert.is(tryRecvmsg(right), null, "nothing was sent");
        }
      });
    }
  });
}

test("a bad message behind more than a frame holds is refused before the first is sent", () => {
  withPair("dgram", (left, right) => {
    const bad = { level: 77, type: 1, payload: Buffer.alloc(300_000) };
    const messages: MessageToSend[] = [...upTo(700).map(() => GOOD), { control: [bad] }];
    const place = { code: "ERR_CMSG_NO_SPACE", message: /^messages\[700\]\.control\[0\]/ };
    throws(() => sendmmsg(left, messages), place);
    assert.is(tryRecvmsg(right), null);
  });
});

test("descriptors without data on a stream name their message; elsewhere they are sent", () => {
  withFiles(1, (files) => {
    const messages = [GOOD, { control: [rights(files)] }];
    withPair("stream", (left, right) => {
      const refused = { code: "ERR_CMSG_FDS_WITHOUT_DATA", message: /^messages\[1\]: / };
      throws(() => sendmmsg(left, messages), refused);
      assert.is(tryRecvmsg(right), null);
    });
    withPair("seqpacket", (left, right) => {
      assert.is(sendmmsg(left, messages).count, 2);
      for (const fds of [0, 1]) {
        using got = tryRecvmsg(right);
        assert.is(got?.fds.length, fds);
      }
    });
  });
});

test("messages that are no iterable of messages", () => {
  withPair("dgram", (left) => {
    for (const messages of [undefined, null, 5, "text", text("x"), {}, GOOD]) {
      throws(() => sendmmsg(left, messages as never), {
        name: "TypeError",
        code: "ERR_CMSG_INVALID_ARG_TYPE",
        message: /^messages/,
      });
    }
  });
});

test("options", () => {
  withPair("dgram", (left, right) => {
    const cases: readonly (readonly [unknown, string])[] = [
      [5, "TypeError"],
      [text("x"), "TypeError"],
      [{ flags: "x" }, "TypeError"],
      [{ flags: 2 ** 32 }, "RangeError"],
      [{ timeoutMs: "x" }, "TypeError"],
      [{ timeoutMs: -1 }, "RangeError"],
      [{ timeoutMs: Number.NaN }, "RangeError"],
    ];
    for (const [options, name] of cases) {
      throws(() => sendmmsg(left, [GOOD], options as SendmmsgOptions), { name });
    }
    assert.is(tryRecvmsg(right), null);
  });
});

test("sockets that are none, or closed by the caller's own code", () => {
  throws(() => sendmmsg(-1, [GOOD]), { name: "RangeError" });
  throws(() => sendmmsg("x" as never, [GOOD]), { name: "TypeError" });
  withPair("dgram", (left) => {
    const closing = (function* () {
      yield GOOD;
      left.close();
    })();
    throws(() => sendmmsg(left, closing), { code: "ERR_CMSG_FD_CLOSED" });
  });
  using file = Fd.open("/dev/null");
  throws(() => sendmmsg(file, [GOOD]), { code: "ENOTSOCK", syscall: "sendmmsg" });
});

test.run();

// Encoding and decoding is identity: any messages, any ABI, in order and with duplicates.

import {
  type AbiName,
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  decodeControl,
  encodeControl,
  walk,
} from "cmsg/codec";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { messageOf } from "../support/buffers.js";
import type { ModelMessage } from "../support/model.js";
import { suite } from "../support/suite.js";

const RUNS = 40;
const messageLists = fc.array(messageOf(300), { maxLength: 20 });

const plain = (messages: Iterable<ModelMessage>) =>
  Array.from(messages, ({ level, type, payload }) => [
    level,
    type,
    Buffer.from(payload).toString("hex"),
  ]);

/** Holds a property for every ABI. */
function everywhere(holds: (messages: ModelMessage[], abi: AbiName) => void): void {
  for (const abi of abis()) {
    const property = fc.property(messageLists, (messages) => holds(messages, abi));
    fc.assert(property, { numRuns: RUNS });
  }
}

const test = suite("round trip");

test("0 to 20 messages of 0 to 300 bytes come back as they were", () => {
  everywhere((messages, abi) => {
    const { messages: found, problems } = decodeControl(encodeControl(messages, { abi }), { abi });
    assert.equal(plain(found), plain(messages));
    assert.equal(
      problems.filter(({ code }) => code.startsWith("ERR_CMSG_LENGTH")),
      [],
    );
  });
});

test("the last message may lack its padding", () => {
  everywhere((messages, abi) => {
    const bytes = encodeControl(messages, { abi, trimLast: true });
    const spaces = messages.map(({ payload }) => CMSG_SPACE(payload.length, { abi }));
    const last = messages.at(-1);
    const padding = last
      ? CMSG_SPACE(last.payload.length, { abi }) - CMSG_LEN(last.payload.length, { abi })
      : 0;
    assert.is(bytes.length, spaces.reduce((sum, space) => sum + space, 0) - padding);
    assert.equal(plain(decodeControl(bytes, { abi }).messages), plain(messages));
  });
});

test("the system's own macros visit the same headers, but for musl's last empty one", () => {
  everywhere((messages, abi) => {
    const { headers, rule } = walk(encodeControl(messages, { abi }), { abi });
    const lost = rule === "musl" && messages.length > 1 && messages.at(-1)?.payload.length === 0;
    const expected = lost ? messages.slice(0, -1) : messages;
    assert.equal(
      headers.map(({ level, type }) => [level, type]),
      expected.map(({ level, type }) => [level, type]),
    );
  });
});

test("what is decoded encodes to the same bytes", () => {
  everywhere((messages, abi) => {
    const bytes = encodeControl(messages, { abi });
    const again = decodeControl(bytes, { abi }).messages.map(({ level, type, payload }) => ({
      level,
      type,
      payload,
    }));
    assert.is(Buffer.compare(encodeControl(again, { abi }), bytes), 0);
  });
});

test.run();

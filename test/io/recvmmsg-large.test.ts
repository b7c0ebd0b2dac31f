// Data that fills most of what it arrived in is handed out in place: in a process of its own, in which nothing larger came before.

import { recvmmsg, sendmmsg } from "cmsg";
import { assert } from "../support/assert.js";
import { upTo, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("recvmmsg of large data");

test("large data is handed out without being mixed with later data", () => {
  withPair("seqpacket", (left, right) => {
    const kept: (readonly [Buffer, number])[] = [];
    for (const round of upTo(6)) {
      const sizes = upTo(5).map((i) => (round % 2 === 0 ? 40_000 : 10) + i);
      sendmmsg(
        left,
        sizes.map((size, i) => ({ data: Buffer.alloc(size, round * 16 + i) })),
      );
      const got = recvmmsg(right, { limit: 5, dataLimit: 50_000 });
      assert.equal(
        got.map(({ data }) => data.length),
        sizes,
      );
      kept.push(...got.map(({ data }, i) => [data, round * 16 + i] as const));
    }
    for (const [data, byte] of kept) assert.ok(data.every((found) => found === byte));
  });
});

test.run();

// Data whose memory is transferred away or resized while it waits to be sent: refused, and never a loop without end.

import { UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { fill, rejects, shrink, withSockets } from "../../support/loop.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: data that is gone");

const GONE = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
const TORN = { name: "Error", code: "ERR_CMSG_STREAM_TORN" };

function transferAway(data: Uint8Array<ArrayBuffer>): void {
  structuredClone(data.buffer, { transfer: [data.buffer] });
}

test("stream: a message that is half sent is refused, and nothing follows it", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const data = new Uint8Array(1 << 20).fill(7);
    const sent = rejects(left.send(data), GONE);
    const next = rejects(left.send("next"), TORN);
    transferAway(data);
    let bytes = 0;
    const stop = right.onMessage(
      (message) => {
        bytes += message.bytes;
      },
      () => {},
    );
    const error = (await sent) as unknown as { sent: { bytes: number } };
    await next;
    assert.ok(error.sent.bytes > 0 && error.sent.bytes < 1 << 20);
    left.close();
    while (bytes < error.sent.bytes) await new Promise((resolve) => setImmediate(resolve));
    stop();
    assert.is(bytes, error.sent.bytes);
  });
});

test("message socket: a message that waits is refused whole, and the next one is sent", async () => {
  const [left, right] = UnixSocket.pair({ type: "seqpacket" });
  shrink(left, right);
  const filled = await fill(left);
  const data = new Uint8Array(3000).fill(7);
  const sent = rejects(left.send(data, { fds: [0] }), GONE);
  const next = left.send("next");
  transferAway(data);
  for (let n = 0; ; n++) {
    using message = await right.receive();
    if (message?.data.toString() !== "next") continue;
    assert.ok(n > 0);
    break;
  }
  await Promise.all([...filled, sent, next]);
  left.close();
  right.close();
});

test("a buffer that is made shorter counts as gone", async () => {
  const [left, right] = UnixSocket.pair({ type: "seqpacket" });
  shrink(left, right);
  await fill(left);
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(length: number): void };
  const buffer = new Resizable(3000, { maxByteLength: 4000 });
  const sent = rejects(left.send(new Uint8Array(buffer)), GONE);
  buffer.resize(1000);
  right.onMessage(
    (message) => assert.ok(message.bytes > 0),
    () => {},
  );
  await sent;
  left.close();
  right.close();
});

test.run();

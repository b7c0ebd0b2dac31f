// What an FdStream refuses: sockets that keep messages apart, connections that are none, wrong options.

import { once } from "node:events";
import { setImmediate as loopTurn } from "node:timers/promises";
import { FdStream, UnixServer, UnixSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { TYPE } from "../support/passing.js";
import { tally } from "../support/streams.js";
import { suite } from "../support/suite.js";

const test = suite("FdStream: refusals");

test("a connection that fails, or is none, is one error and one close", async () => {
  const [dgram, other] = UnixSocket.pair({ type: "dgram" });
  const [framed, peer] = UnixSocket.pair({ framed: true });
  const failures: [Promise<UnixSocket>, string][] = [
    [UnixSocket.connect({ abstract: abstractName("nobody") }), "ECONNREFUSED"],
    [Promise.resolve(dgram), "ERR_CMSG_NOT_STREAM"],
    [Promise.resolve(framed), "ERR_CMSG_NOT_STREAM"],
    [Promise.resolve("socket" as unknown as UnixSocket), "ERR_CMSG_INVALID_ARG_TYPE"],
  ];
  for (const [promise, code] of failures) {
    const stream = new FdStream(promise);
    const counts = tally(stream, "error", "close");
    const [error] = await once(stream, "error");
    assert.is(error.code, code);
    await loopTurn();
    assert.equal(counts, { error: 1, close: 1 });
  }
  assert.ok(dgram.closed && framed.closed);
  for (const each of [other, peer]) each.close();
});

test("wrong arguments are refused before there is a connection", async () => {
  const name = abstractName("server");
  const server = await UnixServer.listen({ abstract: name });
  const [a, b] = UnixSocket.pair();
  const [seqpacket, other] = UnixSocket.pair({ type: "seqpacket" });
  for (const options of [
    { numbers: 1 },
    { allowHalfOpen: "no" },
    { readableHighWaterMark: "1" },
    { unreadFdLimit: 1.5 },
  ]) {
    throws(() => new FdStream(a, options as object), TYPE);
    const call = FdStream.connect({ abstract: name, ...(options as object) });
    const error = await call.catch((error) => error);
    assert.is(error.code, TYPE.code);
  }
  throws(() => new FdStream(a, { unreadFdLimit: 0 }), { name: "RangeError" });
  throws(() => new FdStream({} as UnixSocket), TYPE);
  const [framed, peer] = UnixSocket.pair({ framed: true });
  for (const messages of [seqpacket, framed]) {
    throws(() => new FdStream(messages), { code: "ERR_CMSG_NOT_STREAM" });
    assert.not(messages.closed);
  }
  const [bound, log] = [abstractName("log"), abstractName("log")];
  const receiver = UnixSocket.bound({ abstract: log });
  for (const options of [
    { abstract: log, type: "dgram", bind: { abstract: bound } },
    { abstract: name, framed: true },
  ] as const) {
    const error = await FdStream.connect(options).catch((error) => error);
    assert.is(error.code, "ERR_CMSG_NOT_STREAM");
  }
  assert.not(a.closed);
  for (const each of [server, a, b, seqpacket, other, framed, peer, receiver]) each.close();
});

test.run();

// A receive buffer that is full: the kernel counts what it drops, and says it with the next message.

import { readFileSync } from "node:fs";
import { recvmsg, rxqOverflow, sendmsg, setsockopt, tryRecvmsg } from "cmsg";
import { assert } from "../support/assert.js";
import { fstat } from "../support/runtime.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { withUdp } from "./support/sockets.js";
import { kernelSuite, namesOf } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("drops");

const timeoutMs = 10_000;

/** The kernel's own count for a UDP socket: the last column of its line, which has its inode. */
function dropsOf(fd: number): number {
  const { ino } = fstat(fd);
  const lines = readFileSync("/proc/self/net/udp", "utf8").trim().split("\n").slice(1);
  const columns = lines
    .map((line) => line.trim().split(/\s+/))
    .find((each) => each[9] === `${ino}`);
  return Number(columns?.at(-1));
}

test.unless(noPython, "the count is what did not arrive, and what /proc says", () => {
  withUdp("127.0.0.1", [rxqOverflow], (receiver, sender, at) => {
    const to = at("127.0.0.1");
    const send = () => sendmsg(sender, { data: Buffer.alloc(1000), to });
    send();
    assert.equal(namesOf(recvmsg(receiver, { timeoutMs })), [], "nothing was dropped so far");
    setsockopt(receiver, "SOL_SOCKET", "SO_RCVBUF", 1);
    let lost = 0;
    for (const count of [20, 35]) {
      for (let i = 0; i < count; i++) send();
      let arrived = 0;
      while (tryRecvmsg(receiver) !== null) arrived++;
      lost += count - arrived;
      assert.ok(arrived > 0 && lost > 0);
      for (const { message, python } of receivedTwice(receiver, [send])) {
        assert.is(test.received(message, rxqOverflow), lost);
        assert.is(dropsOf(receiver.number), lost);
        assert.equal(python, { "1 40": [lost] });
      }
    }
  });
});

test.run();

// What the kernel leaves in a receiver's control area at every length of it, against the rule by which Linux truncates; and that
// decoding makes of each such area what was there.

import { closeSync, openSync } from "node:fs";
import { socketpair } from "cmsg";
import { type AbiName, decodeControl, encodeControl, hostAbi, layout, rights } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { loadOracle, noOracle, type Oracle } from "./oracle.js";

const MSG_CTRUNC = 8;
const SOL_SOCKET = 1;
const SO_PASSCRED = 16;
const UCRED = 12;
const ROOMS = 140;
const abi = hostAbi().name as AbiName;
const { cmsg } = layout(abi);
const test = suite("received areas of every length");

/** What is expected of an area: lengths of payloads, bytes used, and whether it was cut. */
interface Expected {
  readonly payloads: readonly number[];
  readonly used: number;
  readonly truncated: boolean;
}

/** put_cmsg and scm_detach_fds of net/core/scm.c for credentials (if any) in front of `count` descriptors. */
function expected(room: number, credentials: boolean, count: number): Expected {
  const header = cmsg.dataOffset;
  const payloads: number[] = [];
  let used = 0;
  let truncated = false;
  const take = (payload: number): void => {
    payloads.push(payload);
    used += Math.min(Math.ceil((header + payload) / cmsg.align) * cmsg.align, room - used);
  };
  if (credentials) {
    if (room < header) truncated = true;
    else {
      take(Math.min(UCRED, room - header));
      truncated = room < header + UCRED;
    }
  }
  // Whole descriptors alone; without room for one, not even a header.
  const fit = Math.max(Math.min(count, Math.floor((room - used - header) / 4)), 0);
  if (fit > 0) take(fit * 4);
  return { payloads, used, truncated: truncated || fit < count };
}

/** Sends descriptors, receives with so much room, and closes what came. */
function received(oracle: Oracle, from: number, to: number, fds: readonly number[], room: number) {
  const control = encodeControl([rights(fds)], { abi });
  assert.is(
    oracle.sendArea(from, oracle.address(control), fds.length === 0 ? 0 : control.length),
    0,
  );
  const area = new Uint8Array(ROOMS + 64).fill(0xa5);
  const answer = new Uint32Array(2);
  assert.is(oracle.receiveArea(to, oracle.address(area), room, oracle.address(answer)), 0);
  const [used = 0, flags = 0] = answer;
  const { messages, problems } = decodeControl(area.subarray(0, used), { abi });
  for (const message of messages)
    if (message.is(rights)) for (const fd of message.value) closeSync(fd);
  assert.ok(
    area.subarray(room).every((byte) => byte === 0xa5),
    `room ${room}: written behind it`,
  );
  return { messages, problems, used, truncated: (flags & MSG_CTRUNC) !== 0 };
}

function compare(): void {
  const oracle = loadOracle();
  for (const credentials of [false, true]) {
    for (const count of [0, 1, 2, 3, 7]) {
      const what = `${count} descriptors${credentials ? " behind credentials" : ""}`;
      test(`${what}: room for 0 to ${ROOMS} bytes`, () => {
        const [left, right] = socketpair({ type: "dgram" });
        const file = openSync("/dev/null", "r");
        try {
          if (credentials) assert.is(oracle.setOption(right.number, SOL_SOCKET, SO_PASSCRED), 0);
          const fds = Array.from({ length: count }, () => file);
          for (let room = 0; room <= ROOMS; room++) {
            const got = received(oracle, left.number, right.number, fds, room);
            const ours = {
              payloads: got.messages.map(({ payload }) => payload.length),
              used: got.used,
              truncated: got.truncated,
            };
            assert.equal(ours, expected(room, credentials, count), `room ${room}`);
            // Credentials that were cut are short; nothing else is wrong with what a kernel writes.
            for (const { code } of got.problems) {
              assert.is(code, "ERR_CMSG_PAYLOAD_TOO_SHORT", `room ${room}`);
              assert.ok(credentials && room < cmsg.dataOffset + UCRED, `room ${room}`);
            }
          }
        } finally {
          closeSync(file);
          left.close();
          right.close();
        }
      });
    }
  }
}

const missing =
  layout(abi).pointerSize === 8
    ? noOracle()
    : "a 32-bit process meets another rule on 32-bit and 64-bit kernels";
if (missing === undefined) compare();
else test.skip("areas", missing);

test.run();

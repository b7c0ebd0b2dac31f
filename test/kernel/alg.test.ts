// AF_ALG: the kernel's cryptography told by control messages what to do, compared with node:crypto. Where the kernel has it.

import { createCipheriv, createHash } from "node:crypto";
import {
  accept,
  algSetAeadAssocLen,
  algSetIv,
  algSetOp,
  bind,
  type Fd,
  type MessageInput,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
} from "cmsg";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { problemOf } from "./support/features.js";
import { notProven } from "./support/suite.js";

const test = suite("kernel: AF_ALG");

const AF_ALG = 38;
/** Options of level SOL_ALG: linux/if_alg.h. */
const [SOL_ALG, ALG_SET_KEY, ALG_SET_AEAD_AUTHSIZE] = [279, 1, 5];

/** Bytes that are the same on each run. */
const digest = (of: string, length: number): Buffer =>
  createHash("sha256").update(of).digest().subarray(0, length);

/** struct sockaddr_alg behind its family: type, two words of bits, name. */
function nameOf(type: string, name: string): Uint8Array {
  const data = Buffer.alloc(14 + 4 + 4 + 64);
  data.write(type, 0);
  data.write(name, 22);
  return data;
}

/** Runs `work` with the socket of an operation. */
function withOperation(
  type: string,
  name: string,
  key: Uint8Array,
  tag: number,
  work: (on: Fd) => void,
): void {
  using made = socket({ family: AF_ALG, type: "seqpacket" });
  bind(made, { family: AF_ALG, data: nameOf(type, name) });
  setsockopt(made, SOL_ALG, ALG_SET_KEY, key);
  // The length of the option is its value.
  if (tag > 0) setsockopt(made, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, new Uint8Array(tag));
  using operation = accept(made);
  work(operation);
}

function problem(type: string, name: string): string | undefined {
  return problemOf(`AF_ALG ${name}`, () =>
    withOperation(type, name, digest("key", 16), 0, () => {}),
  );
}

function turned(on: Fd, data: Uint8Array, control: MessageInput[], length: number): Buffer {
  sendmsg(on, { data, control });
  return recvmsg(on, { dataLimit: length }).data;
}

test.unless(
  problem("skcipher", "cbc(aes)"),
  "cbc(aes): there and back, by operation and vector",
  () => {
    const [key, iv, plain] = [digest("key", 16), digest("iv", 16), digest("plain", 32)];
    const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
    const expected = Buffer.concat([cipher.update(plain), cipher.final()]);
    withOperation("skcipher", "cbc(aes)", key, 0, (on) => {
      const there = turned(on, plain, [algSetOp("ALG_OP_ENCRYPT"), algSetIv(iv)], 32);
      assert.equal(there, expected);
      const back = turned(on, expected, [algSetOp("ALG_OP_DECRYPT"), algSetIv(iv)], 32);
      assert.equal(back, plain);
    });
  },
);

test.unless(
  problem("aead", "gcm(aes)"),
  "gcm(aes): the associated data is told apart by its length",
  () => {
    const [key, iv, plain, aad] = [
      digest("key", 16),
      digest("iv", 12),
      digest("plain", 32),
      digest("aad", 20),
    ];
    const cipher = createCipheriv("aes-128-gcm", key, iv).setAAD(aad);
    const secret = Buffer.concat([cipher.update(plain), cipher.final()]);
    const expected = Buffer.concat([aad, secret, cipher.getAuthTag()]);
    withOperation("aead", "gcm(aes)", key, 16, (on) => {
      const control = [algSetOp("ALG_OP_ENCRYPT"), algSetIv(iv), algSetAeadAssocLen(aad.length)];
      const there = turned(on, Buffer.concat([aad, plain]), control, expected.length);
      assert.equal(there.subarray(aad.length), expected.subarray(aad.length));
      const reverse = [algSetOp("ALG_OP_DECRYPT"), algSetIv(iv), algSetAeadAssocLen(aad.length)];
      const back = turned(on, expected, reverse, aad.length + plain.length);
      assert.equal(back.subarray(aad.length), plain);
    });
  },
);

notProven(test, algSetIv, algSetOp, algSetAeadAssocLen);

test.run();

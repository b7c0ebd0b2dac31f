// kTLS: the content type of a record, chosen by the sender and told to the receiver. Where the kernel has it.

import { createCipheriv, createHash } from "node:crypto";
import { type Fd, recvmsg, sendmsg, setsockopt, tlsGetRecordType, tlsSetRecordType } from "cmsg";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { problemOf } from "./support/features.js";
import { withConnection } from "./support/sockets.js";
import { notProven } from "./support/suite.js";

const test = suite("kernel: kTLS");

const timeoutMs = 10_000;
/** Options of linux/tcp.h and linux/tls.h. */
const [SOL_TCP, TCP_ULP, SOL_TLS, TLS_TX, TLS_RX] = [6, 31, 282, 1, 2];

const part = (of: string, length: number): Buffer =>
  createHash("sha256").update(of).digest().subarray(0, length);

const [iv, key, salt] = [part("iv", 8), part("key", 16), part("salt", 4)];

/** struct tls12_crypto_info_aes_gcm_128: TLS 1.2, cipher 51, and the number of the first record, 0. */
const CRYPTO = Buffer.concat([
  Buffer.from(Uint16Array.of(0x0303, 51).buffer),
  iv,
  key,
  salt,
  Buffer.alloc(8),
]);

function encrypt(on: Fd, direction: number): void {
  setsockopt(on, SOL_TCP, TCP_ULP, Buffer.from("tls"));
  setsockopt(on, SOL_TLS, direction, CRYPTO);
}

const reason = problemOf("kTLS", () => withConnection((client) => encrypt(client, TLS_TX)));

const RECORDS = [
  ["TLS_RECORD_TYPE_ALERT", 21, Buffer.from([1, 0])],
  ["TLS_RECORD_TYPE_HANDSHAKE", 22, Buffer.from("a handshake")],
  ["TLS_RECORD_TYPE_DATA", 23, Buffer.from("data")],
] as const;

test.unless(reason, "the type of a record that was sent is that of the record that arrives", () => {
  withConnection((client, server) => {
    encrypt(client, TLS_TX);
    encrypt(server, TLS_RX);
    for (const [name, , data] of RECORDS) {
      sendmsg(client, { data, control: [tlsSetRecordType(name)] });
      const message = recvmsg(server, { timeoutMs });
      assert.equal(message.data, data);
      const types = message.control.flatMap((m) => (m.is(tlsGetRecordType) ? [m.value] : []));
      assert.equal(types, [name]);
    }
  });
});

test.unless(reason, "the record on the wire is the one of RFC 5246 and RFC 5288", () => {
  withConnection((client, server) => {
    encrypt(client, TLS_TX);
    for (const [i, [name, type, data]] of RECORDS.entries()) {
      sendmsg(client, { data, control: [tlsSetRecordType(name)] });
      const wire = recvmsg(server, { timeoutMs }).data;
      assert.equal(
        [wire[0], wire.readUInt16BE(1), wire.readUInt16BE(3)],
        [type, 0x0303, wire.length - 5],
      );
      const head = Buffer.alloc(13);
      head.writeUInt32BE(i, 4);
      head.set([type, 3, 3, 0, data.length], 8);
      const nonce = Buffer.concat([salt, wire.subarray(5, 13)]);
      const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(head);
      const secret = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
      assert.equal(wire.subarray(13), secret);
    }
  });
});

notProven(test, tlsSetRecordType, tlsGetRecordType);

test.run();

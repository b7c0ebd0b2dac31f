// What a page may do with cmsg/codec: every ABI's bytes of a message with all of its parts, decoded and explained again, as a hash.

import {
  abis,
  credentials,
  decodeControl,
  encodeControl,
  explain,
  packetInfo,
  rights,
  timestampNs,
} from "cmsg/codec";

/** What can be sent differs between systems. @param {import("cmsg/codec").AbiName} abi */
function messagesOf(abi) {
  if (!abi.startsWith("linux")) return [{ level: 1, type: 2, payload: new Uint8Array([1, 2, 3]) }];
  const address = { ifindex: 2, specDst: "127.0.0.1", addr: "192.0.2.1" };
  return [rights([3, 4, 5]), credentials({ pid: 1, uid: 2, gid: 3 }), packetInfo(address)];
}

export function hashOfAll() {
  let hash = 0x811c9dc5;
  /** @param {string} text */
  const add = (text) => {
    for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  };
  for (const abi of abis()) {
    const bytes = encodeControl(messagesOf(abi), { abi });
    add(bytes.join());
    add(
      decodeControl(bytes, { abi })
        .messages.map(({ payload }) => payload.join())
        .join(),
    );
    add(`${explain(bytes, { abi })}`);
  }
  return `${abis().length} ABIs, ${timestampNs.name}, ${(hash >>> 0).toString(16)}`;
}

// The payload of one control message: written from a value, and read as what a value's type is.

import { type AbiName, type AnyOutgoing, decodeControl, encodeControl } from "cmsg/codec";

/** The payload that a value is sent as. */
export function sent(abi: AbiName, message: AnyOutgoing): Uint8Array {
  const encoded = encodeControl([message], { abi, trimLast: true });
  return decodeControl(encoded, { abi, strict: true }).messages[0]?.payload as Uint8Array;
}

/** A payload with the level and type that a message is sent with, decoded. */
export function read(abi: AbiName, message: AnyOutgoing, payload: Uint8Array) {
  const whole = encodeControl([message], { abi });
  const { level = 0, type = 0 } = decodeControl(whole, { abi }).messages[0] ?? {};
  return decodeControl(encodeControl([{ level, type, payload }], { abi }), { abi }).messages[0];
}

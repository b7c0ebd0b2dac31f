// Integers of any width and byte order, as bytes and as text.

export function integerOf(bytes: Uint8Array, littleEndian: boolean, signed: boolean): bigint {
  const ordered = littleEndian ? bytes.slice().reverse() : bytes;
  const value = ordered.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return signed ? BigInt.asIntN(bytes.length * 8, value) : value;
}

export function bytesOfInteger(value: bigint, width: number, littleEndian: boolean): Uint8Array {
  const bytes = Uint8Array.from({ length: width }, (_, i) =>
    Number((BigInt.asUintN(width * 8, value) >> BigInt(8 * i)) & 0xffn),
  );
  return littleEndian ? bytes : bytes.reverse();
}

/** A decimal or hexadecimal integer; undefined for anything else. */
export function integerOfText(text: string): bigint | undefined {
  const [, minus, digits = ""] = /^\s*(-?)(\d{1,20}|0x[0-9a-f]{1,16})\s*$/i.exec(text) ?? [];
  if (digits === "") return undefined;
  const value = BigInt(digits);
  return minus === "-" ? -value : value;
}

/** Whether a value has room in so many bytes, as a signed or an unsigned number. */
export function fitsIn(value: bigint, width: number): boolean {
  const bits = width * 8;
  return BigInt.asUintN(bits, value) === value || BigInt.asIntN(bits, value) === value;
}

// Bytes as hex digits, and back.

export function hexOf(bytes: Uint8Array, between = ""): string {
  return Array.from(bytes, hexByte).join(between);
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Hex digits in pairs, with or without spaces; undefined for anything else. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function offsetText(at: number): string {
  return at.toString(16).padStart(4, "0");
}

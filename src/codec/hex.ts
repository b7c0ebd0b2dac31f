// Hexadecimal text to bytes, on any host of JavaScript.

/** Letters of a word of four bytes. */
const LETTERS = 8;

/**
 * The bytes of hexadecimal text. A word at a time: a loop over thousands of letters, such as that of Node's atob, makes the host load its
 * optimizing compiler, which takes more memory than everything else here.
 */
export function unpackHex(text: string): Uint8Array<ArrayBuffer> {
  const words = Math.ceil(text.length / LETTERS);
  const view = new DataView(new ArrayBuffer(words * 4));
  for (let i = 0; i < words; i++) {
    const word = text.slice(i * LETTERS, (i + 1) * LETTERS).padEnd(LETTERS, "0");
    view.setUint32(i * 4, Number.parseInt(word, 16));
  }
  return new Uint8Array(view.buffer, 0, text.length / 2);
}

// parseNotation: which notation a text is in, and its bytes.

import type { AbiOption } from "../codec/abi.js";
import { optionsOf, rangeError, typeError, unknownName } from "../codec/arguments.js";
import type { ByteRange } from "../codec/byte-range.js";
import { readBase64 } from "./base64.js";
import type { ByteList } from "./bytes.js";
import { readC } from "./c.js";
import { isDump, readDump } from "./dump.js";
import { NOTATIONS, NotationError, type NotationName } from "./error.js";
import { readHex } from "./hex.js";
import { readJavaScript } from "./javascript.js";
import { readPython } from "./python.js";
import { isStrace, type NotationNote, readStrace } from "./strace.js";

/** How a text is read. */
export interface ParseOptions {
  /** The notation that it is in; recognized unless given. */
  readonly notation?: NotationName;
  /** For strace: the ABI of the program that was traced; told by its lengths unless given. */
  readonly abi?: AbiOption;
}

/** A control buffer that was read from text. */
export interface ParsedNotation {
  readonly notation: NotationName;
  readonly bytes: Uint8Array;
  /** Bytes that the text does not tell, such as payloads that strace omits. They are zero in `bytes`. */
  readonly unknown: readonly ByteRange[];
  /** What the text says beside the bytes: the files that descriptors stand for (strace -y). */
  readonly notes: readonly NotationNote[];
  /** The ABI that was given, or the one whose lengths a line of strace has; undefined where the text is bytes alone. */
  readonly abi: AbiOption | undefined;
}

/** Characters of the longest text: a control buffer of 1 MiB in any notation, with remarks. */
const TEXT_LIMIT = 0x1000000;

const READERS: Readonly<Record<Exclude<NotationName, "strace">, (text: string) => ByteList>> = {
  hex: readHex,
  dump: readDump,
  c: readC,
  python: readPython,
  javascript: readJavaScript,
  base64: readBase64,
};

/**
 * Reads a control buffer from text as people have it: hex in any spacing, dumps of xxd, hexdump -C, od and gdb, arrays and strings of
 * C, bytes of Python and JavaScript, Base64, or a line of strace.
 *
 * @throws NotationError `ERR_CMSG_NOTATION` with line and column, what was expected and what was found.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for more bytes than a control buffer has, 1 MiB.
 * @example
 * parseNotation("14 00 00 00 ??").unknown // [{ from: 4, to: 5 }]
 * parseNotation("b'\\x14\\0\\0\\0'").notation // "python"
 */
export function parseNotation(text: string, options?: ParseOptions): ParsedNotation {
  const { notation: given, abi } = optionsOf(options, "options");
  if (typeof text !== "string") throw typeError("text", "a string", text);
  if (text.length > TEXT_LIMIT) {
    throw rangeError("text", `at most ${TEXT_LIMIT} characters`, text.length);
  }
  if (given !== undefined && !NOTATIONS.includes(given)) {
    throw unknownName("notation", given, NOTATIONS);
  }
  const plain = text.replace(/^\uFEFF/, "");
  const notation = given ?? recognize(plain);
  if (notation === "strace") {
    const { bytes, abi: traced, notes } = readStrace(plain, abi);
    return Object.freeze({ notation, ...bytes.finish(), notes, abi: traced });
  }
  const read = READERS[notation](plain).finish();
  return Object.freeze({ notation, ...read, notes: Object.freeze([]), abi });
}

const PYTHON = /\b(?:bytes|bytearray)(?:\.fromhex)?\(|(?:^|[\s=(+])(?:[bB][rR]?|[rR][bB])["']/;
const JAVASCRIPT = /\b(?:Uint8Array|Buffer)\b(?!>)|^\s*(?:(?:const|let|var)\s[^=]*=\s*)?\[/;
const NODE_BUFFER = /^\s*<Buffer\b/;
const C_BRACES = /\{/;
const C_STRING = /^\s*(?:[A-Za-z_][^"{]*=\s*|u8)?"/;
const C_LIST = /^\s*(?:0[xX][0-9a-fA-F]{1,2}|'[^']|-?\d{1,3})\s*,/;
const HEX_LIST = /^\s*[0-9a-fA-F]{2}\s*,(?:\s*[0-9a-fA-F]{2}\s*(?:,|$))*\s*$/;
const HEX = /^(?:\\x|0[xX]|[0-9a-fA-F?\s,;:"'<>()-])*$/;
const BASE64 = /^\s*(?:data:[^,\s]{0,200},)?[A-Za-z0-9+/_-]+(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}\s*$/;

/** The notation of a text. */
function recognize(text: string): NotationName {
  if (isStrace(text)) return "strace";
  if (NODE_BUFFER.test(text)) return "hex";
  if (isDump(text)) return "dump";
  const bare = text.replace(/\/\*[^*]*\*\/|\/\/[^\n]*/g, " ");
  if (PYTHON.test(bare)) return "python";
  if (JAVASCRIPT.test(bare)) return "javascript";
  if (C_BRACES.test(bare) || C_STRING.test(bare)) return "c";
  if (C_LIST.test(bare) && !HEX_LIST.test(bare)) return "c";
  const plain = text.replace(/\/\*[^*]*\*\/|(?:\/\/|#)[^\n]*/g, " ");
  if (HEX.test(plain)) return "hex";
  if (BASE64.test(text)) return "base64";
  const at = text.search(/[^\s0-9a-fA-F]/);
  const expected = "hex, a dump, C, Python, JavaScript, Base64 or a line of strace";
  throw new NotationError(null, text, Math.max(at, 0), expected);
}

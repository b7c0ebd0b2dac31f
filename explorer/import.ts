// Import: a buffer from text, in whatever notation it is.

import { NotationError, type ParsedNotation, parseNotation } from "../src/notation.js";
import { h, redraw } from "./dom.js";
import { count } from "./span-text.js";
import { BYTES_LIMIT, type Doc, type Store } from "./state.js";

/** Texts to begin with. */
const EXAMPLES: readonly (readonly [name: string, text: string])[] = [
  ["hex", "14 00 00 00 00 00 00 00  01000000 01000000  07000000 00000000"],
  [
    "C array",
    "unsigned char control[] = {\n  0x14, 0, 0, 0, 0, 0, 0, 0,\n  0x01, 0, 0, 0, 0x01, 0, 0, 0,\n  0x07, 0, 0, 0, 0, 0, 0, 0,\n};",
  ],
  [
    "Python bytes",
    "b'\\x14\\0\\0\\0\\0\\0\\0\\0\\x01\\0\\0\\0\\x01\\0\\0\\0\\x07\\0\\0\\0\\0\\0\\0\\0'",
  ],
  ["base64", "FAAAAAAAAAABAAAAAQAAAAcAAAAAAAAA"],
  [
    "strace",
    'sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[4]}, {cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_CHECKSUM}], msg_controllen=48, msg_flags=0}, 0) = 1',
  ],
];

/** The buffer of a text; an error says what is wrong with it, and where. */
function read(text: string, doc: Doc): Partial<Doc> & { readonly parsed: ParsedNotation } {
  if (text.trim() === "") throw new RangeError("There is nothing to read: paste text first");
  const parsed = parseNotation(text);
  const { bytes, unknown } = parsed;
  if (bytes.length > BYTES_LIMIT) {
    throw new RangeError(`A buffer of this page has at most ${BYTES_LIMIT} bytes`);
  }
  const abi = typeof parsed.abi === "string" ? parsed.abi : doc.abi;
  return { abi, bytes, unknown, parsed };
}

/** What was read, in a sentence. */
function sentence({ notation, bytes, unknown, notes }: ParsedNotation): string {
  const missing = unknown.reduce((sum, { from, to }) => sum + to - from, 0);
  const told = missing === 0 ? "" : `; ${count(missing, "byte")} are not told and drawn as unknown`;
  const files = notes.map(({ text }) => text).join(", ");
  return `Read as ${notation}: ${count(bytes.length, "byte")}${told}${files === "" ? "" : `; descriptors: ${files}`}.`;
}

/** Draws the field to paste into. It is drawn once: what was typed stays. */
export function drawImport(root: HTMLElement, store: Store): void {
  if (root.querySelector("textarea") !== null) return;
  const result = h("p", { id: "import-result", role: "status" });
  const field = h("textarea", {
    id: "import-text",
    "aria-describedby": "import-result",
    spellcheck: "false",
    placeholder: "paste here",
    oninput: () => field.removeAttribute("aria-invalid"),
  });
  const go = (): void => {
    try {
      const { parsed, ...doc } = read(field.value, store.doc);
      store.change(doc);
      store.look({ at: 0, step: 0 });
      field.removeAttribute("aria-invalid");
      result.textContent = sentence(parsed);
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      result.textContent = error instanceof Error ? error.message : String(error);
      if (!(error instanceof NotationError)) return;
      field.focus();
      field.setSelectionRange(error.offset, error.offset + 1);
    }
  };
  const example = ([name, text]: (typeof EXAMPLES)[number]): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        class: "link",
        onclick: () => {
          field.value = text;
          go();
        },
      },
      name,
    );
  redraw(
    root,
    h(
      "label",
      { for: "import-text" },
      "A control buffer as hex in any spacing, a dump, a C array, bytes of Python or JavaScript, base64, or a line of strace",
    ),
    field,
    h(
      "div",
      { class: "import-actions" },
      h("button", { type: "button", class: "primary", onclick: go }, "Read"),
      h("span", { class: "quiet" }, "or try"),
      EXAMPLES.map(example),
    ),
    result,
  );
}

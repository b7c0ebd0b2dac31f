// A field of a card: the value of a span as a person writes it, put into the bytes as it is typed.

import {
  decodeStruct,
  encodeAddress,
  type MemberDescription,
  type Span,
  type StructName,
} from "../src/codec.js";
import { h } from "./dom.js";
import { bytesOfHex, hexOf } from "./hex.js";
import type { Model } from "./model.js";
import type { Named } from "./named.js";
import { bytesOfInteger, fitsIn, integerOfText } from "./number.js";
import { nameOf, noteOf } from "./span-text.js";

/** What a field needs to write into the buffer. */
export interface FieldSettings {
  readonly model: Model;
  readonly span: Span;
  /** The member that the bytes are, where a definition knows it. */
  readonly member: MemberDescription | undefined;
  /** Its names, and where its bytes are in the payload. */
  readonly named: Named | undefined;
  readonly offset: number;
  /** Puts bytes in the place of the span's; their number may differ where `elastic`. */
  readonly write: (bytes: Uint8Array, merge: string) => void;
  readonly elastic: boolean;
}

/** A way to write the bytes of a span, and to read what was typed. */
interface Notation {
  readonly text: string;
  readonly hint: string;
  readonly parse: (text: string) => Uint8Array | undefined;
  readonly names?: readonly string[];
}

function notationOf({ model, span, member, named, offset, elastic }: FieldSettings): Notation {
  const bytes = model.doc.bytes.subarray(span.from, span.to);
  const { value } = span;
  const width = bytes.length;
  if (span.role === "unknown") return hexNotation("", width, elastic);
  if (typeof value === "number" || typeof value === "bigint") {
    if (named !== undefined) return nameNotation(named, offset, width);
    const network = member?.type.startsWith("be") === true;
    const littleEndian = model.layout.endian === "little" && !network;
    return numberNotation(value, width, littleEndian);
  }
  if (typeof value === "string" && value.startsWith('"') && elastic) return textNotation(value);
  if (typeof value === "string" && (width === 4 || width === 16) && /^[0-9a-f.:]+$/.test(value)) {
    return addressNotation(model, value);
  }
  return hexNotation(hexOf(bytes, " "), width, elastic);
}

function nameNotation({ text, names, parse }: Named, offset: number, width: number): Notation {
  return {
    text,
    names,
    hint: names.length === 0 ? "true or false" : `a name or a number, such as ${names[0]}`,
    parse: (typed) => parse(typed)?.subarray(offset, offset + width),
  };
}

function numberNotation(value: number | bigint, width: number, littleEndian: boolean): Notation {
  return {
    text: String(value),
    hint: `a whole number of ${width * 8} bits`,
    parse(text) {
      const typed = integerOfText(text);
      if (typed === undefined || !fitsIn(typed, width)) return undefined;
      return bytesOfInteger(typed, width, littleEndian);
    },
  };
}

function textNotation(value: string): Notation {
  return {
    text: String(JSON.parse(value)),
    hint: "text",
    parse: (text) => new TextEncoder().encode(text),
  };
}

function addressNotation(model: Model, value: string): Notation {
  const v6 = value.includes(":");
  const [struct, member]: readonly [StructName, string] = v6
    ? ["sockaddr_in6", "sin6_addr"]
    : ["sockaddr_in", "sin_addr"];
  return {
    text: value,
    hint: v6 ? "an address such as 2001:db8::1" : "an address such as 192.0.2.1",
    parse(text) {
      if (text.includes(":") !== v6) return undefined;
      try {
        const { abi } = model;
        const packed = encodeAddress({ host: text.trim(), port: 0 }, { abi });
        return decodeStruct(struct, packed, { abi })[member] as Uint8Array;
      } catch {
        return undefined;
      }
    },
  };
}

function hexNotation(text: string, width: number, elastic: boolean): Notation {
  return {
    text,
    hint: elastic ? "hex digits in pairs" : `${width} bytes as hex digits`,
    parse(typed) {
      const bytes = bytesOfHex(typed);
      return elastic || bytes?.length === width ? bytes : undefined;
    },
  };
}

/** The field with its label. */
export function fieldOf(settings: FieldSettings): HTMLElement {
  const { span, member, write } = settings;
  const notation = notationOf(settings);
  const key = `field ${span.message} ${span.from}`;
  const typed = ({ target }: { target: HTMLInputElement }): void => {
    const bytes = notation.parse(target.value);
    target.setAttribute("aria-invalid", String(bytes === undefined));
    if (bytes !== undefined) write(bytes, key);
  };
  const id = `field-${span.from}`;
  const unit = member?.unit ?? null;
  const note = noteOf(span);
  const { names = [] } = notation;
  return h(
    "div",
    { class: `field role-edge-${span.role}`, "data-from": span.from },
    h("label", { for: id, title: member?.type ?? null }, nameOf(span)),
    h("input", {
      id,
      type: "text",
      class: "mono",
      spellcheck: "false",
      autocomplete: "off",
      list: names.length === 0 ? null : `${id}-names`,
      placeholder: notation.text === "" ? "unknown" : null,
      "data-key": key,
      "data-from": span.from,
      "aria-describedby": `${id}-note`,
      title: notation.hint,
      value: notation.text,
      oninput: typed as never,
    }),
    names.length > 0 &&
      h(
        "datalist",
        { id: `${id}-names` },
        names.map((name) => h("option", { value: name })),
      ),
    h(
      "span",
      { id: `${id}-note`, class: "field-note" },
      span.role === "level" || span.role === "type" ? span.note : note === unit ? unit : note,
    ),
  );
}

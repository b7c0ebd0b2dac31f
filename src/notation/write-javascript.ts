// A control buffer as a call of encodeControl: definitions by their names where their values give the same bytes, else payloads.

import { exportName } from "../codec/catalogue/index.js";
import type { ControlMessage } from "../codec/message.js";
import { encodeControl } from "../codec.js";
import { isSame, listMessages } from "./list-of-messages.js";
import { namesOf } from "./write-message.js";
import { integerLines, unknownText } from "./write-plain.js";
import type { Writing } from "./writing.js";

/** The declaration of `control`, with its import. */
export function writeJavaScript(writing: Writing): string {
  const { bytes, abi, option, own, unknown } = writing;
  const list = listMessages(bytes, option, own);
  const head = [`// A control buffer of ${bytes.length} bytes as ${abi.name} lays it out.`];
  const missing = unknownText(unknown);
  if (missing !== null) head.push(`// ${missing}`);
  if (typeof list === "string") {
    head.push(`// No list of messages makes it: ${oneLine(list)}.`);
    return `${head.join("\n")}\nconst control = ${bytesLiteral(bytes)};\n`;
  }
  const calls = list.messages.map((message) => callOf(writing, message));
  const imports = [
    ...new Set([...calls.flatMap(({ name }) => name ?? []), "encodeControl"]),
  ].sort();
  const trim = list.trimLast ? ", trimLast: true" : "";
  const options = `{ abi: ${literal(option)}${trim} }`;
  const items = calls.map(({ text }) => `  ${text},\n`).join("");
  const given = calls.length === 0 ? "[]" : `[\n${items}]`;
  const from = `import { ${imports.join(", ")} } from "cmsg/codec";\n`;
  return `${head.join("\n")}\n${from}\nconst control = encodeControl(${given}, ${options});\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, " ");
}

/** A message as a call of its definition, or as its numbers and bytes. */
function callOf(writing: Writing, message: ControlMessage): { name?: string; text: string } {
  const { abi, option, own } = writing;
  const { definition, value, payload } = message;
  const name = definition === undefined ? undefined : exportName(definition);
  if (definition !== undefined && name !== undefined && value !== undefined) {
    const text = `${name}(${literal(value)})`;
    if (makesAgain(writing, message)) return { name, text };
  }
  const { level, type } = namesOf(abi, message, own);
  const shown = [level ?? message.level, type ?? message.type].map(literal);
  const raw = (l: unknown, t: unknown) => ({ level: l, type: t, payload }) as never;
  const isNamed = ((): boolean => {
    try {
      const named = encodeControl([raw(level ?? message.level, type ?? message.type)], {
        abi: option,
      });
      return isSame(named, encodeControl([raw(message.level, message.type)], { abi: option }));
    } catch {
      // Some types have a name here that is no constant of the system.
      return false;
    }
  })();
  const [l, t] = isNamed ? shown : [message.level, message.type];
  return { text: `{ level: ${l}, type: ${t}, payload: ${bytesLiteral(payload, "  ")} }` };
}

/** Whether the value of a message gives its level, type and payload again. */
function makesAgain({ option }: Writing, message: ControlMessage): boolean {
  const { definition, value, level, type, payload } = message;
  try {
    const again = encodeControl([{ definition, value } as never], { abi: option });
    return isSame(again, encodeControl([{ level, type, payload }], { abi: option }));
  } catch {
    // What is received may have values that nobody may send.
    return false;
  }
}

function bytesLiteral(bytes: Uint8Array, indent = ""): string {
  if (bytes.length === 0) return "new Uint8Array()";
  const line = integerLines(bytes, bytes.length, "").trim().replace(/,$/, "");
  if (bytes.length <= 12) return `Uint8Array.of(${line})`;
  return `Uint8Array.of(\n${integerLines(bytes, 12, `${indent}  `)}${indent})`;
}

/** A value as JavaScript source. */
function literal(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value).replace(/[\u2028\u2029]/g, escaped);
  if (value instanceof Uint8Array) return bytesLiteral(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null)
    return Object.is(value, -0) ? "-0" : String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return "{}";
  const key = (name: string): string =>
    /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return `{ ${members.map(([name, member]) => `${key(name)}: ${literal(member)}`).join(", ")} }`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

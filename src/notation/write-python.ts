// A control buffer as the ancillary data of Python's socket.sendmsg: a list of (level, type, data).

import type { ControlMessage } from "../codec/message.js";
import { listMessages } from "./list-of-messages.js";
import { membersOf, membersText, namesOf, plain } from "./write-message.js";
import { linesOf, unknownText } from "./write-plain.js";
import type { Writing } from "./writing.js";

/** Names that the socket module has on every system with these messages. */
const NAMES = /^(SOL_SOCKET|SCM_RIGHTS|IPPROTO_IP|IPPROTO_IPV6|IPPROTO_UDP|IPPROTO_TCP)$/;

/** The assignment of `ancdata`, or of `control` where no list gives these bytes. */
export function writePython(writing: Writing): string {
  const { bytes, abi, option, own, unknown } = writing;
  const list = listMessages(bytes, option, own);
  const head = [`# A control buffer of ${bytes.length} bytes as ${abi.name} lays it out.`];
  const missing = unknownText(unknown);
  if (missing !== null) head.push(`# ${missing}`);
  if (typeof list === "string") {
    const why = `# No list of messages makes it: ${plain(list)}.`;
    return `${[...head, why].join("\n")}\ncontrol = ${hexLiteral(bytes, "")}\n`;
  }
  const rows = list.messages.map((message) => row(writing, message));
  const usesStruct = rows.some((text) => text.includes("struct.pack"));
  if (list.trimLast) head.push("# It ends without the padding of its last message.");
  const imports = usesStruct ? "import socket\nimport struct\n" : "import socket\n";
  return `${head.join("\n")}\n${imports}\nancdata = [\n${rows.join("")}]\n# sock.sendmsg([b"data"], ancdata)\n`;
}

function row(writing: Writing, message: ControlMessage): string {
  const { abi, own } = writing;
  const { level, type } = namesOf(abi, message, own);
  const members = membersOf(abi, message, own);
  const said = `${level ?? message.level} ${type ?? message.type}`;
  const text = members.length === 0 ? said : `${said}: ${membersText(members)}`;
  const numbers = `${numberOf(level, message.level)}, ${numberOf(type, message.type)}`;
  return `    # ${plain(text)}\n    (${numbers}, ${payloadOf(writing, message)}),\n`;
}

function numberOf(name: string | undefined, number: number): string {
  return name !== undefined && NAMES.test(name) ? `socket.${name}` : String(number);
}

/** Descriptors as integers of the ABI's byte order, all else as bytes. */
function payloadOf({ abi, own }: Writing, message: ControlMessage): string {
  const { payload, definition } = message;
  if (definition?.name === "SCM_RIGHTS" && payload.length > 0 && payload.length % 4 === 0) {
    const numbers = membersOf(abi, message, own).map(({ value }) => String(value));
    const order = abi.littleEndian ? "<" : ">";
    return `struct.pack("${order}${numbers.length}i", ${numbers.join(", ")})`;
  }
  return hexLiteral(payload, "     ");
}

function hexLiteral(bytes: Uint8Array, indent: string): string {
  const lines = linesOf([...bytes], 16).map((line) =>
    line.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
  );
  if (lines.length === 0) return 'b""';
  if (lines.length === 1) return `bytes.fromhex("${lines[0]}")`;
  const inner = lines.map((line) => `${indent}    "${line} "\n`).join("");
  return `bytes.fromhex(\n${inner}${indent})`;
}

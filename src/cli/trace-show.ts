// A traced message as lines of text: who sends or receives what, and each control message with what it carries.

import { filled } from "./lines.js";
import { count, harmless, paint, sign } from "./output.js";
import type { TracedControl, TracedMessage } from "./trace-call.js";

/** Characters of data that a line shows. */
const SHOWN = 40;

/** A message as text. */
export function messageLines(message: TracedMessage): string[] {
  const { direction, error } = message;
  const mark = paint(
    direction === "send" ? "green" : "cyan",
    sign(direction === "send" ? "→" : "←"),
  );
  const [first = "", ...more] = filled(headOf(message), 1 + sign("→").length, 4);
  const head = [`${mark} ${paint("bold", first.trimStart())}`, ...more];
  const problems = [
    ...(error === null ? [] : [paint("red", `    refused: ${error}`)]),
    ...advice(message).flatMap((text) => filled(text, 4, 6).map((line) => paint("yellow", line))),
    ...message.problems.flatMap((text) =>
      filled(harmless(text), 4, 6).map((line) => paint("red", line)),
    ),
  ];
  return [...head, ...message.control.flatMap(controlLines), ...problems];
}

function headOf(message: TracedMessage): string {
  const { pid, command, direction, fd, socket, bytes, data, address, controlLength } = message;
  const who = `${harmless(command ?? "process")} ${pid}`;
  const on = `on ${fd}${socket === null ? "" : ` ${harmless(socket)}`}`;
  const whom =
    address === null ? "" : ` ${direction === "send" ? "to" : "from"} ${harmless(address)}`;
  const what = bytes === null ? "nothing" : `${count(bytes, "byte")}${dataText(data, bytes)}`;
  const control =
    controlLength === 0 ? "" : `, ${count(controlLength, "byte")} of control messages`;
  return `${who} ${direction}s ${on}${whom}: ${what}${control}`;
}

function dataText(data: string | null, bytes: number): string {
  if (data === null || bytes === 0) return "";
  const text = harmless(data);
  return ` ${text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…"`}`;
}

function controlLines({ typeName, levelName, fields, fds }: TracedControl): string[] {
  const named = /\d/.test(typeName.charAt(0)) ? `${levelName} ${typeName}` : typeName;
  const name = paint("magenta", named);
  if (fds.length > 0) {
    return [
      `    ${name}: ${count(fds.length, "descriptor")}`,
      ...fds.map(({ fd, target }) => {
        const what = target === null ? "" : `  ${paint("dim", harmless(target))}`;
        return `      ${paint("green", String(fd))}${what}`;
      }),
    ];
  }
  const text = fields.map(({ name: field, value }) => `${field} ${value ?? "not shown by strace"}`);
  const [first = "", ...more] = filled(harmless(`${named}: ${text.join(", ")}`), 4, 6);
  const at = 4 + named.length;
  return text.length === 0 ? [`    ${name}`] : [`    ${name}${first.slice(at)}`, ...more];
}

/** What somebody who sees this for the first time should know. */
function advice({
  direction,
  flags,
  callFlags,
  control,
  bytes,
  error,
  socket,
}: TracedMessage): string[] {
  const carries = control.some(({ fds }) => fds.length > 0);
  const isSent = direction === "send" && error === null;
  const found: string[] = [];
  if (flags.includes("MSG_CTRUNC")) {
    found.push(
      "MSG_CTRUNC: the control buffer had no room for all that came; descriptors that did not fit are closed by the kernel",
    );
  }
  if (direction === "receive" && flags.includes("MSG_TRUNC")) {
    found.push("MSG_TRUNC: the message was longer than the buffer; the rest of its data is gone");
  }
  if (isSent && carries && bytes === 0 && socket?.includes("STREAM") === true) {
    found.push("a stream carries descriptors with a byte of data only: these are gone");
  }
  if (direction === "receive" && carries && !callFlags.includes("MSG_CMSG_CLOEXEC")) {
    found.push("without MSG_CMSG_CLOEXEC programs that it starts inherit these descriptors");
  }
  return found;
}

// A control buffer as a part of a C program: the macros where the machine that compiles it lays messages out so, else an array.

import type { ControlMessage } from "../codec/message.js";
import { listMessages, type MessageList } from "./list-of-messages.js";
import { payloadInC } from "./write-c-payload.js";
import { namesOf, plain } from "./write-message.js";
import { integerLines, linesOf, unknownText } from "./write-plain.js";
import type { Writing } from "./writing.js";

/** The program part: a function `fill_control`, or an array `control`. */
export function writeC(writing: Writing): string {
  const { bytes, option, abi, host, own } = writing;
  const list = listMessages(bytes, option, own);
  if (typeof list === "string") return arrayOf(writing, `The macros cannot make it: ${list}.`);
  const isHost = abi.index === host.index && systemOf(abi.name) === systemOf(host.name);
  if (!isHost) {
    return arrayOf(
      writing,
      `An array, because the macros of ${host.name} may lay it out otherwise.`,
    );
  }
  return macrosOf(writing, list);
}

function systemOf(name: string): string | undefined {
  return name.split("-")[0];
}

function comment(lines: readonly (string | null)[]): string {
  const said = lines.filter((line) => line !== null).map(plain);
  return said.length === 1
    ? `/* ${said[0]} */\n`
    : `/*\n${said.map((line) => ` * ${line}\n`).join("")} */\n`;
}

function headOf({ bytes, abi }: Writing): string {
  return `A control buffer of ${bytes.length} bytes as ${abi.name} lays it out.`;
}

function arrayOf(writing: Writing, why: string): string {
  const { bytes, unknown } = writing;
  const head = comment([headOf(writing), why, unknownText(unknown)]);
  if (bytes.length === 0)
    return `${head}static const unsigned char control[1];\nenum { CONTROL_LENGTH = 0 };\n`;
  const body = integerLines(bytes, 8, "  ");
  return `${head}static const unsigned char control[${bytes.length}] = {\n${body}};\nenum { CONTROL_LENGTH = ${bytes.length} };\n`;
}

/** Names that every system's <sys/socket.h> has, or that another of the headers below declares without a macro. */
const EVERYWHERE = /^(SOL_SOCKET|SCM_RIGHTS|IPPROTO_\w+)$/;
const INTERNET = /^(SOL_IP|IPPROTO_|SOL_IPV6|SOL_UDP|SOL_TCP|IP_|IPV6_)/;

function macrosOf(writing: Writing, { messages, trimLast }: MessageList): string {
  const { abi, own, unknown } = writing;
  const names = messages.map((message) => namesOf(abi, message, own));
  const all = names
    .flatMap(({ level, type }) => [level, type])
    .filter((name) => name !== undefined);
  const includes = [
    "string.h",
    "sys/socket.h",
    ...(all.some((name) => INTERNET.test(name)) ? ["netinet/in.h"] : []),
  ];
  const numbers = messages.flatMap(({ level, type }, i) => [
    [names[i]?.level, level] as const,
    [names[i]?.type, type] as const,
  ]);
  const guards = new Map(
    numbers.flatMap(([name, number]) =>
      name === undefined || EVERYWHERE.test(name) ? [] : [[name, number] as const],
    ),
  );
  const sizes = messages.map(({ payload }) => `CMSG_SPACE(${payload.length})`);
  const used = sizes.map((size, i) =>
    trimLast && i === sizes.length - 1 ? size.replace("SPACE", "LEN") : size,
  );
  return [
    comment([headOf(writing), unknownText(unknown)]),
    abi.name.includes("glibc") ? "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n" : "",
    includes.map((file) => `#include <${file}>\n`).join(""),
    "\n",
    [...guards]
      .map(([name, number]) => `#ifndef ${name}\n#define ${name} ${number}\n#endif\n`)
      .join(""),
    guards.size > 0 ? "\n" : "",
    sizes.length === 0 ? EMPTY : "",
    sizes.length === 0 ? "" : unionOf(sizes),
    sizes.length === 0 ? "" : functionOf(writing, messages, names, used),
  ].join("");
}

const EMPTY = `/* Gives a message no control messages. */
static void fill_control(struct msghdr *msg)
{
  msg->msg_control = NULL;
  msg->msg_controllen = 0;
}
`;

function unionOf(sizes: readonly string[]): string {
  return `/* Aligned as its first header. */
union control {
  unsigned char bytes[${sum(sizes)}];
  struct cmsghdr align;
};

`;
}

/** A sum in lines that are not too long. */
function sum(sizes: readonly string[]): string {
  return linesOf(sizes, 4)
    .map((line) => line.join(" + "))
    .join("\n      + ");
}

function functionOf(
  writing: Writing,
  messages: readonly ControlMessage[],
  names: readonly { readonly level: string | undefined; readonly type: string | undefined }[],
  used: readonly string[],
): string {
  const bodies = messages.map((message, i) => {
    const { level = String(message.level), type = String(message.type) } = names[i] ?? {};
    const { length } = message.payload;
    const { declaration, source } = payloadInC(writing, message, i);
    const next = i === 0 ? "CMSG_FIRSTHDR(msg)" : "CMSG_NXTHDR(msg, cmsg)";
    return [
      "",
      ...declaration,
      `  cmsg = ${next};`,
      `  cmsg->cmsg_len = CMSG_LEN(${length});`,
      `  cmsg->cmsg_level = ${level};`,
      `  cmsg->cmsg_type = ${type};`,
      ...(length === 0 ? [] : [`  memcpy(CMSG_DATA(cmsg), ${source}, ${length});`]),
    ]
      .map((line) => `${line}\n`)
      .join("");
  });
  return `/* Gives a message these control messages; the buffer must live until sendmsg has returned. */
static void fill_control(struct msghdr *msg, union control *control)
{
  struct cmsghdr *cmsg;

  memset(control, 0, sizeof *control);
  msg->msg_control = control->bytes;
  msg->msg_controllen = sizeof control->bytes;
${bodies.join("")}
  msg->msg_controllen = ${sum(used)};
}
`;
}

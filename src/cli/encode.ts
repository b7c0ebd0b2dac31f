// cmsg encode: control messages as the bytes of a control buffer, or as source that makes them.

import {
  type AbiName,
  CMSG_LEN,
  CMSG_SPACE,
  decodeControl,
  encodeControl,
  explain,
} from "../index.js";
import { type Format, formats, write } from "../notation.js";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { messageJson } from "./decode.js";
import { drawn } from "./draw.js";
import { EXIT, usageError } from "./errors.js";
import { oneAbi } from "./input.js";
import { filled } from "./lines.js";
import { MESSAGE_OPERANDS, messageWords, readMessages } from "./messages.js";
import { note, print, printJson, writeOut } from "./output.js";
import { choice, onlyOneOf } from "./values.js";

/** What bytes can be printed as. */
const FORMATS: readonly (Format | "raw")[] = [
  "hex",
  "raw",
  ...formats().filter((name) => name !== "hex"),
];

export const encode: Command = {
  name: "encode",
  summary: "print control messages as bytes, or as source that makes them",
  usage: ["encode [OPTIONS] TYPE [FIELD=VALUE…] …", "encode [OPTIONS] LEVEL/TYPE/HEX …"],
  operands: MESSAGE_OPERANDS,
  options: {
    abi: {
      value: "A",
      short: "a",
      text: "lay them out as this ABI does; as the host's unless given",
      complete: "abi",
    },
    as: {
      value: "FORM",
      text: `one of ${FORMATS.join(", ")}; hex unless given`,
      complete: FORMATS,
    },
    trim: { short: "t", text: "end at CMSG_LEN of the last message, without its padding" },
    json: { short: "j", text: "print bytes and messages as JSON" },
    quiet: { short: "q", text: "do not say what stands for fields that are not given" },
  },
  notes: [
    "Lays control messages out one behind the other, as a program does with CMSG_FIRSTHDR, CMSG_NXTHDR and CMSG_DATA before sendmsg(2). Fields have " +
      "their C names, or those of this package: ipi6_addr or addr. What is not given is a sample, and is said.",
    "c, python and javascript are source that gives the same bytes; svg is a figure; text is what cmsg decode draws.",
  ],
  examples: [
    [
      "Two descriptors, and who sends them",
      "cmsg encode rights fd=3,4 credentials pid=1 uid=0 gid=0",
    ],
    [
      "The same in C, for a big-endian machine",
      "cmsg encode rights fd=3,4 --abi linux-s390x-glibc --as c",
    ],
    [
      "A figure for a lecture",
      "cmsg encode packetInfo6 addr=2001:db8::1 ifindex=2 --as svg > figure.svg",
    ],
    ["A message that nobody knows", "cmsg encode SOL_SOCKET/99/0102ff"],
  ],
  see: ["cmsg decode", "cmsg types", "cmsg compare"],
  candidates: (before, _, abi) => messageWords(before, abi),
  run: runEncode,
};

async function runEncode(args: Arguments): Promise<number> {
  const abi = oneAbi(encode, args);
  onlyOneOf(args, ["as", "json"]);
  const as = choice(args, "as", FORMATS) ?? "hex";
  if (args.operands.length === 0)
    throw usageError(`TYPE is missing: name a control message${help(encode)}`);
  if (as === "raw" && process.stdout.isTTY) {
    throw usageError("raw bytes are nothing for a terminal: redirect them, or use --as hex");
  }
  const { messages, assumed } = readMessages(args.operands, abi);
  const bytes = encodeControl(messages, { abi, trimLast: args.has("trim") });
  if (assumed.length > 0 && !args.has("quiet")) {
    for (const line of filled(`not given, samples stand for them: ${assumed.join(", ")}`, 0, 2))
      note(line);
  }
  if (args.has("json")) printJson(jsonOf(bytes, abi), 2);
  else if (as === "raw") await writeOut(bytes);
  else if (as === "text") print(drawn(explain(bytes, { abi })));
  else print(write(bytes, { as, abi }).trimEnd());
  return EXIT.fine;
}

function jsonOf(bytes: Uint8Array, abi: AbiName): object {
  const { messages } = decodeControl(bytes, { abi });
  return {
    abi,
    bytes,
    messages: messages.map((message) => {
      const { length } = message.payload;
      return {
        ...messageJson(message),
        len: CMSG_LEN(length, { abi }),
        space: CMSG_SPACE(length, { abi }),
      };
    }),
  };
}

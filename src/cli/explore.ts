// cmsg explore: serves the explorer page to the browser of this machine, with a control buffer in it.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostAbi } from "../index.js";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { intercepting } from "./ending.js";
import { CommandError, codeOf, EXIT, malformed, usageError } from "./errors.js";
import { pageServer, readPage } from "./explore-server.js";
import {
  FILE_OPERAND,
  fromText,
  INPUT_NOTE,
  INPUT_OPTIONS,
  type Input,
  inputOf,
  oneAbi,
} from "./input.js";
import { hex, note, print, printJson } from "./output.js";

export const explore: Command = {
  name: "explore",
  summary: "open the explorer page, with a control buffer in it",
  usage: ["explore [OPTIONS] [FILE]"],
  operands: {
    FILE: FILE_OPERAND.replace(
      "standard input if it is - or left out",
      "standard input if it is -",
    ),
  },
  options: {
    abi: {
      value: "A",
      short: "a",
      text: "the ABI of the bytes; the host's unless given",
      complete: "abi",
    },
    ...INPUT_OPTIONS,
    hex: {
      value: "TEXT",
      short: "x",
      text: "the bytes themselves, in any notation",
      complete: "none",
    },
    port: {
      value: "N",
      short: "p",
      text: "listen at this port; a free one unless given",
      complete: "none",
    },
    json: { short: "j", text: "print the address as a line of JSON" },
    quiet: { short: "q", text: "print nothing but the address" },
  },
  notes: [
    "Serves one page at 127.0.0.1 until it is interrupted, and prints its address. The page shows the bytes with their roles, the walk, other ABIs " +
      "side by side, and what a short buffer receives; bytes can be edited there. It loads nothing else: what you explore stays in your browser.",
    "Only browsers of this machine reach it, by its own address: requests for other files, by other methods or under other names are refused.",
    INPUT_NOTE,
  ],
  examples: [
    ["An empty page to play with", "cmsg explore"],
    [
      "One descriptor on a big-endian machine",
      "cmsg encode rights fd=3 --abi linux-s390x-glibc | cmsg explore --abi linux-s390x-glibc -",
    ],
    [
      "Bytes from the line",
      "cmsg explore --hex '14000000 00000000 01000000 01000000 05000000 00000000'",
    ],
  ],
  statuses: [[String(EXIT.fine), "it was interrupted"]],
  see: ["cmsg decode", "cmsg compare"],
  run: runExplore,
};

/** What the page takes in a link: BYTES_LIMIT of explorer/state.ts. */
const PAGE_LIMIT = 4096;

async function runExplore(args: Arguments): Promise<number> {
  const port = portOf(args);
  const abi = oneAbi(explore, args);
  const input = await givenInput(args);
  if (input !== undefined && input.bytes.length > PAGE_LIMIT) {
    const length = input.bytes.length;
    throw malformed(`${length} bytes, and the page takes ${PAGE_LIMIT} at most`);
  }
  const page = readPage();
  const server = pageServer(page);
  await listening(server, port);
  const { port: actual } = server.address() as AddressInfo;
  const isDefault = input === undefined && abi === hostAbi().name;
  const url = `http://127.0.0.1:${actual}/${isDefault ? "" : `#${fragment(abi, input)}`}`;
  // A signal may come as soon as the address is known.
  const signalled = untilSignal(server);
  if (args.has("json")) printJson({ url, port: actual });
  else print(url);
  if (!args.has("quiet")) note("open this address in a browser; Ctrl-C ends it");
  await signalled;
  return EXIT.fine;
}

function portOf(args: Arguments): number {
  const text = args.value("port");
  if (text === undefined) return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff) return Number(text);
  throw usageError(`--port takes a number up to 65535, not '${text}'${help(explore)}`);
}

async function givenInput(args: Arguments): Promise<Input | undefined> {
  const text = args.value("hex");
  if (text === undefined)
    return args.operands.length === 0 ? undefined : await inputOf(explore, args);
  if (args.operands.length > 0)
    throw usageError(`--hex and FILE do not go together${help(explore)}`);
  return fromText(text);
}

/** The state of the page as the fragment of its address: version, ABI, bytes, and what is not known of them. */
function fragment(abi: string, input: Input | undefined): string {
  if (input === undefined) return `v=1&a=${abi}`;
  const unknown = input.unknown.map(({ from, to }) => `${from}-${to}`).join(".");
  return `v=1&a=${abi}&c=${hex(input.bytes)}${unknown === "" ? "" : `&u=${unknown}`}`;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const code = codeOf(cause);
      const why =
        code === "EADDRINUSE" ? "somebody else listens there" : "this user may not listen there";
      reject(new CommandError(EXIT.system, `${code}: port ${port}: ${why}`, { cause }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function untilSignal(server: Server): Promise<void> {
  let end: () => void = () => {};
  const signalled = new Promise<void>((resolve) => {
    end = resolve;
  });
  await intercepting(() => end(), signalled);
  server.close();
  server.closeAllConnections();
}

// cmsg fuzz: looks for inputs that break a parser, this package's or another.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  coreTarget,
  directoryCorpus,
  type Find,
  type FuzzResult,
  type FuzzStatus,
  functionTarget,
  fuzz,
  type Parser,
  reportOf,
  type Target,
  wasmTarget,
} from "../fuzz.js";
import type { AbiName } from "../index.js";
import { type Arguments, type Command, help } from "./command.js";
import { intercepting } from "./ending.js";
import { CommandError, codeOf, EXIT, lineOf, usageError } from "./errors.js";
import { count, harmless, note, paint, print, printJson } from "./output.js";
import { abisNamed } from "./values.js";

export const fuzzCommand: Command = {
  name: "fuzz",
  summary: "look for inputs that break a parser of control messages, or any other",
  usage: ["fuzz [OPTIONS]", "fuzz [--target FILE] INPUT..."],
  operands: { INPUT: "run these files and nothing else, to see a find again" },
  options: {
    target: {
      value: "FILE",
      short: "t",
      text: "a script that exports (bytes) => verdict as default or as fuzz, or a .wasm module; the core of this package unless given",
    },
    seconds: { value: "N", short: "s", text: "end after N seconds; 60 unless --runs is given" },
    runs: { value: "N", short: "n", text: "end after N runs" },
    seed: { value: "N", text: "begin with this random number; the same seed gives the same runs" },
    corpus: {
      value: "DIR",
      short: "c",
      text: "keep inputs that show something new here, and go on from those that are there",
    },
    finds: { value: "DIR", text: "where finds are written; the corpus unless given, else here" },
    abi: {
      value: "A",
      short: "a",
      text: "damage control buffers of this ABI; of all kinds unless given",
    },
    bytes: { text: "inputs are plain bytes, not control buffers" },
    limit: { value: "N", text: "bytes of an input at most; 512 unless given" },
    call: { value: "NAME", text: "the function of a .wasm module that takes (offset, length)" },
    "max-finds": { value: "N", text: "end with N different finds; 10 unless given" },
    json: { short: "j", text: "print the result as JSON" },
  },
  notes: [
    "What a target throws is a find, a trap and an endless loop of a .wasm module too. Each different one is made as small as it gets, " +
      "saved as NAME.bin, and explained in NAME.txt. The exit status is 1 when there are any.",
    "The branches of a .wasm module guide the search (that needs the package binaryen); of a script, what it answers.",
  ],
  examples: [
    ["This package's own core, for ten thousand runs", "cmsg fuzz --runs 10000"],
    [
      "A parser of yours; go on from here the next time",
      "cmsg fuzz --target ./parser.mjs --corpus corpus --runs 2000",
    ],
    ["One input once more", "cmsg fuzz --target ./parser.mjs input.bin"],
  ],
  see: ["cmsg decode", "docs/fuzzing.md"],
  run: runFuzz,
};

async function runFuzz(args: Arguments): Promise<number> {
  const target = await targetOf(args);
  if (args.operands.length > 0) return runFiles(target, args.operands);
  const directory = args.value("corpus");
  const finds = args.value("finds") ?? directory ?? ".";
  const runs = whole(args, "runs");
  const seconds = whole(args, "seconds") ?? (runs === undefined ? 60 : undefined);
  const seed = whole(args, "seed", 0) ?? Date.now() % 0x7fffffff;
  const head = target.head ?? 0;
  const kept = directoryCorpus(directory ?? finds, {
    finds,
    head,
    note: (_, file) => `again: cmsg fuzz${again(args)} ${file}`,
  });
  const corpus = directory === undefined ? { ...kept, load: () => [], save: () => {} } : kept;
  const abi = abiOf(args);
  const stop = new AbortController();
  const result = await intercepting(
    () => stop.abort(),
    // Behind the next turn, so that signals are caught from the first run on.
    Promise.resolve().then(() => {
      note(`fuzzing ${target.name}, seed ${seed}`);
      return fuzz(target, {
        seed,
        corpus,
        control: !args.has("bytes"),
        signal: stop.signal,
        finds: whole(args, "max-finds") ?? 10,
        limit: whole(args, "limit") ?? 512,
        onStatus: process.stderr.isTTY ? showStatus : () => {},
        onFind: (find) => showFind(find, head, finds),
        ...(seconds !== undefined && { seconds }),
        ...(runs !== undefined && { runs }),
        ...(abi !== undefined && { abi }),
      });
    }),
  );
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  if (args.has("json")) printJson(jsonOf(result), 2);
  else print(summary(result, target));
  return result.found.length === 0 ? EXIT.fine : EXIT.malformed;
}

/** Runs inputs one after another. */
function runFiles(target: Target, files: readonly string[]): number {
  let status: number = EXIT.fine;
  for (const file of files) {
    try {
      const answer = target.run(new Uint8Array(readFileSync(file)));
      print(`${file}: ${answer === undefined ? "fine" : harmless(String(answer))}`);
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw error;
      print(`${file}: ${lineOf(error)}`);
      status = EXIT.malformed;
      target.reset?.();
    }
  }
  return status;
}

/** The options that say what is fuzzed, for doing it again. */
function again(args: Arguments): string {
  const named = ["target", "call"].flatMap((option) => {
    const value = args.value(option);
    return value === undefined ? [] : [` --${option} ${value}`];
  });
  return named.join("");
}

function whole(args: Arguments, option: string, least = 1): number | undefined {
  const text = args.value(option);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least) return number;
  throw usageError(`--${option} takes a whole number from ${least}, not '${text}'`);
}

function abiOf(args: Arguments): AbiName | undefined {
  const given = args.value("abi");
  if (given === undefined) return undefined;
  const [abi, another] = abisNamed([given]) as AbiName[];
  if (abi !== undefined && another === undefined) return abi;
  throw usageError(`--abi takes one ABI here${help(fuzzCommand)}`);
}

async function targetOf(args: Arguments): Promise<Target> {
  const file = args.value("target");
  const call = args.value("call");
  if (file === undefined) {
    if (call !== undefined) throw usageError("--call names a function of a .wasm --target");
    return coreTarget();
  }
  if (file.endsWith(".wasm")) {
    return await wasmTarget(readFileSync(file), {
      name: file,
      ...(call !== undefined && { call }),
    });
  }
  if (call !== undefined)
    throw usageError("--call is for .wasm modules: a script exports fuzz or default");
  const script = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  const parser = script["fuzz"] ?? script["default"];
  if (typeof parser === "function") return functionTarget(parser as Parser, file);
  throw new CommandError(EXIT.usage, `${file} exports no function as default or as fuzz`);
}

/** The line that is written over itself. */
function showStatus({ runs, seconds, perSecond, corpus, edges, finds }: FuzzStatus): void {
  const parts = [
    `${seconds.toFixed(0)} s`,
    `${runs} runs`,
    `${perSecond}/s`,
    `${edges} edges`,
    `${corpus} inputs`,
    count(finds, "find"),
  ];
  process.stderr.write(`\r\x1b[K${parts.join(" · ")}`);
}

function showFind(find: Find, head: number, directory: string): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  note(paint("red", `find: ${find.name}`));
  const lines = reportOf(find, head).split("\n").slice(2);
  for (const line of lines) note(line === "" ? "" : `  ${harmless(line)}`);
  note(`saved: ${directory}/${find.name}.bin`);
}

function summary(result: FuzzResult, target: Target): string {
  const { runs, seconds, perSecond, edges, corpus, found, seed } = result;
  const all = target.counters?.length;
  const seen = all === undefined ? "not watched" : `${edges} of ${all} edges`;
  const head = found.length === 0 ? "no find" : count(found.length, "find");
  return [
    `${head} in ${runs} runs (${seconds.toFixed(1)} s, ${perSecond}/s), ${seen}, ${count(corpus, "input")}, seed ${seed}`,
    ...found.map(({ name, bytes, reproducible }) => {
      const doubt = reproducible ? "" : ", not reproducible";
      return `  ${name}  ${count(bytes.length, "byte")}${doubt}`;
    }),
  ].join("\n");
}

function jsonOf({ found, inputs, ...status }: FuzzResult): object {
  return {
    ...status,
    inputs: inputs.length,
    found: found.map(({ name, bytes, run, reproducible, error }) => ({
      name,
      bytes,
      run,
      reproducible,
      error: harmless(String(error)),
    })),
  };
}

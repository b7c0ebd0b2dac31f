// A WebAssembly module as target: a function of it that takes offset and length of an input in its memory.

import { loadBinaryen } from "./binaryen.js";
import { besideModule, type EdgeMap, SECTION, withEdgeCounters } from "./edges.js";
import type { Target } from "./target.js";

/** How a module of the user's is called. */
export interface WasmTargetOptions {
  readonly name?: string;
  /** The exported function; else `LLVMFuzzerTestOneInput`, `fuzz`, `parse` or the only one with two parameters. */
  readonly call?: string;
  /** Offset at which inputs are written. Else `malloc` or `alloc` is asked, or the memory is grown. */
  readonly at?: number;
  /** Bytes of an input at most; 65536 unless given. */
  readonly limit?: number;
  /** What the module imports. Functions that are not given answer 0; `abort` and `proc_exit` throw. */
  readonly imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Conditions and turns of loops until a run counts as endless; a million unless given. */
  readonly fuel?: number;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

type Exports = Readonly<Record<string, unknown>>;
type Call = (...args: readonly number[]) => unknown;

/** Compiled module with counters. */
export interface Counted {
  readonly module: object;
  readonly map: EdgeMap;
  readonly beside: object | undefined;
}

/** What the platform has and `src/wasm.d.ts` does not need. */
interface Platform {
  Module: (new (
    bytes: Uint8Array,
  ) => object) & {
    customSections(module: object, name: string): ArrayBuffer[];
    imports(module: object): { module: string; name: string; kind: string }[];
    exports(module: object): { name: string; kind: string }[];
  };
  Instance: new (module: object, imports?: object) => { exports: Exports };
  Memory: new (limits: { initial: number }) => Memory;
}
const platform = WebAssembly as unknown as Platform;

/** The map of a module with counters; undefined when it has none. */
export function edgeMapOf(module: object): EdgeMap | undefined {
  const [section] = platform.Module.customSections(module, SECTION);
  if (section === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(section)) as EdgeMap;
}

/** Gives a module counters, unless it has them. */
async function counted(bytes: Uint8Array): Promise<Counted> {
  const given = new platform.Module(bytes);
  const map = edgeMapOf(given);
  if (map?.own === true) return { module: given, map, beside: undefined };
  const binaryen = await loadBinaryen();
  const module = new platform.Module(withEdgeCounters(binaryen, bytes, undefined));
  const made = edgeMapOf(module) as EdgeMap;
  return { module, map: made, beside: new platform.Module(besideModule(binaryen, made)) };
}

/** Words of a dictionary from hexadecimal digits. */
export function wordsOf({ dictionary }: EdgeMap): Uint8Array[] {
  return dictionary.map((digits) =>
    Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  );
}

function missing(what: string): Error {
  return Object.assign(new TypeError(what), { code: "ERR_CMSG_INVALID_ARG_TYPE" });
}

/** Pages of a memory that a module imports and nobody gave. */
const PAGES = 256;

/** What a module imports: what was given, and stubs for functions. */
function importsFor(
  module: object,
  given: NonNullable<WasmTargetOptions["imports"]>,
): { imports: Record<string, Record<string, unknown>>; memory: unknown } {
  const imports: Record<string, Record<string, unknown>> = {};
  let memory: unknown;
  for (const { module: from, name, kind } of platform.Module.imports(module)) {
    let value = given[from]?.[name];
    if (value === undefined && kind === "function") value = stubOf(name);
    if (kind === "memory") {
      value ??= new platform.Memory({ initial: PAGES });
      memory = value;
    }
    if (value === undefined) {
      throw missing(`the module imports the ${kind} ${from}.${name}: give it as imports`);
    }
    imports[from] ??= {};
    imports[from][name] = value;
  }
  return { imports, memory };
}

function memoryOf(memory: unknown): Memory {
  if (memory !== undefined) return memory as Memory;
  throw missing("the module neither exports a memory named memory nor imports one");
}

function stubOf(name: string): () => number {
  if (!/abort|exit/.test(name)) return () => 0;
  return () => {
    throw new Error(`${name} was called`);
  };
}

/** The function that takes an input. */
function entryOf(module: object, exports: Exports, wanted: string | undefined): Call {
  const functions = platform.Module.exports(module)
    .filter(({ kind }) => kind === "function")
    .map(({ name }) => name);
  const usual = ["LLVMFuzzerTestOneInput", "fuzz", "parse"].find((name) =>
    functions.includes(name),
  );
  const pairs = functions.filter((name) => (exports[name] as Call).length === 2);
  const name = wanted ?? usual ?? (pairs.length === 1 ? pairs[0] : undefined);
  const entry = name === undefined ? undefined : exports[name];
  if (typeof entry === "function") return entry as Call;
  const list = functions.join(", ");
  throw missing(
    `the module exports no function ${name ?? "that takes (offset, length)"}; there are: ${list}`,
  );
}

/** An instance of a module, ready to take inputs. */
class Running {
  readonly memory: Memory;
  readonly call: Call;
  readonly at: number;
  readonly counters: Uint8Array;
  readonly #fuel: DataView;
  readonly #fuelAt: number;
  #bytes: Uint8Array;

  constructor({ module, map, beside }: Counted, options: WasmTargetOptions, limit: number) {
    const aside = beside === undefined ? undefined : new platform.Instance(beside).exports;
    const given = { ...options.imports, ...(aside && { cmsg_edges: aside }) };
    const { imports, memory } = importsFor(module, given);
    const { exports } = new platform.Instance(module, imports);
    this.memory = memoryOf(exports["memory"] ?? memory);
    if (typeof exports["_initialize"] === "function") (exports["_initialize"] as Call)();
    this.call = entryOf(module, exports, options.call);
    this.at = options.at ?? placeFor(exports, this.memory, limit);
    const counting = ((aside ?? exports)["memory"] as Memory).buffer;
    this.counters = new Uint8Array(counting, map.base, map.counters);
    this.#fuel = new DataView(counting);
    this.#fuelAt = map.base + map.size - 4;
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  run(input: Uint8Array, fuel: number): unknown {
    // Memory that has grown has another buffer.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.memory.buffer);
    this.#bytes.set(input, this.at);
    this.#fuel.setInt32(this.#fuelAt, fuel, true);
    return this.call(this.at, input.length);
  }

  /** Whether the last run has used up its fuel. */
  get exhausted(): boolean {
    return this.#fuel.getInt32(this.#fuelAt, true) === 0;
  }
}

function placeFor(exports: Exports, memory: Memory, limit: number): number {
  const allocate = exports["malloc"] ?? exports["alloc"];
  if (typeof allocate === "function") return Number((allocate as Call)(limit));
  try {
    return memory.grow(Math.ceil(limit / 0x10000)) * 0x10000;
  } catch (cause) {
    const text =
      "the module's memory cannot grow, and it exports no malloc: say where inputs go (at)";
    throw Object.assign(missing(text), { cause });
  }
}

/** A run that used up its fuel: an endless loop, as far as anybody can tell. */
function endless(fuel: number, cause: unknown): Error {
  const text = `no end after ${fuel} conditions and turns of loops`;
  return Object.assign(new Error(text, { cause }), { name: "Endless" });
}

/**
 * A WebAssembly module as target. Its edges are counted: binaryen has to be installed for a module without counters.
 *
 * @param bytes The module. It exports its memory, or imports it.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` when it has no function to call or no place for inputs.
 * @throws Error `ERR_CMSG_BINARYEN` when binaryen is needed and not installed.
 * @example
 * const target = await wasmTarget(bytesOfCore, { call: "cmsg_align", at: 32768 });
 * await fuzz(target, { runs: 100, control: false });
 */
export async function wasmTarget(
  bytes: Uint8Array,
  options: WasmTargetOptions = {},
): Promise<Target> {
  const { name = "module", limit = 0x10000, fuel = 1_000_000 } = options;
  const compiled = await counted(bytes);
  let running = new Running(compiled, options, limit);
  return {
    name,
    get counters() {
      return running.counters;
    },
    sites: compiled.map.sites,
    dictionary: wordsOf(compiled.map),
    run(input) {
      try {
        return running.run(input.length > limit ? input.subarray(0, limit) : input, fuel);
      } catch (error) {
        throw running.exhausted ? endless(fuel, error) : error;
      }
    },
    reset() {
      running = new Running(compiled, options, limit);
    },
  };
}

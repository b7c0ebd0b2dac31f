// The guided loop: damage an input that has shown something, run it, keep what shows more.

import type { AbiOption } from "../codec.js";
import { type Find, nameOf } from "./finds.js";
import { generateControl } from "./generate.js";
import { havoc } from "./havoc.js";
import { minimise } from "./minimise.js";
import { mutateControl } from "./mutate.js";
import { Novelty } from "./novelty.js";
import { Random } from "./random.js";
import type { Target } from "./target.js";

/** Where inputs that have shown something are kept from one campaign to the next. */
export interface Corpus {
  /** What was kept so far. */
  load(): Iterable<Uint8Array>;
  /** Keeps an input that has shown something new. */
  save(bytes: Uint8Array): void;
  /** Keeps a find. */
  saveFind(find: Find): void;
}

/** How a campaign goes. */
export interface FuzzOptions {
  /** Any integer; the same seed, target and corpus give the same runs. The clock's unless given. */
  readonly seed?: number;
  /** Ends after so many seconds. */
  readonly seconds?: number;
  /** Ends after so many runs. One of the two has to be given. */
  readonly runs?: number;
  /** Ends with so many different finds; 10 unless given. */
  readonly finds?: number;
  /** Bytes of an input at most; 512 unless given. */
  readonly limit?: number;
  readonly corpus?: Corpus;
  /** Inputs to begin with, beside those of corpus and target. */
  readonly seeds?: Iterable<Uint8Array>;
  /** Words to try, beside those of the target. */
  readonly dictionary?: Iterable<Uint8Array>;
  /** Whether inputs are control buffers, which are damaged knowingly; true unless given. */
  readonly control?: boolean;
  /** ABI of such control buffers; of all kinds unless given. */
  readonly abi?: AbiOption;
  /** Whether inputs that show more are kept; without it runs are blind. True unless given. */
  readonly guided?: boolean;
  readonly signal?: AbortSignal;
  /** Called about four times a second. */
  readonly onStatus?: (status: FuzzStatus) => void;
  /** Called with each find at once. */
  readonly onFind?: (find: Find) => void;
}

/** How far a campaign is. */
export interface FuzzStatus {
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Inputs kept. */
  readonly corpus: number;
  /** Counters that have counted; 0 for a target that cannot be watched. */
  readonly edges: number;
  readonly finds: number;
}

/** What a campaign has found. */
export interface FuzzResult extends FuzzStatus {
  readonly found: readonly Find[];
  /** Inputs kept, in the order in which they were found. */
  readonly inputs: readonly Uint8Array[];
}

/** Runs between two looks at the clock. */
const BATCH = 256;
const STATUS_MS = 250;

/** ABIs whose buffers are made when none is asked for: widths, alignments and byte orders of all kinds. */
const ABIS = [
  "linux-x86_64-glibc",
  "linux-i386-glibc",
  "linux-s390x-musl",
  "linux-m68k-glibc",
  "darwin-arm64",
  "freebsd-amd64",
  "netbsd-aarch64",
  "windows-x64",
] as const;

/** Mutations of one input, one after another. */
const TURNS = [1, 1, 1, 1, 2, 2, 3, 4];

/** Mutations by words of the dictionary: what stands between an input and most places of a parser. */
const WORDING = ["wordInHeader", "wordInPayload"] as const;

/** A campaign. */
class Campaign {
  readonly #target: Target;
  readonly #options: FuzzOptions;
  readonly #random: Random;
  readonly #novelty: Novelty;
  readonly #dictionary: readonly Uint8Array[];
  readonly #limit: number;
  readonly #inputs: Uint8Array[] = [];
  readonly #found = new Map<string, Find>();
  readonly #started = performance.now();
  readonly seed: number;
  #runs = 0;

  constructor(target: Target, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
    this.seed = options.seed ?? Date.now() % 0x7fffffff;
    this.#random = new Random(this.seed);
    this.#novelty = new Novelty(target.counters?.length ?? 0);
    this.#dictionary = [...(target.dictionary ?? []), ...(options.dictionary ?? [])];
    this.#limit = options.limit ?? 512;
  }

  /** Runs what there is to begin with. */
  begin(): void {
    const { corpus, seeds = [] } = this.#options;
    this.#target.counters?.fill(0);
    const known = [new Uint8Array(0), ...(this.#target.seeds ?? []), ...seeds];
    for (const bytes of known) this.#try(bytes.subarray(0, this.#limit));
    for (const bytes of corpus?.load() ?? []) this.#try(bytes.subarray(0, this.#limit), false);
    if (this.#inputs.length === 0) this.#inputs.push(new Uint8Array(0));
  }

  /** A few runs. */
  batch(runs: number): void {
    for (let i = 0; i < runs && !this.full; i++) this.#try(this.#next());
  }

  get full(): boolean {
    const { finds = 10, runs = Number.POSITIVE_INFINITY } = this.#options;
    return this.#found.size >= finds || this.#runs >= runs;
  }

  get status(): FuzzStatus {
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      seed: this.seed,
      runs: this.#runs,
      seconds,
      perSecond: Math.round(this.#runs / Math.max(seconds, 0.001)),
      corpus: this.#inputs.length,
      edges: this.#novelty.edges,
      finds: this.#found.size,
    };
  }

  get result(): FuzzResult {
    return { ...this.status, found: [...this.#found.values()], inputs: this.#inputs };
  }

  #next(): Uint8Array {
    const random = this.#random;
    const inputs = this.#inputs;
    // Half of the time one of the latest, which have been looked at least.
    const recent = Math.min(inputs.length, 8);
    const at =
      random.below(2) === 0
        ? inputs.length - 1 - random.below(recent)
        : random.below(inputs.length);
    const parent = inputs[at] as Uint8Array;
    const material = { dictionary: this.#dictionary, corpus: inputs, limit: this.#limit };
    if (this.#options.control === false || random.below(3) === 0)
      return havoc(parent, random, material);
    const abi = this.#options.abi ?? random.pick(ABIS);
    const base = random.below(16) === 0 ? generateControl(random, { abi }) : parent;
    const damaged = this.#damage(base, abi);
    return damaged.length > this.#limit ? damaged.slice(0, this.#limit) : damaged;
  }

  /** Damages a control buffer behind the bytes that a target takes for itself. */
  #damage(input: Uint8Array, abi: AbiOption): Uint8Array {
    const head = this.#target.head ?? 0;
    let tail: Uint8Array = input.subarray(head);
    const dictionary = this.#dictionary;
    // One change most of the time: what the input has reached so far should stay reached.
    for (let turns = this.#random.pick(TURNS); turns > 0; turns--) {
      const wording = dictionary.length > 0 && this.#random.below(2) === 0;
      const mutator = wording ? { mutator: this.#random.pick(WORDING) } : {};
      tail = mutateControl(tail, this.#random, { abi, dictionary, ...mutator });
    }
    if (head === 0) return tail;
    const whole = new Uint8Array(head + tail.length);
    whole.set(input.subarray(0, head));
    whole.set(tail, head);
    if (this.#random.below(4) === 0) whole[this.#random.below(head)] = this.#random.next();
    return whole;
  }

  #try(bytes: Uint8Array, save = true): void {
    this.#runs += 1;
    let answer: unknown;
    try {
      answer = this.#target.run(bytes);
    } catch (error) {
      this.#find(bytes, error);
      return;
    }
    if (!this.#novelty.look(this.#target.counters, answer)) return;
    if (this.#options.guided === false) return;
    const kept = bytes.slice();
    this.#inputs.push(kept);
    if (save) this.#options.corpus?.save(kept);
  }

  /** Keeps the first find of each name, as small as it gets. */
  #find(bytes: Uint8Array, error: unknown): void {
    const name = nameOf(error);
    const target = this.#target;
    if (this.#found.has(name)) {
      target.reset?.();
      target.counters?.fill(0);
      return;
    }
    const original = bytes.slice();
    const fails = (input: Uint8Array): boolean => {
      try {
        target.run(input);
        return false;
      } catch (other) {
        target.reset?.();
        return nameOf(other) === name;
      }
    };
    target.reset?.();
    const reproducible = fails(original);
    const smallest = reproducible ? minimise(original, fails) : original;
    const find: Find = { name, bytes: smallest, original, error, run: this.#runs, reproducible };
    this.#found.set(name, find);
    target.reset?.();
    target.counters?.fill(0);
    this.#options.corpus?.saveFind(find);
    this.#options.onFind?.(find);
  }
}

function checked({ seconds, runs, seed }: FuzzOptions): void {
  for (const [name, value] of Object.entries({ seconds, runs, seed })) {
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isFinite(value) || (name !== "seed" && value <= 0)) {
      const error = new RangeError(`${name} must be a number above 0, not ${String(value)}`);
      throw Object.assign(error, { code: "ERR_CMSG_OUT_OF_RANGE" });
    }
  }
  if (seconds !== undefined || runs !== undefined) return;
  const error = new TypeError("fuzz needs an end: give seconds or runs");
  throw Object.assign(error, { code: "ERR_CMSG_INVALID_ARG_TYPE" });
}

/**
 * Fuzzes a target until time, runs or finds are enough. The event loop gets its turn four times a second.
 *
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` when neither `seconds` nor `runs` is given.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` when they are not above 0.
 * @example
 * const target = functionTarget((bytes) => {
 *   if (bytes[0] === 7) throw new Error("seven");
 * });
 * const { found } = await fuzz(target, { runs: 20000, seed: 1 });
 * found[0].name.startsWith("error-seven") // true
 */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  checked(options);
  const { seconds = Number.POSITIVE_INFINITY, signal, onStatus } = options;
  const campaign = new Campaign(target, options);
  campaign.begin();
  let shown = 0;
  for (;;) {
    campaign.batch(BATCH);
    const status = campaign.status;
    if (campaign.full || status.seconds >= seconds || signal?.aborted === true) break;
    if (status.seconds * 1000 - shown >= STATUS_MS) {
      shown = status.seconds * 1000;
      onStatus?.(status);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  onStatus?.(campaign.status);
  return campaign.result;
}

// The core's rule for this host against the macros of this host's own headers, in one process: hundreds of thousands of buffers.

import { type AbiName, hostAbi, layout, type RuleName, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { seed } from "../support/random.js";
import { suite } from "../support/suite.js";
import { Areas } from "./areas.js";
import { loadOracle, noOracle, type Oracle } from "./oracle.js";

const COMPARISONS = 400_000;
const WORDS = 600;
const test = suite("this host's macros, in-process");

/** Walks of one core, by the macros and by the core, over the same bytes at the same native address. */
class Both {
  readonly core = new RawCore();
  readonly oracle: Oracle;
  readonly #native: bigint;
  readonly #row: number;
  readonly control = this.core.base + 0x10000;
  readonly #answer = this.core.base;
  readonly #step = this.core.base + 0x8000;

  constructor(oracle: Oracle, row: number) {
    this.oracle = oracle;
    this.#row = row;
    this.#native = oracle.address(this.core.exports.memory.buffer);
  }

  macros(length: number): number[] {
    const at = (offset: number): bigint => this.#native + BigInt(offset);
    const count = this.oracle.walkMacros(at(this.control), length, at(this.#answer), WORDS);
    return Array.from({ length: count }, (_, i) => this.core.word(this.#answer + i * 4));
  }

  ours(rule: number, length: number): number[] {
    const { core, control } = this;
    const native = this.#native + BigInt(control);
    const [low, high] = [
      Number(BigInt.asIntN(32, native)),
      Number(BigInt.asIntN(32, native >> 32n)),
    ];
    const call = core.exports as unknown as Record<string, (...args: number[]) => number>;
    const next = call["cmsg_nxthdr"] as (...args: number[]) => number;
    const found: number[] = [];
    let at = core.call("cmsg_firsthdr", this.#row, rule, control, length, this.#step);
    for (
      ;
      at >= 0 && found.length < WORDS - 1;
      found.push(at), at = next(this.#row, rule, control, length, at, low, high, this.#step)
    );
    return [...found, at >= 0 ? -16 : at];
  }
}

function compare(): void {
  const oracle = loadOracle();
  const abi = hostAbi().name as AbiName;
  const { endian, cmsg } = layout(abi);
  const core = new RawCore();
  const row = rowOf(core, abi);

  test(`${COMPARISONS} buffers, no disagreement`, () => {
    const both = new Both(oracle, row);
    const areas = new Areas(abi, endian === "little", seed);
    const rule = rules().indexOf(hostRule(both, cmsg.rule));
    const started = process.cpuUsage();
    let several = 0;
    for (let i = 0; i < COMPARISONS; i++) {
      const area = areas.next();
      both.core.write(both.control, area);
      // What the macros may read behind the end.
      both.core.bytes.fill(0, both.control + area.length, both.control + area.length + 32);
      const [theirs, ours] = [both.macros(area.length), both.ours(rule, area.length)];
      if (theirs.length > 2) several += 1;
      if (theirs.join() !== ours.join()) {
        const hex = Buffer.from(area).toString("hex");
        assert.equal(ours, theirs, `seed ${seed}, buffer ${i}: ${hex}`);
      }
    }
    const { user, system } = process.cpuUsage(started);
    const perSecond = Math.round((COMPARISONS / (user + system)) * 1e6);
    console.log(`NOTE ${perSecond} comparisons a second of processor time, seed ${seed}`);
    assert.ok(several > COMPARISONS / 10, `${several} buffers of several messages`);
  });
}

/** The row of an ABI: the first with its numbers. */
function rowOf(core: RawCore, abi: AbiName): number {
  const { pointerSize, endian, cmsghdr, cmsg } = layout(abi);
  const rows = Array.from({ length: core.call("abi_count") }, (_, row) => core.columns(row));
  const width = cmsghdr.fields["cmsg_len"]?.width;
  const rule = rules().indexOf(cmsg.rule);
  return rows.findIndex(
    (columns) =>
      columns[0] === pointerSize &&
      columns[2] === (endian === "big" ? 1 : 0) &&
      columns[5] === width &&
      columns[11] === cmsg.align &&
      columns[16] === rule,
  );
}

/** glibc got a new CMSG_NXTHDR in 2.37, and distributions carry it in older ones: a last message without padding tells. */
function hostRule(both: Both, own: RuleName): RuleName {
  if (own !== "glibc") return own;
  both.core.write(
    both.control,
    Uint8Array.of(17, ...new Array(23).fill(0), 17, ...new Array(16).fill(0)),
  );
  return both.macros(41).length === 3 ? "glibc" : "glibc-old";
}

const missing = noOracle();
if (missing === undefined) compare();
else test.skip("buffers", missing);

test.run();

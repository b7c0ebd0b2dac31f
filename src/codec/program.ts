// Field programs: a struct as a list of abstract C types, packed and unpacked by the core for any ABI.

import { ELEMENT_REST } from "../../assembly/shared/kind.js";
import { PAYLOAD_SHORT } from "../../assembly/shared/status.js";
import type { Abi } from "./abi.js";
import { rangeError } from "./arguments.js";
import { type Cell, cellEnd, type Element, isOctets, readCell, writeCell } from "./cell.js";
import { ARENA_CELLS, ARENA_PAYLOAD, CONTROL_LIMIT, type Core } from "./core.js";

/** Where the elements of a program lie in one ABI, in bytes. */
export interface ProgramLayout {
  /** Offset and width of each element's number, in program order. */
  readonly places: readonly { readonly offset: number; readonly width: number }[];
  readonly size: number;
  readonly align: number;
  /** End of the last element: the shortest payload that holds every field. */
  readonly end: number;
}

/** A struct of abstract C types. */
export class Program {
  readonly elements: readonly Element[];
  readonly #code: Int32Array;
  // Rows that callers define have the same index in different instances of the core, and an Abi of their own in each.
  readonly #layouts = new WeakMap<Abi, ProgramLayout>();
  // Nearly always it is asked for the same one again.
  #abi: Abi | undefined;
  #layout: ProgramLayout | undefined;
  /** Whether the last element repeats to the end of the payload. */
  readonly repeats: boolean;
  /** Whether a number of it says how many of something follow. */
  readonly counts: boolean;

  constructor(elements: readonly Element[]) {
    this.elements = elements;
    this.#abi = undefined;
    this.#layout = undefined;
    this.repeats = elements.at(-1)?.count === ELEMENT_REST;
    this.counts = elements.some(({ counts }) => counts === true);
    this.#code = Int32Array.from(
      elements,
      ({ kind, count, id }, i) => kind | ((id ?? i) << 8) | (count << 16),
    );
  }

  /** Where the elements lie in an ABI. */
  layout(core: Core, abi: Abi): ProgramLayout {
    if (abi === this.#abi) return this.#layout as ProgramLayout;
    const layout = this.#layouts.get(abi) ?? this.#layOut(core, abi);
    this.#abi = abi;
    this.#layout = layout;
    return layout;
  }

  #layOut(core: Core, abi: Abi): ProgramLayout {
    const code = core.scratch;
    const out = code + this.#code.length * 4;
    core.setWords(code, this.#code);
    const size = core.exports.layout(abi.index, code, this.#code.length, out);
    const places = this.elements.map((_, i) =>
      Object.freeze({
        offset: core.word(out + i * 8),
        width: core.word(out + i * 8 + 4),
      }),
    );
    const align = core.word(out + this.#code.length * 8);
    const end = core.word(out + this.#code.length * 8 + 4);
    const layout: ProgramLayout = { places, size, align, end };
    this.#layouts.set(abi, layout);
    return layout;
  }

  /**
   * Packs one cell per element at the arena's payload offset and answers the length of the struct in bytes. `path` names the
   * value in errors. The cells hold plain values: no caller's code runs in here.
   */
  pack(core: Core, abi: Abi, cells: readonly Cell[], path: string): number {
    const { elements } = this;
    const layout = this.layout(core, abi);
    const start = core.arena + ARENA_CELLS;
    let at = start;
    for (let i = 0; i < elements.length; i++) {
      const width = layout.places[i]?.width ?? 0;
      at = writeCell(core, at, elements[i] as Element, width, cells[i], path);
    }
    const code = core.scratch;
    core.setWords(code, this.#code);
    const length = core.exports.pack(
      abi.index,
      code,
      this.#code.length,
      start,
      (at - start) >> 3,
      core.arena + ARENA_PAYLOAD,
      CONTROL_LIMIT,
    );
    if (length < 0) throw rangeError(path, `one of at most ${CONTROL_LIMIT} bytes`, cells.length);
    return this.repeats ? Math.min(length, tailEnd(layout, cells)) : length;
  }

  /** Unpacks the payload of `length` bytes at `at`: one cell per element, or undefined when it is too short. */
  unpack(core: Core, abi: Abi, at: number, length: number): Cell[] | undefined {
    if (!this.repeats) return this.#unpackOnce(core, abi, at, length);
    const tail = this.elements[this.elements.length - 1] as Element;
    const { places } = this.layout(core, abi);
    const { offset, width } = places[places.length - 1] as { offset: number; width: number };
    // The cells of a tail may be more than the memory that is left for them: bytes need none, numbers come in pieces.
    const piece = isOctets(tail.kind) ? 0 : PIECE * width;
    const cells = this.#unpackOnce(core, abi, at, Math.min(length, offset + piece));
    if (cells === undefined || length <= offset + piece) return cells;
    if (piece === 0) return [...cells.slice(0, -1), core.bytes.slice(at + offset, at + length)];
    const numbers = [...(cells.pop() as readonly (number | bigint)[])];
    const rest = new Program([tail]);
    for (let from = offset + piece; from < length; from += piece) {
      const [more] = rest.#unpackOnce(core, abi, at + from, Math.min(piece, length - from)) ?? [];
      for (const number of more as readonly (number | bigint)[]) numbers.push(number);
    }
    return [...cells, numbers];
  }

  #unpackOnce(core: Core, abi: Abi, at: number, length: number): Cell[] | undefined {
    const { places } = this.layout(core, abi);
    const start = core.arena + ARENA_CELLS;
    const code = core.scratch;
    core.setWords(code, this.#code);
    const room = (code - start) >> 3;
    const count = this.#code.length;
    const used = core.exports.unpack(abi.index, code, count, at, length, start, room);
    if (used === PAYLOAD_SHORT) return undefined;
    if (used < 0) throw rangeError("payload", `one whose fields are at most ${room} cells`, length);
    const { elements } = this;
    const cells = new Array<Cell>(elements.length);
    let from = start;
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i] as Element;
      const width = places[i]?.width ?? 0;
      cells[i] = readCell(core, from, element, width);
      from = cellEnd(core, from, element, width);
    }
    return cells;
  }
}

/** Where the repeated tail of a program ends: nothing pads it, so that what is read again has its length. */
function tailEnd({ places }: ProgramLayout, cells: readonly Cell[]): number {
  const { offset = 0, width = 0 } = places.at(-1) ?? {};
  return offset + (cells.at(-1) as readonly unknown[]).length * width;
}

/** Numbers of a repeated tail that are read at once. */
const PIECE = 0x4000;

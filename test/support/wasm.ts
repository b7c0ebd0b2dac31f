// The sections of a WebAssembly module that its JavaScript interface does not show: types, limits, start function, data.

/** What a module declares. */
export interface WasmModule {
  readonly imports: number;
  /** Parameter and result types of each exported function, as in `(i32, i32) i32`. */
  readonly functions: ReadonlyMap<string, string>;
  readonly memories: readonly { readonly initial: number; readonly maximum: number | null }[];
  readonly start: boolean;
  /** Where static data lies in memory. */
  readonly data: readonly { readonly from: number; readonly to: number }[];
}

const VALUE_TYPES: Readonly<Record<number, string>> = {
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
};

class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  /** LEB128; `signed` extends the last group's sign. */
  number(signed = false): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 128) return signed && (byte & 0x40) !== 0 ? value - factor : value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  list<T>(one: (reader: Reader) => T): T[] {
    return Array.from({ length: this.number() }, () => one(this));
  }
}

function typeOf(reader: Reader): string {
  reader.byte();
  const valueType = () => VALUE_TYPES[reader.byte()] ?? "?";
  const parameters = reader.list(valueType);
  return `(${parameters.join(", ")}) ${reader.list(valueType).join(", ")}`;
}

function exportOf(reader: Reader): { name: string; kind: number; index: number } {
  const name = Buffer.from(reader.take(reader.number())).toString();
  return { name, kind: reader.byte(), index: reader.number() };
}

function memoryOf(reader: Reader): { initial: number; maximum: number | null } {
  const limited = reader.byte() === 1;
  return { initial: reader.number(), maximum: limited ? reader.number() : null };
}

/** An active segment of memory 0 with a constant offset: `0 i32.const N end`. */
function segmentOf(reader: Reader): { from: number; to: number } {
  const head = [reader.number(), reader.byte()];
  if (head[0] !== 0 || head[1] !== 0x41) throw new Error(`data segment of another kind: ${head}`);
  const from = reader.number(true);
  reader.byte();
  const length = reader.number();
  reader.take(length);
  return { from, to: from + length };
}

/** Reads a module that imports nothing. */
export function parseWasm(bytes: Uint8Array): WasmModule {
  const sections = new Map<number, Reader>();
  const reader = new Reader(bytes);
  reader.take(8);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    sections.set(id, new Reader(reader.take(reader.number())));
  }
  const of = <T>(id: number, one: (reader: Reader) => T): T[] => sections.get(id)?.list(one) ?? [];
  const types = of(1, typeOf);
  const declared = of(3, (section) => section.number());
  const functions = of(7, exportOf).filter(({ kind }) => kind === 0);
  return {
    imports: sections.get(2)?.number() ?? 0,
    functions: new Map(
      functions.map(({ name, index }) => [name, types[declared[index] ?? -1] ?? "?"]),
    ),
    memories: of(5, memoryOf),
    start: sections.has(8),
    data: of(11, segmentOf),
  };
}

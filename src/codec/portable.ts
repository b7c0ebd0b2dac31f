// Names and payload layouts for hosts that have core.wasm and not this package's TypeScript: what is written to dist/core.json.

import * as COLUMNS from "../../assembly/shared/column.js";
import * as KINDS from "../../assembly/shared/kind.js";
import * as STATUS from "../../assembly/shared/status.js";
import { resolveAbi } from "./abi.js";
import { abiNames, rowOf } from "./abi-names.js";
import { definitions, exportName } from "./catalogue/index.js";
import { standardCore } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import { type Direction, type Form, formsIn, type KnownForm } from "./form.js";
import { ruleIndex, ruleNames } from "./rules.js";
import { STRUCTS } from "./struct.js";

/** A payload: its field program, an i32 for each field, and the C names of the fields. */
export interface PortablePayload {
  readonly program: readonly number[];
  readonly fields: readonly string[];
  readonly direction: Direction;
  /** Whether its numbers are file descriptors. */
  readonly descriptors: boolean;
}

/** A control message: on the ABIs with these indices in `abis` it has this level, type and payload (an index in `payloads`). */
export interface PortableNumbers {
  readonly level: number;
  readonly type: number;
  readonly payload: number;
  readonly abis: readonly number[];
}

/** A control message by the name that this package exports it by. */
export interface PortableMessage {
  /** C name of its type. */
  readonly name: string;
  readonly source: string;
  readonly payloads: readonly PortablePayload[];
  readonly numbers: readonly PortableNumbers[];
}

/** Everything about core.wasm that has a name. */
export interface Portable {
  readonly format: "cmsg-core/1";
  /** Major and minor version of the interface that it belongs to. */
  readonly version: readonly [number, number];
  /** Name and row of each ABI; `PortableNumbers.abis` are places in this list. */
  readonly abis: readonly (readonly [name: string, row: number])[];
  readonly columns: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  readonly status: Readonly<Record<string, number>>;
  /** Structs that the core lays out: id, and the ids of the members. */
  readonly structs: Readonly<Record<string, { readonly id: number; readonly members: object }>>;
  readonly messages: Readonly<Record<string, PortableMessage>>;
}

function numbersOf(names: object, without: readonly string[] = []): Record<string, number> {
  const list = Object.entries(names).filter(([name]) => !without.includes(name));
  return Object.fromEntries(list.map(([name, value]) => [name, Number(value)]));
}

function payloadOf({ program, direction, descriptors }: Form): PortablePayload {
  const { elements } = program;
  return {
    program: elements.map(({ kind, count, id }, i) => kind | ((id ?? i) << 8) | (count << 16)),
    fields: elements.map(({ name }) => name),
    direction,
    descriptors,
  };
}

/** Level, type and payload of each ABI, those that have the same ones together. */
function gather(definition: AnyDefinition): readonly PortableNumbers[] {
  const core = standardCore();
  const groups = new Map<string, PortableNumbers & { readonly abis: number[] }>();
  abiNames().forEach((name, i) => {
    for (const { form, level, type } of formsIn(definition, resolveAbi(core, name))) {
      const payload = definition.forms.indexOf(form as KnownForm["form"]);
      const key = `${level} ${type} ${payload}`;
      const group = groups.get(key) ?? { level, type, payload, abis: [] };
      group.abis.push(i);
      groups.set(key, group);
    }
  });
  return [...groups.values()];
}

/** The table of this version. */
export function portable(): Portable {
  const version = standardCore().exports.version();
  const messages = definitions().map((definition): [string, PortableMessage] => [
    exportName(definition) ?? definition.name,
    {
      name: definition.name,
      source: definition.source,
      payloads: definition.forms.map(payloadOf),
      numbers: gather(definition),
    },
  ]);
  return {
    format: "cmsg-core/1",
    version: [version >> 16, version & 0xffff],
    abis: abiNames().map((name) => [name, rowOf(name) ?? -1] as const),
    columns: numbersOf(COLUMNS, ["COLUMN_COUNT"]),
    rules: Object.fromEntries(ruleNames().map((name) => [name, ruleIndex(name)])),
    kinds: numbersOf(KINDS, ["KIND_END", "ELEMENT_REST"]),
    status: numbersOf(STATUS),
    structs: Object.fromEntries(
      Object.entries(STRUCTS).map(([name, { id, members }]) => [
        name,
        { id, members: Object.fromEntries(members.map((member, i) => [member, i])) },
      ]),
    ),
    messages: Object.fromEntries(messages),
  };
}

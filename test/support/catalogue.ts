// Where definitions are at home: the ABIs that have them, their numbers there, and payloads of any length.

import {
  type AbiName,
  type AnyDefinition,
  CMSG_LEN,
  constants,
  type Direction,
  decodeControl,
  encodeControl,
  explain,
} from "cmsg/codec";
import { compiled } from "./layouts.js";

/** A level and type by which a definition is known in an ABI. */
export interface Place {
  readonly definition: AnyDefinition;
  readonly abi: AbiName;
  readonly level: number;
  readonly type: number;
  /** Bytes of the shortest payload that is read. */
  readonly least: number;
  /** Whether the last member goes on to the end of the payload. */
  readonly repeats: boolean;
  /** How many structs have this level and type. */
  readonly forms: number;
  /** Who sends those. */
  readonly directions: readonly Direction[];
  /** C names of the members that have bytes. */
  readonly members: readonly string[];
}

type Form = AnyDefinition["forms"][number];

/** Whether a form is one of an ABI: no other names it more closely. */
function isOf(form: Form, abi: AbiName): boolean {
  return form.on.length === 0 || form.on.some((name) => `${abi}-`.startsWith(`${name}-`));
}

function numberOf(abi: AbiName, name: string | number): number | undefined {
  return typeof name === "number" ? name : constants(abi)[name];
}

/** The levels and types of a definition in an ABI, with their forms. */
export function identitiesOf(definition: AnyDefinition, abi: AbiName) {
  const found: { level: number; type: number; forms: Form[] }[] = [];
  for (const form of definition.forms.filter((each) => isOf(each, abi))) {
    const level = numberOf(abi, form.level);
    const type = numberOf(abi, form.type);
    if (level === undefined || type === undefined) continue;
    const known = found.find((each) => each.level === level && each.type === type);
    if (known === undefined) found.push({ level, type, forms: [form] });
    else if (form.on.length > 0) known.forms = [form];
    else known.forms.push(form);
  }
  return found;
}

const places = new Map<AnyDefinition, Map<AbiName, readonly Place[]>>();

/** The places of a definition in an ABI. */
export function placesOf(definition: AnyDefinition, abi: AbiName): readonly Place[] {
  const own = places.get(definition) ?? new Map<AbiName, readonly Place[]>();
  places.set(definition, own);
  const found = own.get(abi) ?? findPlaces(definition, abi);
  own.set(abi, found);
  return found;
}

function findPlaces(definition: AnyDefinition, abi: AbiName): readonly Place[] {
  return identitiesOf(definition, abi).map(({ level, type, forms }) => {
    const control = encodeControl([{ level, type, payload: new Uint8Array(0) }], { abi });
    const [problem] = decodeControl(control, { abi, definitions: [definition] }).problems;
    const least = Number(problem?.claimed ?? 0);
    const { elements } = (forms[0] as Form).program;
    const repeats = forms.some(({ program }) => program.repeats);
    const place = {
      definition,
      abi,
      level,
      type,
      least,
      repeats,
      forms: forms.length,
      directions: forms.map(({ direction }) => direction),
    };
    // Only BSDs have a length in a sockaddr.
    const members = elements
      .map(({ name }) => name)
      .filter(
        (name) =>
          !/^linux|^android|^windows|^haiku|^illumos/.test(abi) || !/(sin6?|sdl)_len$/.test(name),
      );
    return { ...place, members };
  });
}

/** A payload whose members are small numbers, each another one. */
export function sampleOf(place: Place, length: number): Uint8Array {
  const { abi, definition, level, type } = place;
  const payload = new Uint8Array(length);
  const control = encodeControl([{ level, type, payload }], { abi });
  const start = CMSG_LEN(0, { abi });
  const little = compiled(abi).endian === "little";
  explain(control, { abi, definitions: [definition] })
    .spans.filter(({ role }) => role === "field")
    .forEach(({ from, to }, i) => {
      payload[(little ? from : to - 1) - start] = i + 1;
    });
  return payload;
}

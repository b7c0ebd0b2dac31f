// Members of control messages, read where they lie: what every datagram is asked for costs no decoding.

import {
  RECORD_LENGTH,
  RECORD_LEVEL,
  RECORD_PAYLOAD,
  RECORD_TYPE,
  RECORD_WORDS,
} from "../../../assembly/shared/message.js";
import type { AnyDefinition } from "../../codec/definition.js";
import { formsIn } from "../../codec/form.js";
import { currentHost } from "../host.js";

/** A control buffer that arrived, and where its messages are. */
export interface ArrivedControl {
  readonly bytes: Uint8Array;
  /** RECORD_WORDS for each message. */
  readonly records: Int32Array;
}

/** Where a member lies in the messages of a level and type. */
interface Place {
  readonly level: number;
  readonly type: number;
  readonly offset: number;
  readonly width: number;
}

/** One member of a definition's payload. Machines with system calls are little-endian. */
export class Member {
  readonly #definition: AnyDefinition;
  readonly #name: string | undefined;
  #places: readonly Place[] | undefined;

  /** @param name Its C name; the first member unless given. */
  constructor(definition: AnyDefinition, name?: string) {
    this.#definition = definition;
    this.#name = name;
    this.#places = undefined;
  }

  /** Its bytes in the first message that has it whole. */
  octets({ bytes, records }: ArrivedControl): Uint8Array | undefined {
    this.#places ??= placesOf(this.#definition, this.#name);
    for (let at = 0; at < records.length; at += RECORD_WORDS) {
      for (const { level, type, offset, width } of this.#places) {
        if (records[at + RECORD_TYPE] !== type || records[at + RECORD_LEVEL] !== level) continue;
        if ((records[at + RECORD_LENGTH] as number) < offset + width) continue;
        const start = (records[at + RECORD_PAYLOAD] as number) + offset;
        return bytes.subarray(start, start + width);
      }
    }
    return undefined;
  }

  /** A signed integer; one of 64 bits is exact up to 2^53. */
  integer(arrived: ArrivedControl): number | undefined {
    const octets = this.octets(arrived);
    if (octets === undefined) return undefined;
    const low = word(octets, 0);
    return octets.length < 8 ? low : word(octets, 4) * 0x100000000 + (low >>> 0);
  }
}

function word(octets: Uint8Array, from: number): number {
  let value = 0;
  for (let i = Math.min(octets.length, from + 4); i > from; i--) {
    value = (value << 8) | (octets[i - 1] as number);
  }
  return value;
}

function placesOf(definition: AnyDefinition, name: string | undefined): readonly Place[] {
  const { core, abi } = currentHost();
  return formsIn(definition, abi).flatMap(({ level, type, form }) => {
    const { elements } = form.program;
    const index = name === undefined ? 0 : elements.findIndex((element) => element.name === name);
    const place = form.program.layout(core, abi).places[index];
    if (place === undefined) return [];
    const { offset, width } = place;
    return [{ level, type, offset, width: width * (elements[index]?.count ?? 1) }];
  });
}

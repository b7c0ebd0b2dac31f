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

/** What has come beside the data of a datagram, in memory that it may share with others. */
export interface ArrivedControl {
  readonly kept: Uint8Array;
  /** Where the control data begins, and its bytes. */
  readonly control: number;
  readonly controlLength: number;
  /** Where the sender's name begins, and its bytes. */
  readonly name: number;
  readonly nameLength: number;
  /** RECORD_WORDS for each control message: the first word of the first, and the end of the last. */
  readonly records: Int32Array;
  readonly first: number;
  readonly end: number;
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
  octets(arrived: ArrivedControl): Uint8Array | undefined {
    const place = this.#find(arrived);
    return place === undefined ? undefined : arrived.kept.subarray(found, found + place.width);
  }

  /** A signed integer; one of 64 bits is exact up to 2^53. */
  integer(arrived: ArrivedControl): number | undefined {
    const place = this.#find(arrived);
    if (place === undefined) return undefined;
    const { kept } = arrived;
    const { width } = place;
    const at = found;
    const low = word(kept, at, Math.min(width, 4));
    return width < 8 ? low : word(kept, at + 4, 4) * 0x100000000 + (low >>> 0);
  }

  /** How it lies in the first message that has it whole; where is `found`. */
  #find({ records, first, end, control }: ArrivedControl): Place | undefined {
    this.#places ??= placesOf(this.#definition, this.#name);
    for (let at = first; at < end; at += RECORD_WORDS) {
      for (const place of this.#places) {
        const { level, type, offset, width } = place;
        if (records[at + RECORD_TYPE] !== type || records[at + RECORD_LEVEL] !== level) continue;
        if ((records[at + RECORD_LENGTH] as number) < offset + width) continue;
        found = control + (records[at + RECORD_PAYLOAD] as number) + offset;
        return place;
      }
    }
    return undefined;
  }
}

/** Where the member that was found last begins: a second answer that costs no object. */
let found = 0;

function word(bytes: Uint8Array, from: number, width: number): number {
  let value = 0;
  for (let i = from + width - 1; i >= from; i--) value = (value << 8) | (bytes[i] as number);
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

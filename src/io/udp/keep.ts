// Control data, records and addresses of received datagrams, copied out of the frame.

import {
  OPENED_NAME_LENGTH,
  REPORT_RECORDS,
  REQUEST_NAME,
} from "../../../assembly/shared/message.js";
import { Kept, keptBytes } from "../batch-open.js";
import type { Envelope, Frame } from "../frame.js";
import { controlLength, recordAt } from "../opened.js";
import type { ArrivedControl } from "./member.js";

/** Control data, its records and addresses of messages whose reports lie one behind the other; the last one has `count` records. */
export function keepControl(
  frame: Frame,
  envelopes: readonly Envelope[],
  count: number,
): ArrivedControl[] {
  let size = 0;
  for (const from of envelopes) size += keptBytes(controlLength(frame, from), nameLengthOf(from));
  const kept = new Kept(size);
  const begin = recordAt(frame, 0, envelopes[0]);
  const records = frame.words.slice(begin, recordAt(frame, count, envelopes.at(-1)));
  const { bytes } = kept;
  return envelopes.map((from, i) => {
    const length = controlLength(frame, from);
    const nameLength = nameLengthOf(from);
    const next = envelopes[i + 1];
    const first = recordAt(frame, 0, from) - begin;
    // The next report begins with its head.
    const end =
      next === undefined ? records.length : recordAt(frame, 0, next) - begin - REPORT_RECORDS;
    return {
      kept: bytes,
      control: kept.keep(frame, from.control, length),
      controlLength: length,
      name: kept.keep(frame, from.get(REQUEST_NAME), nameLength),
      nameLength,
      records,
      first,
      end,
    };
  });
}

function nameLengthOf(from: Envelope): number {
  return from.get(OPENED_NAME_LENGTH);
}

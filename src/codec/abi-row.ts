// The numbers of an ABI as a row, for callers who want another one that differs in some.

import {
  ALIGN_MAX,
  BYTE_ORDER,
  CMSG_LEN_WIDTH,
  CONTROLLEN_WIDTH,
  DATA_ALIGN,
  HEADER_ALIGN,
  IOV_LEN_WIDTH,
  IOVLEN_WIDTH,
  LENGTH_FIRST,
  LENGTH_SLOT,
  LONG_SIZE,
  MSG_LEN_WIDTH,
  NEXT_RULE,
  POINTER_SIZE,
  ROUNDING_WIDTH,
  SUN_LEN_WIDTH,
  SUN_PATH_SIZE,
} from "../../assembly/shared/column.js";
import type { Abi, AbiRow } from "./abi.js";
import type { Core } from "./core.js";
import { ruleName } from "./rules.js";

/** The row that `resolveAbi` makes the same ABI of. */
export function rowNumbers(core: Core, { index, constants }: Abi): AbiRow {
  const column = <T extends number>(name: number): T =>
    core.exports.abi_column(index, name) as number as T;
  return Object.freeze({
    pointerSize: column<4 | 8>(POINTER_SIZE),
    longSize: column<4 | 8>(LONG_SIZE),
    endian: column(BYTE_ORDER) === 1 ? ("big" as const) : ("little" as const),
    alignMax: column(ALIGN_MAX),
    lengthSlot: column<0 | 8>(LENGTH_SLOT),
    cmsgLenWidth: column<4 | 8>(CMSG_LEN_WIDTH),
    iovlenWidth: column<4 | 8>(IOVLEN_WIDTH),
    controllenWidth: column<4 | 8>(CONTROLLEN_WIDTH),
    iovLenWidth: column<4 | 8>(IOV_LEN_WIDTH),
    lengthFirst: column(LENGTH_FIRST) === 1,
    msgLenWidth: column<0 | 4 | 8>(MSG_LEN_WIDTH),
    headerAlign: column(HEADER_ALIGN),
    dataAlign: column(DATA_ALIGN),
    roundingWidth: column<4 | 8>(ROUNDING_WIDTH),
    sockaddrLength: column(SUN_LEN_WIDTH) === 1,
    sunPathSize: column(SUN_PATH_SIZE),
    rule: ruleName(column(NEXT_RULE)),
    constants,
  });
}

// What is to be said of an ABI in a line, and its numbers for somebody who wants to change one.

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
import { type AbiOption, type AbiRow, resolveAbi } from "../codec/abi.js";
import { standardCore } from "../codec/core.js";
import { ruleName } from "../codec/rules.js";
import { type Layout, layout } from "../codec.js";

/**
 * An ABI's control messages in a line.
 *
 * @param abi The host's unless given.
 * @example
 * abiFact("linux-s390x-glibc") // "8-byte length, 16-byte header, 8-byte alignment; big-endian"
 */
export function abiFact(abi?: AbiOption): string {
  const { cmsghdr, cmsg, endian }: Layout = layout(abi);
  const width = cmsghdr.fields["cmsg_len"]?.width ?? 0;
  const hole = cmsghdr.padding.reduce((sum, [, length]) => sum + length, 0);
  const facts = [
    `${width}-byte length`,
    ...(hole > 0 ? [`${hole} bytes of padding`] : []),
    `${cmsghdr.size}-byte header`,
    ...(cmsg.dataOffset === cmsghdr.size ? [] : [`payload at ${cmsg.dataOffset}`]),
    `${cmsg.align}-byte alignment`,
  ];
  return `${facts.join(", ")}${endian === "big" ? "; big-endian" : ""}`;
}

/**
 * The numbers of an ABI, to start from when one is to be changed: what `abi` options take in place of a name.
 *
 * @param abi The host's unless given.
 * @example
 * encodeControl([], { abi: { ...abiRow("linux-x86_64-glibc"), headerAlign: 4 } }).length // 0
 */
export function abiRow(abi?: AbiOption): AbiRow {
  const core = standardCore();
  const { index, constants } = resolveAbi(core, abi);
  const column = (name: number): number => core.exports.abi_column(index, name);
  const word = (name: number): 4 | 8 => column(name) as 4 | 8;
  return Object.freeze({
    pointerSize: word(POINTER_SIZE),
    longSize: word(LONG_SIZE),
    endian: column(BYTE_ORDER) === 1 ? "big" : "little",
    alignMax: column(ALIGN_MAX),
    lengthSlot: column(LENGTH_SLOT) as 0 | 8,
    cmsgLenWidth: word(CMSG_LEN_WIDTH),
    iovlenWidth: word(IOVLEN_WIDTH),
    controllenWidth: word(CONTROLLEN_WIDTH),
    iovLenWidth: word(IOV_LEN_WIDTH),
    lengthFirst: column(LENGTH_FIRST) === 1,
    msgLenWidth: column(MSG_LEN_WIDTH) as 0 | 4 | 8,
    headerAlign: column(HEADER_ALIGN),
    dataAlign: column(DATA_ALIGN),
    roundingWidth: word(ROUNDING_WIDTH),
    sockaddrLength: column(SUN_LEN_WIDTH) === 1,
    sunPathSize: column(SUN_PATH_SIZE),
    rule: ruleName(column(NEXT_RULE)),
    constants,
  });
}

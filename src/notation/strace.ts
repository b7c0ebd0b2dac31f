// A control buffer from a line of strace: sendmsg, recvmsg and their batches, with any of -v -x -y -X, or the msg_control part alone.

import { type Abi, type AbiOption, resolveAbi } from "../codec/abi.js";
import type { AbiName } from "../codec/abi-names.js";
import type { ByteRange } from "../codec/byte-range.js";
import { standardCore } from "../codec/core.js";
import { hostAbi } from "../codec/host-abi.js";
import { encodeStruct, type Layout, layout } from "../codec.js";
import { ByteList, checkedLength, UNKNOWN } from "./bytes.js";
import { Scanner } from "./scanner.js";
import { constantNumber } from "./strace-constants.js";
import { payloadBytes } from "./strace-payload.js";
import {
  readMembers,
  readValue,
  type StraceMember,
  type StraceValue,
  skipRemarks,
} from "./strace-value.js";

/** Something that strace says of bytes and that is not in them: what a descriptor stands for. */
export interface NotationNote extends ByteRange {
  readonly text: string;
}

/** A control buffer as strace told it. */
export interface Traced {
  readonly bytes: ByteList;
  readonly abi: AbiOption;
  readonly notes: readonly NotationNote[];
}

const CALL = /\b(?:send|recv)m?msg\(|<\.\.\. (?:send|recv)m?msg resumed>,? ?/g;
const UNFINISHED = /<unfinished \.\.\.>/y;
const FRAGMENT = /(?:[\s{[]*)(?:msg_\w+|cmsg_len)=/y;

/** Whether a text is a line of strace, or the part of one that matters. */
export function isStrace(text: string): boolean {
  CALL.lastIndex = 0;
  FRAGMENT.lastIndex = 0;
  return CALL.test(text) || FRAGMENT.test(text);
}

/** The control buffer of the first call in the text that has one. */
export function readStrace(text: string, option: AbiOption | undefined): Traced {
  const scanner = new Scanner("strace", text);
  const headers = findHeaders(scanner);
  const header = headers.find((members) => isList(memberOf(members, "msg_control"))) ?? headers[0];
  if (header === undefined) throw scanner.error("sendmsg(…), recvmsg(…) or msg_control=[…]", 0);
  const control = memberOf(header, "msg_control");
  const { value: given } = findMember(header, "msg_controllen") ?? {};
  const length = given?.kind === "number" ? lengthOf(scanner, given) : undefined;
  const isNone = control === undefined || (control.kind === "name" && control.name === "NULL");
  if (isNone || length === 0) {
    return { bytes: new ByteList(), abi: option ?? defaultAbi([], 0), notes: [] };
  }
  if (control.kind !== "list") {
    throw scanner.error("control messages as [{cmsg_len=…}]", control.at);
  }
  return layOut(scanner, control, length, option);
}

function isList(value: StraceValue | undefined): boolean {
  return value?.kind === "list";
}

function findMember(members: readonly StraceMember[], key: string): StraceMember | undefined {
  return members.find((member) => member.key === key);
}

function memberOf(members: readonly StraceMember[], key: string): StraceValue | undefined {
  return findMember(members, key)?.value;
}

function lengthOf(scanner: Scanner, value: StraceValue & { kind: "number" }): number {
  if (value.number < 0n) throw scanner.error("a length", value.at);
  return checkedLength(Number(value.number));
}

/** The members of each struct msghdr in the text. */
function findHeaders(scanner: Scanner): (readonly StraceMember[])[] {
  const { text } = scanner;
  const found: (readonly StraceMember[])[] = [];
  CALL.lastIndex = 0;
  for (let call = CALL.exec(text); call !== null; call = CALL.exec(text)) {
    scanner.at = call.index + call[0].length;
    found.push(...readArguments(scanner).flatMap(headersIn));
    if (found.some((members) => isList(memberOf(members, "msg_control")))) return found;
    CALL.lastIndex = Math.max(scanner.at, CALL.lastIndex);
  }
  return found.length > 0 || CALL.test(text) ? found : fragmentHeader(scanner);
}

/** The arguments of a call, as far as they stand there. */
function readArguments(scanner: Scanner): StraceValue[] {
  const values: StraceValue[] = [];
  for (;;) {
    skipRemarks(scanner);
    if (scanner.done || scanner.skip(")") || scanner.take(UNFINISHED) !== undefined) return values;
    values.push(readValue(scanner));
    skipRemarks(scanner);
    if (scanner.skip(",")) continue;
    if (scanner.here !== ")" && !scanner.done) throw scanner.error("',' or ')'");
  }
}

/** A struct msghdr, or those in the vector of a batch. */
function headersIn(value: StraceValue): (readonly StraceMember[])[] {
  if (value.kind === "list") return value.items.flatMap(headersIn);
  if (value.kind !== "struct") return [];
  const inner = memberOf(value.members, "msg_hdr");
  if (inner !== undefined) return headersIn(inner);
  return value.members.some(({ key }) => key?.startsWith("msg_")) ? [value.members] : [];
}

/** A part of a call: members of a struct msghdr, the list of messages, or one of them. */
function fragmentHeader(scanner: Scanner): (readonly StraceMember[])[] {
  scanner.at = 0;
  skipRemarks(scanner);
  const { members } = readMembers(scanner, "");
  if (members.some(({ key }) => key === "msg_control")) return [members];
  const { at } = scanner;
  const whole = members.every(
    ({ value }) => value.kind === "struct" && memberOf(value.members, "cmsg_len"),
  );
  const [first] = members;
  if (first === undefined) return [];
  if (whole) {
    const items = members.map(({ value }) => value);
    return [[{ key: "msg_control", value: { kind: "list", at, items, cut: false } }]];
  }
  if (first.key === "cmsg_len") {
    const items: StraceValue[] = [{ kind: "struct", at, members, cut: false }];
    return [[{ key: "msg_control", value: { kind: "list", at, items, cut: false } }]];
  }
  if (first.value.kind === "list") {
    return [[{ key: "msg_control", value: first.value }, ...members.slice(1)]];
  }
  return headersIn(first.value);
}

/** A message of the list. */
interface TracedMessage {
  readonly at: number;
  readonly claimed: bigint;
  readonly level: StraceValue | undefined;
  readonly type: StraceValue | undefined;
  readonly data: StraceValue | undefined;
}

function messagesOf(scanner: Scanner, list: StraceValue & { kind: "list" }): TracedMessage[] {
  return list.items.map((item) => {
    const members = item.kind === "struct" ? item.members : [];
    const claimed = memberOf(members, "cmsg_len");
    if (claimed?.kind !== "number") throw scanner.error("{cmsg_len=…}", item.at);
    return {
      at: item.at,
      claimed: BigInt.asUintN(64, claimed.number),
      level: memberOf(members, "cmsg_level"),
      type: memberOf(members, "cmsg_type"),
      data: memberOf(members, "cmsg_data"),
    };
  });
}

function layOut(
  scanner: Scanner,
  list: StraceValue & { kind: "list" },
  length: number | undefined,
  option: AbiOption | undefined,
): Traced {
  const messages = messagesOf(scanner, list);
  const chosen = option ?? defaultAbi(messages, length);
  const place = { abi: resolveAbi(standardCore(), chosen), option: chosen, layout: layout(chosen) };
  const bytes = new ByteList();
  const notes: NotationNote[] = [];
  for (const message of messages) {
    const from = bytes.length;
    const end = length ?? checkedLength(from + Number(message.claimed));
    if (from + place.layout.cmsg.dataOffset > end) {
      throw scanner.error(`a message that msg_controllen ${end} has room for`, message.at);
    }
    const whole = message.claimed > BigInt(end - from) ? end - from : Number(message.claimed);
    pushMessage(bytes, place, message, whole);
    notes.push(...notesOf(message, from + place.layout.cmsg.dataOffset, bytes.length));
    const { align } = place.layout.cmsg;
    const next = from + Math.ceil(whole / align) * align;
    pad(bytes, length === undefined ? next : Math.min(next, end), 0);
  }
  // What strace did not list, for it was cut or is too short for a header.
  pad(bytes, length ?? 0, UNKNOWN);
  return { bytes, abi: chosen, notes: Object.freeze(notes) };
}

function pad(bytes: ByteList, to: number, byte: number): void {
  while (bytes.length < to) bytes.push(byte);
}

/** Where a message is laid out. */
interface MessagePlace {
  readonly abi: Abi;
  readonly option: AbiOption;
  readonly layout: Layout;
}

/** The header, and what is known of the payload; `whole` bytes in all. */
function pushMessage(
  bytes: ByteList,
  { abi, option, layout: { cmsghdr, cmsg } }: MessagePlace,
  { claimed, level: levelValue, type: typeValue, data }: TracedMessage,
  whole: number,
): void {
  const level = constantNumber(abi, levelValue);
  const type = constantNumber(abi, typeValue);
  const value = { cmsg_len: claimed, cmsg_level: level ?? 0, cmsg_type: type ?? 0 };
  const header = Array.from(encodeStruct("cmsghdr", value, { abi: option }));
  const hide = (name: string): void => {
    const { offset = 0, width = 0 } = cmsghdr.fields[name] ?? {};
    header.fill(UNKNOWN, offset, offset + width);
  };
  if (level === undefined) hide("cmsg_level");
  if (type === undefined) hide("cmsg_type");
  const from = bytes.length;
  bytes.pushAll(header);
  pad(bytes, from + cmsg.dataOffset, 0);
  const size = Math.max(whole - cmsg.dataOffset, 0);
  bytes.pushAll(payloadBytes({ abi, option, level, type, size }, data));
}

/** What -y says of each descriptor. */
function notesOf({ data }: TracedMessage, from: number, to: number): NotationNote[] {
  if (data?.kind !== "list") return [];
  return data.items.flatMap((item, i): NotationNote[] => {
    const at = from + 4 * i;
    if (item.kind !== "number" || item.note === "" || at + 4 > to) return [];
    return [Object.freeze({ from: at, to: at + 4, text: item.note })];
  });
}

/** The ABI whose lengths the messages have: the host's, or that of 64-bit or 32-bit programs on x86. */
function defaultAbi(messages: readonly TracedMessage[], length: number | undefined): AbiOption {
  const host = hostAbi().name;
  const own = host.startsWith("linux-") ? [host] : [];
  const candidates: readonly AbiName[] = [...own, "linux-x86_64-glibc", "linux-i386-glibc"];
  return candidates.find((abi) => fits(abi, messages, length)) ?? candidates[0] ?? host;
}

/** Whether lengths are those of an ABI, as far as payloads of a known size tell; else the sum of all does. */
function fits(abi: AbiName, messages: readonly TracedMessage[], length?: number): boolean {
  const { dataOffset, align } = layout(abi).cmsg;
  const told = messages.flatMap(({ claimed, type, data }) => {
    const size = sizeOf(type, data);
    const left = claimed - BigInt(dataOffset);
    return size === undefined ? [] : [left >= BigInt(size) && left < BigInt(size + 4)];
  });
  if (told.length > 0) return told.every((each) => each);
  if (length === undefined || messages.length === 0) return true;
  const lengths = messages.map(({ claimed }) => Number(claimed));
  const whole = lengths.reduce((all, each) => all + Math.ceil(each / align) * align, 0);
  // The last one may lack its padding: cut, or sent so.
  const last = lengths.at(-1) ?? 0;
  return length <= whole && length >= whole - Math.ceil(last / align) * align + last;
}

/** Bytes of payloads whose size no machine changes: descriptors and credentials. */
function sizeOf(type: StraceValue | undefined, data: StraceValue | undefined): number | undefined {
  if (data?.kind === "struct" && data.members[0]?.key === "pid") return 12;
  const isFds = type?.kind === "name" && type.name === "SCM_RIGHTS";
  return isFds && data?.kind === "list" && !data.cut ? 4 * data.items.length : undefined;
}

// What the core says of a received message that was opened, read out of the frame: flags, address, records of control messages.

import {
  OPENED_CONTROL_LENGTH,
  OPENED_FLAGS,
  OPENED_NAME_LENGTH,
  RECORD_LENGTH,
  RECORD_LEVEL,
  RECORD_PAYLOAD,
  RECORD_TYPE,
  RECORD_WORDS,
  REPORT_RECORDS,
  REQUEST_NAME,
  REQUEST_REPORT,
} from "../../assembly/shared/message.js";
import { type Address, UNNAMED, unpackAddress } from "../codec/address.js";
import { carriesDescriptors } from "../codec/catalogue/index.js";
import type { Borrowed } from "./descriptor.js";
import type { Envelope, Frame } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { kindOf } from "./kind.js";
import { socketFamily } from "./query.js";

const CLOEXEC = constantOrZero("MSG_CMSG_CLOEXEC");
const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");
const AF_UNIX = importedConstant("AF_UNIX");

// Each function reads the message that was received by itself, or the one of a batch whose envelope is given.

/** MSG_* flags of the message, without the echo of the close-on-exec request. */
export function takeFlags(frame: Frame, from: Envelope = frame.incoming): number {
  return from.get(OPENED_FLAGS) & ~CLOEXEC;
}

/** The sender's address. */
export function takeAddress(
  frame: Frame,
  socket: Borrowed,
  from: Envelope = frame.incoming,
): Address | null {
  return from.get(OPENED_NAME_LENGTH) === 0 ? absentAddress(socket) : nameAddress(frame, from);
}

function nameAddress(frame: Frame, from: Envelope): Address | null {
  return unpackAddress(frame.core, frame.abi, takeName(frame, from));
}

/** What stands for no address. A Unix socket without a name reports none at all; other protocols report none when connected. */
export function absentAddress(socket: Borrowed): Address | null {
  const family = typeof socket === "number" ? socketFamily(socket) : kindOf(socket)?.family;
  return family === AF_UNIX ? UNNAMED : null;
}

/** The sockaddr of the sender; empty where there is none. */
export function takeName(frame: Frame, from: Envelope = frame.incoming): Uint8Array {
  const name = from.get(REQUEST_NAME);
  return frame.bytes.slice(name, name + from.get(OPENED_NAME_LENGTH));
}

/** Bytes of control data that arrived. */
export function controlLength(frame: Frame, from: Envelope = frame.incoming): number {
  return from.get(OPENED_CONTROL_LENGTH);
}

/** Index of the first word of record `i` of the report. */
export function recordAt(frame: Frame, i: number, from: Envelope = frame.incoming): number {
  return (from.get(REQUEST_REPORT) >> 2) + REPORT_RECORDS + i * RECORD_WORDS;
}

/** Level and type of the record whose first word is given. */
export function recordIs(frame: Frame, record: number, level: number, type: number): boolean {
  const { words } = frame;
  return words[record + RECORD_TYPE] === type && words[record + RECORD_LEVEL] === level;
}

/** Whether its control message brings descriptors. */
export function bringsDescriptors(frame: Frame, record: number): boolean {
  if (recordIs(frame, record, SOL_SOCKET, SCM_RIGHTS)) return true;
  const { words, abi } = frame;
  const level = words[record + RECORD_LEVEL] as number;
  return carriesDescriptors(abi, level, words[record + RECORD_TYPE] as number);
}

/** Index of the first word of its payload. */
export function recordPayload(
  frame: Frame,
  record: number,
  from: Envelope = frame.incoming,
): number {
  return (from.control + (frame.words[record + RECORD_PAYLOAD] as number)) >> 2;
}

/** Whole words of its payload that are there. */
export function recordWords(frame: Frame, record: number): number {
  return (frame.words[record + RECORD_LENGTH] as number) >> 2;
}

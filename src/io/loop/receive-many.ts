// Many messages of a Unix socket by one system call, each as a receive of its own would answer it.

import {
  OPENED_FLAGS,
  OPENED_LENGTH,
  OPENED_RECORDS,
  RECORD_LEVEL,
  RECORD_TYPE,
} from "../../../assembly/shared/message.js";
import { rights } from "../../codec/catalogue/socket.js";
import { type BatchFrame, theBatches } from "../batch.js";
import { decodeOwned } from "../batch-message.js";
import { adopt, lengthsOf, piecesOf } from "../batch-open.js";
import {
  type BatchPlan,
  openEnvelopes,
  planOfArrived,
  receiveBatch,
  sentControl,
  withoutEnds,
} from "../batch-receive.js";
import { closeFds, type Fd } from "../fd.js";
import { constant, constantOrZero, importedConstant } from "../host.js";
import { viewOf } from "../landing.js";
import { controlLength, recordAt, takeAddress, takeFlags } from "../opened.js";
import { readIntOption, writeOption } from "../query.js";
import { NO_CONTROL, Received } from "../received.js";

const TRUNC = importedConstant("MSG_TRUNC");
const CTRUNC = importedConstant("MSG_CTRUNC");
const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");
const SCM_CREDENTIALS = constantOrZero("SCM_CREDENTIALS");
const SOCK_SEQPACKET = importedConstant("SOCK_SEQPACKET");

const ON = new Uint8Array(Int32Array.of(1).buffer);
const OFF = new Uint8Array(Int32Array.of(0).buffer);

let usual: BatchPlan | undefined;

/** The plan of a limit of data. Most sockets have the same. */
function planFor(dataLimit: number, limit: number): BatchPlan {
  if (usual?.each.dataLimit === dataLimit && usual.limit === limit) return usual;
  usual = planOfArrived(dataLimit, limit);
  return usual;
}

/** What has come, up to `limit` messages: none at the end, or -errno. Descriptors above `fdLimit` are closed and counted. */
export function receiveMany(
  fd: Fd,
  dataLimit: number,
  fdLimit: number,
  limit: number,
): Received[] | number {
  const plan = planFor(dataLimit, limit);
  const batches = theBatches();
  if (fd.kind?.type === SOCK_SEQPACKET) return receiveRecords(batches, fd, plan, fdLimit);
  const { count, full } = receiveBatch(batches, fd.number, plan, 0, 0);
  if (count < 0) return count;
  openEnvelopes(batches, count);
  const kept = full ? withoutEnds(batches, fd, plan, 0, count) : count;
  return receivedOf(batches, fd, plan, kept, fdLimit, false);
}

/**
 * The kernel fills a batch behind the end of a connection with what empty records look like, except that a record has a sender:
 * it is asked to say so. Nothing is sent on the socket meanwhile, which would give it a name.
 */
function receiveRecords(
  batches: BatchFrame,
  fd: Fd,
  plan: BatchPlan,
  fdLimit: number,
): Received[] | number {
  const option = constant("SO_PASSCRED");
  const { number } = fd;
  const passes = readIntOption(number, SOL_SOCKET, option) > 0;
  if (!passes) writeOption(number, SOL_SOCKET, option, ON);
  let count: number;
  try {
    ({ count } = receiveBatch(batches, number, plan, 0, 0));
  } finally {
    if (!passes) writeOption(number, SOL_SOCKET, option, OFF);
  }
  if (count < 0) return count;
  openEnvelopes(batches, count);
  return receivedOf(batches, fd, plan, recordsOf(batches, count), fdLimit, !passes);
}

/** How many of `count` messages have a sender. */
function recordsOf({ frame, incoming }: BatchFrame, count: number): number {
  for (let i = 0; i < count; i++) {
    const from = incoming.envelope(i);
    const cut = (from.get(OPENED_FLAGS) & (TRUNC | CTRUNC)) !== 0;
    if (from.get(OPENED_LENGTH) === 0 && !cut && controlLength(frame, from) === 0) return i;
  }
  return count;
}

/** The first `count` messages. Whatever goes wrong, no descriptor of any of them stays open without an owner. */
function receivedOf(
  batches: BatchFrame,
  fd: Fd,
  plan: BatchPlan,
  count: number,
  fdLimit: number,
  anonymous: boolean,
): Received[] {
  const owned = new Array<readonly Fd[]>(count);
  for (let i = 0; i < count; i++) {
    owned[i] = sentControl(batches, fd, plan, 0, i) === 0 ? [] : adopt(batches, plan, i);
  }
  try {
    const lengths = lengthsOf(batches, fd, plan, 0, count);
    const pieces = piecesOf(plan, 0, lengths);
    return owned.map((fds, i) => {
      const data = viewOf(pieces.source(i), pieces.at(i), lengths[i] as number);
      return madeOf(batches, fd, plan, i, data, fds, fdLimit, anonymous);
    });
  } catch (error) {
    closeFds(owned.flat());
    throw error;
  }
}

/** Message `i`, without its sender's credentials where it is to be `anonymous`. */
function madeOf(
  batches: BatchFrame,
  fd: Fd,
  plan: BatchPlan,
  i: number,
  data: Buffer,
  owned: readonly Fd[],
  fdLimit: number,
  anonymous: boolean,
): Received {
  const { frame, incoming } = batches;
  const from = incoming.envelope(i);
  const bytes = from.get(OPENED_LENGTH);
  const flags = takeFlags(frame, from);
  const address = takeAddress(frame, fd, from);
  const isPlain = sentControl(batches, fd, plan, 0, i) === 0 || !hasOthers(batches, i, anonymous);
  if (isPlain) {
    const fds = owned.slice(0, fdLimit);
    closeFds(owned.slice(fdLimit));
    const surplus = owned.length - fds.length;
    return new Received(data, bytes, fds, NO_CONTROL, flags, address, surplus, fds);
  }
  const control = frame.bytes.slice(from.control, from.control + controlLength(frame, from));
  const decoded = decodeOwned(control, [...owned], plan.each, []);
  const all = decoded.control.flatMap((message) => (message.is(rights) ? message.value : []));
  closeFds(all.slice(fdLimit));
  const others = decoded.control.filter(({ level, type }) => !isTaken(level, type, anonymous));
  const fds = all.slice(0, fdLimit);
  const surplus = all.length - fds.length;
  return new Received(data, bytes, fds, others, flags, address, surplus, owned);
}

/** Whether a control message is none that is handed out as such. */
function isTaken(level: number, type: number, anonymous: boolean): boolean {
  return level === SOL_SOCKET && (type === SCM_RIGHTS || (anonymous && type === SCM_CREDENTIALS));
}

function hasOthers({ frame, incoming }: BatchFrame, i: number, anonymous: boolean): boolean {
  const from = incoming.envelope(i);
  const records = from.get(OPENED_RECORDS);
  for (let n = 0; n < records; n++) {
    const record = recordAt(frame, n, from);
    const level = frame.words[record + RECORD_LEVEL] as number;
    if (!isTaken(level, frame.words[record + RECORD_TYPE] as number, anonymous)) return true;
  }
  return false;
}

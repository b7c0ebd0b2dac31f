// One try to receive from a UDP socket: a datagram, or an entry of the error queue.

import { OPENED_LENGTH, OPENED_RECORDS } from "../../../assembly/shared/message.js";
import { errnoName } from "../../../shim/index.js";
import { integerIn } from "../../codec/arguments.js";
import { CONTROL_SLOT, theBatches } from "../batch.js";
import { type BatchPlan, dataOfBatch, openEnvelopes, receiveBatch } from "../batch-receive.js";
import { noteTruncation, receives } from "../diagnostics.js";
import type { Fd } from "../fd.js";
import { type Envelope, type Frame, theFrame } from "../frame.js";
import { constantOrZero, importedConstant } from "../host.js";
import { seen } from "../landing.js";
import type { Attempt } from "../loop/arrivals.js";
import type { WaitOptions } from "../loop/giving-up.js";
import { planFor } from "../loop/incoming.js";
import { controlLength, recordAt, takeFlags, takeName } from "../opened.js";
import { readName } from "../query.js";
import {
  openFrame,
  planReceive,
  type ReceivePlan,
  readPlan,
  receiveFrame,
  takeData,
} from "../receive.js";
import type { UdpFact } from "./facts.js";
import { UdpMessage } from "./message.js";
import type { UdpSettings } from "./options.js";
import { type ErrorReport, reportOf } from "./report.js";

/** How to receive one datagram. */
export interface UdpReceiveOptions extends WaitOptions {
  /** Bytes of data to take at most; the socket's `dataLimit` unless given. */
  readonly dataLimit?: number;
}

/** How to receive many datagrams. */
export interface UdpReceiveManyOptions extends UdpReceiveOptions {
  /** Datagrams to take at most, 64 unless given. */
  readonly limit?: number;
}

/** Datagrams that are received at once: no more, so that one socket does not keep others waiting. */
const MANY = 64;

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const ERRQUEUE = constantOrZero("MSG_ERRQUEUE");

/** What ICMP makes of a socket's next call: errors of datagrams that were sent before. */
const REPORTED = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENONET",
  "ENOPROTOOPT",
  "EPROTO",
  "EOPNOTSUPP",
  "EACCES",
]);

/** How often a receive is tried that is refused for earlier datagrams. */
const TRIES = 1000;

/** A report gives back no more than a datagram. */
const REPORT = planReceive({ dataLimit: 65536, flags: DONTWAIT | ERRQUEUE }, true);

/** The port that a socket is bound to; 0 while it is not. */
function portOf(fd: number): number {
  const name = readName(fd, "getsockname");
  return typeof name === "object" && name !== null && "port" in name ? name.port : 0;
}

function checkedData(dataLimit: unknown): number {
  return integerIn(dataLimit, 1, 0x7fffffff, "dataLimit");
}

/** Receives from one socket, by itself as its settings say. */
export class UdpIncoming implements Attempt<UdpMessage> {
  readonly #fd: Fd;
  readonly #socket: object;
  readonly #plan: ReceivePlan;
  readonly #receiving: { port: number; readonly facts: ReadonlySet<UdpFact> };
  /** Whether errors of earlier datagrams are in the error queue, and no business of a receive. */
  queuesErrors: boolean;

  constructor(socket: object, fd: Fd, { dataLimit, errors, facts }: UdpSettings) {
    this.#socket = socket;
    this.#fd = fd;
    this.#plan = planFor(dataLimit);
    this.#receiving = { port: portOf(fd.number), facts };
    this.queuesErrors = errors;
  }

  attempt(): UdpMessage | number {
    return this.#message(this.#plan);
  }

  /** Whether a refused send was refused for an earlier datagram, of which the error queue tells. */
  isOfEarlier(errno: number): boolean {
    return this.queuesErrors && REPORTED.has(errnoName(errno));
  }

  /** A receive with options. */
  attemptWith({ dataLimit }: UdpReceiveOptions): Attempt<UdpMessage> {
    if (dataLimit === undefined) return this;
    const plan = planFor(checkedData(dataLimit));
    return { attempt: () => this.#message(plan) };
  }

  /** A receive of all that has come, up to a limit. */
  attemptMany({ dataLimit, limit = MANY }: UdpReceiveManyOptions): Attempt<UdpMessage[]> {
    const data = dataLimit === undefined ? this.#plan.dataLimit : checkedData(dataLimit);
    const plan: BatchPlan = {
      each: readPlan({ dataLimit: data, flags: DONTWAIT }, true, CONTROL_SLOT),
      clips: false,
      into: undefined,
      limit: Math.min(integerIn(limit, 1, 0x7fffffff, "limit"), MANY),
      waitsForAll: false,
      own: [],
    };
    return { attempt: () => this.#messages(plan) };
  }

  #messages(plan: BatchPlan): UdpMessage[] | number {
    const batches = theBatches();
    const fd = this.#fd.number;
    let { count } = receiveBatch(batches, fd, plan, 0, 0);
    for (let i = 0; i < TRIES && this.queuesErrors && isPending(count); i++) {
      ({ count } = receiveBatch(batches, fd, plan, 0, 0));
    }
    if (count < 0) return count;
    openEnvelopes(batches, count);
    const dataOf = dataOfBatch(batches, this.#fd, plan, 0, count);
    const messages: UdpMessage[] = [];
    for (let i = 0; i < count; i++) {
      const from = batches.incoming.envelope(i);
      messages.push(
        this.#made(
          batches.frame,
          from,
          dataOf(i),
          from.get(OPENED_LENGTH),
          from.get(OPENED_RECORDS),
        ),
      );
    }
    this.#knowPort();
    for (const message of messages) this.#tell(message);
    return messages;
  }

  #tell(message: UdpMessage): void {
    const socket = this.#socket;
    if (receives.hasSubscribers) receives.publish({ socket, message });
    noteTruncation(socket, message);
  }

  /** A message of the frame. */
  #made(frame: Frame, from: Envelope, data: Buffer, bytes: number, count: number): UdpMessage {
    const { control } = from;
    const name = takeName(frame, from);
    const controlBytes = frame.bytes.slice(control, control + controlLength(frame, from));
    const records = frame.words.slice(recordAt(frame, 0, from), recordAt(frame, count, from));
    const arrived = { bytes: controlBytes, records };
    return new UdpMessage(data, bytes, takeFlags(frame, from), name, arrived, this.#receiving);
  }

  #knowPort(): void {
    if (this.#receiving.port === 0) this.#receiving.port = portOf(this.#fd.number);
  }

  /** The receive of a report. */
  get reports(): Attempt<ErrorReport> {
    return { attempt: () => this.#report() };
  }

  #report(): ErrorReport | number {
    const got = this.#take(theFrame(), REPORT);
    return typeof got === "number" ? got : reportOf(got);
  }

  #message(plan: ReceivePlan): UdpMessage | number {
    const frame = theFrame();
    let got = this.#take(frame, plan);
    // Each such refusal is made once: behind it there is a datagram, or nothing. One that stays is something else.
    for (let i = 0; i < TRIES && this.queuesErrors && isPending(got); i++) {
      got = this.#take(frame, plan);
    }
    if (typeof got === "number") return got;
    this.#tell(got);
    return got;
  }

  #take(frame: Frame, plan: ReceivePlan): UdpMessage | number {
    const result = receiveFrame(frame, this.#fd.number, plan);
    if (result < 0) return result;
    const count = openFrame(frame);
    const data = seen(takeData(plan, this.#fd, result));
    const message = this.#made(frame, frame.incoming, data, result, count);
    // Last: the answer comes where the sender's name lay.
    this.#knowPort();
    return message;
  }
}

/** Whether a refused receive was refused for an earlier datagram. Such refusals end with being told. */
function isPending(got: unknown): boolean {
  if (typeof got !== "number") return false;
  const code = errnoName(-got);
  return REPORTED.has(code) || code === "EMSGSIZE";
}

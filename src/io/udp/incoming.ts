// One try to receive from a UDP socket: a datagram, or an entry of the error queue.

import { OPENED_LENGTH, OPENED_RECORDS } from "../../../assembly/shared/message.js";
import { errnoName } from "../../../shim/index.js";
import { integerIn } from "../../codec/arguments.js";
import { takeData } from "../arrived-data.js";
import { theBatches } from "../batch.js";
import { lengthsOf, piecesOf } from "../batch-open.js";
import { type BatchPlan, openEnvelopes, planOfArrived, receiveBatch } from "../batch-receive.js";
import { noteTruncation, receives } from "../diagnostics.js";
import type { Fd } from "../fd.js";
import { type Frame, theFrame } from "../frame.js";
import { constantOrZero, importedConstant } from "../host.js";
import { seen } from "../landing.js";
import { Ahead } from "../loop/ahead.js";
import type { Attempt } from "../loop/arrivals.js";
import type { WaitOptions } from "../loop/giving-up.js";
import { AHEAD, FLOW, MANY, planFor } from "../loop/incoming.js";
import { takeFlags } from "../opened.js";
import { readName } from "../query.js";
import { openFrame, planReceive, type ReceivePlan, receiveFrame } from "../receive.js";
import type { UdpFact } from "./facts.js";
import { keepControl } from "./keep.js";
import type { ArrivedControl } from "./member.js";
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
  readonly #life: { readonly counts: boolean };
  readonly #plan: ReceivePlan;
  /** Made by the first batch: many sockets never have one. */
  #ahead: Ahead<UdpMessage> | undefined;
  /** How many datagrams have come in a row. */
  #flow: number;
  readonly #receiving: { port: number; readonly facts: ReadonlySet<UdpFact> };
  /** Whether errors of earlier datagrams are in the error queue, and no business of a receive. */
  queuesErrors: boolean;

  /** @param life Whether calls of the socket keep the process running. */
  constructor(
    socket: object,
    fd: Fd,
    { dataLimit, errors, facts }: UdpSettings,
    life: { readonly counts: boolean },
  ) {
    this.#socket = socket;
    this.#life = life;
    this.#fd = fd;
    this.#plan = planFor(dataLimit);
    this.#receiving = { port: portOf(fd.number), facts };
    this.queuesErrors = errors;
    this.#ahead = undefined;
    this.#flow = 0;
  }

  attempt(): UdpMessage | number {
    return this.#one(this.#plan);
  }

  /** Whether a refused send was refused for an earlier datagram, of which the error queue tells. */
  isOfEarlier(errno: number): boolean {
    return this.queuesErrors && REPORTED.has(errnoName(errno));
  }

  /** A receive with options. */
  attemptWith({ dataLimit }: UdpReceiveOptions): Attempt<UdpMessage> {
    if (dataLimit === undefined) return this;
    const plan = planFor(checkedData(dataLimit));
    return { attempt: () => this.#one(plan) };
  }

  /** The receives of a loop: what has come behind one datagram is received by one call, and handed out one by one. */
  draining({ dataLimit }: UdpReceiveOptions = {}): Attempt<UdpMessage> {
    const plan = dataLimit === undefined ? this.#plan : planFor(checkedData(dataLimit));
    const many = planOfArrived(plan.dataLimit, AHEAD);
    return { attempt: () => this.#drain(plan, many), hasMore: () => this.isAhead };
  }

  #one(plan: ReceivePlan): UdpMessage | number {
    const got = this.#ahead?.take() ?? this.#message(plan);
    if (typeof got !== "number") this.#tell(got);
    return got;
  }

  #drain(plan: ReceivePlan, many: BatchPlan): UdpMessage | number {
    // What is ahead of an unref'd socket would need a turn of the loop to be handed out, which keeps the process running.
    const fills = this.#flow >= FLOW && this.#life.counts && !this.isAhead;
    const refused = fills ? this.#fill(many) : 0;
    const got = refused < 0 ? refused : this.#one(plan);
    this.#flow = typeof got === "number" ? 0 : this.#flow + 1;
    return got;
  }

  /** Receives many, which are ahead then: 0, or -errno. */
  #fill(many: BatchPlan): number {
    const got = this.#messages(many);
    if (typeof got === "number") return got;
    this.#ahead ??= new Ahead();
    this.#ahead.put(got);
    return 0;
  }

  /** Whether datagrams were received that nobody has got yet. */
  get isAhead(): boolean {
    return this.#ahead?.first !== undefined;
  }

  /** A receive of all that has come, up to a limit. */
  attemptMany({ dataLimit, limit = MANY }: UdpReceiveManyOptions): Attempt<UdpMessage[]> {
    const data = dataLimit === undefined ? this.#plan.dataLimit : checkedData(dataLimit);
    const most = Math.min(integerIn(limit, 1, 0x7fffffff, "limit"), MANY);
    const plan = planOfArrived(data, most);
    return { attempt: () => this.#many(plan, most) };
  }

  #many(plan: BatchPlan, limit: number): UdpMessage[] | number {
    const messages: UdpMessage[] = [];
    for (let next = this.#ahead?.first; next !== undefined; next = this.#ahead?.first) {
      if (messages.length === limit) break;
      messages.push(next);
      this.#ahead?.take();
    }
    if (messages.length === 0) {
      const got = this.#messages(plan);
      if (typeof got === "number") return got;
      messages.push(...got);
    }
    for (const message of messages) this.#tell(message);
    return messages;
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
    const { frame, incoming } = batches;
    const lengths = lengthsOf(batches, this.#fd, plan, 0, count);
    const pieces = piecesOf(plan, 0, lengths);
    const envelopes = lengths.map((_, i) => incoming.envelope(i));
    const control = keepControl(frame, envelopes, incoming.envelope(count - 1).get(OPENED_RECORDS));
    const messages = envelopes.map((from, i) => {
      const bytes = from.get(OPENED_LENGTH);
      const [source, at, length] = [pieces.source(i), pieces.at(i), lengths[i] as number];
      const flags = takeFlags(frame, from);
      const arrived = control[i] as ArrivedControl;
      return new UdpMessage(source, at, length, bytes, flags, arrived, this.#receiving);
    });
    this.#knowPort();
    return messages;
  }

  #tell(message: UdpMessage): void {
    const socket = this.#socket;
    if (receives.hasSubscribers) receives.publish({ socket, message });
    noteTruncation(socket, message);
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
    return got;
  }

  #take(frame: Frame, plan: ReceivePlan): UdpMessage | number {
    const result = receiveFrame(frame, this.#fd.number, plan);
    if (result < 0) return result;
    const count = openFrame(frame);
    const data = seen(takeData(plan, this.#fd, result));
    const [arrived] = keepControl(frame, [frame.incoming], count);
    const message = new UdpMessage(
      data,
      0,
      data.length,
      result,
      takeFlags(frame),
      arrived as ArrivedControl,
      this.#receiving,
    );
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

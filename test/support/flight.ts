// A request for one message in flight in a fresh core: all of its ranges lie in the caller's part.

import {
  REQUEST_BASE,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_IOVEC,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_MSGHDR,
  REQUEST_PART_COUNT,
  REQUEST_PARTS,
  REQUEST_RECORD_LIMIT,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { fromHex, RawCore } from "./core.js";

/** A core with a request, all of whose ranges lie in the caller's part. */
export class Flight {
  readonly core = new RawCore();
  readonly request: number;
  readonly msghdr: number;
  readonly name: number;
  readonly iovec: number;
  readonly parts: number;
  readonly control: number;
  readonly messages: number;
  readonly payload: number;
  readonly report: number;

  constructor() {
    const { base } = this.core;
    const place = (i: number) => base + 0x100 * i;
    [this.request, this.msghdr, this.name, this.iovec] = [place(0), place(1), place(2), place(3)];
    [this.parts, this.control, this.messages] = [place(4), place(5), place(6)];
    [this.payload, this.report] = [place(7), place(8)];
    this.core.bytes.fill(0xee, base, base + 0x1000);
    this.core.bytes.fill(0, this.request, this.request + REQUEST_WORDS * 4);
    this.set(REQUEST_MSGHDR, this.msghdr);
    this.set(REQUEST_IOVEC, this.iovec);
    this.set(REQUEST_PARTS, this.parts);
    this.set(REQUEST_CONTROL, this.control);
    this.set(REQUEST_CONTROL_CAPACITY, 64);
    this.set(REQUEST_MESSAGES, this.messages);
    this.set(REQUEST_REPORT, this.report);
    this.set(REQUEST_RECORD_LIMIT, 8);
  }

  set(word: number, value: number): void {
    this.core.setWords(this.request + word * 4, value);
  }

  get(word: number): number {
    return this.core.word(this.request + word * 4);
  }

  /** Native address of offset 0. */
  setBase(address: bigint): void {
    this.core.setDoubles(this.request + REQUEST_BASE * 4, address);
  }

  setParts(...parts: (readonly [address: bigint, length: bigint])[]): void {
    this.core.setDoubles(this.parts, ...parts.flat());
    this.set(REQUEST_PART_COUNT, parts.length);
  }

  setMessages(...messages: (readonly [level: number, type: number, hex: string])[]): void {
    let at = this.payload;
    messages.forEach(([level, type, hex], i) => {
      const data = fromHex(hex);
      this.core.write(at, data);
      this.core.setWords(this.messages + i * 16, level, type, at, data.length);
      at += data.length;
    });
    this.set(REQUEST_MESSAGE_COUNT, messages.length);
  }

  call(step: string, row: number, ...args: number[]): number {
    return this.core.call(`message_${step}`, row, this.request, ...args);
  }

  image(size: number): Uint8Array {
    return this.core.read(this.msghdr, size);
  }
}

// The most common control data, one call of `rights` with a list of numbers and `Fd`s, read without the way of all other messages.

import { rights } from "../codec/catalogue/socket.js";
import { Fd } from "./fd.js";
import { LARGEST_FD } from "./file.js";
import { FD_LIMIT } from "./send-plan.js";

/** The numbers; undefined for everything else, and for what is to be refused: both are read as any control data is. */
export function plainRights(control: unknown): number[] | undefined {
  if (!isPlainList(control) || control.length !== 1) return undefined;
  const [message] = control;
  if (typeof message !== "object" || message === null || "payload" in message) return undefined;
  const { definition, value } = message as { definition?: unknown; value?: unknown };
  if (definition !== rights || !isPlainList(value) || value.length > FD_LIMIT) return undefined;
  const numbers = new Array<number>(value.length);
  for (let i = 0; i < value.length; i++) {
    const number = plainNumber(value[i]);
    if (number < 0) return undefined;
    numbers[i] = number;
  }
  return numbers;
}

/** An array whose elements are what its iterator gives. */
function isPlainList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** The number of a descriptor; -1 for what is none. */
function plainNumber(value: unknown): number {
  if (value instanceof Fd) return value.closed ? -1 : value.number;
  const number = typeof value === "number" && Number.isInteger(value) ? value : -1;
  return number <= LARGEST_FD ? number : -1;
}

// The payload of a control message as a constant of C: integers and struct ucred as such, all else as bytes with its members beside.

import type { Abi } from "../codec/abi.js";
import type { ControlMessage } from "../codec/message.js";
import { isSame } from "./list-of-messages.js";
import { membersOf, membersText } from "./write-message.js";
import { integerLines } from "./write-plain.js";
import type { Writing } from "./writing.js";

/** Lines that declare a constant, and its address. */
export interface DeclaredPayload {
  readonly declaration: readonly string[];
  readonly source: string;
}

/** The payload of message `i`. */
export function payloadInC(
  { abi, own }: Writing,
  message: ControlMessage,
  i: number,
): DeclaredPayload {
  const { payload, definition } = message;
  if (payload.length === 0) return { declaration: [], source: "" };
  const members = membersOf(abi, message, own);
  const integers = integersOf(
    abi,
    payload,
    members.map(({ value }) => value),
  );
  if (integers !== undefined) {
    const name = definition?.name ?? "";
    const literals = integers.map(intLiteral);
    if (name === "SCM_RIGHTS") {
      return {
        declaration: wrapped(`  static const int fds${i}[] = { `, literals),
        source: `fds${i}`,
      };
    }
    if (name === "SCM_CREDENTIALS" && integers.length === 3) return credentials(integers, i);
    if (integers.length === 1) {
      return {
        declaration: [`  static const int value${i} = ${literals[0]};`],
        source: `&value${i}`,
      };
    }
  }
  const text = members.length === 0 ? [] : [`  /* ${membersText(members)} */`];
  const lines = integerLines(payload, 8, "    ").trimEnd().split("\n");
  const head = `  static const unsigned char data${i}[${payload.length}] = {`;
  return { declaration: [...text, head, ...lines, "  };"], source: `data${i}` };
}

/** The numbers of a payload that is nothing but ints in the order of bytes of its ABI. */
function integersOf(
  abi: Abi,
  payload: Uint8Array,
  values: readonly unknown[],
): readonly number[] | undefined {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0 || numbers.length !== values.length) return undefined;
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  for (const [at, number] of numbers.entries()) view.setInt32(at * 4, number, abi.littleEndian);
  return isSame(new Uint8Array(view.buffer), payload) ? numbers : undefined;
}

function credentials([pid = 0, uid = 0, gid = 0]: readonly number[], i: number): DeclaredPayload {
  const members = `.pid = ${intLiteral(pid)}, .uid = ${unsigned(uid)}, .gid = ${unsigned(gid)}`;
  return {
    declaration: [`  static const struct ucred credentials${i} = { ${members} };`],
    source: `&credentials${i}`,
  };
}

function unsigned(value: number): string {
  return value > 0x7fffffff ? `${value}u` : String(value);
}

/** As an int: -2147483648 is no literal of C, for the minus stands in front of a number that does not fit. */
function intLiteral(value: number): string {
  const int = value | 0;
  return int === -0x80000000 ? "(-2147483647 - 1)" : String(int);
}

function wrapped(head: string, items: readonly string[]): string[] {
  const whole = `${head}${items.join(", ")} };`;
  if (whole.length <= 80) return [whole];
  const lines = [];
  for (let at = 0; at < items.length; at += 12) {
    lines.push(`    ${items.slice(at, at + 12).join(", ")},`);
  }
  return [head.trimEnd(), ...lines, "  };"];
}

// Assertions for what the tests of this package compare: bytes, and errors by class and code.

import * as assert from "uvu/assert";

function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const hex = Array.from(bytes.subarray(at, at + 8), (byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    rows.push(`${at.toString(16).padStart(4, "0")}  ${hex.join(" ")}`);
  }
  return rows.join("\n");
}

/** Bytes are equal, whatever class their views have. A difference is shown as two dumps. */
export function bytes(actual: Uint8Array, expected: Uint8Array | string, message?: string): void {
  const wanted = typeof expected === "string" ? Buffer.from(expected, "hex") : expected;
  assert.fixture(hexDump(actual), hexDump(wanted), message);
}

interface Expected {
  readonly name?: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly message?: RegExp;
}

/** The call throws an error of a class (by name) and code. Answers it. */
export function throws(call: () => unknown, expected: Expected): Error & Record<string, unknown> {
  let thrown: unknown;
  try {
    const value = call();
    assert.unreachable(`expected ${JSON.stringify(expected)}, but it returned ${String(value)}`);
  } catch (error) {
    if (error instanceof assert.Assertion) throw error;
    thrown = error;
  }
  assert.instance(thrown, Error);
  const error = thrown as Error & Record<string, unknown>;
  if (expected.name !== undefined) assert.is(error.name, expected.name, error.message);
  if (expected.code !== undefined) assert.is(error.code, expected.code, error.message);
  if (expected.syscall !== undefined) assert.is(error.syscall, expected.syscall, error.message);
  if (expected.message !== undefined) assert.match(error.message, expected.message);
  return error;
}

export { assert };

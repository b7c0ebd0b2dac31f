// A suite of tests in which the kernel really takes or makes control messages. It keeps account of the definitions that were
// proven, and ends with a test that they are those of the table in proofs.ts.

import type { AnyDefinition, DefinitionOf, Fd, ReceivedMessage, WithDescriptors } from "cmsg";
import { assert } from "../../support/assert.js";
import { type Body, type Suite, suite } from "../../support/suite.js";
import { PROOFS } from "./proofs.js";

/** A suite of tests that prove definitions. */
export interface KernelSuite {
  (title: string, body: Body): void;
  /** A test that is skipped for a reason, if there is one. */
  unless(reason: string | undefined, title: string, body: Body): void;
  /** The value of a definition's one message in what the kernel has delivered without complaint: proves that it is received. */
  received<V>(message: ReceivedMessage, definition: DefinitionOf<V>): WithDescriptors<V, Fd>;
  /** The kernel took a message that was sent, and the test has seen what came of it. */
  sent(...definitions: readonly AnyDefinition[]): void;
  run(): void;
}

const named = ({ level, name }: AnyDefinition): string => `${level} ${name}`;

/** The values of a definition in a received message. */
export function valuesOf<V>(
  message: ReceivedMessage,
  definition: DefinitionOf<V>,
): WithDescriptors<V, Fd>[] {
  return message.control.flatMap((each) => (each.is(definition) ? [each.value] : []));
}

/** Names of the messages that came, in order. */
export const namesOf = ({ control }: ReceivedMessage): string[] =>
  control.map(({ definition, level, type }) => definition?.name ?? `${level} ${type}`);

/** A suite on a subject: a key of the table of proofs, and the name of the test file. */
export function kernelSuite(subject: keyof typeof PROOFS): KernelSuite {
  const test = suite(`kernel: ${subject}`);
  const seen = { sent: new Set<string>(), received: new Set<string>() };
  let skipped = false;
  const wanted = (direction: string): string[] => {
    const proofs = PROOFS[subject].filter(([, way]) => way === direction || way === "both");
    return proofs.map(([definition]) => named(definition)).sort();
  };
  const compare = (found: ReadonlySet<string>, direction: string): void => {
    const table = wanted(direction);
    // What was not tried cannot be missing.
    const expected = skipped ? table.filter((name) => found.has(name)) : table;
    assert.equal([...found].sort(), expected, `to ${direction}`);
  };
  return Object.assign((title: string, body: Body) => test(title, body), {
    unless(reason: string | undefined, title: string, body: Body): void {
      test.unless(reason, title, body);
      skipped ||= reason !== undefined;
    },
    received<V>(message: ReceivedMessage, definition: DefinitionOf<V>): WithDescriptors<V, Fd> {
      assert.equal(message.problems, []);
      assert.is(message.controlTruncated, false);
      const values = valuesOf(message, definition);
      assert.is(values.length, 1, `${named(definition)} in ${namesOf(message)}`);
      seen.received.add(named(definition));
      return values[0] as WithDescriptors<V, Fd>;
    },
    sent(...definitions: readonly AnyDefinition[]): void {
      for (const definition of definitions) seen.sent.add(named(definition));
    },
    run(): void {
      test("what was proven here is what the table says", () => {
        compare(seen.received, "receive");
        compare(seen.sent, "send");
      });
      test.run();
    },
  });
}

/** A test for what the kernel that the catalogue was proven with lacks: it is not called proven. */
export function notProven(test: Suite, ...definitions: readonly AnyDefinition[]): void {
  test("the catalogue does not call them proven", () => {
    const called = definitions.filter(({ proven }) => proven);
    assert.equal(called.map(named), []);
  });
}

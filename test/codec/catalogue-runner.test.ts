// One runner for all definitions: short, long, misaligned and foreign payloads on every ABI, values there and back, drawings.

import { inspect } from "node:util";
import {
  type AbiName,
  type AnyDefinition,
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  type ControlMessage,
  decodeControl,
  definitions,
  encodeControl,
  explain,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { identitiesOf, type Place, placesOf, sampleOf } from "../support/catalogue.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue runner");

const SHORT = "ERR_CMSG_PAYLOAD_TOO_SHORT";
const CUT = "ERR_CMSG_PAYLOAD_NOT_WHOLE";

/** Longer than the longest payload by this many bytes. */
const MORE = 9;

/** One test for each definition, on every ABI that has it and by every number that it has there. */
function everywhere(what: string, holds: (place: Place) => void): void {
  for (const definition of definitions()) {
    test(`${definition.name}: ${what}`, () => {
      const places = abis().flatMap((abi) => placesOf(definition, abi));
      assert.ok(places.length > 0, "no ABI has it");
      for (const place of places) holds(place);
    });
  }
}

/** Payloads as messages of a place, decoded by its definition alone. */
function decoded(place: Place, payloads: readonly Uint8Array[], shift = 0) {
  const { abi, definition, level, type } = place;
  const made = encodeControl(
    payloads.map((payload) => ({ level, type, payload })),
    { abi },
  );
  const buffer = new Uint8Array(made.length + shift);
  buffer.set(made, shift);
  const { messages, problems } = decodeControl(buffer.subarray(shift), {
    abi,
    definitions: [definition],
  });
  assert.is(messages.length, payloads.length);
  // What a sample says of its own length does not hold in every prefix of it.
  const counts = problems.filter(({ code }) => code === "ERR_CMSG_COUNT_PAST_END");
  assert.ok(counts.every(({ severity }) => severity === "warning"));
  const others = problems.filter((problem) => !counts.includes(problem));
  const at = new Map(others.map((problem) => [problem.offset, problem]));
  assert.is(at.size, others.length);
  let offset = 0;
  return messages.map((message) => {
    const problem = at.get(offset);
    offset += CMSG_SPACE(message.payload.length, { abi });
    return { message, problem };
  });
}

const says = (place: Place, length?: number) =>
  `${place.abi} level ${place.level} type ${place.type}${length === undefined ? "" : ` length ${length}`}`;

everywhere("every prefix and every longer payload", (place) => {
  const { definition, least, repeats, forms } = place;
  const whole = sampleOf(place, least + MORE);
  const prefixes = Array.from({ length: whole.length + 1 }, (_, n) => whole.subarray(0, n));
  const values = decoded(place, prefixes);
  const atLeast = values[least]?.message.value;
  values.forEach(({ message, problem }, n) => {
    const what = says(place, n);
    bytes(message.payload, prefixes[n] as Uint8Array, what);
    assert.is(message.definition, definition, what);
    assert.is(message.value === undefined, problem?.severity === "error", what);
    if (n >= least) assert.is.not(message.value, undefined, what);
    else if (forms === 1) assert.is(problem?.code, SHORT, what);
    if (problem?.code === SHORT) {
      assert.ok(Number(problem.claimed) > n, what);
      assert.is(problem.available, n, what);
      assert.match(problem.message, definition.name);
    } else if (problem !== undefined) {
      assert.equal([problem.code, problem.severity, repeats], [CUT, "warning", true], what);
    }
    if (n > least && !repeats && forms === 1) assert.equal(message.value, atLeast, what);
  });
});

everywhere("a payload lies anywhere in memory", (place) => {
  const payloads = [sampleOf(place, place.least), sampleOf(place, place.least + 1)];
  const straight = decoded(place, payloads).map(({ message }) => message.value);
  for (const shift of [1, 2, 3, 5, 7]) {
    const shifted = decoded(place, payloads, shift).map(({ message }) => message.value);
    assert.equal(shifted, straight, `${says(place)} shifted by ${shift}`);
  }
});

everywhere("other levels and types are other messages", (place) => {
  const { abi, definition, level, type, least } = place;
  const own = identitiesOf(definition, abi);
  const payload = sampleOf(place, least);
  for (const [l, t] of [
    [level + 1000, type],
    [level, type + 10000],
    [-level - 1, type],
  ] as const) {
    assert.not.ok(own.some((known) => known.level === l && known.type === t));
    const control = encodeControl([{ level: l, type: t, payload }], { abi });
    const { messages, problems } = decodeControl(control, { abi, definitions: [definition] });
    const [message] = messages as [ControlMessage];
    assert.is.not(message.definition, definition, says(place));
    assert.is(message.as(definition), undefined, says(place));
    if (message.definition === undefined) {
      assert.equal([message.value, problems], [undefined, []], says(place));
    }
    bytes(message.payload, payload, says(place));
  }
});

/** Levels with the number of SOL_IP: their definitions are found where they are given. */
const NUMBERED_AS_IP: readonly unknown[] = ["SOL_HCI", "SOL_IEEE802154"];

everywhere("its numbers and its length find it, or one that shares both", (place) => {
  const { abi, definition, level, type, least } = place;
  const control = encodeControl([{ level, type, payload: sampleOf(place, least) }], { abi });
  const [message] = decodeControl(control, { abi }).messages;
  const sharing = definitions().filter((other) =>
    placesOf(other, abi).some((each) => each.level === level && each.type === type),
  );
  assert.ok(sharing.includes(definition), says(place));
  const own = sharing.filter((each) => !NUMBERED_AS_IP.includes(each.level));
  const found = message?.definition;
  assert.is(found !== undefined && own.includes(found), own.length > 0, says(place));
  if (own.length === 1 && own[0] === definition) assert.is(found, definition, says(place));
});

/** The bytes that a value becomes by the number that its definition sends, and the message that they are read as. */
function thereAndBack(definition: AnyDefinition, abi: AbiName, value: unknown) {
  const control = encodeControl([{ definition, value }], { abi, trimLast: true });
  const { messages, problems } = decodeControl(control, { abi, definitions: [definition] });
  assert.equal(problems, []);
  assert.is(messages.length, 1);
  return { control, message: messages[0] as ControlMessage };
}

/** A value of a place becomes bytes, the same value, and the same bytes. */
function isStable(place: Place, value: unknown, what: string): void {
  const { definition, abi, type } = place;
  const once = thereAndBack(definition, abi, value);
  const again = thereAndBack(definition, abi, once.message.value);
  bytes(again.control, once.control, what);
  // What is only received by an old number goes out by the new one, whose struct may say more.
  if (once.message.type === type) assert.equal(once.message.value, value, what);
  assert.equal(again.message.value, once.message.value, what);
}

/** What is received in any number may be sent in a few. */
const NUMBER_OF_VALUES = /^messages\[0\]\.value must be from \d+ to \d+ values/;

everywhere("a value is the same after encoding and decoding, and so are its bytes", (place) => {
  const { least, repeats } = place;
  const refused = (repeats ? [least, least + 8, least + 24] : [least]).filter((length) => {
    const [first] = decoded(place, [sampleOf(place, length)]);
    try {
      isStable(place, first?.message.value, says(place, length));
      return false;
    } catch (error) {
      if (NUMBER_OF_VALUES.test((error as Error).message)) return true;
      throw error;
    }
  });
  assert.ok(refused.length < (repeats ? 3 : 1), says(place));
});

test("random payloads decode to values that can be sent again, or are refused for their range", () => {
  const random = new Random();
  for (const definition of definitions()) {
    for (const abi of abis().filter((_, i) => i % 7 === 0)) {
      for (const place of placesOf(definition, abi)) {
        const length = place.least + (place.repeats ? 4 * random.below(8) : 0);
        const payloads = Array.from({ length: 5 }, () => random.bytes(length));
        for (const { message } of decoded(place, payloads)) {
          const what = `${definition.name} ${says(place)} CMSG_TEST_SEED=${seed}`;
          try {
            isStable(place, message.value, what);
          } catch (error) {
            if ((error as { code?: string }).code !== "ERR_CMSG_OUT_OF_RANGE") throw error;
            assert.match((error as Error).message, /^messages\[0\]\.value.* must be from /);
          }
        }
      }
    }
  }
});

everywhere("a drawing has every member by its name, and every byte once", (place) => {
  const { abi, definition, level, type, least, members } = place;
  const start = CMSG_LEN(0, { abi });
  for (const length of [least, least + MORE, Math.max(least - 1, 0)]) {
    const payload = sampleOf(place, length);
    const control = encodeControl([{ level, type, payload }], { abi });
    const explained = explain(control, { abi, definitions: [definition] });
    let at = 0;
    for (const { from, to, field, role } of explained.spans) {
      assert.is(from, at, says(place, length));
      assert.ok(to > from, says(place, length));
      if (role === "field") {
        assert.match(field ?? "", /^[a-z_]\w*(\.\w+|\[\d+\])*$/i, says(place, length));
        assert.ok(from >= start && to <= start + length, says(place, length));
      }
      at = to;
    }
    assert.is(at, control.length, says(place, length));
    const shown = new Set(
      explained.spans
        .filter(({ role }) => role === "field")
        .map(({ field }) => field?.replace(/\[\d+\]$/, "")),
    );
    if (length === least + MORE && place.forms === 1)
      assert.equal([...shown].sort(), [...members].sort(), says(place));
    const text = String(explained);
    assert.match(text, definition.name);
    assert.is(inspect(explained), text);
  }
});

everywhere("a message prints its names, and its value or its bytes", (place) => {
  const { definition, least } = place;
  const [whole, short] = decoded(place, [
    sampleOf(place, least),
    sampleOf(place, Math.max(least - 1, 0)),
  ]);
  for (const each of [whole, short]) {
    const text = inspect(each?.message, { depth: 5 });
    assert.match(text, `${definition.name} (`);
    assert.match(
      text,
      inspect(each?.message.value ?? each?.message.payload, { depth: 3 }).slice(0, 20),
    );
  }
});

test.run();

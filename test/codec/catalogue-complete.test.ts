// Every entry of the catalogue has a definition: by its numbers, its direction, and the struct of its payload on every ABI of its
// system. What is not offered says why.

import {
  type AbiName,
  type AnyDefinition,
  CMSG_LEN,
  definitions,
  encodeControl,
  explain,
} from "cmsg/codec";
import { assert } from "../support/assert.js";
import { type Place, placesOf, sampleOf } from "../support/catalogue.js";
import {
  abisOfEntry,
  ENTRIES,
  type Entry,
  type Fields,
  numbersOf,
  payloadOf,
} from "../support/catalogue-entries.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue complete");

/** Entries without a definition. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  "Windows SCM_RIGHTS": "AF_UNIX of Windows passes no descriptors",
  "Darwin SCM_CREDS": "defined in the header, not implemented in XNU: sending it is EINVAL",
};

/** Entries whose struct the catalogue does not know. */
const UNCHECKED: Readonly<Record<string, string>> = {
  "Windows IP_PKTINFO_EX": "the catalogue has no layout of it",
};

/** ABIs for which the catalogue's lp64 and ilp32 do not speak: structs.json and layouts.json hold them. */
const OTHERWISE: readonly (readonly [RegExp, RegExp])[] = [
  [/^linux-x32-/, /timeval|timespec|timestamping/],
  [/^linux-sparc64-/, /timeval/],
];

const idOf = ({ os, type }: Entry): string => `${os} ${type}`;

/** The definitions of an entry in an ABI, at its numbers. */
function placesOfEntry(entry: Entry, abi: AbiName): readonly Place[] {
  const numbers = numbersOf(entry, abi);
  if (numbers === undefined) return [];
  const words = entry.type.split(/[^A-Z0-9_]+/);
  return definitions()
    .filter(
      ({ name, forms }) =>
        words.includes(name) || forms.some(({ type }) => words.includes(String(type))),
    )
    .flatMap((definition) => placesOf(definition, abi))
    .filter(({ level, type }) => level === numbers.level && type === numbers.type);
}

/** Members of a struct as a definition sees them in a payload of `length` bytes, with the number that each holds. */
function membersOf(place: Place, length: number) {
  const { definition, abi, level, type } = place;
  const payload = sampleOf(place, length);
  const control = encodeControl([{ level, type, payload }], { abi });
  const start = CMSG_LEN(0, { abi });
  return explain(control, { abi, definitions: [definition] })
    .spans.filter(({ role }) => role === "field")
    .map(({ from, to, field, value }) => ({
      from: from - start,
      to: to - start,
      name: field ?? "",
      value,
    }));
}

/** Names of members by the catalogue's word for several. */
const PARTS: Readonly<Record<string, RegExp>> = {
  ee: /^ee_/,
  cswp: /^(m_)?(cswp|fadd)\./,
};

/** Whether a definition has a member where the catalogue has it. */
function hasMember(
  members: ReturnType<typeof membersOf>,
  name: string,
  { offset, width }: Fields[string],
): boolean {
  const part = (member: string): boolean =>
    PARTS[name]?.test(member) ??
    (member === name || member.startsWith(`${name}.`) || member.startsWith(`${name}[`));
  const own = members.filter((member) => part(member.name));
  const from = Math.min(...own.map((member) => member.from));
  const to = Math.max(...own.map((member) => member.to));
  return from === offset && to === offset + width;
}

/** What is wrong with a definition's struct, or nothing. */
function differences(
  place: Place,
  size: number | string | undefined,
  fields: Fields | undefined,
): string[] {
  const { least, repeats, definition } = place;
  const wrong: string[] = [];
  if (typeof size === "number") {
    const end = Math.max(
      ...Object.values(fields ?? {}).map(({ offset, width }) => offset + width),
      0,
    );
    const ends = fields === undefined ? [size] : [size, end];
    const whole = repeats ? [...ends, ...ends.map((each) => each - LAST)] : ends;
    if (!whole.includes(least)) wrong.push(`${least} bytes and not ${ends.join(" or ")}`);
  }
  const members =
    fields === undefined ? [] : membersOf(place, typeof size === "number" ? size : least + 8);
  for (const [name, at] of Object.entries(fields ?? {})) {
    if (!hasMember(members, name, at))
      wrong.push(`${name} is not at ${at.offset}, ${at.width} wide`);
  }
  return wrong.map((each) => `${definition.name}: ${each}`);
}

/** Bytes of the one group that a struct of varying length is declared with. */
const LAST = 4;

for (const entry of ENTRIES) {
  const id = idOf(entry);
  if (id in NOT_OFFERED) continue;
  test(`${id} (${entry.level}): its numbers, its directions and its struct`, () => {
    let held = 0;
    for (const abi of abisOfEntry(entry)) {
      if (numbersOf(entry, abi) === undefined) continue;
      const places = placesOfEntry(entry, abi);
      assert.ok(places.length > 0, `${abi} has no definition`);
      const directions = places.flatMap(({ definition: { direction } }) =>
        direction === "both" ? ["send", "receive"] : [direction],
      );
      if (entry.direction !== "send") assert.ok(directions.includes("receive"), `${abi} receives`);
      if (/send|both/.test(entry.direction)) assert.ok(directions.includes("send"), `${abi} sends`);
      const payload = payloadOf(entry, abi);
      const other = OTHERWISE.some(
        ([names, structs]) => names.test(abi) && structs.test(entry.payload.struct),
      );
      if (payload === undefined || other || id in UNCHECKED) continue;
      const found = places.map((place) => differences(place, payload.size, payload.fields));
      assert.ok(
        found.some((wrong) => wrong.length === 0),
        `${abi}: ${found.join("; ")}`,
      );
      held += 1;
    }
    assert.ok(held > 0 || id in UNCHECKED, "no ABI was compared");
  });
}

test("what is not offered is known, and has no definition", () => {
  for (const [id, reason] of Object.entries({ ...NOT_OFFERED, ...UNCHECKED })) {
    const entry = ENTRIES.find((each) => idOf(each) === id) as Entry;
    assert.ok(entry, id);
    assert.ok(reason.length > 0);
    if (id in UNCHECKED) continue;
    for (const abi of abisOfEntry(entry)) assert.equal(placesOfEntry(entry, abi), [], abi);
  }
});

test.run();

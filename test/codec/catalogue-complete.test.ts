// Every entry of the catalogue has a definition: by its numbers, its direction, and the struct of its payload on every ABI of its
// system. What is not offered says why.

import { type AbiName, CMSG_LEN, constants, definitions, encodeControl, explain } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { type Place, placesOf, sampleOf } from "../support/catalogue.js";
import {
  abisOfEntry,
  ENTRIES,
  type Entry,
  type Fields,
  lengthOf,
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
  "Linux RXRPC_CHALLENGED": "the catalogue has no layout of it, structs.json has",
  "Windows IP_PKTINFO_EX": "the catalogue has no layout of it",
};

/** ABIs for which the catalogue's lp64 and ilp32 do not speak: structs.json and layouts.json hold them. */
const OTHERWISE: readonly (readonly [RegExp, RegExp])[] = [
  [/^linux-m68k-/, /./],
  [/^linux-x32-/, /timeval|timespec|timestamping/],
  [/^linux-sparc64-/, /timeval/],
];

/** Directions that the catalogue does not have, or has for a whole level, and who says so. */
const DIRECTIONS: Readonly<Record<string, readonly [direction: string, source: string]>> = {
  "FreeBSD IP_FLOWID": ["both", "FreeBSD udp_usrreq.c takes it on send"],
  "FreeBSD IP_RSSBUCKETID": ["both", "FreeBSD udp_usrreq.c takes it on send"],
  "FreeBSD IPV6_NEXTHOP": ["send", "RFC 3542 section 7"],
  "FreeBSD IPV6_PATHMTU": ["recv", "RFC 3542 section 11.3"],
  "FreeBSD IPV6_USE_MIN_MTU": ["send", "RFC 3542 section 11.1"],
  "FreeBSD IPV6_DONTFRAG": ["send", "RFC 3542 section 11.2"],
  "FreeBSD IPV6_ORIGDSTADDR": ["recv", "FreeBSD in6.h, IPV6_RECVORIGDSTADDR"],
  "OpenBSD IP_RECVDSTADDR": ["both", "OpenBSD ip(4): sent it is IP_SENDSRCADDR"],
  "Darwin IPV6_PATHMTU": ["recv", "RFC 3542 section 11.3"],
  "illumos / Solaris IPV6_NEXTHOP": ["send", "RFC 3542 section 7"],
  "illumos / Solaris IPV6_PATHMTU": ["recv", "RFC 3542 section 11.3"],
  "Windows SO_TIMESTAMP": ["recv", "Winsock Timestamping: SO_TIMESTAMP_ID is what is sent"],
  "Hurd SCM_TIMESTAMP": ["recv", "socket(7)"],
};

/** The directions of definitions, in the catalogue's words. */
function directionsOf(places: readonly Place[]): string {
  const all = new Set(places.flatMap(({ directions }) => directions));
  if (all.has("both") || all.size > 1) return "both";
  return all.has("send") ? "send" : "recv";
}

const isOther = ({ payload }: Entry, abi: AbiName): boolean =>
  OTHERWISE.some(([names, structs]) => names.test(abi) && structs.test(payload.struct));

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

/** Bytes of the union of struct rds_atomic_args, which the catalogue has as the first of its members. */
const UNION = 32;

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
  return from === offset && to === offset + (name === "cswp" ? UNION : width);
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

/** What is wrong with the length of a payload that varies, or nothing. */
function lengths(entry: Entry, place: Place): string[] {
  const { definition, abi, least, repeats, forms } = place;
  const { size } = payloadOf(entry, abi) ?? {};
  if (typeof size !== "string") return [];
  const { exact, limit } = lengthOf(entry, abi, size);
  if (exact === undefined && !repeats) return [`${definition.name} ends at ${least}`];
  if (exact !== undefined && (least !== exact[0] || forms !== exact.length)) {
    return [
      `${definition.name}: ${forms} structs from ${least} bytes on, not ${exact.join(" or ")}`,
    ];
  }
  return limit === undefined || limit === definition.limit
    ? []
    : [`its limit is ${definition.limit}`];
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
      const payload = payloadOf(entry, abi);
      const unknown = payload === undefined || id in UNCHECKED || isOther(entry, abi);
      const found = places.map((place) =>
        unknown
          ? []
          : [...differences(place, payload.size, payload.fields), ...lengths(entry, place)],
      );
      const own = places.filter((_, i) => found[i]?.length === 0);
      assert.ok(own.length > 0, `${abi}: ${found.join("; ")}`);
      // What is sent may be another struct than what is received.
      const [direction] = DIRECTIONS[id] ?? entry.direction.split(" ");
      assert.ok(
        [own, places].map(directionsOf).includes(direction as string),
        `${abi} ${direction}`,
      );
      if (unknown) continue;
      held += 1;
    }
    assert.ok(held > 0 || id in UNCHECKED, "no ABI was compared");
  });
}

/** Entries whose first kernel is that of all messages of a level: definitions say it more closely. */
const COARSE = /and later|for zerocopy|^5\.1$/;

test("Linux: the options that deliver a message, and its first kernel, are those of the catalogue", () => {
  const abi = "linux-x86_64-glibc";
  let [options, versions] = [0, 0];
  for (const entry of ENTRIES.filter(({ os }) => os === "Linux")) {
    const { enabledBy, sinceKernel = "" } = entry;
    const places = placesOfEntry(entry, abi).map(({ definition }) => definition);
    const words = enabledBy
      .split(/[^A-Z0-9_]+/)
      .filter((word) => word in constants(abi) && !word.startsWith("MSG_"));
    for (const { name, direction, forms, since = "" } of places) {
      const enable = forms.flatMap((form) => form.enable);
      if (direction !== "send" && enable.length > 0 && words.length > 0) {
        assert.ok(
          enable.some((option) => words.includes(option)),
          `${name} by ${enable}, not ${words}`,
        );
        options += 1;
      }
      const own = since.match(/\d+\.[\d.]+/g) ?? [];
      assert.ok(own.length > 0, `${name} since ${since}`);
      if (COARSE.test(sinceKernel) || !places.every((each) => each.since === since)) continue;
      for (const version of own)
        assert.ok(sinceKernel.includes(version), `${name} since ${since}, not ${sinceKernel}`);
      versions += 1;
    }
  }
  assert.ok(options > 50 && versions > 70, `${options} options, ${versions} versions`);
});

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

// The built-in definitions, and which of them a level and type stand for in one ABI.

import { type Abi, constantOf } from "../abi.js";
import type { Core } from "../core.js";
import { type AnyDefinition, placeOf } from "../definition.js";
import { type Form, fitsExactly, formsIn, holdsAny, protocolOf } from "../form.js";
import * as alg from "./alg.js";
import * as bluetooth from "./bluetooth.js";
import * as j1939 from "./can-j1939.js";
import * as canRaw from "./can-raw.js";
import * as dccp from "./dccp.js";
import * as hci from "./hci.js";
import * as ieee802154 from "./ieee802154.js";
import * as ip from "./ip.js";
import * as ipSystems from "./ip-systems.js";
import * as ipv6 from "./ipv6.js";
import * as ipv6Headers from "./ipv6-headers.js";
import * as iucv from "./iucv.js";
import * as llc from "./llc.js";
import * as netlink from "./netlink.js";
import * as packet from "./packet.js";
import * as rds from "./rds.js";
import * as rxrpc from "./rxrpc.js";
import * as sctp from "./sctp.js";
import * as socket from "./socket.js";
import * as socketCredentials from "./socket-credentials.js";
import * as socketDevice from "./socket-device.js";
import * as socketStats from "./socket-stats.js";
import * as socketTime from "./socket-time.js";
import * as tcp from "./tcp.js";
import * as tipc from "./tipc.js";
import * as tls from "./tls.js";
import * as udp from "./udp.js";
import * as vsock from "./vsock.js";

/** By protocol level. Where levels share a number, the first one here is what it stands for. */
const LEVELS: readonly Readonly<Record<string, AnyDefinition>>[] = [
  socket,
  socketCredentials,
  socketTime,
  socketDevice,
  socketStats,
  ip,
  ipSystems,
  ipv6,
  ipv6Headers,
  udp,
  tcp,
  packet,
  netlink,
  tls,
  alg,
  sctp,
  vsock,
  rds,
  rxrpc,
  tipc,
  llc,
  dccp,
  iucv,
  bluetooth,
  hci,
  ieee802154,
  canRaw,
  j1939,
];

let all: readonly AnyDefinition[] | undefined;

/** A definition, and the form of it that a level and type stand for. */
export interface Known {
  readonly definition: AnyDefinition;
  readonly form: Form;
}

/** Definitions that a level and type may stand for by their names; `known` are those that it does stand for, once looked at. */
interface Place {
  readonly definitions: AnyDefinition[];
  known: readonly Known[] | undefined;
}

/** Places by level, and the protocol that a level is the number of. */
interface Level {
  readonly protocol: string;
  readonly types: Map<number, Place>;
}

const byAbi = new WeakMap<Abi, ReadonlyMap<number, Level>>();

/**
 * All built-in definitions.
 *
 * @example
 * definitions().find(({ name }) => name === "SCM_CREDENTIALS").enable // ["SO_PASSCRED"]
 */
export function definitions(): readonly AnyDefinition[] {
  all ??= Object.freeze(LEVELS.flatMap((level) => Object.values(level)));
  return all;
}

/** What a level and type stand for: definitions of `own` first, then the built-in ones. */
function candidates(
  abi: Abi,
  level: number,
  type: number,
  own: readonly AnyDefinition[],
): readonly Known[] {
  const known = knownIn(abi, level, type);
  if (own.length === 0) return known;
  for (const definition of own) {
    const forms = formsIn(definition, abi).filter((f) => f.level === level && f.type === type);
    if (forms.length > 0) return forms.map(({ form }) => ({ definition, form }));
  }
  return known;
}

const NONE: readonly Known[] = [];

/** The definition of a level and type: of `own` first, then a built-in one. */
export function findDefinition(
  abi: Abi,
  level: number,
  type: number,
  own: readonly AnyDefinition[] = [],
): AnyDefinition | undefined {
  return candidates(abi, level, type, own)[0]?.definition;
}

/** Whether a level and type stand for a built-in type that carries descriptors. */
export function carriesDescriptors(abi: Abi, level: number, type: number): boolean {
  return knownIn(abi, level, type).some(({ definition }) => definition.descriptors);
}

/**
 * The definition that reads a payload of `length` bytes, and how. Where a level and type stand for several structs (what is sent
 * and what is received), it is the one that has exactly this length, else one whose length varies, else the first.
 */
export function findForm(
  core: Core,
  abi: Abi,
  level: number,
  type: number,
  length: number,
  own: readonly AnyDefinition[],
): Known | undefined {
  const known = candidates(abi, level, type, own);
  if (known.length < 2) return known[0];
  return (
    known.find(({ form }) => fitsExactly(core, form, abi, length)) ??
    known.find(({ form }) => holdsAny(core, form, abi, length)) ??
    known[0]
  );
}

function knownIn(abi: Abi, level: number, type: number): readonly Known[] {
  if (abi === lastAbi && level === lastLevel && type === lastType) return lastKnown;
  const known = byAbi.get(abi) ?? placesIn(abi);
  const place = known.get(level)?.types.get(type);
  if (place !== undefined) place.known ??= look(abi, level, type, place.definitions);
  lastAbi = abi;
  lastLevel = level;
  lastType = type;
  lastKnown = place?.known ?? NONE;
  return lastKnown;
}

// Messages of one type come one after another.
let lastAbi: Abi | undefined;
let lastLevel = 0;
let lastType = 0;
let lastKnown = NONE;

/** Which of some definitions a level and type stand for. Looking at one makes its declaration. */
function look(
  abi: Abi,
  level: number,
  type: number,
  definitions: readonly AnyDefinition[],
): readonly Known[] {
  const found = definitions.flatMap((definition) =>
    formsIn(definition, abi)
      .filter((form) => form.level === level && form.type === type)
      .map(({ form }) => ({ definition, form })),
  );
  // What is only ever sent comes last: a buffer is more often one that was received.
  const sent = ({ form }: Known): number => (form.direction === "send" ? 1 : 0);
  return found.sort((a, b) => sent(a) - sent(b));
}

/** Where definitions may stand by their names alone. */
function placesIn(abi: Abi): ReadonlyMap<number, Level> {
  const places = new Map<number, Level>();
  for (const definition of definitions()) {
    const { levels, types } = placeOf(definition);
    for (const type of types) {
      const number = constantOf(abi, type);
      if (number === undefined) continue;
      for (const level of levels)
        addPlace(places, constantOf(abi, level), level, number, definition);
    }
  }
  byAbi.set(abi, places);
  return places;
}

function addPlace(
  places: Map<number, Level>,
  level: number | undefined,
  name: string,
  type: number,
  definition: AnyDefinition,
): void {
  if (level === undefined) return;
  const protocol = protocolOf(name);
  const found = places.get(level) ?? { protocol, types: new Map<number, Place>() };
  places.set(level, found);
  if (found.protocol !== protocol) return;
  const place = found.types.get(type) ?? { definitions: [], known: undefined };
  found.types.set(type, place);
  if (!place.definitions.includes(definition)) place.definitions.push(definition);
}

/** The name by which a built-in definition is exported; undefined for one of a caller's own. */
export function exportName(definition: AnyDefinition): string | undefined {
  const exported = LEVELS.flatMap((level) => Object.entries(level));
  return exported.find(([, known]) => known === definition)?.[0];
}

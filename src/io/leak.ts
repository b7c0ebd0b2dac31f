// Watches for owners that are garbage-collected while their descriptor is open. Most live briefly and are closed: they only
// pass through a small nursery, and the collector hears of those alone that outlive it.

import { leaks } from "./diagnostics.js";

/** An object that owns a descriptor. */
interface Owner {
  readonly number: number;
  /** Its place in the nursery, or REGISTERED, or NOWHERE. */
  place: number;
}

/** The place of an owner that the collector's registry knows. */
const REGISTERED = -1;
/** The place of an owner that nobody watches. */
export const NOWHERE = -2;

interface Watched {
  readonly number: number;
  readonly site: string | undefined;
}

/** Owners that may be open at once before they go to the registry. */
const NURSERY_SIZE = 2048;

const nursery = new Array<Owner | undefined>(NURSERY_SIZE).fill(undefined);
/** Free places, the last freed on top: short-lived owners share one place, and the collector finds nothing to keep alive. */
const free = Int32Array.from({ length: NURSERY_SIZE }, (_, i) => i);
let freeCount = NURSERY_SIZE;
let sweeping = false;
const settled = Promise.resolve();

/** The creation site costs microseconds: recorded on request only. */
const TRACED = process.env.CMSG_TRACE_FDS === "1";

const sites = new WeakMap<Owner, string>();

let registry: FinalizationRegistry<Watched> | undefined;
let warned = false;

/** Begins to watch an owner that holds an open descriptor. */
export function watchOwner(owner: Owner): void {
  if (freeCount === 0) sweep();
  const place = free[--freeCount] as number;
  nursery[place] = owner;
  owner.place = place;
  if (TRACED) trace(owner);
  if (!sweeping) sweepLater();
}

function trace(owner: Owner): void {
  sites.set(owner, creationSite());
}

function sweepLater(): void {
  sweeping = true;
  settled.then(sweepIfNeeded);
}

/** An immediate for each turn of the event loop costs more than most owners live: only for those that outlive their callback. */
function sweepIfNeeded(): void {
  if (freeCount === NURSERY_SIZE) sweeping = false;
  else setImmediate(sweepTurn).unref?.();
}

/** The owner has closed its descriptor or given it away. */
export function forgetOwner(owner: Owner): void {
  const { place } = owner;
  if (place >= 0) {
    nursery[place] = undefined;
    free[freeCount++] = place;
  } else if (place === REGISTERED) registry?.unregister(owner);
  owner.place = NOWHERE;
}

function sweepTurn(): void {
  sweeping = false;
  sweep();
}

/** Owners that are still open go to the collector's registry. */
function sweep(): void {
  if (freeCount === NURSERY_SIZE) return;
  for (let place = 0; place < NURSERY_SIZE; place++) {
    const owner = nursery[place];
    if (owner === undefined) continue;
    registry ??= new FinalizationRegistry((watched) => warn(watched));
    registry.register(owner, { number: owner.number, site: sites.get(owner) }, owner);
    owner.place = REGISTERED;
    nursery[place] = undefined;
    free[freeCount++] = place;
  }
}

/** What an object holds that is filled again and again: numbers of descriptors that no `Fd` owns. */
interface Holding {
  readonly bare: readonly number[];
}

let holders: FinalizationRegistry<Holding> | undefined;

/** Watches for an object that is collected with descriptors in it. What it holds must not refer to it. */
export function watchHolder(holder: object, holding: Holding): void {
  holders ??= new FinalizationRegistry(({ bare }) => {
    for (const number of bare) warn({ number, site: undefined }, "MessageRecord");
  });
  holders.register(holder, holding);
}

/** Calls that are kept of a creation site: those of this package in front, at most ten, then the caller's. */
const SITE_DEPTH = 30;

function creationSite(): string {
  const { stackTraceLimit } = Error;
  const created: { stack?: string } = {};
  try {
    Error.stackTraceLimit = SITE_DEPTH;
    Error.captureStackTrace(created, watchOwner);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return String(created.stack ?? "")
    .split("\n")
    .slice(1)
    .join("\n");
}

function warn({ number, site }: Watched, owner = "Fd"): void {
  if (leaks.hasSubscribers) leaks.publish({ fd: number, site });
  if (warned && site === undefined) return;
  warned = true;
  const advice =
    site === undefined
      ? "Close it, declare it with `using`, or take() its number. CMSG_TRACE_FDS=1 shows where it was created."
      : `It was created here:\n${site}`;
  process.emitWarning(
    `descriptor ${number} was left open: its ${owner} was garbage-collected. ${advice}`,
    {
      type: "LeakWarning",
      code: "CMSG_FD_LEAK",
    },
  );
}

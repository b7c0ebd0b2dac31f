// What arrives, for `for await`: to the end, or until its socket is closed here.

import type { Arrivals, Attempt } from "./arrivals.js";
import { ENDLESS, type WaitOptions } from "./giving-up.js";

/**
 * An iterator over the results of a call, until it answers null or the owner is closed. Leaving the loop leaves the owner open.
 */
export function iterate<T>(
  next: () => Promise<T | null>,
  owner: { readonly closed: boolean },
): AsyncIterableIterator<T> {
  return {
    async next() {
      const value = await orEnd(next, owner);
      return value === null ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Makes the tries of a loop, as options say. */
interface Drained<T, O> {
  draining(options?: O): Attempt<T | null>;
}

/** An iterator over what arrives at a socket. */
export function drain<T, O extends WaitOptions>(
  owner: { readonly closed: boolean },
  receiver: Arrivals<T | null>,
  incoming: Drained<T, O>,
  options: O | undefined,
): AsyncIterableIterator<T> {
  const usual = incoming.draining();
  const next = (): Promise<T | null> =>
    options === undefined
      ? receiver.next(usual, ENDLESS)
      : receiver.nextWith(options, (given) => incoming.draining(given));
  const waiting = iterate(() => (owner.closed ? Promise.resolve(null) : next()), owner);
  if (options !== undefined) return waiting;
  // What is there already costs one promise, and not those of waiting.
  return Object.assign(waiting, {
    next: resolving(owner, () => receiver.now(usual), waiting.next),
  });
}

/** `next` of an iterator: what is there now, or else what `later` answers. */
function resolving<T>(
  owner: { readonly closed: boolean },
  now: () => T | null | undefined,
  later: () => Promise<IteratorResult<T>>,
): () => Promise<IteratorResult<T>> {
  return () => {
    if (owner.closed) return later();
    try {
      const value = now();
      if (value === undefined || value === null) return later();
      return Promise.resolve({ done: false, value });
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

/** A call that waits when its owner is closed is refused; a loop just ends. */
async function orEnd<T>(
  next: () => Promise<T | null>,
  owner: { readonly closed: boolean },
): Promise<T | null> {
  try {
    return await next();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (owner.closed && code === "ERR_CMSG_SOCKET_CLOSED") return null;
    throw error;
  }
}

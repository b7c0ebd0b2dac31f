// What arrives, for `for await`: to the end, or until its socket is closed here.

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

// When an asynchronous call gives up: by its signal, or when its time is over.

import { errnoNumber } from "../../../shim/index.js";
import { typeError } from "../../codec/arguments.js";
import { SyscallError } from "../errors.js";
import { checkTimeout } from "../wait.js";

/** How long an asynchronous call goes on. */
export interface WaitOptions {
  /** Gives up with an AbortError, whose cause is the signal's reason. */
  readonly signal?: AbortSignal;
  /** Gives up with ETIMEDOUT after so many milliseconds. */
  readonly timeoutMs?: number;
}

/** Checked options. */
export interface Patience {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
}

/** Waits for ever. */
export const ENDLESS: Patience = { signal: undefined, timeoutMs: undefined };

/** Reads and checks the options. */
export function patienceOf(options: WaitOptions | undefined): Patience {
  if (options === undefined) return ENDLESS;
  const { signal, timeoutMs } = options;
  if (signal === undefined && timeoutMs === undefined) return ENDLESS;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw typeError("signal", "an AbortSignal", signal);
  }
  return { signal, timeoutMs: checkTimeout(timeoutMs) };
}

/** The error of a call that was told to end. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}

/** The error of a call whose time is over. */
export function timedOut(syscall: string): SyscallError {
  return new SyscallError(errnoNumber("ETIMEDOUT"), syscall);
}

/** Throws when a call is not to begin at all. */
export function throwIfAborted({ signal }: Patience): void {
  if (signal?.aborted === true) throw abortError(signal);
}

/**
 * Calls `give` with the error when the call is to give up. Answers what ends the watching, or undefined when the call waits for
 * ever.
 */
export function watchPatience(
  { signal, timeoutMs }: Patience,
  syscall: string,
  give: (error: Error) => void,
): (() => void) | undefined {
  if (signal === undefined && timeoutMs === undefined) return undefined;
  const abort = (): void => {
    stop();
    give(abortError(signal as AbortSignal));
  };
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          stop();
          give(timedOut(syscall));
        }, timeoutMs);
  // The call itself keeps the process running, or is not meant to.
  timer?.unref?.();
  const stop = (): void => {
    clearTimeout(timer);
    if (signal !== undefined) offAbort(signal, abort);
  };
  if (signal !== undefined) onAbort(signal, abort);
  return stop;
}

/** Who is to be told of a signal. One listener serves all calls: Node warns of a signal with more than ten. */
interface Audience {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

function onAbort(signal: AbortSignal, callback: () => void): void {
  const known = audiences.get(signal);
  if (known !== undefined) {
    known.callbacks.add(callback);
    return;
  }
  const callbacks = new Set([callback]);
  const listener = (): void => {
    audiences.delete(signal);
    for (const each of callbacks) each();
  };
  audiences.set(signal, { callbacks, listener });
  signal.addEventListener("abort", listener, { once: true });
}

function offAbort(signal: AbortSignal, callback: () => void): void {
  const known = audiences.get(signal);
  if (known === undefined) return;
  known.callbacks.delete(callback);
  if (known.callbacks.size > 0) return;
  audiences.delete(signal);
  signal.removeEventListener("abort", known.listener);
}

/** What an act answers, with its error as a refusal. An async function would put another promise around the one that there is. */
export function promised<T>(act: () => Promise<T>): Promise<T> {
  try {
    return act();
  } catch (error) {
    return Promise.reject(error);
  }
}

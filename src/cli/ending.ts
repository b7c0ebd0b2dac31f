// What has to be undone however the command ends: at its exit, by a signal, when its reader has gone.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const cleanups = new Set<() => void>();

/** Somebody else to ask what a signal means for now. */
let interceptor: ((signal: NodeJS.Signals) => void) | undefined;

let installed = false;

/** Registers what is to be done at the end. Answers what does it now. */
export function atEnd(cleanup: () => void): () => void {
  if (!installed) install();
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup)) cleanup();
  };
}

/** Gives signals to somebody else while work is done. */
export async function intercepting<T>(
  handler: (signal: NodeJS.Signals) => void,
  work: Promise<T>,
): Promise<T> {
  if (!installed) install();
  interceptor = handler;
  try {
    return await work;
  } finally {
    interceptor = undefined;
  }
}

function install(): void {
  installed = true;
  process.on("exit", cleanUp);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}

/** Ends as the signal would have ended the process, so that a shell sees why. */
function endBySignal(signal: NodeJS.Signals): void {
  if (interceptor !== undefined) {
    interceptor(signal);
    return;
  }
  cleanUp();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

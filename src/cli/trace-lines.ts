// Lines of strace as whole system calls: what another process has interrupted is put together again.

/** A system call as strace prints it. */
export interface CallLine {
  readonly pid: number;
  /** Seconds since 1970, when the call began. */
  readonly time: number;
  readonly syscall: string;
  readonly arguments: string;
  readonly result: string;
}

const LINE = /^(?:\[pid +)?(\d+)\]? +(\d+\.\d+) (.*)$/s;
const UNFINISHED = / *<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. \w+ resumed>/;
const CALL = /^(\w+)\((.*)\) += (.*)$/s;

/** Puts calls together from lines. */
export class CallReader {
  readonly #begun = new Map<number, { readonly time: number; readonly text: string }>();

  /** The call that a line completes; undefined when it completes none. */
  read(line: string): CallLine | undefined {
    const [, pidText, timeText, rest = ""] = LINE.exec(line) ?? [];
    if (pidText === undefined) return undefined;
    const pid = Number(pidText);
    const time = Number(timeText);
    if (UNFINISHED.test(rest)) {
      this.#begun.set(pid, { time, text: rest.replace(UNFINISHED, "") });
      return undefined;
    }
    const begun = RESUMED.test(rest) ? this.#begun.get(pid) : undefined;
    const text = begun === undefined ? rest : begun.text + rest.replace(RESUMED, "");
    if (begun !== undefined) this.#begun.delete(pid);
    const [, syscall, args, result] = CALL.exec(text) ?? [];
    if (syscall === undefined || args === undefined || result === undefined) return undefined;
    return { pid, time: begun?.time ?? time, syscall, arguments: args, result };
  }
}

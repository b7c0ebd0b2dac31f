// cmsg doctor: tries what this host supports, one line for each.

import { Absent, CHECKS, type Check } from "./checks.js";
import type { Arguments, Command } from "./command.js";
import { codeOf, EXIT, lineOf, statusOf, usageError } from "./errors.js";
import { filled, table } from "./lines.js";
import { paint, print, printJson, type Style } from "./output.js";

export const doctor: Command = {
  name: "doctor",
  summary: "try what this system supports",
  usage: ["doctor [OPTIONS]"],
  operands: {},
  options: { json: { short: "j", text: "print the findings as JSON" } },
  notes: [
    "Each line is something that was tried just now: ok means that it works, — that this system does not have it, and no that " +
      "it failed. The exit status is 0 when all that this package cannot do without works, 4 when some of it is not " +
      "supported here, and 3 when a system call failed unexpectedly.",
  ],
  examples: [
    ["Whether all works here", "cmsg doctor"],
    ["The same for a program", "cmsg doctor --json > doctor.json"],
  ],
  statuses: [
    [String(EXIT.system), "something failed that should work"],
    [String(EXIT.unsupported), "something that cannot be done without is not supported here"],
  ],
  see: ["cmsg fds"],
  run: runDoctor,
};

/** What came of a check: it works, it failed, or this host does not have it. */
interface Finding {
  readonly name: string;
  readonly essential: boolean;
  readonly result: "ok" | "no" | "absent";
  readonly detail: string;
}

/** How kernels say that they do not know something. */
const ABSENT_CODES: ReadonlySet<string> = new Set([
  "EAFNOSUPPORT",
  "ENOPROTOOPT",
  "ENOSYS",
  "EOPNOTSUPP",
  "EPROTONOSUPPORT",
  "EPROTOTYPE",
  "ESOCKTNOSUPPORT",
]);

function findAll(): Finding[] {
  let missing: string | undefined;
  return CHECKS.map((check) => {
    const { name, essential = false } = check;
    if (missing !== undefined && !check.bare) {
      return { name, essential, result: "absent", detail: `not tried: it needs ${missing}` };
    }
    const finding = find(check);
    if (check.gate && finding.result !== "ok") missing = name;
    return finding;
  });
}

function find({ name, essential = false, run }: Check): Finding {
  try {
    return { name, essential, result: "ok", detail: run() };
  } catch (error) {
    const absent =
      error instanceof Absent ||
      ABSENT_CODES.has(codeOf(error)) ||
      statusOf(error) === EXIT.unsupported;
    return { name, essential, result: absent ? "absent" : "no", detail: lineOf(error) };
  }
}

function runDoctor(args: Arguments): number {
  const [extra] = args.operands;
  if (extra !== undefined) throw usageError(`'${extra}' is too much: cmsg doctor has no operands`);
  const findings = findAll();
  const status = verdict(findings);
  if (args.has("json")) printJson({ status, checks: findings }, 2);
  else for (const line of linesOf(findings, status)) print(line);
  return status;
}

function verdict(findings: readonly Finding[]): number {
  if (findings.some(({ essential, result }) => essential && result === "absent")) {
    return EXIT.unsupported;
  }
  return findings.some(({ result }) => result === "no") ? EXIT.system : EXIT.fine;
}

const LOOKS: Readonly<Record<Finding["result"], readonly [mark: string, style: Style]>> = {
  ok: ["ok", "green"],
  no: ["no", "red"],
  absent: ["—", "dim"],
};

const VERDICTS: Readonly<Record<number, string>> = {
  [EXIT.fine]: "cmsg works here",
  [EXIT.system]: "something failed that should work here",
  [EXIT.unsupported]:
    "cmsg cannot pass descriptors here; cmsg decode and cmsg layout work everywhere",
};

function linesOf(findings: readonly Finding[], status: number): string[] {
  const rows = findings.map(({ result, name, detail }) => [LOOKS[result][0], name, detail]);
  const lines = table(rows, (cell, column, row) => {
    const [, style] = LOOKS[findings[row]?.result ?? "ok"];
    return column === 0 || style === "dim" ? paint(style, cell) : cell;
  });
  return [...lines, "", ...filled(VERDICTS[status] ?? "").map((line) => paint("bold", line))];
}

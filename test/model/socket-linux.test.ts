// The model of Linux' AF_UNIX sockets against the running kernel: writes with and without descriptors, read in every way.

import { hostAbi } from "cmsg/codec";
import { createSocketModel, type SocketModelType } from "cmsg/model";
import { assert } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("socket model on linux");
const abi = hostAbi().name;
const FLAGS: Readonly<Record<string, number>> = { MSG_CTRUNC: 0x8, MSG_TRUNC: 0x20, MSG_EOR: 0x80 };
const ERRNO: Readonly<Record<string, number>> = { EAGAIN: 11, EMSGSIZE: 90 };

interface Write {
  readonly do: "write";
  readonly data: string;
  /** One list for each SCM_RIGHTS message. */
  readonly descriptors: readonly (readonly number[])[];
  /** Whether the writer attaches its credentials, and whether it is a process of its own. */
  readonly attached: boolean;
  readonly child: boolean;
}

interface Receive {
  readonly do: "receive";
  readonly dataLimit: number;
  readonly controlLimit: number;
  readonly peek: boolean;
  /** Descriptors that still fit in the table; null without a limit. */
  readonly free: number | null;
}

type Step =
  | Write
  | Receive
  | { readonly do: "option"; readonly on: boolean }
  | { readonly do: "close" };

interface Scenario {
  readonly type: SocketModelType;
  /** Whether the receiver asks for credentials before anything is written, and while it reads. */
  readonly noted: boolean;
  readonly shown: boolean;
  readonly steps: readonly Step[];
}

interface Received {
  readonly errno?: number;
  readonly data: string;
  readonly control: string;
  readonly flags: number;
  readonly opened: readonly number[];
}

interface Answer {
  readonly answers: readonly (Received | readonly [pid: number, sent: number])[];
  readonly leaked: number;
  readonly ids: readonly [uid: number, gid: number];
}

function whyNot(): string | undefined {
  if (process.platform !== "linux") return `its kernel is that of ${process.platform}`;
  if (!["x64", "arm64", "riscv64"].includes(process.arch))
    return `no raw recvmsg for ${process.arch}`;
  return hasProgram("python3", "python3") ? undefined : "python3 is not installed";
}

/** The steps with those that switch the option in front of the writes, and behind them. */
function whole({ noted, shown, steps }: Scenario): readonly Step[] {
  const reads = steps.findIndex((step) => step.do === "receive");
  const behind = reads < 0 ? steps.length : reads;
  return [
    { do: "option", on: noted },
    ...steps.slice(0, behind),
    ...(noted === shown ? [] : [{ do: "option", on: shown } as const]),
    ...steps.slice(behind),
  ];
}

async function kernel(scenarios: readonly Scenario[]): Promise<readonly Answer[]> {
  const lines = scenarios.map((each) => JSON.stringify({ type: each.type, steps: whole(each) }));
  const input = `${lines.join("\n")}\n`;
  const { code, stdout, stderr } = await run("python3", ["test/model/streamed.py"], { input });
  assert.is(code, 0, stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What the model receives, in the words of the kernel. */
function receivedBy(socket: ReturnType<typeof createSocketModel>, step: Receive): Received {
  const { dataLimit, controlLimit, peek, free } = step;
  const got = socket.receive({
    dataLimit,
    controlLimit,
    peek,
    ...(free === null ? {} : { freeDescriptors: free }),
  });
  const { error, data, flags, control, delivered } = got;
  const errno = error === null ? {} : { errno: ERRNO[error] ?? -1 };
  return {
    ...errno,
    data: String(Buffer.from(data)),
    control: Buffer.from(control?.bytes ?? []).toString("hex"),
    flags: flags.reduce((sum, name) => sum | (FLAGS[name] ?? 0), 0),
    opened: delivered,
  };
}

/** The control buffer without the numbers of descriptors, which are the kernel's. */
function withoutNumbers(control: string): string {
  const bytes = Buffer.from(control, "hex");
  for (let at = 0; bytes.length - at >= 16; ) {
    const length = bytes.readUInt32LE(at);
    if (bytes.readInt32LE(at + 12) === 1) bytes.fill(0, at + 16, at + length);
    at += Math.max(Math.ceil(length / 8) * 8, 16);
  }
  return bytes.toString("hex");
}

/** Holds one scenario against what the kernel answered. Answers how many calls were compared. */
function compare(
  scenario: Scenario,
  { answers, leaked, ids }: Answer,
  pieceLimit = 65_536,
): number {
  const { type, noted, shown, steps } = scenario;
  const what = `${JSON.stringify(scenario).slice(0, 3000)}, seed ${seed}`;
  const passCredentials = shown;
  const socket = createSocketModel({ system: "linux", type, abi, passCredentials, pieceLimit });
  let compared = 0;
  let at = 0;
  let asks = noted;
  for (const step of steps) {
    if (step.do === "receive") asks = shown;
    if (step.do === "close") socket.close();
    if (step.do !== "write" && step.do !== "receive") continue;
    const answer = answers[at++];
    if (step.do === "write") {
      const [[pid], [uid, gid]] = [answer as readonly [number, number], ids];
      const credentials = asks || step.attached ? { credentials: { pid, uid, gid } } : {};
      const { data, descriptors } = step;
      socket.write({ data: Buffer.from(data), descriptors, ...credentials });
      continue;
    }
    const theirs = answer as Received;
    const ours = receivedBy(socket, step);
    const call = `${what}, step ${at}`;
    compared++;
    if (theirs.errno !== undefined) assert.is(ours.errno, theirs.errno, call);
    if (theirs.errno !== undefined) continue;
    assert.equal(
      { ...ours, control: withoutNumbers(ours.control) },
      { ...theirs, control: withoutNumbers(theirs.control) },
      call,
    );
  }
  assert.is(leaked, 0, what);
  return compared;
}

async function hold(scenarios: readonly Scenario[]): Promise<number> {
  const answers = await kernel(scenarios);
  assert.is(answers.length, scenarios.length);
  return scenarios.reduce((sum, each, i) => sum + compare(each, answers[i] as Answer), 0);
}

const write = (data: string, descriptors: readonly number[] = [], child = false): Write => ({
  do: "write",
  data,
  descriptors: [descriptors],
  attached: false,
  child,
});
const read = (dataLimit: number, controlLimit = 200, peek = false): Receive => ({
  do: "receive",
  dataLimit,
  controlLimit,
  peek,
  free: null,
});

const TYPES = ["stream", "dgram", "seqpacket"] as const;
const MIXED: readonly Write[] = [
  write("xx"),
  write("y"),
  write("ABC", [1]),
  write("z"),
  write("DE", [2, 3]),
  write("F", [4]),
  write("ww", [], true),
  write("v"),
];

test.unless(
  whyNot(),
  "every data buffer on interleaved writes, read and peeked, credentials on and off",
  async () => {
    const scenarios = TYPES.flatMap((type) =>
      [false, true].flatMap((credentials) =>
        Array.from({ length: 12 }, (_, size): Scenario => {
          const calls = Array.from({ length: 9 }, () => [read(size, 200, true), read(size)]);
          const steps = [...MIXED, ...calls.flat()];
          return { type, noted: credentials, shown: credentials, steps };
        }),
      ),
    );
    assert.is(await hold(scenarios), 3 * 2 * 12 * 18);
  },
);

test.unless(whyNot(), "every control buffer, read and peeked, credentials on and off", async () => {
  const scenarios = TYPES.flatMap((type) =>
    [false, true].flatMap((credentials) =>
      Array.from({ length: 70 }, (_, room): Scenario => {
        const steps = [
          write("p"),
          write("A", [1, 2, 3]),
          write("B"),
          read(9, room, true),
          read(9, room),
        ];
        return { type, noted: credentials, shown: credentials, steps: [...steps, read(9, room)] };
      }),
    ),
  );
  assert.is(await hold(scenarios), 3 * 2 * 70 * 3);
});

test.unless(whyNot(), "every number of descriptors that still fit in the table", async () => {
  const scenarios = TYPES.flatMap((type) =>
    Array.from({ length: 8 }, (_, free): Scenario => {
      const calls = [true, false].map((peek): Receive => ({ ...read(9, 200, peek), free }));
      const steps = [write("A", [1, 2, 3, 4, 5]), write("B", [6]), ...calls, ...calls];
      return { type, noted: false, shown: false, steps };
    }),
  );
  assert.is(await hold(scenarios), 3 * 8 * 4);
});

test.unless(
  whyNot(),
  "a long write comes in the kernel's pieces, descriptors with the first",
  async () => {
    const long = 100_000;
    const calls = [read(2 * long, 200, true), ...Array.from({ length: 8 }, () => read(2 * long))];
    const steps = [write("a".repeat(long), [1, 2]), write("b"), write("c", [3]), ...calls];
    const scenario: Scenario = { type: "stream", noted: false, shown: false, steps };
    const [answer] = (await kernel([scenario])) as readonly [Answer];
    // How long a piece is depends on the kernel's page size and version.
    const [first] = answer.answers.slice(3) as readonly Received[];
    const pieceLimit = first?.data.length ?? 0;
    assert.ok(pieceLimit > 0 && pieceLimit < long, `${pieceLimit} bytes came`);
    assert.is(compare(scenario, answer, pieceLimit), calls.length);
  },
);

/** A scenario at random: a few writes and calls in between. */
function scenarioOf(random: Random): Scenario {
  const type = random.pick(TYPES);
  let letter = 97;
  let number = 1;
  const aWrite = (): Write => {
    const length = random.below(type === "stream" ? 6 : 5);
    const data = Array.from({ length }, () => String.fromCharCode(letter++ % 127)).join("");
    const count = random.below(3) === 0 ? 1 + random.below(4) : 0;
    const numbers = Array.from({ length: count }, () => number++);
    const cut = random.below(count + 1);
    const descriptors =
      random.below(2) === 0 ? [numbers] : [numbers.slice(0, cut), numbers.slice(cut)];
    const [attached, child] = [random.below(4) === 0, random.below(12) === 0];
    return { do: "write", data, descriptors, attached, child };
  };
  const aReceive = (): Receive => ({
    do: "receive",
    dataLimit: random.below(14),
    controlLimit: random.below(2) === 0 ? 200 : random.below(80),
    peek: random.below(3) === 0,
    free: random.below(4) === 0 ? random.below(5) : null,
  });
  const some = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: 1 + random.below(most) }, make);
  const middle = Array.from({ length: 6 }, () => random.pick([aWrite, aReceive])());
  const end = random.below(3) === 0 ? [{ do: "close" } as const] : [];
  const steps = [...some(8, aWrite), ...some(3, aReceive), ...middle, ...end, ...some(8, aReceive)];
  const [noted, shown] = [random.below(2) === 0, random.below(2) === 0];
  return { type, noted, shown, steps };
}

test.unless(whyNot(), "random writes and calls of every kind, in any order", async () => {
  const random = new Random();
  const scenarios = Array.from({ length: 600 }, () => scenarioOf(random));
  const compared = await hold(scenarios);
  assert.ok(compared > 4000, `${compared} calls, seed ${seed}`);
});

test.run();

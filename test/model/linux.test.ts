// The rules of Linux against the running kernel: one message received with a control buffer of every size, descriptors counted.

import { hostAbi } from "cmsg/codec";
import { receiveControl } from "cmsg/model";
import { assert, bytes } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";
import { HAS_IPV6 } from "../support/udp.js";

const test = suite("receive on linux");
const abi = hostAbi().name;
const MSG_CTRUNC = 8;

type Peek = readonly [hex: string, controlLength: number, flags: number, opened: number];

/** What a socket asks for, and what is sent to it. */
type Scenario =
  | { readonly options: readonly number[]; readonly fds: number; readonly mine: boolean }
  | { readonly host: string; readonly options: readonly (readonly [number, number, number])[] };

function whyNot(): string | undefined {
  if (process.platform !== "linux") return `its kernel is that of ${process.platform}`;
  if (!["x64", "arm64", "riscv64", "s390x"].includes(process.arch))
    return `no raw recvmsg for ${process.arch}`;
  return hasProgram("python3", "python3") ? undefined : "python3 is not installed";
}

async function answers(
  scenarios: readonly Scenario[],
): Promise<(readonly [Peek, readonly Peek[]])[]> {
  const input = `${scenarios.map((each) => JSON.stringify(each)).join("\n")}\n`;
  const { code, stdout, stderr } = await run("python3", ["test/model/peeked.py"], { input });
  assert.is(code, 0, stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Holds every size against the model. Answers how many messages were whole, cut and lost. */
async function compare(scenarios: readonly Scenario[]): Promise<Record<string, number>> {
  const fates: Record<string, number> = { whole: 0, cut: 0, lost: 0 };
  for (const [i, [full, peeks]] of (await answers(scenarios)).entries()) {
    const area = Buffer.from(full[0], "hex").subarray(0, full[1]);
    assert.is(full[2] & MSG_CTRUNC, 0);
    for (const [size, [hex, controlLength, flags, opened]] of peeks.entries()) {
      const what = `${JSON.stringify(scenarios[i])}, ${size} bytes, seed ${seed}`;
      const model = receiveControl(area, { abi, controlLimit: size });
      assert.is(model.controlLength, controlLength, what);
      assert.is(model.truncated, (flags & MSG_CTRUNC) !== 0, what);
      assert.is(model.descriptors.delivered, opened, what);
      const { sent, delivered, closed, leaked } = model.descriptors;
      assert.equal([delivered + closed, leaked], [sent, 0], what);
      const expected = new Uint8Array(hex.length / 2).fill(0xee);
      expected.set(model.bytes);
      for (const { from, to } of model.unwritten) expected.fill(0xee, from, to);
      bytes(Buffer.from(hex, "hex"), expected, what);
      for (const { fate } of model.messages) fates[fate] = (fates[fate] ?? 0) + 1;
    }
  }
  return fates;
}

const [PASSCRED, TIMESTAMP, TIMESTAMPNS, TIMESTAMPING, PASSPIDFD] = [16, 29, 35, 37, 76] as const;

test.unless(
  whyNot(),
  "descriptors, credentials, timestamps and process descriptors, every size",
  async () => {
    const scenarios: Scenario[] = [
      { options: [], fds: 0, mine: false },
      { options: [], fds: 1, mine: false },
      { options: [], fds: 3, mine: false },
      { options: [PASSCRED], fds: 0, mine: true },
      { options: [PASSCRED], fds: 2, mine: false },
      { options: [TIMESTAMP, PASSCRED], fds: 5, mine: true },
      { options: [TIMESTAMPNS], fds: 0, mine: false },
      { options: [TIMESTAMPNS, PASSCRED], fds: 1, mine: false },
    ];
    const fates = await compare(scenarios);
    for (const fate of ["whole", "cut", "lost"])
      assert.ok((fates[fate] ?? 0) > 50, JSON.stringify(fates));
  },
);

test.unless(whyNot(), "random numbers of descriptors with random options, every size", async () => {
  const random = new Random();
  const scenarios = Array.from(
    { length: 25 },
    (): Scenario => ({
      options: [PASSCRED, TIMESTAMP, TIMESTAMPNS].filter(() => random.below(2) === 1),
      fds: random.below(12),
      mine: random.below(2) === 1,
    }),
  );
  await compare(scenarios);
});

test.unless(whyNot(), "a process descriptor arrives whole or not at all", async () => {
  const { stderr } = await run("python3", [
    "-c",
    `import socket; socket.socketpair()[0].setsockopt(1, ${PASSPIDFD}, 1)`,
  ]);
  if (stderr !== "") {
    console.log("SKIP a process descriptor: this kernel has no SO_PASSPIDFD");
    return;
  }
  await compare([
    { options: [PASSPIDFD], fds: 0, mine: false },
    { options: [PASSPIDFD, PASSCRED], fds: 2, mine: false },
  ]);
});

const IP_OPTIONS = [
  [0, 8, 1],
  [0, 12, 1],
  [0, 13, 1],
  [0, 20, 1],
  [1, TIMESTAMP, 1],
  [1, TIMESTAMPING, 0x5b],
  [1, 40, 1],
] as const;
const IPV6_OPTIONS = [
  [41, 49, 1],
  [41, 51, 1],
  [41, 66, 1],
  [41, 74, 1],
  [1, TIMESTAMPNS, 1],
] as const;

test.unless(whyNot(), "packet information and its like on UDP, every size", async () => {
  const scenarios: Scenario[] = [
    { host: "127.0.0.1", options: IP_OPTIONS },
    ...IP_OPTIONS.map((option) => ({ host: "127.0.0.1", options: [option] })),
  ];
  if (HAS_IPV6) scenarios.push({ host: "::1", options: IPV6_OPTIONS });
  const fates = await compare(scenarios);
  assert.ok((fates["cut"] ?? 0) > 100, JSON.stringify(fates));
});

test.run();

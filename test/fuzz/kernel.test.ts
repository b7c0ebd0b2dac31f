// checkControl against the running kernel: hundreds of thousands of control areas that it takes or refuses, with the same error.

import { closeSync, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants as os } from "node:os";
import { socketpair } from "cmsg";
import {
  type AbiName,
  type CheckOptions,
  type ClaimedCredentials,
  checkControl,
  encodeControl,
  hostAbi,
  layout,
} from "cmsg/codec";
import { assert } from "../support/assert.js";
import { seed } from "../support/random.js";
import { suite } from "../support/suite.js";
import { Areas } from "./areas.js";
import { loadOracle, noOracle, type Oracle } from "./oracle.js";

const COMPARISONS = 300_000;
const SENT = 20_000;
const test = suite("checkControl and the running kernel");
const NAMES = new Map(Object.entries(os.errno).map(([name, number]) => [number, name]));

/** The numbers that are open now, except those that no message takes. */
function openNumbers(): ReadonlySet<number> {
  const numbers = readdirSync("/proc/self/fd").map(Number);
  const open = new Set<number>();
  for (const fd of numbers) {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).includes("io_uring")) open.add(fd);
    } catch {
      // That which read the list.
    }
  }
  return open;
}

/** This host's kernel as a judge: it never sends what it is asked about. */
class Judge {
  readonly oracle: Oracle = loadOracle();
  readonly abi = hostAbi().name as AbiName;
  readonly little: boolean = layout(this.abi).endian === "little";
  readonly #place = new Uint8Array(8192);
  readonly #address = this.oracle.address(this.#place);
  readonly #lonely = this.oracle.lonelySocket();

  /** What the kernel says of an area to a socket without a peer: null when it would have sent it. */
  says(area: Uint8Array): string | null {
    return this.#told(this.send(this.#lonely, area));
  }

  /** The same for an area of any length. */
  saysOf(area: Uint8Array): string | null {
    return this.#told(this.oracle.sendArea(this.#lonely, this.oracle.address(area), area.length));
  }

  #told(errno: number): string | null {
    return errno === os.errno.ENOTCONN ? null : nameOf(errno);
  }

  send(fd: number, area: Uint8Array): number {
    this.#place.set(area);
    return this.oracle.sendArea(fd, this.#address, area.length);
  }

  /** Options that ask the kernel for what only it knows: who may be claimed. */
  options(): CheckOptions {
    const { abi } = this;
    const open = openNumbers();
    const answers = new Map<string, string | null>();
    const refuses = ({ pid, uid, gid }: ClaimedCredentials): "EPERM" | "ESRCH" | null => {
      const key = `${pid} ${uid} ${gid}`;
      if (!answers.has(key)) {
        const payload = new Uint8Array(Int32Array.of(pid, uid, gid).buffer);
        const message = { level: "SOL_SOCKET", type: "SCM_CREDENTIALS", payload };
        answers.set(key, this.says(encodeControl([message], { abi })));
      }
      return answers.get(key) as "EPERM" | "ESRCH" | null;
    };
    return { for: "sendmsg", abi, isOpen: (fd) => open.has(fd), refuses };
  }

  [Symbol.dispose](): void {
    closeSync(this.#lonely);
  }
}

const nameOf = (errno: number): string => NAMES.get(errno) ?? String(errno);

function massive(): void {
  using judge = new Judge();
  const options = judge.options();
  const areas = new Areas(judge.abi, judge.little, seed);
  const counts = new Map<string | null, number>();
  const started = process.cpuUsage();
  for (let i = 0; i < COMPARISONS; i++) {
    const area = areas.next();
    const theirs = judge.says(area);
    const { errno, reason } = checkControl(area, options);
    counts.set(theirs, (counts.get(theirs) ?? 0) + 1);
    if (errno === theirs) continue;
    const hex = Buffer.from(area).toString("hex");
    assert.is(errno, theirs, `seed ${seed}, area ${i}: ${hex} ${reason}`);
  }
  const { user, system } = process.cpuUsage(started);
  const perSecond = Math.round((COMPARISONS / (user + system)) * 1e6);
  const told = [...counts].map(([errno, count]) => `${errno ?? "accepted"} ${count}`).join(", ");
  console.log(`NOTE ${perSecond} a second of processor time, seed ${seed}: ${told}`);
  for (const errno of [null, "EINVAL", "EBADF"]) {
    assert.ok((counts.get(errno) ?? 0) > COMPARISONS / 200, `${errno}: ${counts.get(errno)}`);
  }
}

function sent(): void {
  using judge = new Judge();
  const [left, right] = socketpair({ type: "dgram" });
  try {
    const options = judge.options();
    const areas = new Areas(judge.abi, judge.little, seed + 1);
    for (let i = 0; i < SENT; i++) {
      const area = areas.next();
      const { errno } = checkControl(area, options);
      const answer = judge.send(left.number, area);
      assert.is(answer === 0 ? null : nameOf(answer), errno, `seed ${seed}, area ${i}`);
      assert.is(judge.oracle.takeOne(right.number), errno === null ? 0 : os.errno.EAGAIN);
    }
  } finally {
    left.close();
    right.close();
  }
}

const OPTMEM = "/proc/sys/net/core/optmem_max";

function compare(): void {
  test(`${COMPARISONS} areas, no disagreement`, massive);
  test(`${SENT} areas really sent: what is accepted arrives, what is refused does not`, sent);

  const why = existsSync(OPTMEM) ? undefined : "this network namespace does not tell optmem_max";
  test.unless(why, "a control area as long as the kernel takes, and one byte more", () => {
    using judge = new Judge();
    const optmemMax = Number(readFileSync(OPTMEM, "utf8"));
    for (const [length, expected] of [
      [optmemMax - 1, null],
      [optmemMax, "ENOBUFS"],
    ] as const) {
      const payload = new Uint8Array(length - 16);
      const area = encodeControl([{ level: 12345, type: 1, payload }], {
        abi: judge.abi,
        trimLast: true,
      });
      assert.is(judge.saysOf(area), expected);
      assert.is(checkControl(area, { for: "sendmsg", abi: judge.abi, optmemMax }).errno, expected);
    }
  });
}

const missing =
  layout(hostAbi().name as AbiName).pointerSize === 8
    ? noOracle()
    : "a 32-bit process meets another rule on 32-bit and 64-bit kernels";
if (missing === undefined) compare();
else test.skip("control areas", missing);

test.run();

// UDP in a network namespace of the test's own: a slow interface, whose packets fill the send buffer, and one with small packets.

import { execFileSync } from "node:child_process";
import { assert } from "../support/assert.js";
import { jsonOf } from "../support/message.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("UdpSocket: namespace");

/** In front of a program: it runs in a new namespace, whose loopback interface was set up by a line of shell. */
const inNamespace = (setUp: string): string[] => {
  const script = `${setUp} && exec "$@"`;
  return ["unshare", "--map-root-user", "--net", "sh", "-c", script, "sh"];
};

const SMALL = inNamespace("ip link set lo mtu 1500 up");
const slowTo = (rate: string): string[] =>
  inNamespace(
    `ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate ${rate} burst 2k latency 60s`,
  );
const SLOW = slowTo("4mbit");
/** What waits there is still waiting when a timer of no time is over. */
const CRAWLING = slowTo("64kbit");

/** Why tests cannot run under a namespace here, or undefined. */
function missing(under: readonly string[]): string | undefined {
  const programs = [
    ["unshare", "util-linux"],
    ["ip", "iproute2"],
    ["tc", "iproute2"],
  ] as const;
  for (const [program, from] of programs) {
    if (!hasProgram(program, from)) return `${program} is not installed (package ${from})`;
  }
  try {
    const [program = "", ...args] = under;
    execFileSync(program, [...args, "true"], { stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error).trim();
  }
}

const HEAD = `
  import { UdpSocket } from "cmsg";
  const settled = (promise) => promise.then((value) => value, ({ code, name, message }) => ({ code, name, message }));
  const receiver = UdpSocket.bind({ host: "127.0.0.1", receiveBuffer: 1 << 20 });
  const to = receiver.localAddress;
  const take = async (count) => {
    const texts = [];
    while (texts.length < count) texts.push((await receiver.receive({ timeoutMs: 20_000 })).data.toString().trim());
    return texts;
  };
  const say = (value) => { console.log(JSON.stringify(value)); process.exit(); };`;

function testIn(under: readonly string[], name: string, body: () => Promise<void>): void {
  const reason = missing(under);
  if (reason === undefined) test(name, body);
  else test.skip(name, reason);
}

for (const connected of [true, false]) {
  const kind = connected ? "connected" : "unconnected";
  testIn(
    SLOW,
    `${kind}: a full send buffer makes datagrams wait; each leaves once, in order`,
    async () => {
      const said = await jsonOf(
        `${HEAD}
      const sender = ${connected ? "await UdpSocket.connect({ ...to, sendBuffer: 1 })" : 'UdpSocket.bind({ host: "127.0.0.1", sendBuffer: 1 })'};
      const sent = Array.from({ length: 60 }, (_, i) => sender.send(String(i).padEnd(500), ${connected ? "{}" : "{ to }"}));
      const queued = sender.queuedBytes;
      const texts = await take(60);
      const results = await Promise.all(sent);
      const more = await settled(receiver.receive({ timeoutMs: 50 }));
      say({ queued, texts, bytes: results.map(({ bytes }) => bytes), left: sender.queuedBytes, more: more.code });`,
        SLOW,
      );
      const { queued, texts, bytes, left, more } = said as {
        queued: number;
        texts: string[];
        bytes: number[];
        left: number;
        more: string;
      };
      assert.ok(queued > 0 && queued < 60 * 500 && queued % 500 === 0, `${queued} bytes waited`);
      assert.equal(
        texts,
        Array.from({ length: 60 }, (_, i) => String(i)),
      );
      assert.equal(new Set(bytes), new Set([500]));
      assert.equal([left, more], [0, "ETIMEDOUT"]);
    },
  );
}

testIn(CRAWLING, "what waits can be given up, refused, sent out and closed", async () => {
  const said = await jsonOf(
    `${HEAD}
    const sender = await UdpSocket.connect({ ...to, sendBuffer: 1, queueBytes: 5000 });
    const data = Buffer.alloc(500, "x");
    const sent = [];
    while (sender.queuedBytes === 0) sent.push(sender.send(data));
    const controller = new AbortController();
    const aborted = settled(sender.send("aborted", { signal: controller.signal }));
    const late = settled(sender.send("late", { timeoutMs: 0 }));
    const large = settled(sender.send(Buffer.alloc(5001)));
    controller.abort();
    const given = [await aborted, await late, await large].map(({ code }) => code);
    sent.push(sender.send("last"));
    const ended = sender.end();
    const refused = await settled(sender.send("behind the end"));
    await ended;
    const texts = await take(sent.length);
    const other = await UdpSocket.connect({ ...to, sendBuffer: 1 });
    const waiting = [];
    while (other.queuedBytes === 0) waiting.push(settled(other.send(data)));
    other.close();
    const closed = (await Promise.all(waiting)).at(-1);
    say({ given, refused: refused.code, count: sent.length, texts, closed: closed.code });`,
    CRAWLING,
  );
  const { given, refused, count, texts, closed } = said as {
    given: string[];
    refused: string;
    count: number;
    texts: string[];
    closed: string;
  };
  assert.equal(given, ["ABORT_ERR", "ETIMEDOUT", "ERR_CMSG_QUEUE_FULL"]);
  assert.is(refused, "ERR_CMSG_SOCKET_CLOSED");
  assert.equal(texts.slice(0, -1), new Array(count - 1).fill("x".repeat(500)));
  assert.is(texts.at(-1), "last");
  assert.is(closed, "ERR_CMSG_SOCKET_CLOSED");
});

testIn(
  SMALL,
  "datagrams and segments that fit in no packet are refused with the reason",
  async () => {
    const said = await jsonOf(
      `${HEAD}
    const fixed = await UdpSocket.connect({ ...to, dontFragment: true, errors: true });
    const loose = await UdpSocket.connect({ ...to, dontFragment: false });
    const attempts = [
      [fixed, 1472, {}], [fixed, 1473, {}], [loose, 1473, {}],
      [loose, 3000, { segmentSize: 1472 }], [loose, 3000, { segmentSize: 1473 }],
    ];
    const results = [];
    for (const [socket, length, options] of attempts) results.push(await settled(socket.send(Buffer.alloc(length), options)));
    const { value: report } = await fixed.errors({ timeoutMs: 10_000 }).next();
    say({ mtu: fixed.pathMtu, results, report: [report.errno, report.origin, report.info] });`,
      SMALL,
    );
    const { mtu, results, report } = said as {
      mtu: number;
      results: { bytes?: number; message?: string }[];
      report: unknown[];
    };
    assert.is(mtu, 1500);
    assert.equal(
      results.map(({ bytes }) => bytes),
      [1472, undefined, 1473, 3000, undefined],
    );
    assert.match(results[1]?.message ?? "", /EMSGSIZE.*may not be fragmented/);
    assert.match(results[4]?.message ?? "", /E(MSGSIZE|INVAL).*segment.*fit/);
    assert.equal(report, ["EMSGSIZE", "SO_EE_ORIGIN_LOCAL", 1500]);
  },
);

test.run();

// Lines of a real strace, of messages of many types, against what the traced program itself says that it sent and received.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeControl, hostAbi } from "cmsg/codec";
import { parseNotation } from "cmsg/notation";
import { assert, bytes, throws } from "../support/assert.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("strace");
const abi = hostAbi().name;

/** Why strace cannot be run here. */
async function whyNot(): Promise<string | undefined> {
  if (process.platform !== "linux") return "strace is a program of Linux";
  if (!hasProgram("strace", "strace") || !hasProgram("python3", "python3")) {
    return "strace or python3 is not installed";
  }
  const { code, stderr } = await run("strace", ["-e", "trace=none", "true"]);
  return code === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

type Said = readonly [call: string, items: readonly (readonly [number, number, string])[]];

async function traced(args: readonly string[]): Promise<{ lines: string[]; said: Said[] }> {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-strace-"));
  try {
    const log = join(folder, "log");
    const python = ["python3", "test/notation/traced.py"];
    const options = ["-f", ...args, "-e", "trace=sendmsg,recvmsg", "-o", log, ...python];
    const { code, stdout, stderr } = await run("strace", options);
    assert.is(code, 0, stderr);
    const said = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Said);
    const lines = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => /\b(send|recv)msg\(/.test(line));
    return { lines, said };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const impossible = await whyNot();

for (const options of ["", "-x -y", "-v -yy", "-X raw", "-X verbose -xx -tt -T -s 4"]) {
  test.unless(
    impossible,
    `every line of strace ${options || "alone"} gives the bytes of its call`,
    async () => {
      const { lines, said } = await traced(options.split(" ").filter((word) => word !== ""));
      assert.is(lines.length, said.length);
      let known = 0;
      lines.forEach((line, i) => {
        const [call, items] = said[i] as Said;
        assert.ok(line.includes(`${call}(`), line);
        const read = parseNotation(line);
        assert.is(read.notation, "strace");
        const messages = items.map(([level, type, hex]) => ({
          level,
          type,
          payload: Buffer.from(hex, "hex"),
        }));
        const whole = encodeControl(messages, { abi });
        // A message that was cut ends without padding, and what is sent is not padded to its end.
        assert.ok(read.bytes.length <= whole.length, line);
        assert.ok(read.bytes.length > whole.length - 8, line);
        const expected = Uint8Array.from(whole.subarray(0, read.bytes.length));
        for (const { from, to } of read.unknown) {
          expected.fill(0, from, to);
          known -= to - from;
        }
        bytes(read.bytes, expected, line);
        known += read.bytes.length;
      });
      assert.ok(known > 1500, `${known} bytes known`);
    },
  );
}

test.unless(
  impossible,
  "-y tells what descriptors stand for, whatever their names hold",
  async () => {
    const { lines } = await traced(["-y"]);
    const { notes, bytes: read } = parseNotation(lines[0] as string);
    assert.equal(
      notes.map(({ from, to }) => [from, to]),
      [
        [16, 20],
        [20, 24],
      ],
    );
    assert.is(notes[0]?.text, "/dev/null<char 1:3>".slice(0, notes[0]?.text.length));
    assert.match(notes[1]?.text ?? "", /^\/tmp\/a-/);
    assert.is(read.length, 56);
  },
);

const AROUND = (control: string, length: number | string): string =>
  `recvmsg(4, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=${control}, msg_controllen=${length}, msg_flags=0}, 0) = 1`;

const RIGHTS = "{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}";
const BYTES = "1400000000000000010000000100000005000000";
const read = (text: string) => parseNotation(text, { abi: "linux-x86_64-glibc" });

test("payloads that strace omits are unknown", () => {
  const { bytes: control, unknown } = read(
    AROUND(`[{cmsg_len=20, cmsg_level=SOL_IPV6, cmsg_type=0x34}, ${RIGHTS}]`, 48),
  );
  assert.equal(unknown, [{ from: 16, to: 20 }]);
  bytes(
    control,
    `1400000000000000290000003400000000000000 00000000${BYTES}00000000`.replace(/ /g, ""),
  );
});

test("names of interfaces, cut lists, cut strings and names that nobody knows are unknown", () => {
  const one = (members: string): unknown => read(`[{${members}}]`).unknown;
  const info =
    'ipi_ifindex=if_nametoindex("lo"), ipi_spec_dst=inet_addr("1.2.3.4"), ipi_addr=inet_addr("0.0.0.0")';
  assert.equal(one(`cmsg_len=28, cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, cmsg_data={${info}}`), [
    { from: 16, to: 20 },
  ]);
  assert.equal(
    one("cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[1, 2, ...]"),
    [{ from: 24, to: 28 }],
  );
  assert.equal(
    one('cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_SECURITY, cmsg_data="abc"...'),
    [{ from: 19, to: 28 }],
  );
  assert.equal(one("cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_NEW_ONE"), [
    { from: 12, to: 16 },
  ]);
});

test("what msg_controllen has beyond the messages is unknown", () => {
  assert.equal(read(AROUND(`[${RIGHTS}, ...]`, 60)).unknown, [{ from: 24, to: 60 }]);
  assert.equal(read(AROUND(`[${RIGHTS}]`, 24)).unknown, []);
  assert.is(read(AROUND(`[${RIGHTS}]`, 20)).bytes.length, 20);
  assert.is(read(AROUND(`[${RIGHTS}]`, "100 => 24")).bytes.length, 24);
});

test("parts of a line, resumed calls, batches and lines in front", () => {
  for (const text of [
    `[${RIGHTS}]`,
    RIGHTS,
    `msg_control=[${RIGHTS}], msg_controllen=24`,
    `{msg_name=NULL, msg_control=[${RIGHTS}], msg_controllen=24, msg_flags=0}`,
    `[pid 77] 12:00:01.5 ${AROUND(`[${RIGHTS}]`, 24)} <0.000012>`,
    `recvmsg(4,  <unfinished ...>\n[pid 3] <... recvmsg resumed>{msg_name=NULL, msg_control=[${RIGHTS}], msg_controllen=24, msg_flags=0}, 0) = 1`,
    `sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_controllen=0, msg_flags=0}, msg_len=1}, {msg_hdr={msg_control=[${RIGHTS}], msg_controllen=24, msg_flags=0}, msg_len=1}], 2, 0) = 2`,
    `sendmsg(3, {msg_name=NULL, msg_controllen=0, msg_flags=0}, 0) = 5\n${AROUND(`[${RIGHTS}]`, 24)}`,
  ]) {
    bytes(read(text).bytes, `${BYTES}00000000`, text);
  }
});

test("a call without control messages has none", () => {
  for (const text of [
    "sendmsg(3, {msg_name=NULL, msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 1",
    AROUND("NULL", 0),
  ]) {
    assert.is(read(text).bytes.length, 0);
  }
});

test("the lengths tell a program of 32 bits", () => {
  const text = "[{cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}]";
  const { bytes: control, abi: told } = parseNotation(text);
  assert.is(told, "linux-i386-glibc");
  bytes(control, "10000000010000000100000005000000");
  const kept = parseNotation(text.replace("16", "20"), { abi: "linux-s390x-glibc" });
  assert.is(kept.abi, "linux-s390x-glibc");
  bytes(kept.bytes, "000000000000001400000001000000010000000500000000");
});

test("what is no line of strace is refused at its place", () => {
  const refused = (text: string, message: RegExp): void => {
    const error = throws(() => read(text), {
      name: "NotationError",
      code: "ERR_CMSG_NOTATION",
      message,
    });
    assert.is(error.notation, "strace");
  };
  refused(
    AROUND("0x7ffc1000", 24),
    /column \d+: expected control messages as \[\{cmsg_len=…\}\], found '0x7ffc1000/,
  );
  refused(AROUND("[{cmsg_level=1}]", 24), /expected \{cmsg_len=…\}/);
  refused(
    AROUND(`[${RIGHTS}, ${RIGHTS}]`, 30),
    /expected a message that msg_controllen 30 has room for/,
  );
  refused("recvmsg(4, {msg_control=[{cmsg_len=20", /expected ',' or '\}', found the end/);
  refused(
    'recvmsg(4, {msg_iov=[{iov_base="abc',
    /expected the string that begins here to end with "/,
  );
  refused(`recvmsg(4, ${"[".repeat(100)}`, /at most 40 brackets/);
  const huge = "[{cmsg_len=99999999999, cmsg_level=1, cmsg_type=1}]";
  throws(() => read(huge), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" });
});

test.run();

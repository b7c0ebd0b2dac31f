// decodeControl() on bytes that are not what they claim: clamped, complained of with offsets, refused in strict mode.

import {
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  decodeControl,
  encodeControl,
  layout,
  rights,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("decode malformed");

const abi = "linux-x86_64-glibc";

/** A buffer with one rights message of `fds`, whose cmsg_len says `claimed`. */
function claiming(claimed: bigint | number, fds: readonly number[] = [7]): Uint8Array {
  const bytes = encodeControl([rights(fds)], { abi, trimLast: true });
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed), true);
  return bytes;
}

test("a length below a header ends the reading, and keeps what came before", () => {
  for (const name of abis()) {
    const least = CMSG_LEN(0, { abi: name });
    const first = { level: 2, type: 3, payload: Uint8Array.of(1, 2, 3) };
    const good = encodeControl([first], { abi: name });
    for (const length of [0, 1, 7, 8, least - 1]) {
      const broken = encodeControl([{ level: 4, type: 5, payload: new Uint8Array(9) }], {
        abi: name,
      });
      const { offset, width } = layout(name).cmsghdr.fields.cmsg_len as {
        offset: number;
        width: number;
      };
      broken.fill(0, offset, offset + width);
      broken[layout(name).endian === "little" ? offset : offset + width - 1] = length;
      for (const [control, before] of [
        [broken, 0],
        [Buffer.concat([good, broken]), 1],
      ] as const) {
        const { messages, problems } = decodeControl(control, { abi: name });
        assert.is(messages.length, before, name);
        if (before === 1) bytes(messages[0]?.payload as Uint8Array, "010203");
        const at = before * good.length;
        const [problem] = problems;
        assert.is(problems.length, 1);
        assert.equal(
          [problem?.code, problem?.severity, problem?.offset, problem?.claimed, problem?.available],
          ["ERR_CMSG_LENGTH_BELOW_HEADER", "error", at, BigInt(length), broken.length],
        );
        assert.is(
          problem?.message,
          `cmsg_len at offset ${at}: ${length}, needs at least ${least} (${name})`,
        );
      }
    }
  }
});

test("a length beyond the buffer is clamped and complained of", () => {
  for (const claimed of [21n, 24n, 1000n, 2n ** 31n, 2n ** 32n + 20n, 2n ** 63n, 2n ** 64n - 1n]) {
    const { messages, problems } = decodeControl(claiming(claimed), { abi });
    assert.equal(messages[0]?.value, [7]);
    assert.equal(
      problems.map((p) => [p.code, p.offset, p.level, p.type, p.claimed, p.available]),
      [["ERR_CMSG_LENGTH_PAST_END", 0, 1, 1, claimed, 20]],
    );
  }
  const { messages, problems } = decodeControl(claiming(24n, [7, 8]).subarray(0, 19), { abi });
  assert.equal([messages[0]?.payload.length, messages[0]?.value], [3, []]);
  assert.equal(
    problems.map((p) => p.code),
    ["ERR_CMSG_LENGTH_PAST_END", "ERR_CMSG_PAYLOAD_NOT_WHOLE"],
  );
});

test("missing padding behind the last message is no problem", () => {
  for (const name of abis()) {
    const message = { level: 1, type: 9, payload: new Uint8Array(5) };
    const whole = encodeControl([message], { abi: name });
    for (let length = CMSG_LEN(5, { abi: name }); length <= whole.length; length++) {
      const { messages, problems } = decodeControl(whole.subarray(0, length), { abi: name });
      assert.equal([messages.length, problems.length], [1, 0], `${name} ${length}`);
    }
  }
});

test("a payload that is shorter than its fields has no value, and a longer one keeps its tail", () => {
  const at = (length: number) => {
    const payload = new Uint8Array(length).fill(1);
    const encoded = encodeControl([{ level: 1, type: 2, payload }], { abi });
    return { ...decodeControl(encoded, { abi }), encoded };
  };
  for (const length of [0, 1, 8, 11]) {
    const { messages, problems, encoded } = at(length);
    const [message] = messages;
    assert.equal(
      [message?.value, message?.is(credentials), message?.payload.length],
      [undefined, false, length],
    );
    assert.is(message?.definition, credentials);
    assert.equal(
      problems.map((p) => [p.code, p.severity, p.offset, p.level, p.type, p.claimed, p.available]),
      [["ERR_CMSG_PAYLOAD_TOO_SHORT", "error", 0, 1, 2, 12n, length]],
    );
    throws(() => decodeControl(encoded, { abi, strict: true }), {
      code: "ERR_CMSG_PAYLOAD_TOO_SHORT",
    });
  }
  for (const length of [12, 13, 20]) {
    const { messages, problems } = at(length);
    assert.equal(messages[0]?.value, { pid: 0x01010101, uid: 0x01010101, gid: 0x01010101 });
    assert.equal([messages[0]?.payload.length, problems.length], [length, 0]);
  }
});

test("strict decoding throws the first problem, with the messages in front of it", () => {
  const good = encodeControl([rights([3, 4]), { level: 5, type: 6, payload: new Uint8Array(2) }], {
    abi,
  });
  const control = Buffer.concat([good, claiming(7)]);
  const error = throws(() => decodeControl(control, { abi, strict: true }), {
    name: "DecodeError",
    code: "ERR_CMSG_LENGTH_BELOW_HEADER",
  });
  assert.equal([error.offset, error.claimed, error.available], [good.length, 7n, 20]);
  const before = error.messages as { value: unknown; level: number }[];
  assert.equal(
    before.map((m) => m.level),
    [1, 5],
  );
  assert.equal(before[0]?.value, [3, 4]);
  assert.is(error.message, decodeControl(control, { abi }).problems[0]?.message);
});

test("problems are in the order of their offsets", () => {
  const short = { level: 1, type: 4, payload: new Uint8Array(2) };
  const control = Buffer.concat([
    encodeControl([short, { level: 1, type: 1, payload: new Uint8Array(7) }, short], { abi }),
    claiming(3),
  ]);
  const { problems } = decodeControl(control, { abi });
  const space = CMSG_SPACE(2, { abi });
  assert.equal(
    problems.map((p) => p.offset),
    [0, space, 2 * space, 3 * space],
  );
  assert.equal(
    problems.map((p) => p.severity),
    ["error", "warning", "error", "error"],
  );
});

test("a rule reads the headers that the system's own macros visit", () => {
  const control = encodeControl([rights([1]), { level: 5, type: 6, payload: new Uint8Array(0) }], {
    abi,
  });
  const count = (rule?: "musl" | "glibc" | "linux-kernel") =>
    decodeControl(control, rule === undefined ? { abi } : { abi, rule }).messages.length;
  assert.equal([count(), count("glibc"), count("musl"), count("linux-kernel")], [2, 2, 1, 2]);
  const zeros = decodeControl(new Uint8Array(32), { abi, rule: "bionic" });
  assert.equal(
    zeros.problems.map((p) => p.code),
    ["ERR_CMSG_LENGTH_BELOW_HEADER", "ERR_CMSG_WALK_NO_PROGRESS"],
  );
  const refused = decodeControl(new Uint8Array(32), { abi, rule: "linux-kernel" });
  assert.equal(
    refused.problems.map((p) => p.code),
    ["ERR_CMSG_WALK_EINVAL"],
  );
});

test("random bytes: declared results only, and nothing from outside", () => {
  const random = randomBytes(0xc0de);
  for (let round = 0; round < 20_000; round++) {
    const name = abis()[round % abis().length] as typeof abi | "darwin-arm64";
    const control = random((random(1)[0] as number) + (round % 2));
    // A small length in front makes deeper walks than noise does.
    if (round % 3 === 0 && control.length > 7) control.fill(0, 1, 8);
    const { messages, problems } = decodeControl(control, { abi: name });
    let total = 0;
    for (const { payload } of messages) total += CMSG_LEN(payload.length, { abi: name });
    const slack = CMSG_LEN(0, { abi: name }) - layout(name).cmsghdr.size;
    assert.ok(total <= control.length + slack, `${name}: ${total} of ${control.length}`);
    for (const { offset, code } of problems) {
      assert.ok(offset >= 0 && offset < control.length && code.startsWith("ERR_CMSG_"), code);
    }
    const fatal = problems.length > 0;
    let thrown = false;
    try {
      decodeControl(control, { abi: name, strict: true });
    } catch (error) {
      thrown = true;
      assert.is((error as Error).name, "DecodeError");
    }
    assert.is(thrown, fatal);
  }
});

test.run();

// explain(): an exact partition of any bytes, the walk, the problems, and a drawing for a terminal.

import {
  abis,
  control,
  credentials,
  type Explanation,
  encodeControl,
  explain,
  field,
  layout,
  rights,
  rules,
  type Span,
  walk,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { compiled, randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("explain");

const abi = "linux-x86_64-glibc";

/** Fails unless each byte is in one span, none twice, in order. */
function checkPartition({ spans }: Explanation, length: number, what: string): void {
  let at = 0;
  for (const { from, to } of spans) {
    assert.is(from, at, what);
    assert.ok(to > from, what);
    at = to;
  }
  assert.is(at, length, what);
}

/** What a drawing says of each byte: offset and value. */
function drawnBytes(text: string): number[] {
  const found: number[] = [];
  for (const line of text.split("\n")) {
    const [, offset, hex] = /^ {2}([0-9a-f]{4,}) {2}((?:[0-9a-f]{2} ?)+)/.exec(line) ?? [];
    if (offset === undefined || hex === undefined) continue;
    assert.is(Number.parseInt(offset, 16), found.length, line);
    found.push(
      ...hex
        .trim()
        .split(" ")
        .map((byte) => Number.parseInt(byte, 16)),
    );
  }
  return found;
}

test("messages of one kind: who is what", () => {
  const bytes = encodeControl([rights([7, 8]), credentials({ pid: 4242, uid: 1000, gid: 100 })], {
    abi,
  });
  const { spans, count, rule, end, problems } = explain(bytes, { abi });
  assert.equal([count, rule, end, problems], [2, "glibc", "null", []]);
  const row = ({ from, to, role, message, field: name, value }: Span) => [
    from,
    to,
    role,
    message,
    name,
    value,
  ];
  assert.equal(spans.map(row), [
    [0, 8, "len", 0, "cmsg_len", 24n],
    [8, 12, "level", 0, "cmsg_level", 1],
    [12, 16, "type", 0, "cmsg_type", 1],
    [16, 20, "field", 0, "fd[0]", 7],
    [20, 24, "field", 0, "fd[1]", 8],
    [24, 32, "len", 1, "cmsg_len", 28n],
    [32, 36, "level", 1, "cmsg_level", 1],
    [36, 40, "type", 1, "cmsg_type", 2],
    [40, 44, "field", 1, "pid", 4242],
    [44, 48, "field", 1, "uid", 1000],
    [48, 52, "field", 1, "gid", 100],
    [52, 56, "pad", 1, null, null],
  ]);
  assert.equal(
    spans.slice(0, 3).map((s) => s.note),
    ["CMSG_LEN(8)", "SOL_SOCKET (1)", "SCM_RIGHTS (1)"],
  );
  assert.is(spans.at(-1)?.note, "to CMSG_SPACE(12) = 32");
});

test("every ABI: the header's spans are its struct's members and holes", () => {
  for (const name of abis()) {
    const bytes = encodeControl([{ level: 5, type: 6, payload: new Uint8Array(3) }], { abi: name });
    const { spans } = explain(bytes, { abi: name });
    const { cmsghdr, cmsg } = compiled(name);
    for (const [member, role] of [
      ["cmsg_len", "len"],
      ["cmsg_level", "level"],
      ["cmsg_type", "type"],
    ] as const) {
      const span = spans.find((s) => s.field === member);
      const { offset, width } = cmsghdr.fields[member] as { offset: number; width: number };
      assert.equal([span?.from, span?.to, span?.role], [offset, offset + width, role], name);
    }
    const holes = spans.filter((s) => s.role === "header-pad").map((s) => [s.from, s.to]);
    const wanted = cmsghdr.padding.map(([at, length]) => [at, at + length]);
    if (cmsg.dataOffset > cmsghdr.size) wanted.push([cmsghdr.size, cmsg.dataOffset]);
    assert.equal(holes, wanted, name);
    const payload = spans.find((s) => s.role === "payload");
    assert.equal([payload?.from, payload?.to], [cmsg.dataOffset, cmsg.dataOffset + 3], name);
  }
});

test("padding inside a struct is not a member", () => {
  const mixed = control("MIXED", {
    level: 1,
    type: 500,
    direction: "both",
    fields: { small: field.u8("small"), wide: field.u64("wide"), last: field.u16("last") },
    source: "a test",
  });
  const bytes = encodeControl([mixed({ small: 1, wide: 2n, last: 3 })], { abi });
  const { spans } = explain(bytes, { abi, definitions: [mixed] });
  assert.equal(
    spans.slice(3).map((s) => [s.from - 16, s.to - 16, s.role, s.field, s.value]),
    [
      [0, 1, "field", "small", 1],
      [1, 8, "pad", null, null],
      [8, 16, "field", "wide", 2n],
      [16, 18, "field", "last", 3],
      [18, 24, "payload", null, null],
    ],
  );
});

test("any bytes, any ABI, any rule: an exact partition that is drawn whole", () => {
  const random = randomBytes(0xabcdef);
  for (const name of abis()) {
    for (let round = 0; round < 25; round++) {
      const [length = 0, kind = 0, cut = 0] = random(3);
      const bytes = random(length);
      const message = { level: 1, type: kind % 5, payload: random(cut % 33) };
      const made = encodeControl([message, message, message], { abi: name });
      if (kind % 2 === 0) bytes.set(made.subarray(0, length));
      if (kind % 3 === 0 && length > 4) bytes[layout(name).endian === "little" ? 0 : 3] = cut % 20;
      const rule = round % 3 === 0 ? { rule: rules()[round % rules().length] as "bsd" } : {};
      const explanation = explain(bytes, { abi: name, ...rule });
      checkPartition(explanation, length, `${name} ${Buffer.from(bytes).toString("hex")}`);
      assert.equal(drawnBytes(String(explanation)), [...bytes]);
      for (const { message: index } of explanation.spans) {
        assert.ok(index === null || index < explanation.count);
      }
      const walked = walk(bytes, { abi: name, ...rule });
      assert.equal([explanation.count, explanation.end], [walked.headers.length, walked.end]);
      assert.equal(explanation.steps, walked.steps);
    }
  }
});

test("every length of a cut message", () => {
  for (const name of [
    "linux-s390x-musl",
    "netbsd-aarch64",
    "darwin-arm64",
    "windows-x64",
  ] as const) {
    const bytes = encodeControl(
      [
        { level: 1, type: 1, payload: new Uint8Array(6) },
        { level: 1, type: 2, payload: new Uint8Array(12) },
      ],
      { abi: name },
    );
    for (let length = 0; length <= bytes.length; length++) {
      checkPartition(
        explain(bytes.subarray(0, length), { abi: name }),
        length,
        `${name} ${length}`,
      );
    }
  }
});

test("a payload that is cut short says so, and so does padding", () => {
  const bytes = encodeControl([rights([7, 8])], { abi });
  const cut = explain(bytes.subarray(0, 22), { abi });
  assert.match(String(cut), "cmsg_len says 24, 22 are here");
  assert.equal(
    cut.problems.map((p) => p.code),
    ["ERR_CMSG_LENGTH_PAST_END", "ERR_CMSG_PAYLOAD_NOT_WHOLE"],
  );
  const unpadded = explain(encodeControl([rights([7])], { abi }).subarray(0, 22), { abi });
  assert.match(String(unpadded), "to CMSG_SPACE(4) = 24, cut short");
  assert.equal(unpadded.problems, []);
});

test("bytes between messages whose address was rounded are padding", () => {
  const bytes = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(4) }], {
    abi: "illumos-amd64",
  });
  const moved = Buffer.concat([bytes, new Uint8Array(3), bytes]);
  const { spans, count } = explain(moved, { abi: "illumos-amd64", address: 0x1001n });
  assert.is(count, 2);
  assert.equal(
    spans.filter((s) => s.role === "pad").map((s) => [s.from, s.to, s.message, s.note]),
    [[16, 19, 0, "to the next header"]],
  );
});

test("problems: offsets in order, those of the walk among them", () => {
  const zeros = explain(new Uint8Array(40), { abi: "freebsd-amd64" });
  assert.equal(
    zeros.problems.map((p) => p.code),
    ["ERR_CMSG_LENGTH_BELOW_HEADER", "ERR_CMSG_WALK_NO_PROGRESS"],
  );
  const short = { level: 1, type: 2, payload: new Uint8Array(3) };
  const both = explain(
    Buffer.concat([encodeControl([short, rights([1])], { abi }), new Uint8Array(16)]),
    { abi },
  );
  assert.equal(
    both.problems.map((p) => p.offset),
    [0, 48],
  );
});

test("frozen through and through, and a copy of the bytes", () => {
  const bytes = Buffer.from(encodeControl([rights([7])], { abi }));
  const explanation = explain(bytes, { abi });
  const before = String(explanation);
  const { spans, steps, problems } = explain(new Uint8Array(20), { abi });
  for (const list of [explanation, spans, steps, problems, ...spans, ...steps, ...problems]) {
    assert.ok(Object.isFrozen(list));
  }
  bytes.fill(0xee);
  explain(new Uint8Array(100).fill(1), { abi });
  assert.is(String(explanation), before);
  assert.match(before, "07 00 00 00");
});

test("no bytes at all", () => {
  const { spans, steps, count, end } = explain(new Uint8Array(0), { abi });
  assert.equal([spans, steps.length, count, end], [[], 1, 0, "null"]);
  assert.match(String(explain(new Uint8Array(0), { abi })), "control buffer: 0 bytes, 0 messages");
});

test("a mebibyte is explained, one byte more is refused", () => {
  const most = 0x100000;
  const bytes = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(most - 16) }], { abi });
  checkPartition(explain(bytes, { abi }), most, "full");
  checkPartition(explain(new Uint8Array(most).fill(4), { abi: "darwin-arm64" }), most, "fours");
  throws(() => explain(new Uint8Array(most + 1), { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
  });
});

test.run();

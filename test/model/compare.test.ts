// compareControl: the same messages in several ABIs, and every byte that differs.

import { abis, credentials, encodeControl, explain, hopLimit, rights } from "cmsg/codec";
import { compareControl } from "cmsg/model";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("compare");
const [glibc, musl, s390x, i386, darwin] = [
  "linux-x86_64-glibc",
  "linux-x86_64-musl",
  "linux-s390x-glibc",
  "linux-i386-glibc",
  "darwin-arm64",
] as const;

test("places, lengths and sums", () => {
  const { abis: columns, messages } = compareControl([rights([7, 8, 9]), hopLimit(64)], {
    abis: [glibc, i386, darwin],
  });
  assert.equal(
    columns.map(({ length, space }) => [length, space]),
    [
      [48, 56],
      [40, 40],
      [40, 40],
    ],
  );
  const places = messages.map(({ cells }) =>
    cells.map((cell) => [cell?.from, cell?.to, cell?.length, cell?.space]),
  );
  assert.equal(places, [
    [
      [0, 32, 28, 32],
      [0, 24, 24, 24],
      [0, 24, 24, 24],
    ],
    [
      [32, 56, 20, 24],
      [24, 40, 16, 16],
      [24, 40, 16, 16],
    ],
  ]);
  for (const { abi, bytes: control, explanation } of columns) {
    bytes(control, encodeControl([rights([7, 8, 9]), hopLimit(64)], { abi }));
    assert.equal(explanation.spans, explain(control, { abi }).spans);
  }
});

test("bytes that differ: none between glibc and musl, all of the numbers between byte orders", () => {
  const differing = (...names: [typeof glibc, typeof musl | typeof s390x]) =>
    compareControl([rights([7])], { abis: names }).messages[0]?.cells.map(
      (cell) => cell?.differing,
    );
  assert.equal(differing(glibc, musl), [[], []]);
  // cmsg_len 20, level 1, type 1, descriptor 7: first and last byte of each.
  const ends = [0, 7, 8, 11, 12, 15, 16, 19];
  assert.equal(differing(glibc, s390x), [ends, ends]);
});

test("bytes that are not there differ too, at the place in the whole buffer", () => {
  const { messages } = compareControl([rights([7]), rights([8])], { abis: [glibc, i386] });
  const [long, short] = messages[1]?.cells ?? [];
  assert.equal([long?.from, short?.from], [24, 16]);
  assert.ok(long?.differing.includes(47) && !short?.differing.includes(32));
});

test("what one system lacks is a gap with a reason, what all lack is refused", () => {
  const { messages, abis: columns } = compareControl(
    [rights([7]), credentials({ pid: 1, uid: 2, gid: 3 })],
    { abis: [glibc, darwin] },
  );
  assert.is(messages[1]?.cells[1], null);
  assert.match(messages[1]?.reasons[1] ?? "", /messages\[1\]: darwin-arm64 has no SCM_CREDENTIALS/);
  assert.equal(messages[1]?.reasons[0], null);
  assert.is(columns[1]?.bytes.length, 16);
  throws(
    () =>
      compareControl([credentials({ pid: 1, uid: 2, gid: 3 })], {
        abis: [darwin, "freebsd-amd64"],
      }),
    { name: "EncodeError", code: "ERR_CMSG_UNKNOWN_TYPE" },
  );
  throws(() => compareControl([rights([-1])], { abis: [glibc, darwin] }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
  });
});

test("cells partition the buffers of every ABI", () => {
  const names = abis().filter((abi) => !abi.startsWith("windows-"));
  const { abis: columns, messages } = compareControl(
    [rights([1]), { level: 9, type: 9, payload: new Uint8Array(5) }, rights([])],
    { abis: names },
  );
  columns.forEach(({ bytes: control, length, space }, column) => {
    let at = 0;
    for (const { cells } of messages) {
      const cell = cells[column];
      assert.is(cell?.from, at);
      at = cell?.to ?? -1;
      assert.is(
        cell?.spans.reduce((sum, { from, to }) => sum + to - from, 0),
        at - (cell?.from ?? 0),
      );
    }
    assert.is(at, control.length);
    assert.ok(length <= space && space === control.length);
  });
});

test("wrong arguments are refused", () => {
  const wrong = (call: () => unknown, name: string) => throws(call, { name });
  wrong(() => compareControl([], {} as never), "TypeError");
  wrong(() => compareControl([], { abis: [glibc] }), "RangeError");
  wrong(() => compareControl([], { abis: [glibc, "vax"] as never }), "RangeError");
  wrong(() => compareControl(7 as never, { abis: [glibc, musl] }), "TypeError");
  wrong(() => compareControl([7] as never, { abis: [glibc, musl] }), "TypeError");
});

test.run();

// The drawing of explain(): the same by every way, and no wider than a terminal.

import { inspect } from "node:util";
import {
  type AbiName,
  abis,
  control,
  encodeControl,
  explain,
  field,
  ipRecvErr,
  rights,
  security,
} from "cmsg/codec";
import { assert } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("explain text");

const abi = "linux-x86_64-glibc";

test("texts begin in one column, behind the longest name", () => {
  const offender = { host: "127.0.0.1", port: 53 };
  const value = { errno: 111, origin: 2, type: 3, code: 3, offender };
  const text = String(explain(encodeControl([ipRecvErr(value)], { abi }), { abi }));
  const [rows = ""] = text.split("\n\n").slice(1);
  const columns = rows
    .split("\n")
    .map((line) => line.slice(33).search(/(?<= {2,}|_family |_port |_addr )\S/));
  assert.equal([...new Set(columns.filter((column) => column > 0))], [20]);
  assert.match(rows, /cmsg_level {10}AF_INET SOL_IP \(0\)\n/);
  assert.match(rows, /ee_code {13}3 +ICMP_PORT_UNREACH\n/);
  assert.match(rows, /offender\.sin_port {3}53\n/);
  assert.match(rows, /offender\.sin_addr {3}127\.0\.0\.1\n/);
  assert.match(rows, /offender\.sin_zero$/);
});

test("inspect and toString draw the same, and neither is enumerable", () => {
  const explanation = explain(encodeControl([rights([7])], { abi }), { abi });
  assert.is(inspect(explanation), String(explanation));
  assert.is(`${explanation}`, explanation.toString());
  assert.equal(Object.keys(explanation).sort(), [
    "abi",
    "count",
    "end",
    "problems",
    "rule",
    "spans",
    "steps",
  ]);
});

test("the largest input is drawn, also when it is one span", () => {
  const bytes = new Uint8Array(2 ** 20);
  const lines = String(explain(bytes, { abi })).split("\n");
  const rows = lines.filter((line) => /^ {2}[0-9a-f]{4,} /.test(line));
  assert.is(rows.length, 8 / 8 + 2 + (2 ** 20 - 16) / 8);
  assert.match(rows.at(-1) ?? "", /^ {2}ffff8 {2}00/);
});

test("a drawing fits 80 columns, whatever it has to say", () => {
  const random = randomBytes(99);
  const long = control("A_VERY_LONG_NAME_OF_A_TYPE", {
    level: 1,
    type: 3,
    direction: "both",
    value: field.rest("a_member_with_a_long_name"),
    source: "a test",
  });
  const label = encodeControl(
    [security(`system_u:system_r:${"x".repeat(120)} word ${"y z ".repeat(40)}`)],
    { abi },
  );
  const drawings = [
    String(explain(label, { abi })),
    String(explain(label, { abi, definitions: [long] })),
    ...abis().flatMap((name: AbiName) => [
      String(explain(random(200), { abi: name })),
      String(explain(new Uint8Array(64).fill(0xff), { abi: name, address: 0x7fff0001n })),
      String(explain(new Uint8Array(64), { abi: name })),
    ]),
  ];
  for (const text of drawings) {
    for (const line of text.split("\n").slice(1)) {
      assert.ok(line.length <= 80, `${line.length}: ${line}`);
      assert.is(line, line.trimEnd());
    }
  }
  const text = (drawings[0] ?? "")
    .replaceAll(/\n +/g, " ")
    .replaceAll(/[0-9a-f]{4} {2}([0-9a-f]{2} ?)+/g, "");
  assert.match(
    text.replaceAll(/\s+/g, ""),
    `label"system_u:system_r:${"x".repeat(120)}word${"yz".repeat(40)}"`,
  );
});

test.run();

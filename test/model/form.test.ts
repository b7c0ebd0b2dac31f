// Forms for values: of every definition in every ABI a value to begin with, and fields whose texts are the values.

import {
  abis,
  control,
  credentials,
  decodeControl,
  definitions,
  encodeControl,
  field,
  hopLimit,
  ipRecvErr,
  packetAuxdata,
  rights,
  timestampNs,
} from "cmsg/codec";
import { fieldText, formValue, parseField, sampleValue, valueForm } from "cmsg/model";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("forms");
const abi = "linux-x86_64-glibc";

test("of every definition in every ABI there is a value that is sent and comes back", () => {
  let count = 0;
  for (const name of abis()) {
    for (const definition of definitions()) {
      const value = sampleValue(definition, { abi: name });
      if (valueForm(definition, { abi: name }) === null) {
        assert.is(value, undefined);
        continue;
      }
      const what = `${definition.name} in ${name}`;
      assert.is.not(value, undefined, what);
      const bytes = encodeControl([{ definition, value }], { abi: name });
      const [message] = decodeControl(bytes, { abi: name, definitions: [definition] }).messages;
      assert.equal(message?.value, value, what);
      count += 1;
    }
  }
  assert.ok(count > 5000, `${count} values`);
});

test("the texts of all fields are their values again", () => {
  for (const name of abis()) {
    for (const definition of definitions()) {
      const form = valueForm(definition, { abi: name });
      if (form === null) continue;
      const texts = form.fields.map((each) => fieldText(each));
      assert.equal(formValue(form, texts), form.value, `${definition.name} in ${name}`);
      assert.equal(formValue(form, []), form.value);
    }
  }
});

test("kinds, names, limits and units", () => {
  const fields = (definition: Parameters<typeof valueForm>[0]) =>
    (valueForm(definition, { abi })?.fields ?? []).map(
      ({ path, name, kind, unit, least, most, names }) =>
        [path.join("."), name, kind, unit, least, most, names.length > 0].join(" "),
    );
  assert.equal(fields(credentials), [
    "pid pid integer  -2147483648 2147483647 false",
    "uid uid integer  0 4294967295 false",
    "gid gid integer  0 4294967295 false",
  ]);
  assert.equal(fields(rights), [" fd integers  0 2147483647 false"]);
  assert.equal(fields(hopLimit), [" hoplimit integer hops -1 255 false"]);
  assert.equal(fields(timestampNs), [" SCM_TIMESTAMPNS time ns   false"]);
  const aux = fields(packetAuxdata);
  assert.is(aux[0], "status tp_status names    true");
  assert.is(aux[1], "len tp_len integer bytes 0 4294967295 false");
  const error = fields(ipRecvErr);
  assert.is(error[1], "origin ee_origin name    true");
  assert.is(error.at(-2), "offender.host offender.sin_addr ipv4    false");
  assert.is(error.at(-1), "offender.port offender.sin_port integer  0 65535 false");
});

test("every number may be what its limits are, and nothing beyond", () => {
  for (const definition of definitions()) {
    const form = valueForm(definition, { abi });
    form?.fields.forEach(({ least, most, kind }, i) => {
      if (least === null || most === null || kind === "integers" || kind === "bigints") return;
      const sent = (number: bigint): Uint8Array => {
        const texts = form.fields.map((_, at) => (at === i ? String(number) : undefined));
        return encodeControl([{ definition, value: formValue(form, texts) }], { abi });
      };
      for (const number of [least, most]) assert.ok(sent(number).length > 16, definition.name);
      for (const number of [least - 1n, most + 1n]) {
        throws(() => sent(number), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" });
      }
    });
  }
});

test("texts as people type them", () => {
  const form = valueForm(credentials, { abi });
  assert.ok(form !== null);
  assert.equal(formValue(form, ["0x10", undefined, " 7 "]), { pid: 16, uid: 1000, gid: 7 });
  const [pid] = form.fields;
  assert.ok(pid !== undefined);
  assert.is(parseField(pid, "-5"), -5);
  throws(() => parseField(pid, "five"), {
    name: "TypeError",
    message: /pid must be a decimal or 0x number, not "five"/,
  });
  throws(() => parseField(pid, "2147483648"), {
    name: "RangeError",
    message: /from -2147483648 to 2147483647/,
  });
  throws(() => parseField(pid, "-2147483649"), { message: /, not "-2147483649"$/ });
  throws(() => parseField(pid, 5 as never), { name: "TypeError" });
  const [status] = valueForm(packetAuxdata, { abi })?.fields ?? [];
  assert.ok(status !== undefined);
  const [first, second] = status.names as [string, string];
  assert.equal(parseField(status, `${first} | ${second}`), [first, second]);
  const [fds] = valueForm(rights, { abi })?.fields ?? [];
  assert.ok(fds !== undefined);
  assert.equal(parseField(fds, "7,8 9"), [7, 8, 9]);
  assert.equal(parseField(fds, ""), []);
  throws(() => parseField(fds, "-1"), { name: "RangeError" });
});

test("a caller's own definition has a form as well", () => {
  const own = control("MY_TYPE", {
    level: 300,
    type: 7,
    direction: "both",
    fields: {
      count: field.u16("my_count", "packets"),
      name: field.octets("my_name", 4),
      big: field.u64("my_big"),
    },
    source: "test",
  });
  const form = valueForm(own, { abi });
  assert.equal(form?.value, { count: 0, name: new Uint8Array(4), big: 0n });
  assert.equal(
    form?.fields.map(({ kind, unit, most }) => [kind, unit, most]),
    [
      ["integer", "packets", 65535n],
      ["bytes", null, null],
      ["bigint", null, 2n ** 64n - 1n],
    ],
  );
  assert.is(form?.exported, null);
  assert.ok(form !== null);
  assert.equal(formValue(form, ["3", "01 02 03 04", "0xffff"]), {
    count: 3,
    name: Uint8Array.of(1, 2, 3, 4),
    big: 65535n,
  });
});

test("what is no definition is refused, what an ABI lacks has no form", () => {
  assert.is(valueForm(credentials, { abi: "darwin-arm64" }), null);
  assert.is(sampleValue(credentials, { abi: "darwin-arm64" }), undefined);
  throws(() => valueForm({} as never), { name: "TypeError" });
  throws(() => sampleValue(7 as never), { name: "TypeError" });
});

test.run();

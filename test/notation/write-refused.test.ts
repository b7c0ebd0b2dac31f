// write: nothing that a buffer says becomes a part of the program, and wrong arguments are refused.

import { encodeControl } from "cmsg/codec";
import { type Format, formats, write } from "cmsg/notation";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("write refused");
const linux = "linux-x86_64-glibc";

test("nothing that bytes can say leaves a comment", async () => {
  const { control: define, field } = await import("cmsg/codec");
  const evil = define("EVIL", {
    level: 5,
    type: 5,
    direction: "both",
    value: field.text("x*/ \"\n'\\"),
    source: "test",
  });
  const control = encodeControl([evil("*/ abort(); /*\nimport os\u2028alert()")], { abi: linux });
  for (const as of ["c", "python", "javascript"] as const) {
    const text = write(control, { as, abi: linux, host: linux, definitions: [evil] });
    assert.not.match(text, /^\s*(import os|abort|alert)/m);
    assert.is(text.split("*/").length, text.split("/*").length, text);
  }
  const python = write(control, { as: "python", abi: linux, definitions: [evil] });
  assert.not.match(python, /\u2028|\nimport os/);
});

test("formats are listed, and wrong arguments are refused", () => {
  assert.equal(formats(), ["c", "python", "javascript", "hex", "dump", "base64", "text", "svg"]);
  const wrong = (call: () => unknown, name: string): void => {
    throws(call, {
      name,
      code: name === "TypeError" ? "ERR_CMSG_INVALID_ARG_TYPE" : "ERR_CMSG_OUT_OF_RANGE",
    });
  };
  const control = new Uint8Array(4);
  wrong(() => write("14" as never, { as: "c" }), "TypeError");
  wrong(() => write(control, undefined as never), "TypeError");
  wrong(() => write(control, { as: "pascal" as Format }), "RangeError");
  wrong(() => write(control, { as: "c", abi: "vax" as never }), "RangeError");
  wrong(() => write(control, { as: "c", unknown: {} as never }), "TypeError");
  wrong(() => write(control, { as: "c", unknown: [{ from: 3, to: 5 }] }), "RangeError");
  wrong(() => write(control, { as: "c", unknown: [{ from: 3, to: 2 }] }), "RangeError");
  wrong(() => write(new Uint8Array(0x100001), { as: "hex" }), "RangeError");
  wrong(() => write(control, { as: "c", definitions: [1] as never }), "TypeError");
});

test.run();

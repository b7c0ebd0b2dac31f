// Names of the public classes: they are in errors, in stack traces and in what is printed.

import * as cmsg from "cmsg";
import * as usocket from "cmsg/compat/usocket";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("names of classes");

test("each exported class is called as it is exported", () => {
  const classes = [...Object.entries(cmsg), ...Object.entries(usocket)].filter(([, value]) => {
    return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
  });
  assert.ok(classes.length >= 10);
  const names = classes.map(([name, value]) => [name, (value as unknown as { name: string }).name]);
  assert.equal(
    names.filter(([exported, own]) => exported !== own),
    [],
  );
});

test.run();

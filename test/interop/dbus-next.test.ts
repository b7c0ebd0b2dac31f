// Unmodified npm dbus-next over cmsg/compat/usocket, which an override puts in the place of npm usocket: two clients pass memory
// files to each other through a real dbus-daemon.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { assert } from "../support/assert.js";
import { HAS_PYTHON } from "../support/python.js";
import { hasProgram, suite } from "../support/suite.js";
import { PLACES, withBus } from "./bus.js";
import { converse } from "./dialogue.js";
import { installFailure } from "./installed.js";

const test = suite("dbus-next over cmsg/compat/usocket");
const why = !hasProgram("dbus-daemon", "dbus")
  ? "not installed: dbus"
  : !HAS_PYTHON
    ? "not installed: python3"
    : await installFailure();

function ifPossible(title: string, body: () => void | Promise<void>): void {
  if (why === undefined) test(title, body);
  else test.skip(title, why);
}

ifPossible("npm usocket is not installed: dbus-next requires what stands in its place", () => {
  const require = createRequire(resolve("test/interop/packages/package.json"));
  const found = createRequire(require.resolve("dbus-next")).resolve("usocket");
  assert.is(found, resolve("test/interop/packages/usocket/index.cjs"));
  // What npm usocket needs to load its addon.
  assert.not(existsSync("test/interop/packages/node_modules/bindings"));
  assert.not.match(
    readFileSync("test/interop/packages/package-lock.json", "utf8"),
    /node-gyp|nan"/,
  );
});

for (const place of PLACES) {
  ifPossible(`calls and answers carry memory files both ways, on a bus at ${place}`, () =>
    withBus(place, (bus) => converse(process.execPath, "test/interop/dbus-next-client.mjs", bus)),
  );
}

test.run();

// Unmodified npm dbus-native over FdStream: two clients pass memory files to each other through a real dbus-daemon.

import { HAS_PYTHON } from "../support/python.js";
import { hasProgram, suite } from "../support/suite.js";
import { PLACES, withBus } from "./bus.js";
import { converse } from "./dialogue.js";
import { installFailure, nodeOfDbusNative } from "./installed.js";

const test = suite("dbus-native over FdStream");
const why = !hasProgram("dbus-daemon", "dbus")
  ? "not installed: dbus"
  : !HAS_PYTHON
    ? "not installed: python3"
    : await installFailure();

for (const place of PLACES) {
  const title = `calls and answers carry memory files both ways, on a bus at ${place}`;
  if (why !== undefined) test.skip(title, why);
  else {
    test(title, () =>
      withBus(place, (bus) =>
        converse(nodeOfDbusNative(), "test/interop/dbus-native-client.mjs", bus),
      ),
    );
  }
}

test.run();

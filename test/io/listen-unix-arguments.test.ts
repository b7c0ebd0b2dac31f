// listenUnix and options that are wrong: refused while nothing has been created or replaced.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ListenUnixOptions, listenUnix } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("arguments of listenUnix");

test("options that are refused create nothing and replace nothing", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    listenUnix({ path }).close();
    const stale = lstatSync(path, { bigint: true });
    const before = fdCount();
    const bad: readonly (readonly [options: unknown, name: string])[] = [
      [undefined, "TypeError"],
      [null, "TypeError"],
      [path, "TypeError"],
      [[path], "TypeError"],
      [Buffer.from(path), "TypeError"],
      [{}, "TypeError"],
      [{ path, abstract: "both" }, "TypeError"],
      [{ path: 5 }, "TypeError"],
      [{ path: "" }, "TypeError"],
      [{ path: "a\0b" }, "TypeError"],
      [{ path: "x".repeat(108) }, "RangeError"],
      [{ abstract: "x".repeat(108) }, "RangeError"],
      [{ abstract: "x", mode: 0o600 }, "TypeError"],
      [{ path, mode: -1 }, "RangeError"],
      [{ path, mode: 0o1000 }, "RangeError"],
      [{ path, mode: "600" }, "TypeError"],
      [{ path, mode: 1.5 }, "TypeError"],
      [{ path, backlog: 2 ** 31 }, "RangeError"],
      [{ path, backlog: "5" }, "TypeError"],
      [{ path, backlog: null }, "TypeError"],
      [{ path, type: "dgram" }, "RangeError"],
      [{ path, type: "raw" }, "RangeError"],
      [{ path, type: 1 }, "TypeError"],
      [{ path, nonBlocking: 1 }, "TypeError"],
      [{ path, closeOnExec: "yes" }, "TypeError"],
    ];
    for (const [options, name] of bad) {
      throws(() => listenUnix(options as ListenUnixOptions), { name });
    }
    assert.equal(readdirSync(directory), ["door"]);
    const now = lstatSync(path, { bigint: true });
    assert.equal([now.ino, now.ctimeNs], [stale.ino, stale.ctimeNs]);
    assert.is(fdCount(), before);
  });
});

test.run();

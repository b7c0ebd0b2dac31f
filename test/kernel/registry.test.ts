// The catalogue says "proven" of exactly the definitions that the tests of this folder prove, and each of these files proves some.

import { readdirSync } from "node:fs";
import { type AnyDefinition, definitions } from "cmsg";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { ONE_WAY, PROOFS, type Proof } from "./support/proofs.js";

const test = suite("kernel: registry");

const all: readonly Proof[] = Object.values(PROOFS).flat();
const named = ({ level, name, direction }: AnyDefinition): string =>
  `${level} ${name} ${direction}`;

/** Files that prove nothing: what this kernel refuses, and what only others have. */
const OTHERS = ["alg", "can", "families", "privilege", "registry", "tls"];

test("what the catalogue calls proven is what tests prove", () => {
  const proven = new Set(all.map(([definition]) => named(definition)));
  const said = definitions().filter((definition) => definition.proven);
  assert.equal(said.map(named).sort(), [...proven].sort());
});

test("what goes both ways is proven both ways, unless this kernel has one of them", () => {
  const ways = (of: AnyDefinition) =>
    new Set(all.filter(([definition]) => definition === of).map(([, direction]) => direction));
  const oneWay = definitions().filter((definition) => {
    const seen = ways(definition);
    const both = seen.has("both") || (seen.has("send") && seen.has("receive"));
    return definition.proven && definition.direction === "both" && !both;
  });
  assert.equal(oneWay.map(named).sort(), ONE_WAY.map(([definition]) => named(definition)).sort());
});

test("each subject is a file, and each says how", () => {
  const files = readdirSync("test/kernel").flatMap(
    (file) => /^(.*)\.test\.ts$/.exec(file)?.[1] ?? [],
  );
  assert.equal(files.sort(), [...Object.keys(PROOFS), ...OTHERS].sort());
  for (const [definition, , how] of all) assert.ok(how.length > 10, definition.name);
});

test.run();

// The figure of a control buffer: well-formed, whole, the same for the same bytes, and nothing in it that bytes could have said.

import {
  type AbiName,
  abis,
  control,
  credentials,
  encodeControl,
  explain,
  field,
  rights,
} from "cmsg/codec";
import { write, writeSvg } from "cmsg/notation";
import { assert } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("svg");
const abi = "linux-x86_64-glibc";
const control56 = encodeControl([rights([7, 8]), credentials({ pid: 4242, uid: 1000, gid: 100 })], {
  abi,
});

/** Hex digits of the cells, in the order of the bytes. */
function cells(svg: string): string {
  return [...svg.matchAll(/class="byte">([0-9a-f?]{2})</g)].map(([, hex]) => hex).join("");
}

test("every byte is drawn once, in any ABI, whatever the bytes are", () => {
  const random = randomBytes(9);
  for (const [i, name] of abis().entries()) {
    const bytes = random(i);
    assert.is(
      cells(write(bytes, { as: "svg", abi: name as AbiName })),
      Buffer.from(bytes).toString("hex"),
      name,
    );
  }
});

test("title and description for those who do not see it; roles by colour and texture, light and dark", () => {
  const svg = write(control56, { as: "svg", abi });
  assert.match(
    svg,
    /<title id="cmsg-[0-9a-f]{8}-title">Control buffer of 56 bytes, 2 control messages, linux-x86_64-glibc<\/title>/,
  );
  assert.match(
    svg,
    /<desc [^>]*>8 bytes a row\. Walked by the rule glibc\. Payloads begin 16 bytes behind their header/,
  );
  assert.match(svg, /role="img" id="(cmsg-[0-9a-f]{8})" aria-labelledby="\1-title \1-desc"/);
  assert.match(svg, /@media \(prefers-color-scheme:dark\)/);
  const roles = new Set(explain(control56, { abi }).spans.map(({ role }) => role));
  const textures = new Set<string>();
  for (const role of roles) {
    const pattern =
      new RegExp(`<pattern id="cmsg-[0-9a-f]{8}-${role}".*</pattern>`).exec(svg)?.[0] ?? "";
    textures.add(/<path d="[^"]*"/.exec(pattern)?.[0] ?? "plain");
    assert.is(svg.match(new RegExp(`\\.${role}\\{fill:#`, "g"))?.length, 2, role);
  }
  assert.is(textures.size, roles.size);
  for (const line of ["cmsg_len  24  CMSG_LEN(8)", "fd[1]  8", "pid  4242"])
    assert.ok(svg.includes(`>${line}<`), line);
});

test("the same bytes give the same figure, others have names of their own", () => {
  const svg = write(control56, { as: "svg", abi });
  assert.is(svg, write(control56, { as: "svg", abi }));
  assert.is(svg, writeSvg(explain(control56, { abi }), control56));
  const id = (text: string) => /id="(cmsg-[0-9a-f]{8})"/.exec(text)?.[1];
  assert.is.not(id(svg), id(write(control56.subarray(8), { as: "svg", abi })));
  // Rules of style reach no other figure of a page.
  for (const rule of /<style>\n([\s\S]*)<\/style>/.exec(svg)?.[1]?.split("\n") ?? []) {
    assert.ok(
      rule === "" || rule === "}" || rule.startsWith("@media") || rule.startsWith(`#${id(svg)} `),
      rule,
    );
  }
});

test("bytes that are not known are drawn as such", () => {
  const svg = write(control56, { as: "svg", abi, unknown: [{ from: 40, to: 44 }] });
  assert.is(cells(svg).slice(80, 88), "????????");
  assert.match(svg, /pid {2}not known/);
});

test("long buffers are counted, and drawn up to 4096 bytes", () => {
  const svg = write(new Uint8Array(5000), { as: "svg", abi });
  assert.is(cells(svg).length, 8192);
  assert.match(svg, />and 904 bytes more</);
});

test("a row of numbers is drawn too", () => {
  const row = {
    pointerSize: 4,
    longSize: 4,
    endian: "big",
    alignMax: 4,
    cmsgLenWidth: 4,
    iovlenWidth: 4,
    controllenWidth: 4,
    iovLenWidth: 4,
    headerAlign: 4,
    dataAlign: 4,
    rule: "bsd",
  } as const;
  assert.match(write(new Uint8Array(12), { as: "svg", abi: row }), /Walked by the rule bsd\./);
});

const evil = control("EVIL", {
  level: 5,
  type: 5,
  direction: "both",
  value: field.text('<b>&"\u0001'),
  source: "test",
});
const noPython = hasProgram("python3", "python3") ? undefined : "python3 is not installed";

test.unless(noPython, "it is well-formed XML, whatever names and values say", async () => {
  const random = randomBytes(4);
  const texts = ["</text><script>alert(1)</script>", "]]>&\u0000\u0008\ufffe\ud800 x", "é€😀"];
  const svgs = [
    ...texts.map((text) =>
      write(encodeControl([evil(text)], { abi }), { as: "svg", abi, definitions: [evil] }),
    ),
    ...Array.from({ length: 20 }, (_, i) =>
      write(random(i * 7), { as: "svg", abi: "darwin-arm64" }),
    ),
  ];
  const script =
    "import json, sys, xml.etree.ElementTree as t\nfor s in json.load(sys.stdin): print(len(list(t.fromstring(s.encode()).iter())))";
  const { code, stdout, stderr } = await run("python3", ["-c", script], {
    input: JSON.stringify(svgs),
  });
  assert.is(code, 0, stderr);
  assert.is(stdout.trim().split("\n").length, svgs.length);
  for (const svg of svgs) assert.not.match(svg, /<script|<b>/);
});

test.run();

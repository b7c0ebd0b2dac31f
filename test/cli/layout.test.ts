// cmsg layout: structs of one ABI or several, as a table and as JSON.

import { abis, CMSG_LEN, CMSG_SPACE, hostAbi, layout } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg layout");

const STRUCTS = ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(["layout", ...args], { env: { COLUMNS: "900" } });
  assert.equal([status, stderr], [0, ""]);
  return stdout;
}

/** Cells of the drawn lines: marks, labels and values stand two spaces apart. */
function cellsOf(drawing: string): string[][] {
  return drawing.split("\n").map((line) => line.trim().split(/ {2,}/));
}

/** What a drawing says of one ABI: offset and width of each member and hole of each struct. */
function drawnStructs(drawing: string): Record<string, Record<string, string>> {
  const structs: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const [label = "", ...cells] of cellsOf(drawing)) {
    const [, struct] = /^struct (\w+)$/.exec(label) ?? [];
    if (struct !== undefined || label === "bytes of a message") current = {};
    if (struct !== undefined) structs[struct] = current;
    else if (label === "(hole)") current[`hole at ${cells[0]?.split(" ")[0]}`] = cells.join(" ");
    else current[label] = cells.join(" ");
  }
  return structs;
}

test("the host's ABI is drawn as the library describes it", async () => {
  const drawing = await printed();
  assert.is(drawing, await printed("--abi", "host"));
  assert.is(drawing, await printed("-a", hostAbi().name));
  assert.ok(drawing.startsWith(`ABI  `));
  const described = layout(hostAbi().name);
  const drawn = drawnStructs(drawing);
  for (const name of STRUCTS) {
    const struct = described[name];
    if (struct === null) continue;
    for (const [field, { offset, width }] of Object.entries(struct.fields)) {
      assert.equal(drawn[name]?.[field]?.split(/\s+/).map(Number), [offset, width], field);
    }
    for (const [offset, width] of struct.padding) {
      assert.match(drawn[name]?.[`hole at ${offset}`] ?? "", new RegExp(`^${offset}\\s+${width}$`));
    }
    assert.match(drawing, `struct ${name}`);
    assert.match(drawing, `${struct.size} bytes, align ${struct.align}\n`);
  }
  assert.not.match(drawing, "≠");
});

test("the macros' lengths are in the drawing", async () => {
  const abi = "netbsd-amd64";
  const rows = cellsOf(await printed("--abi", abi));
  for (const payload of [0, 4, 8, 12, 16, 1012]) {
    for (const [macro, value] of [
      ["CMSG_LEN", CMSG_LEN(payload, { abi })],
      ["CMSG_SPACE", CMSG_SPACE(payload, { abi })],
    ] as const) {
      const row = rows.find(([label]) => label === `${macro}(${payload})`);
      assert.is(row?.[1], String(value));
    }
  }
});

test("several ABIs stand side by side, and every row in which they differ is marked", async () => {
  const names = ["linux-x86_64-glibc", "linux-x86_64-musl", "windows-x64", "darwin-arm64"];
  const drawing = await printed("--abi", names.join(","));
  const [head = "", ...lines] = drawing.split("\n");
  assert.equal(head.trim().split(/\s+/), ["ABI", ...names]);
  const columns = names.map((name) => head.indexOf(name));
  let marked = 0;
  for (const line of lines.slice(0, -3)) {
    if (line.trim() === "" || line.includes("bytes of a message")) continue;
    const cells = columns.map((from, i) => line.slice(from, columns[i + 1]).trim());
    assert.is(line.startsWith("≠"), new Set(cells).size > 1, line);
    if (line.startsWith("≠")) marked += 1;
  }
  assert.ok(marked > 20);
  assert.match(drawing, /\n {5}sun_family|\n≠ {4}sun_family/);
  const order = ["msg_iov ", "msg_iovlen", "msg_control ", "msg_controllen", "msg_flags"];
  const places = order.map((label) => drawing.indexOf(`  ${label}`));
  assert.equal(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test("the same ABIs are not marked", async () => {
  const drawing = await printed("--abi", "linux-x86_64-glibc,linux-riscv64-glibc");
  assert.not.match(drawing.split("\n").slice(0, -2).join("\n"), "≠");
});

test("ABIs can be given several times, by patterns, and once each", async () => {
  const musl = abis().filter((name) => /^linux-.*-musl$/.test(name));
  assert.ok(musl.length > 5);
  const [head = ""] = (await printed("--abi", "linux-*-musl")).split("\n");
  assert.equal(head.trim().split(/\s+/), ["ABI", ...musl]);
  const [twice = ""] = (await printed("-a", "host,host", "-a", "h*-glibc, host")).split("\n");
  const hurd = abis().filter((name) => /^h.*-glibc$/.test(name));
  assert.equal(twice.trim().split(/\s+/), ["ABI", hostAbi().name, ...hurd]);
});

test("--list names all ABIs", async () => {
  const list = `${abis().join("\n")}\n`;
  for (const args of [["--list"], ["-l"], ["--abi", "list"]]) {
    assert.is(await printed(...args), list);
  }
  assert.equal(JSON.parse(await printed("--list", "--json")), abis());
});

test("--json is the library's data with the macros' lengths", async () => {
  const report = JSON.parse(await printed("--json", "--abi", "*")) as {
    readonly abi: ReturnType<typeof abis>[number];
    readonly lengths: readonly { payload: number; len: number; space: number }[];
  }[];
  assert.equal(
    report.map(({ abi }) => abi),
    abis(),
  );
  for (const { lengths, ...data } of report) {
    const { abi } = data;
    assert.equal(data, JSON.parse(JSON.stringify(layout(abi))));
    for (const { payload, len, space } of lengths) {
      assert.equal([len, space], [CMSG_LEN(payload, { abi }), CMSG_SPACE(payload, { abi })]);
    }
    assert.ok(lengths.length > 3);
  }
});

test.run();

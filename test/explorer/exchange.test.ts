// Import and export: what the page writes is compiled or run and gives the same bytes; what people have is read.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as codec from "cmsg/codec";
import { type AbiName, credentials, encodeControl, explain, hostAbi, rights } from "cmsg/codec";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { fragmentWith, inAddress, pageSuite, shownBytes, texts } from "../support/browser.js";
import { run as command } from "../support/command.js";
import { hasProgram } from "../support/suite.js";

const test = await pageSuite("explorer: exchange");

const ABI: AbiName = hostAbi().name;
const BYTES = encodeControl([rights([3, 4, 5]), credentials({ pid: 1234, uid: 7, gid: 8 })], {
  abi: ABI,
});
const HEX = Buffer.from(BYTES).toString("hex");

async function exported(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name, exact: true }).click();
  await inAddress(page, "v");
  return (await page.locator("#exported").textContent()) ?? "";
}

async function imported(page: Page, text: string): Promise<string> {
  await page.getByRole("tab", { name: "Import" }).click();
  await page.locator("#import-text").fill(text);
  await page.getByRole("button", { name: "Read", exact: true }).click();
  await inAddress(page, "v");
  return page.locator("#import-result").innerText();
}

test(
  "the text is what cmsg decode prints, for the same bytes",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    const { stdout } = await command(["decode", "--abi", ABI, "--hex"], { input: HEX });
    assert.is(await exported(page, "Text"), stdout);
    assert.is(stdout, `${explain(BYTES, { abi: ABI })}\n`);
    const broken = Buffer.from(BYTES);
    broken[0] = 0xff;
    await page.evaluate(
      `location.hash = ${JSON.stringify(fragmentWith(broken, ABI, { t: "export", f: "text" }))}`,
    );
    const again = await command(["decode", "--abi", ABI, "--hex"], {
      input: broken.toString("hex"),
    });
    await inAddress(page, "v");
    assert.is(await page.locator("#exported").textContent(), again.stdout);
  },
);

test(
  "the page draws the spans, steps and problems of that text",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    const broken = Buffer.from(BYTES);
    broken[0] = 200;
    for (const bytes of [BYTES, broken]) {
      await page.evaluate(
        `location.hash = ${JSON.stringify(fragmentWith(bytes, ABI, { t: "export", f: "text" }))}`,
      );
      await inAddress(page, "v");
      const { spans, steps, problems } = explain(bytes, { abi: ABI });
      const begun = await page
        .locator("#grid .cell.begins")
        .evaluateAll((all) =>
          all.map((one) => Number((one as unknown as { dataset: { at: string } }).dataset.at)),
        );
      assert.equal(
        begun,
        spans.map(({ from }) => from),
      );
      assert.equal(
        await texts(page, ".step-list button"),
        steps.map(({ text }) => text),
      );
      assert.equal(
        await texts(page, "#problems li p:first-child"),
        problems.map(({ severity, message }) => `${severity}: ${message}`),
      );
      const text = ((await page.locator("#exported").textContent()) ?? "").replace(/\s+/g, "");
      for (const each of await texts(page, ".step-list button")) {
        const [head = "", decision = ""] = each.split("; ");
        assert.ok(text.includes((decision || head.split(": ")[1] || "").replace(/\s+/g, "")), each);
      }
      for (const each of await texts(page, "#problems li p:first-child"))
        assert.ok(text.includes(each.replace(/\s+/g, "")), each);
    }
  },
);

const noGcc = hasProgram("gcc", "gcc libc6-dev") && ABI.startsWith("linux-") ? "" : "gcc";
const noPython = hasProgram("python3", "python3") ? "" : "python3";

test(
  "C is compiled, Python and JavaScript run, and give the same bytes",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    for (const missing of [noGcc, noPython])
      if (missing) console.log(`SKIP a part: there is no ${missing}`);
    const c = await exported(page, "C");
    const python = await exported(page, "Python");
    const javascript = await exported(page, "JavaScript");
    const folder = mkdtempSync(join(tmpdir(), "cmsg-page-"));
    try {
      if (!noGcc) {
        const main =
          "static union control c; struct msghdr m = {0}; fill_control(&m, &c); fwrite(m.msg_control, 1, m.msg_controllen, stdout);";
        const path = join(folder, "export");
        writeFileSync(
          `${path}.c`,
          `${c}#include <stdio.h>\nint main(void) { ${main} return 0; }\n`,
        );
        execFileSync("gcc", ["-Wall", "-Wextra", "-Werror", "-o", path, `${path}.c`], {
          stdio: "pipe",
        });
        assert.is(execFileSync(path).toString("hex"), HEX, c);
      }
      if (!noPython) {
        const script = `${python}\nimport json\nprint(json.dumps([[l, t, d.hex()] for l, t, d in ancdata]))`;
        const items = JSON.parse(execFileSync("python3", ["-c", script], { encoding: "utf8" })) as [
          number,
          number,
          string,
        ][];
        const messages = items.map(([level, type, hex]) => ({
          level,
          type,
          payload: Buffer.from(hex, "hex"),
        }));
        assert.is(Buffer.from(encodeControl(messages, { abi: ABI })).toString("hex"), HEX, python);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const plain = javascript.replace(/import (.*) from "cmsg\/codec";/, "const $1 = codec;");
    const made = new Function("codec", `${plain}return control;`)(codec) as Uint8Array;
    assert.is(Buffer.from(made).toString("hex"), HEX, javascript);
  },
);

test(
  "what is exported is imported again, in every notation that is read",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    const written: Record<string, string> = {};
    for (const name of ["Hex", "Dump", "Base64"]) written[name] = await exported(page, name);
    for (const [name, text] of Object.entries(written)) {
      await page.evaluate(`location.hash = "v=1&a=${ABI}&c="`);
      await inAddress(page, "v");
      assert.match(
        await imported(page, text),
        new RegExp(`^Read as ${name.toLowerCase()}: ${BYTES.length} bytes`),
        name,
      );
      assert.is(await shownBytes(page), HEX, name);
    }
  },
);

test(
  "the figure is an SVG that the page shows",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    const svg = await exported(page, "SVG");
    assert.match(svg, /^<svg [\s\S]*<\/svg>\s*$/);
    const drawn = page.locator(".picture svg");
    assert.is(await drawn.count(), 1);
    const box = await drawn.boundingBox();
    assert.ok((box?.width ?? 0) > 200 && (box?.height ?? 0) > 50);
  },
);

test(
  "an export is copied with one button",
  fragmentWith(BYTES, ABI, { t: "export" }),
  async (page) => {
    await page.evaluate(
      "navigator.clipboard.writeText = async (text) => { window.copied = text; }",
    );
    const hex = await exported(page, "Hex");
    await page.getByRole("button", { name: "Copy Hex" }).click();
    await page.getByText("Hex copied").waitFor({ state: "attached" });
    assert.is(await page.evaluate("window.copied"), hex);
  },
);

const RIGHTS = "140000000000000001000000010000000700000000000000";

const NOTATIONS: readonly (readonly [name: string, text: string])[] = [
  ["hex", "14 00 00 00 00 00 00 00\n01000000 01000000\t07000000:00000000".replace(":", " ")],
  [
    "c",
    "unsigned char c[24] = { 0x14, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 };",
  ],
  ["python", "b'\\x14\\0\\0\\0\\0\\0\\0\\0\\x01\\0\\0\\0\\x01\\0\\0\\0\\x07\\0\\0\\0\\0\\0\\0\\0'"],
  ["base64", "FAAAAAAAAAABAAAAAQAAAAcAAAAAAAAA"],
];

test(
  "hex in any spacing, C, Python and base64 are recognized",
  "v=1&t=import&a=linux-x86_64-glibc",
  async (page) => {
    for (const [name, text] of NOTATIONS) {
      assert.match(await imported(page, text), new RegExp(`^Read as ${name}: 24 bytes`), name);
      assert.is(await shownBytes(page), RIGHTS, name);
    }
  },
);

test(
  "a payload that strace omits is drawn as unknown, until it is written",
  "v=1&t=import&a=linux-x86_64-glibc",
  async (page) => {
    const line =
      'sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[4]}, {cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_CHECKSUM}], msg_controllen=48, msg_flags=0}, 0) = 1';
    assert.match(await imported(page, line), /^Read as strace: 48 bytes; \d+ bytes? .*unknown/);
    const unknown = await inAddress(page, "u");
    assert.match(unknown ?? "", /^(20-24\.)?40-4[48]/);
    assert.is(await page.locator("#grid [data-at='40']").innerText(), "??");
    assert.match(
      (await page.locator("#grid [data-at='40']").getAttribute("class")) ?? "",
      /role-unknown/,
    );
    assert.match(
      (await page.locator("#grid [data-at='40']").getAttribute("aria-label")) ?? "",
      /unknown/,
    );
    await page.locator("#grid [data-at='40']").click();
    await page.keyboard.type("00");
    await inAddress(page, "v");
    assert.is(await page.locator("#grid [data-at='40']").innerText(), "00");
    assert.is(await page.locator("#grid [data-at='41']").innerText(), "??");
  },
);

test(
  "text that is not understood says where, and changes nothing",
  fragmentWith(BYTES, ABI, { t: "import" }),
  async (page) => {
    for (const text of [
      "14 00 zz",
      "",
      "sendmsg(3, {msg_control=[{cmsg_len=20, oops",
      "<b>no</b>",
    ]) {
      const said = await imported(page, text);
      assert.match(said, text === "" ? /nothing to read/ : /line 1, column \d+: expected/, text);
      assert.is(await page.locator("#import-text").getAttribute("aria-invalid"), "true", text);
      assert.is(await inAddress(page, "c"), HEX, text);
      assert.is(await page.locator("#import-text").inputValue(), text);
    }
    assert.match(await imported(page, `${"00 ".repeat(5000)}`), /at most 4096 bytes/);
  },
);

test("the examples are read", "v=1&t=import", async (page) => {
  for (const name of ["hex", "C array", "Python bytes", "base64", "strace"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await inAddress(page, "v");
    assert.match(await page.locator("#import-result").innerText(), /^Read as/, name);
  }
});

test.run();

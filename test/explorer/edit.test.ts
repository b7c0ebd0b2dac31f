// Editing: what is changed in one place moves everywhere. The walk of each system is held against walk().

import {
  type AbiName,
  credentials,
  decodeControl,
  encodeControl,
  layout,
  packetAuxdata,
  packetInfo,
  rights,
  walk,
} from "cmsg/codec";
import { sampleValue } from "cmsg/model";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { cell, fragmentWith, inAddress, pageSuite, shownBytes, texts } from "../support/browser.js";

const test = await pageSuite("explorer: editing");

const ABI = "linux-x86_64-glibc";
const BOTH = encodeControl([rights([3]), credentials({ pid: 1, uid: 2, gid: 3 })], { abi: ABI });

/** Systems in the order of the table, each with an ABI that has its rule. */
const SYSTEMS: Readonly<Record<string, AbiName>> = {
  "glibc 2.37 and later": "linux-x86_64-glibc",
  "glibc up to 2.36": "linux-x86_64-glibc-old",
  musl: "linux-x86_64-musl",
  bionic: "android-aarch64-bionic",
  "the Linux kernel": "linux-kernel-lp64le",
  "the Linux kernel for 32-bit programs": "linux-kernel-compat32le",
  "the BSDs and Darwin": "darwin-arm64",
  illumos: "illumos-amd64",
  Windows: "windows-x64",
};

function field(page: Page, name: string, message = 0) {
  return page.locator(".card").nth(message).getByLabel(name, { exact: true });
}

const OUTCOMES: Readonly<Record<string, RegExp>> = {
  null: /NULL/,
  "no-progress": /the same header for ever/,
  backward: /an earlier header/,
  "out-of-bounds": /behind the buffer/,
  einval: /EINVAL/,
};

for (const length of ["0", "15", "17", "18446744073709551600", "4294967295"]) {
  test(
    `cmsg_len ${length} moves the walk, and every system stops where its macros do`,
    fragmentWith(BOTH, ABI),
    async (page) => {
      await field(page, "cmsg_len").fill(length);
      const bytes = Buffer.from((await inAddress(page, "c")) ?? "", "hex");
      assert.is(bytes.readBigUInt64LE(0), BigInt(length));
      assert.is(await shownBytes(page), bytes.toString("hex"));
      assert.equal(
        await texts(page, ".step-list button"),
        walk(bytes, { abi: ABI }).steps.map(({ text }) => text),
      );
      const rows = await page.locator(".verdicts tbody tr").allInnerTexts();
      assert.is(rows.length, Object.keys(SYSTEMS).length);
      for (const [i, [system, abi]] of Object.entries(SYSTEMS).entries()) {
        const { headers, end } = walk(bytes, { abi: ABI, rule: layout(abi).cmsg.rule });
        const [name, found, stops = ""] = (rows[i] ?? "").split("\t").map((text) => text.trim());
        assert.is(name, system);
        assert.is(found, String(headers.length), system);
        assert.match(stops, OUTCOMES[end] ?? /^$/, system);
      }
    },
  );
}

test("a system of the table shows its own walk", fragmentWith(BOTH, ABI), async (page) => {
  await page.getByRole("button", { name: "musl", exact: true }).click();
  assert.is(await inAddress(page, "w"), "musl");
  const { steps } = walk(BOTH, { abi: ABI, rule: "musl" });
  assert.equal(
    await texts(page, ".step-list button"),
    steps.map(({ text }) => text),
  );
  const shown = await page.locator(".step-card").innerText();
  const last = steps.at(-1);
  for (const part of [last?.leftText, last?.operator, last?.rightText]) {
    assert.ok(shown.includes(part ?? "?"), shown);
  }
  const marked = await page.locator("#grid .walk-from").count();
  assert.is(marked, 16, "the header that the macro was given is marked");
});

test(
  "a field selects its bytes, and the bytes their field",
  fragmentWith(BOTH, ABI),
  async (page) => {
    await field(page, "uid", 1).focus();
    await inAddress(page, "v");
    const at = await page
      .locator("#grid .selected")
      .evaluateAll((all) =>
        all.map((one) => Number((one as unknown as { dataset: { at: string } }).dataset.at)),
      );
    assert.equal(at, [44, 45, 46, 47]);
    await cell(page, 17).click();
    await inAddress(page, "v");
    assert.match(await page.locator(".field.selected").innerText(), /^fd\[0\]/);
    assert.match(
      await page.locator("#inspector").innerText(),
      /^fd\[0\]\s*3[\s\S]*bytes 16–19 of message 0/,
    );
    await page.locator(".pad").first().click();
    await inAddress(page, "v");
    assert.match(
      await page.locator("#inspector").innerText(),
      /^padding[\s\S]*CMSG_SPACE\(4\) = 24[\s\S]*bytes 20–23/,
    );
    await cell(page, 40).hover();
    assert.match(await page.locator("#inspector").innerText(), /^pid\s*1/);
    await page.mouse.move(1, 1);
    assert.match(await page.locator("#inspector").innerText(), /^padding/);
  },
);

test("fields write numbers, addresses and hex, and refuse what has no room", "", async (page) => {
  await field(page, "pid", 1).fill("0x10");
  assert.is((await inAddress(page, "c"))?.slice(96, 104), "10000000");
  await field(page, "pid", 1).fill("-1");
  assert.is((await inAddress(page, "c"))?.slice(96, 104), "ffffffff");
  const before = await inAddress(page, "c");
  for (const wrong of ["4294967296", "-2147483649", "x", "", "1.5"]) {
    await field(page, "pid", 1).fill(wrong);
    assert.is(await field(page, "pid", 1).getAttribute("aria-invalid"), "true", wrong);
    assert.is(await inAddress(page, "c"), before, wrong);
  }
  await field(page, "pid", 1).fill("7");
  assert.is.not(await field(page, "pid", 1).getAttribute("aria-invalid"), "true");
  const fragment = fragmentWith(
    encodeControl([packetInfo({ ifindex: 1, local: "10.0.0.1", address: "10.0.0.2" } as never)], {
      abi: ABI,
    }),
    ABI,
  );
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  await inAddress(page, "v");
  await field(page, "ipi_addr").fill("192.0.2.77");
  assert.match((await inAddress(page, "c")) ?? "", /c000024d00000000$/);
  await field(page, "ipi_addr").fill("192.0.2.777");
  assert.is(await field(page, "ipi_addr").getAttribute("aria-invalid"), "true");
});

test("numbers with names are typed by name, several with bars between them", "", async (page) => {
  const sent = encodeControl(
    [{ definition: packetAuxdata, value: sampleValue(packetAuxdata, { abi: ABI }) }],
    { abi: ABI },
  );
  await page.evaluate(`location.hash = ${JSON.stringify(fragmentWith(sent, ABI))}`);
  await inAddress(page, "v");
  const status = field(page, "tp_status");
  const offered = await page
    .locator(".card datalist option")
    .evaluateAll((all) => all.map((one) => (one as unknown as { value: string }).value));
  const [first = "", second = ""] = offered;
  await status.fill(`${first} | ${second}`);
  const bytes = Buffer.from((await inAddress(page, "c")) ?? "", "hex");
  const [message] = decodeControl(bytes, { abi: ABI }).messages;
  assert.equal((message?.value as { readonly status?: unknown } | undefined)?.status, [
    first,
    second,
  ]);
  await status.fill("TP_NO_SUCH_NAME");
  assert.is(await status.getAttribute("aria-invalid"), "true");
  await status.fill("0x4");
  assert.is((await inAddress(page, "c"))?.slice(32, 40), "04000000");
});

test("the player plays by itself to the last step", fragmentWith(BOTH, ABI), async (page) => {
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.getByText("step 3 of 3", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
  assert.is(await inAddress(page, "p"), "2");
});

test("typing is not disturbed by what it changes, and is one change to undo", "", async (page) => {
  const first = await inAddress(page, "c");
  const pid = field(page, "pid", 1);
  await pid.focus();
  await pid.press("Control+a");
  await page.keyboard.type("0x0010", { delay: 30 });
  assert.is(await pid.inputValue(), "0x0010");
  await page.keyboard.press("Tab");
  assert.is(await pid.inputValue(), "16");
  await page.getByRole("button", { name: "Undo" }).click();
  assert.is(await inAddress(page, "c"), first);
  assert.is(await page.getByRole("button", { name: "Undo" }).getAttribute("aria-disabled"), "true");
  await page.getByRole("button", { name: "Redo" }).click();
  assert.is((await inAddress(page, "c"))?.slice(96, 104), "10000000");
});

test.run();

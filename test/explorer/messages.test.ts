// Messages of the page: added, moved and removed; in another ABI; in one whose numbers are set by hand.

import { credentials, encodeControl, rights, timestampNs } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { cell, fragmentWith, inAddress, pageSuite, pick, texts } from "../support/browser.js";

const test = await pageSuite("explorer: messages");

const ABI = "linux-x86_64-glibc";
const BOTH = encodeControl([rights([3]), credentials({ pid: 1, uid: 2, gid: 3 })], { abi: ABI });

test(
  "messages are added, moved and removed",
  fragmentWith(new Uint8Array(0), ABI),
  async (page) => {
    assert.match(await page.locator("#inspector").innerText(), /The buffer is empty/);
    await pick(page, "Add a message", "timestampns");
    await pick(page, "Add a message", "raw bytes");
    await pick(page, "Add a message", "scm_rights");
    assert.match((await texts(page, ".card h3")).join(), /^0SCM_TIMESTAMPNS,1.*,2SCM_RIGHTS$/);
    const raw = page.locator(".card").nth(1).getByLabel("payload");
    await raw.fill("01 02 03");
    assert.match(
      (await inAddress(page, "c")) ?? "",
      /1300000000000000010000007f0000000102030000000000/,
    );
    await page.getByRole("button", { name: /^Remove: message 0/ }).click();
    await inAddress(page, "v");
    await page.getByRole("button", { name: /^Move down: message 0/ }).click();
    assert.match((await inAddress(page, "c")) ?? "", /^14000000000000000100000001000000/);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await inAddress(page, "v");
    assert.match((await texts(page, ".card h3")).join(), /^0SCM_TIMESTAMPNS/);
  },
);

test("what the catalogue of a system has can be added, and is regular", "", async (page) => {
  for (const abi of [ABI, "darwin-arm64", "windows-x64"]) {
    await page.evaluate(`location.hash = "v=1&a=${abi}&c="`);
    await inAddress(page, "v");
    const add = page.getByRole("combobox", { name: "Add a message" });
    await add.click();
    const found = (await page.locator(".picker .visually-hidden").allTextContents()).join("");
    const entries = Number(/(\d+) entr/.exec(found)?.[1]);
    assert.ok(entries > 1, `${abi}: ${found}`);
    const all = Math.min(entries, 12);
    for (let i = 0; i < all; i++) {
      await add.click();
      await page.locator("#add-message-list .picker-option").nth(i).click();
    }
    await inAddress(page, "v");
    assert.is(await page.locator("#problems li").count(), 0, abi);
    assert.is(await page.locator(".card").count(), Math.min(all, 40), abi);
  }
});

test(
  "another ABI gets the same messages",
  fragmentWith(encodeControl([rights([3, 4]), timestampNs(5n)], { abi: ABI }), ABI),
  async (page) => {
    for (const abi of [
      "linux-powerpc-glibc",
      "linux-i386-musl",
      "linux-s390x-glibc",
      ABI,
    ] as const) {
      await pick(page, "ABI", abi);
      const expected = encodeControl([rights([3, 4]), timestampNs(5n)], { abi });
      assert.is(await inAddress(page, "c"), Buffer.from(expected).toString("hex"), abi);
    }
  },
);

test("numbers by hand make an ABI of their own", fragmentWith(BOTH, ABI), async (page) => {
  await page.getByLabel("Set the numbers by hand").check();
  const numbers = page.getByRole("group", { name: "numbers of the ABI, in bytes" });
  await numbers.getByLabel("cmsg_len").selectOption("4");
  await inAddress(page, "v");
  await page.getByLabel("byte order").selectOption("big");
  assert.match((await inAddress(page, "a")) ?? "", /^linux-x86_64-glibc~8\.8\.big\.8\.0\.4\./);
  assert.match(
    (await texts(page, "#abi-fact"))[0] ?? "",
    /^64-bit, walks like glibc: 4-byte length, 12-byte header, payload at 16.*big-endian$/,
  );
  assert.match((await inAddress(page, "c")) ?? "", /^000000140000000100000001/);
  const link = await page.evaluate("location.hash");
  await page.evaluate("location.hash = 'v=1'");
  assert.is(await inAddress(page, "a"), ABI);
  await page.evaluate(`location.hash = ${JSON.stringify(link)}`);
  await inAddress(page, "v");
  assert.match((await texts(page, "#abi-fact"))[0] ?? "", /4-byte length.*big-endian/);
  await page.getByLabel("Set the numbers by hand").uncheck();
  assert.is(await inAddress(page, "a"), ABI);
});

test(
  "bytes that no encoder writes are said to be so, and made regular",
  fragmentWith(BOTH, ABI),
  async (page) => {
    assert.is(await page.getByText("No encoder writes these bytes").count(), 0);
    await cell(page, 21).click();
    await page.keyboard.type("ff");
    await page.getByText("No encoder writes these bytes").waitFor();
    await page.getByRole("button", { name: "Make them regular" }).click();
    assert.is(await inAddress(page, "c"), Buffer.from(BOTH).toString("hex"));
  },
);

test.run();

// The page without a mouse: from the first stop to the last, everything by keys.

import { encodeControl, rights, walk } from "cmsg/codec";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { cell, fragmentWith, inAddress, pageSuite, shownBytes, texts } from "../support/browser.js";

const test = await pageSuite("explorer: keyboard");

const ABI = "linux-x86_64-glibc";
const RIGHTS = encodeControl([rights([3, 4])], { abi: ABI });

/** What has the focus: its id, its key, or its byte. */
function focused(page: Page): Promise<string> {
  return page.evaluate(
    `(({ activeElement: { id, dataset } }) => id || dataset.key || "")(document)`,
  );
}

/** Tab until something has the focus. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).startsWith(wanted)) return;
  }
  assert.unreachable(`${wanted} has no stop`);
}

test(
  "an ABI is searched and picked, a message added and moved, without a mouse",
  "",
  async (page) => {
    await tabTo(page, "abi");
    await page.keyboard.type("aarch64 musl");
    assert.equal(await texts(page, "#abi-list .picker-title"), ["linux-aarch64-musl"]);
    await page.keyboard.press("Enter");
    assert.is(await inAddress(page, "a"), "linux-aarch64-musl");
    await tabTo(page, "add-message");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("ip_ttl");
    await page.keyboard.press("Enter");
    await inAddress(page, "v");
    assert.match((await texts(page, ".card h3")).join(), /SCM_RIGHTS.*SCM_CREDENTIALS.*IP_TTL/);
    await tabTo(page, "Move up 2");
    await page.keyboard.press("Enter");
    await inAddress(page, "v");
    assert.match((await texts(page, ".card h3")).join(), /SCM_RIGHTS.*IP_TTL.*SCM_CREDENTIALS/);
    assert.is(await focused(page), "Move up 2", "the focus stays");
  },
);

test("arrow keys move in a list, Escape leaves it", "", async (page) => {
  await tabTo(page, "abi");
  const before = await inAddress(page, "a");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  const active = page.locator("#abi-list [aria-selected='true'] .picker-title");
  assert.is(await active.innerText(), "android-arm-bionic");
  await page.keyboard.press("Escape");
  assert.is(await page.locator("#abi-list").isVisible(), false);
  assert.is(await inAddress(page, "a"), before);
  assert.is(await page.locator("#abi").inputValue(), before);
});

test("in the grid arrow keys move and name the span", fragmentWith(RIGHTS, ABI), async (page) => {
  await tabTo(page, "byte");
  await page.keyboard.press("Control+Home");
  const steps: readonly (readonly [key: string, at: number, name: string])[] = [
    ["ArrowRight", 1, "cmsg_len"],
    ["ArrowDown", 9, "cmsg_level"],
    ["End", 15, "cmsg_type"],
    ["ArrowDown", 23, "fd[1]"],
    ["ArrowDown", 23, "fd[1]"],
    ["Home", 16, "fd[0]"],
    ["Control+Home", 0, "cmsg_len"],
    ["ArrowLeft", 0, "cmsg_len"],
    ["ArrowUp", 0, "cmsg_len"],
    ["Control+End", 23, "fd[1]"],
    ["PageUp", 7, "cmsg_len"],
    ["PageDown", 23, "fd[1]"],
    ["Backspace", 22, "fd[1]"],
  ];
  for (const [key, at, name] of steps) {
    await page.keyboard.press(key);
    await inAddress(page, "v");
    assert.is(await focused(page), `byte ${at}`, key);
    const inspected = await page.locator("#inspector").innerText();
    assert.ok(inspected.startsWith(name), `${key}: ${inspected}`);
    const label = (await cell(page, at).getAttribute("aria-label")) ?? "";
    assert.ok(label.includes(`offset ${at}, ${name} `), label);
  }
  await page.keyboard.press("Tab");
  assert.is((await focused(page)).startsWith("byte"), false, "one stop for the whole grid");
});

test(
  "hex digits write in place, and are undone and done again",
  fragmentWith(RIGHTS, ABI),
  async (page) => {
    await tabTo(page, "byte");
    await page.keyboard.press("Control+Home");
    const first = await shownBytes(page);
    await page.keyboard.type("11a");
    await inAddress(page, "v");
    assert.is((await shownBytes(page)).slice(0, 4), "11a0", "two digits a byte, one so far");
    assert.is(await focused(page), "byte 1");
    await page.keyboard.type("5");
    await inAddress(page, "v");
    const after = await shownBytes(page);
    assert.is(after.slice(0, 4), "11a5");
    assert.is(await focused(page), "byte 2");
    await page.keyboard.press("Control+z");
    await inAddress(page, "v");
    assert.is((await shownBytes(page)).slice(0, 4), "1100", "a byte is one change");
    await page.keyboard.press("Control+z");
    await inAddress(page, "v");
    assert.is(await shownBytes(page), first);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+Shift+z");
    await page.keyboard.press("Control+y");
    await inAddress(page, "v");
    assert.is(await shownBytes(page), after);
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Delete");
    await inAddress(page, "v");
    assert.is(await inAddress(page, "c"), after.slice(0, -2));
    await page.keyboard.press("Insert");
    await page.keyboard.press("Insert");
    await inAddress(page, "v");
    assert.is(await inAddress(page, "c"), `${after.slice(0, -2)}0000`);
  },
);

test(
  "the walk is stepped through, and each step is said",
  fragmentWith(RIGHTS, ABI),
  async (page) => {
    const { steps } = walk(RIGHTS, { abi: ABI });
    await tabTo(page, "Next step");
    for (const [i, { text }] of steps.entries()) {
      if (i > 0) {
        await page.keyboard.press("Enter");
        await inAddress(page, "v");
        const said = await page.locator("#live").innerText();
        assert.ok(said.includes(text), said);
      }
      const shown = (await texts(page, ".step-list [aria-current=step]"))[0];
      assert.is(shown, text);
    }
    await page.keyboard.press("Enter");
    await inAddress(page, "v");
    assert.is(
      await focused(page),
      "Next step",
      "a button that can do nothing more keeps the focus",
    );
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    assert.is(await focused(page), "Step back");
    await page.keyboard.press("Space");
    assert.is(await inAddress(page, "p"), steps.length > 2 ? String(steps.length - 2) : null);
  },
);

test("tabs go round by arrow keys", "", async (page) => {
  await tabTo(page, "tab-compare");
  const seen: (string | null)[] = [];
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press("ArrowRight");
    seen.push(await inAddress(page, "t"));
    assert.is(await focused(page), `tab-${seen.at(-1)}`);
  }
  assert.equal(seen, ["receive", "structs", "import", "export", "compare"]);
  await page.keyboard.press("End");
  assert.is(await inAddress(page, "t"), "export");
  await page.keyboard.press("ArrowLeft");
  assert.is(await inAddress(page, "t"), "import");
});

test("the link to the bytes leads to them", "", async (page) => {
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.is(await focused(page), "byte 0");
  assert.is(await inAddress(page, "v"), "1");
});

test.run();

// What those have who do not see the page, or have no mouse: names, one stop for the grid, a line for each ABI.

import { assert } from "../support/assert.js";
import { cell, pageSuite, pick, texts } from "../support/browser.js";

const test = await pageSuite("explorer: names");

test("every field, button and region has a name", "v=1&t=import", async (page) => {
  for (const tab of ["Compare", "Receive", "Structs", "Export", "Import"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("tab", { name: tab, selected: true }).waitFor();
    const nameless =
      await page.evaluate(`[...document.querySelectorAll("input, select, textarea, button, [role=grid], section")]
      .filter((element) => element.checkVisibility())
      .filter((element) => !(element.labels?.length || element.getAttribute("aria-label") || element.getAttribute("aria-labelledby") || element.textContent.trim()))
      .map((element) => element.outerHTML.slice(0, 100))`);
    assert.equal(nameless, [], tab);
    const twice = await page.evaluate(`(() => {
      const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
      return ids.filter((id, i) => ids.indexOf(id) !== i);
    })()`);
    assert.equal(twice, [], tab);
  }
});

test("the grid is one stop for the focus, wherever its cursor is", "", async (page) => {
  const stops = () =>
    page
      .locator("#grid [tabindex='0']")
      .evaluateAll((all) =>
        all.map((one) => (one as unknown as { dataset: { at: string } }).dataset.at),
      );
  assert.equal(await stops(), ["0"]);
  await cell(page, 21).click();
  await page.locator("#grid [data-at='21'][tabindex='0']").waitFor();
  assert.equal(await stops(), ["21"]);
});

test("each ABI has a line that says what it is", "", async (page) => {
  await page.getByRole("combobox", { name: "ABI", exact: true }).fill("s390x");
  const facts = await texts(page, "#abi-list .picker-option");
  assert.ok(facts.length >= 3);
  for (const fact of facts) assert.match(fact, /s390x.*64-bit.*big-endian/);
  await page.keyboard.press("Escape");
  await pick(page, "ABI", "netbsd sparc64");
  assert.match((await texts(page, "#abi-fact"))[0] ?? "", /64-bit.*big-endian/);
});

test.run();

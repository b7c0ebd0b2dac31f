// Every lesson of the page: its link, its question and answer, and that what it tells to try shows what it says.

import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { cell, inAddress, pageSuite, pick, shownBytes, texts } from "../support/browser.js";

const test = await pageSuite("explorer: lessons");

const TITLES = [
  "LEN is not SPACE",
  "The 4-byte trap",
  "Two descriptors in one message",
  "Credentials next to rights",
  "Truncated",
  "Zero length",
  "Huge length",
  "Mixed ABIs",
  "Big-endian",
  "Why the last message may lack its padding",
];

async function open(page: Page, number: number): Promise<void> {
  await page.getByText("Ten lessons").click();
  await page.getByRole("link", { name: TITLES[number - 1] ?? "", exact: true }).click();
  await page.getByText(`Lesson ${number} of 10`).waitFor();
}

async function size(page: Page): Promise<number> {
  await inAddress(page, "v");
  return (await shownBytes(page)).length / 2;
}

function field(page: Page, name: string, message = 0) {
  return page.locator(".card").nth(message).getByLabel(name, { exact: true });
}

/** What the table says of a system. */
async function verdict(page: Page, system: string): Promise<string> {
  await inAddress(page, "v");
  const row = page.locator(".verdicts tr").filter({
    has: page.getByRole("button", { name: system, exact: true }),
  });
  return (await row.locator("td").allTextContents()).join(" ");
}

/** The ABIs that are compared, from the left. */
const sides = (page: Page): Promise<string[]> => texts(page, ".compare-head h3");

/** What each lesson tells to try. */
const ATTEMPTS: readonly ((page: Page) => Promise<void>)[] = [
  async (page) => {
    const sizes: number[] = [];
    const lengths: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.getByRole("button", { name: "One more fd" }).click();
      sizes.push(await size(page));
      lengths.push(await field(page, "cmsg_len").inputValue());
    }
    assert.equal(sizes, [24, 32, 32]);
    assert.equal(lengths, ["24", "28", "32"]);
  },
  async (page) => {
    assert.is(await field(page, "cmsg_len").inputValue(), "4294967312");
    assert.match(await verdict(page, "the Linux kernel"), /EINVAL/);
    const before = await shownBytes(page);
    await pick(page, "ABI", "linux-i386-glibc");
    assert.is(await shownBytes(page), before);
    assert.is(await field(page, "cmsg_len").inputValue(), "16");
    assert.is(await field(page, "fd[0]").inputValue(), "3");
    await pick(page, "ABI", "linux-x86_64-musl");
    assert.is(await field(page, "cmsg_len").inputValue(), "16");
    assert.is(await field(page, "cmsg_type").inputValue(), "3");
  },
  async (page) => {
    assert.is(await size(page), 24);
    await page.getByRole("button", { name: "One less fd" }).click();
    await pick(page, "Add a message", "SCM_RIGHTS");
    assert.is(await size(page), 48);
  },
  async (page) => {
    assert.match(await page.locator(".step-card").innerText(), /from 0[\s\S]*20[\s\S]*24/);
    assert.match(await page.locator(".step-card").innerText(), /header at 24/);
    await page.getByRole("button", { name: /^Move up: message 1/ }).click();
    await inAddress(page, "v");
    assert.match((await texts(page, ".card h3"))[0] ?? "", /SCM_CREDENTIALS/);
    const pads = await texts(page, ".card .pad-name");
    assert.equal(pads, ["padding, 4 bytes", "padding, 4 bytes"]);
  },
  async (page) => {
    const slider = page.getByRole("slider");
    for (const [room, cut, count] of [
      [20, true, 1],
      [24, true, 2],
      [32, false, 3],
    ] as const) {
      await slider.fill(String(room));
      await inAddress(page, "n");
      const linux = page.getByRole("region", { name: "Linux", exact: true });
      assert.is((await linux.innerText()).includes("MSG_CTRUNC is set"), cut, `${room}`);
      assert.is(await linux.getByText(/^fd\[/).count(), count, `${room}`);
    }
  },
  async (page) => {
    assert.match(await verdict(page, "glibc 2.37 and later"), /NULL/);
    assert.match(await verdict(page, "the Linux kernel"), /EINVAL/);
    for (const system of ["the BSDs and Darwin", "illumos", "Windows", "bionic"]) {
      assert.match(await verdict(page, system), /the same header for ever/, system);
    }
    assert.match(await page.locator(".step-card").innerText(), /the same header again/);
    await field(page, "cmsg_len").fill("15");
    assert.match(await verdict(page, "glibc 2.37 and later"), /^1 NULL/);
    assert.match(await verdict(page, "Windows"), /^3 NULL/);
    await field(page, "cmsg_len").fill("17");
    assert.match(await verdict(page, "glibc 2.37 and later"), /^2 NULL/);
    assert.match(await verdict(page, "Windows"), /^2 NULL/);
  },
  async (page) => {
    assert.match(await page.locator(".step-card").innerText(), /wraps to 0/);
    assert.match(await verdict(page, "musl"), /an earlier header/);
    await page.getByLabel("by the rule of").selectOption("glibc");
    await page.getByRole("button", { name: "Last step" }).click();
    await inAddress(page, "v");
    assert.match(await page.locator(".step-card").innerText(), /left 56[\s\S]*NULL/);
  },
  async (page) => {
    const before = await shownBytes(page);
    assert.equal(await sides(page), ["linux-x86_64-glibc", "darwin-arm64"]);
    await pick(page, "ABI", "darwin-arm64");
    assert.equal(await sides(page), ["darwin-arm64", "linux-x86_64-glibc"]);
    assert.ok(await page.locator(".compare .differs").count());
    assert.is(await shownBytes(page), before);
    assert.is(await field(page, "fd[0]").inputValue(), "3");
  },
  async (page) => {
    const totals = await texts(page, ".compare-totals dd");
    assert.equal(totals.slice(0, 2), totals.slice(2));
    assert.ok(await page.locator(".compare .differs").count());
    await pick(page, "ABI", "linux-s390x-glibc");
    assert.match(await shownBytes(page), /^0000000000000018/);
    assert.equal(await sides(page), ["linux-s390x-glibc", "linux-x86_64-glibc"]);
    assert.ok(await page.locator(".compare .differs").count());
    assert.equal((await texts(page, ".compare-totals dd")).slice(0, 2), totals.slice(0, 2));
  },
  async (page) => {
    assert.is(await size(page), 20);
    assert.is(await page.locator("#problems li").count(), 0);
    await page.getByLabel("msg_controllen").first().fill("24");
    assert.is(await size(page), 24);
    assert.is(await page.locator("#problems li").count(), 0);
    await page.getByLabel("msg_controllen").first().fill("19");
    assert.is(await size(page), 19);
    assert.match((await texts(page, "#problems li")).join(), /20, but 19 bytes are left/);
  },
];

test("there are ten, each a link of its own", "", async (page) => {
  await page.getByText("Ten lessons").click();
  assert.equal(await texts(page, "#lesson-list a"), TITLES);
  const links = await page
    .locator("#lesson-list a")
    .evaluateAll((all) => all.map((link) => (link as unknown as { hash: string }).hash));
  assert.is(new Set(links).size, 10);
  for (const link of links) assert.match(link, /^#v=1&a=[^&]+&c=[0-9a-f]+&/);
});

TITLES.forEach((title, i) => {
  test(`${i + 1}: ${title}`, "", async (page) => {
    await open(page, i + 1);
    const lesson = page.getByRole("region", { name: "lesson", exact: true });
    assert.match(await lesson.innerText(), /\?/);
    assert.is(await lesson.getByRole("heading", { level: 2 }).innerText(), title);
    assert.ok((await lesson.locator("ol li").count()) > 0);
    const answer = lesson.locator("details p");
    assert.is(await answer.isVisible(), false);
    await lesson.getByText("Answer", { exact: true }).click();
    assert.ok((await answer.innerText()).length > 100);
    const bytes = await shownBytes(page);
    await ATTEMPTS[i]?.(page);
    await lesson.getByRole("button", { name: "Start again" }).click();
    await inAddress(page, "v");
    assert.is(await shownBytes(page), bytes);
  });
});

test("one leads to the next, and is closed", "", async (page) => {
  await open(page, 1);
  await cell(page, 0).click();
  await page.getByRole("button", { name: "Next lesson" }).click();
  await page.getByText("Lesson 2 of 10").waitFor();
  assert.is(await inAddress(page, "l"), "2");
  await page.getByRole("button", { name: "Previous lesson" }).click();
  await page.getByText("Lesson 1 of 10").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await inAddress(page, "v");
  assert.is(await page.getByRole("region", { name: "lesson", exact: true }).count(), 0);
  assert.is(await inAddress(page, "l"), null);
});

test.run();

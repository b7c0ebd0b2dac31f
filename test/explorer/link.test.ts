// The address is the document: a link restores everything, and a hostile one breaks nothing.

import { credentials, encodeControl, explain, rights } from "cmsg/codec";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { fragmentWith, inAddress, pageSuite, pick, shownBytes, texts } from "../support/browser.js";
import { randomBytes } from "../support/layouts.js";

const test = await pageSuite("explorer: link");

const ABI = "linux-s390x-glibc";
const BYTES = encodeControl([rights([3, 4, 5]), credentials({ pid: 1, uid: 2, gid: 3 })], {
  abi: ABI,
});

/** What one sees, without what only the focus changes. */
async function seen(page: Page): Promise<string> {
  await inAddress(page, "v");
  return page.evaluate(`["notice", "lesson", "abi-fact", "cards", "grid", "inspector", "problems", "walk", "tab-panel"]
    .map((id) => document.getElementById(id).innerText).join("\\n--\\n")
    + [...document.querySelectorAll("input, select")].map((field) => field.type === "checkbox" ? field.checked : field.value).join()`);
}

test("a link restores bytes, ABI, cursor, walk, view and lesson", "", async (page) => {
  await pick(page, "ABI", ABI);
  await page.getByLabel("Keep the bytes when the ABI changes").check();
  await page.getByRole("button", { name: "One more fd" }).click();
  await page.locator("#grid [data-at='20']").click();
  await page.getByLabel("by the rule of").selectOption("musl");
  await page.getByRole("button", { name: "Next step" }).click();
  await page.getByRole("tab", { name: "Receive" }).click();
  await page.getByRole("slider").fill("30");
  const before = await seen(page);
  const link = page.url();
  assert.match(
    link,
    /#v=1&a=linux-s390x-glibc&c=[0-9a-f]+&s=\d+&t=receive&w=musl&p=1&o=[\w-]+&n=30&f=c&k=1$/,
  );
  const other = await page.context().newPage();
  const errors: string[] = [];
  other.on("pageerror", (error) => errors.push(String(error)));
  await other.goto(link);
  assert.is(await seen(other), before);
  assert.is(other.url(), link);
  assert.equal(errors, []);
});

test("another link in the same page is opened, and can be undone", "", async (page) => {
  const first = await shownBytes(page);
  await page.evaluate(`location.hash = ${JSON.stringify(fragmentWith(BYTES, ABI, { l: 3 }))}`);
  await page.getByText("Lesson 3 of 10").waitFor();
  assert.is(await shownBytes(page), Buffer.from(BYTES).toString("hex"));
  await page.getByRole("button", { name: "Undo" }).click();
  await inAddress(page, "v");
  assert.is(await shownBytes(page), first);
});

test(
  "a link of an ABI alone shows the first messages in that ABI",
  "v=1&a=linux-powerpc-glibc",
  async (page) => {
    assert.is(await inAddress(page, "a"), "linux-powerpc-glibc");
    assert.match(await shownBytes(page), /^0000001800000001000000010000000300000004/);
    assert.is(await page.getByText("No encoder writes these bytes").count(), 0);
  },
);

test(
  "what a link holds is text, and never runs",
  "",
  async (page) => {
    await page.evaluate(
      "const script = document.createElement('script'); script.textContent = 'window.ran = 1'; try { document.body.append(script); } catch {}",
    );
    assert.is(await page.evaluate("window.ran"), undefined);
  },
  { complaints: /Content Security Policy/ },
);

test("the link is copied as it stands", fragmentWith(BYTES, ABI), async (page) => {
  await page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }");
  await page.getByRole("button", { name: "Copy link" }).click();
  assert.is(await page.evaluate("window.copied"), page.url());
  assert.match(await page.locator("#live").innerText(), /Link copied/);
});

const HUGE = "00".repeat(5000);

const HOSTILE: readonly (readonly [fragment: string, refused: RegExp])[] = [
  ["v=2&c=00", /another version/],
  ["v=x", /another version|not understood/],
  ["a=plan9", /\(a\)/],
  ["a=linux-x86_64-glibc~1.2.3", /\(a\)/],
  ["a=linux-x86_64-glibc~8.8.little.8.0.8.8.8.8.pointer.4.8.3.8.family.108.glibc", /\(a\)/],
  ["a=__proto__&o=constructor&t=toString&w=valueOf&f=hasOwnProperty", /a, t, w, o, f/],
  ["c=0", /\(c\)/],
  ["c=zz", /\(c\)/],
  [`c=${HUGE}`, /\(c\)/],
  ["c=00&u=0-2", /\(u\)/],
  ["c=00&u=1-0.x", /\(u\)/],
  ["s=-1&p=1e9&n=99999999&l=11&k=2", /l, s, p, n, k/],
  ["c=<img src=x onerror=alert(1)>", /\(c\)/],
  ["%00%ff&==&&&=c=&c", /^$/],
  ["c=%3Cscript%3E", /\(c\)/],
  ["grid", /^$/],
];

test(
  "a link that is not understood is shown as far as it is, and said to be so",
  "",
  async (page) => {
    for (const [fragment, refused] of HOSTILE) {
      await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await inAddress(page, "v");
      assert.match(await page.locator("#notice").innerText(), refused, fragment.slice(0, 60));
      assert.is(await inAddress(page, "v"), "1", "the address is one that the page understands");
      assert.ok((await texts(page, ".step-list button")).length > 0, fragment.slice(0, 60));
    }
    await page.evaluate(`location.hash = "v=1"`);
    await inAddress(page, "v");
    assert.is(await page.locator("#notice").isVisible(), false);
  },
);

test("a hostile link at the start", `v=9&c=${HUGE}&a=x&zz=1&t=%22%3E`, async (page) => {
  assert.match(await page.locator("#notice").innerText(), /another version/);
  assert.match((await inAddress(page, "c")) ?? "", /^[0-9a-f]+$/);
});

test("fragments of random letters", "", async (page) => {
  const random = randomBytes(11);
  const letters = "vacustwponflk=&~.-0123456789abcdefx%#";
  for (let i = 0; i < 40; i++) {
    const text = Array.from(random(60), (byte) => letters[byte % letters.length]).join("");
    await page.evaluate(`location.hash = ${JSON.stringify(text)}`);
    assert.is(await inAddress(page, "v"), "1", text);
  }
});

test("numbers by hand and unknown bytes are part of the link", "", async (page) => {
  const row = "8.8.big.8.8.4.4.4.8.pointer.4.8.8.8.family.108.musl";
  const fragment = `v=1&a=linux-x86_64-musl~${row}&c=${Buffer.from(BYTES).toString("hex")}&u=16-20.24-25`;
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  assert.is(await inAddress(page, "a"), `linux-x86_64-musl~${row}`);
  assert.is(await inAddress(page, "u"), "16-20.24-25");
  assert.match(await page.locator("#notice").innerText(), /^$/);
  assert.match(await shownBytes(page), /^.{32}\?{8}.{8}\?\?/);
  const model = explain(BYTES, { abi: ABI });
  assert.ok(model.spans.length > 0);
});

test.run();

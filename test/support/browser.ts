// The explorer page in a real browser: Debian's chromium, driven by playwright-core.

import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import type { AbiName } from "cmsg/codec";
import { type Browser, chromium, type Page } from "playwright-core";
import { assert } from "./assert.js";
import { hasProgram, type Suite, suite } from "./suite.js";

const PAGE = pathToFileURL("dist/explorer.html").href;

/** Where pictures of the page are kept, out of git's sight. */
export const PICTURES = "dist/explorer-pictures";

/** What a visitor has. */
export interface Visitor {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  readonly reducedMotion?: "reduce" | "no-preference";
  /** What the console may complain of: the test provokes it. */
  readonly complaints?: RegExp;
}

/** A test with an open page. Whatever it does, the page makes one request and never an error. */
export type PageBody = (page: Page) => Promise<void>;

/** A suite of tests in one browser. */
export interface PageSuite {
  (name: string, fragment: string, body: PageBody, visitor?: Visitor): void;
  run(): void;
}

/** A suite whose tests each open the page anew. */
export async function pageSuite(name: string): Promise<PageSuite> {
  const test: Suite = suite(name);
  const isThere = hasProgram("chromium", "chromium");
  const reason = isThere ? undefined : "there is no chromium";
  // Before the first test: a browser holds descriptors, and keeps them.
  const browser = isThere ? await launch() : undefined;
  if (browser !== undefined) await warmUp(browser);
  test.after(async () => browser?.close());
  const checked = (title: string, fragment: string, body: PageBody, visitor?: Visitor): void => {
    test.unless(reason, title, async () => {
      if (browser !== undefined) await visit(browser, fragment, body, visitor);
    });
  };
  return Object.assign(checked, { run: () => test.run() });
}

function launch(): Promise<Browser> {
  const executablePath = execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ["--disable-gpu", "--disable-dev-shm-usage"] });
}

/** The first page makes what all later ones use. */
async function warmUp(browser: Browser): Promise<void> {
  const page = await browser.newPage();
  await page.goto("about:blank");
  await page.close();
}

async function visit(
  browser: Browser,
  fragment: string,
  body: PageBody,
  visitor: Visitor = {},
): Promise<void> {
  const { width = 1440, height = 1000, scheme = "light", reducedMotion = "reduce" } = visitor;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion,
  });
  context.setDefaultTimeout(20_000);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      if (/error|warning/.test(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error.stack)));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(fragment === "" ? PAGE : `${PAGE}#${fragment}`);
    await body(page);
    const { complaints: provoked } = visitor;
    const others = complaints.filter((text) => provoked?.test(text) !== true);
    assert.equal(others, []);
    assert.ok(provoked === undefined || complaints.length > 0, "nothing was provoked");
    assert.equal(requests.length, 1, `one request: ${requests.join(", ")}`);
  } finally {
    await context.close();
  }
}

/** A fragment of the page with bytes in an ABI. */
export function fragmentWith(
  bytes: Uint8Array,
  abi: AbiName,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const rest = Object.entries(more).map(([key, value]) => `&${key}=${value}`);
  return `v=1&a=${abi}&c=${Buffer.from(bytes).toString("hex")}${rest.join("")}`;
}

/** The hex digits that the grid shows, without spaces. */
export async function shownBytes(page: Page): Promise<string> {
  const cells = await page.locator("#grid [role=gridcell]").allTextContents();
  return cells.join("");
}

/** The cell of a byte. */
export function cell(page: Page, at: number) {
  return page.locator(`#grid [data-at="${at}"]`);
}

/** Text of the elements of a selector, without white space around it. */
export async function texts(page: Page, selector: string): Promise<string[]> {
  const found = await page.locator(selector).allTextContents();
  return found.map((text) => text.trim());
}

/** What stands in the address behind a key. */
export async function inAddress(page: Page, key: string): Promise<string | null> {
  // The page writes its address a moment after it has changed.
  await page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))");
  return new URLSearchParams(new URL(page.url()).hash.slice(1)).get(key);
}

/** Picks an entry of a field that searches. */
export async function pick(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole("combobox", { name: label, exact: true });
  await field.fill(text);
  await field.press("Enter");
  await inAddress(page, "v");
}

// The page as cmsg explore serves it: its own policy lets it run, and it shows the bytes that the command was given.

import { encodeControl, rights } from "cmsg/codec";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { inAddress, pageSuite, shownBytes } from "../support/browser.js";
import { run, start } from "../support/command.js";

const test = await pageSuite("explorer: served");

const ABI = "linux-s390x-glibc";
const BYTES = Buffer.from(encodeControl([rights([3, 4])], { abi: ABI })).toString("hex");

/** Opens what the command prints in a page that asks for nothing else and has no complaint. */
async function served(page: Page, input: string, work: (shown: Page) => Promise<void>) {
  const running = start(["explore", "--quiet", "--abi", ABI, "-"], { input });
  let address = "";
  running.child.stdout?.on("data", (part) => {
    address += part;
  });
  await running.printed("\n");
  const shown = await page.context().newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  shown.on("console", (message) => complaints.push(message.text()));
  shown.on("pageerror", (error) => complaints.push(String(error)));
  shown.on("request", (request) => requests.push(request.url()));
  try {
    await shown.goto(address.trim());
    assert.is(await inAddress(shown, "a"), ABI);
    await work(shown);
    assert.is(await shown.locator("#notice").isVisible(), false);
    assert.equal(complaints, []);
    assert.equal(requests.length, 1, requests.join(", "));
  } finally {
    await shown.close();
    running.child.kill("SIGINT");
    await running.ended;
  }
}

test("the bytes, in their ABI, with what is not known of them", "", async (page) => {
  await served(page, BYTES, async (shown) => {
    assert.is(await shownBytes(shown), BYTES);
    assert.is(await shown.getByRole("textbox", { name: "fd[1]" }).inputValue(), "4");
  });
  const half = `${BYTES.slice(0, -8)} ?? ?? ?? ??`;
  await served(page, half, async (shown) => {
    assert.is(await shownBytes(shown), half.replaceAll(" ", ""));
  });
});

test(
  "as many bytes as the page takes; more are refused before there is an address",
  "",
  async (page) => {
    await served(page, "5a".repeat(4096), async (shown) => {
      assert.is((await shownBytes(shown)).length, 2 * 4096);
    });
    const more = await run(["explore", "-"], { input: "5a".repeat(4097) });
    assert.equal([more.status, more.stdout], [1, ""]);
    assert.match(more.stderr, /^cmsg: 4097 bytes, and the page takes 4096 at most\n$/);
  },
);

test.run();

// How the page looks: contrast and size of every text in light and dark, from narrow to wide, with less motion; pictures are kept.

import { mkdirSync } from "node:fs";
import { encodeControl, packetInfo, rights } from "cmsg/codec";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { fragmentWith, inAddress, PICTURES, pageSuite } from "../support/browser.js";

const test = await pageSuite("explorer: looks");

const ABI = "linux-x86_64-glibc";
const MANY = encodeControl([rights([3]), packetInfo({ interfaceIndex: 2 } as never)], { abi: ABI });

/** Contrast of every text with what lies below it, the faintest first. A picture of stripes counts as its own colours do. */
const CONTRASTS = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => (c * a + below[i] * (255 - a)) / 255);
  const groundOf = (element) => {
    if (element === null) return [255, 255, 255];
    const color = rgb(getComputedStyle(element).backgroundColor);
    return color[3] === 255 ? color.slice(0, 3) : over(color, groundOf(element.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || element.closest("script, style, .visually-hidden, .skip")) continue;
    if (element.checkVisibility() === false || element.closest(":disabled, [aria-disabled=true]")) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const stripes = [...style.backgroundImage.matchAll(/(?:rgba?|color)\\([^)]*\\)/g)].map(([c]) => over(rgb(c), ground));
    const ink = over(rgb(style.color), ground);
    const worst = Math.min(...[ground, ...stripes].map((below) => ratio(ink, below)));
    found.push([worst, element.className + ": " + node.textContent.trim().slice(0, 30), parseFloat(style.fontSize)]);
  }
  return found.sort((a, b) => a[0] - b[0]);
})()`;

type Contrast = [ratio: number, where: string, size: number];

const FRAGMENTS: readonly (readonly [name: string, fragment: string])[] = [
  ["start", "v=1&t=compare"],
  ["lesson", fragmentWith(MANY, ABI, { l: 6, t: "structs" })],
  ["receive", fragmentWith(MANY, ABI, { n: 20, t: "receive" })],
  [
    "unknown and broken",
    "v=1&a=linux-x86_64-glibc&c=ff00000000000000010000000100000001020304&u=16-20&t=export",
  ],
  ["import", "v=1&t=import&c="],
];

for (const scheme of ["light", "dark"] as const) {
  test(
    `${scheme}: every text has a contrast of 4.5 to 1 at least, and 16 pixels`,
    "",
    async (page) => {
      for (const [name, fragment] of FRAGMENTS) {
        await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
        await inAddress(page, "v");
        const found = (await page.evaluate(CONTRASTS)) as Contrast[];
        assert.ok(found.length > 40, `${name}: ${found.length} texts`);
        assert.equal(
          found.filter(([ratio, , size]) => ratio < 4.5 || size < 16),
          [],
          name,
        );
      }
    },
    { scheme },
  );
}

/** Widths from the narrowest phone to a wide screen. */
const WIDTHS = [360, 600, 820, 1100, 1440, 2200];

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

test("nothing sticks out at any width, and pictures are kept", "", async (page) => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const tab of ["export", "import", "structs", "receive", "compare"]) {
      await page.evaluate(`location.hash = "v=1&t=${tab}"`);
      assert.is(await inAddress(page, "t"), tab);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assert.is(wide, width, tab);
    }
    if (width === 360 || width >= 1440) await picture(page, `light-${width}`);
  }
});

test("a dark picture is kept", "v=1&t=structs", (page) => picture(page, "dark-1440"), {
  scheme: "dark",
});
test("a dark and narrow picture is kept", "v=1&t=receive", (page) => picture(page, "dark-360"), {
  scheme: "dark",
  width: 360,
  height: 800,
});

test(
  "roles differ by texture or edge, not by colour alone",
  fragmentWith(MANY, ABI),
  async (page) => {
    const drawn = (await page.evaluate(`(() => {
    const roles = ["len", "level", "type", "header-pad", "field", "payload", "pad", "tail", "unknown"];
    return roles.map((role) => {
      const span = document.createElement("span");
      span.className = "role-" + role;
      document.body.append(span);
      const { backgroundImage, backgroundSize } = getComputedStyle(span);
      span.remove();
      return backgroundImage.replace(/(?:rgba?|color)\\([^)]*\\)/g, "ink") + backgroundSize;
    });
  })()`)) as string[];
    const textured = drawn.filter((image) => image.includes("gradient"));
    assert.is(textured.length, 7);
    assert.is(new Set(textured).size, 7);
  },
);

test("nothing moves where that is not wanted", "", async (page) => {
  const moving = await page.evaluate(`[...document.querySelectorAll("*")]
    .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0).length`);
  assert.is(moving, 0);
});

test(
  "elsewhere it does",
  "",
  async (page) => {
    const moving = await page.evaluate(`[...document.querySelectorAll("button")]
      .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0).length`);
    assert.ok(Number(moving) > 0);
  },
  { reducedMotion: "no-preference" },
);

test.run();

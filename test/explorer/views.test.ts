// The views below the buffer: two ABIs side by side, what a receiver gets, the structs. Each is held against the codec and the models.

import {
  type AbiName,
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  encodeControl,
  rights,
  timestampNs,
} from "cmsg/codec";
import { type ModelSystem, receiveControl, structViews } from "cmsg/model";
import type { Page } from "playwright-core";
import { assert } from "../support/assert.js";
import { fragmentWith, inAddress, pageSuite, pick, texts } from "../support/browser.js";

const test = await pageSuite("explorer: views");

const ABI = "linux-x86_64-glibc";
const MESSAGES = [
  rights([3, 4, 5]),
  timestampNs(5_000_000_007n),
  credentials({ pid: 1, uid: 2, gid: 3 }),
];
const BYTES = encodeControl(MESSAGES, { abi: ABI });

function blocks(page: Page, abi: AbiName) {
  return page.locator(`.compare-block[aria-label$="in ${abi}"]`);
}

test(
  "compare: the same messages in both, and the bytes that differ outlined",
  fragmentWith(BYTES, ABI, { t: "compare" }),
  async (page) => {
    for (const other of ["linux-i386-glibc", "linux-x86_64-musl", "linux-s390x-glibc"] as const) {
      await pick(page, "Compare with", other);
      assert.is(await inAddress(page, "o"), other);
      const there = encodeControl(MESSAGES, { abi: other });
      for (const [abi, bytes] of [
        [ABI, BYTES],
        [other, there],
      ] as const) {
        assert.is(await blocks(page, abi).count(), MESSAGES.length);
        const cells = await blocks(page, abi).locator(".cell").allTextContents();
        assert.is(cells.join(""), Buffer.from(bytes).toString("hex"), abi);
      }
      let at = 0;
      let from = 0;
      for (const [i, message] of MESSAGES.entries()) {
        const [mine, theirs] = [ABI, other].map((abi) =>
          encodeControl([message], { abi: abi as AbiName }),
        );
        const differing = Array.from(mine ?? [], (byte, j) => theirs?.[j] !== byte);
        const marked = await blocks(page, ABI)
          .nth(i)
          .locator(".cell")
          .evaluateAll((all) =>
            all.map((one) =>
              (
                one as unknown as { classList: { contains(name: string): boolean } }
              ).classList.contains("differs"),
            ),
          );
        assert.equal(marked, differing, `${other}, message ${i}`);
        at += mine?.length ?? 0;
        from += theirs?.length ?? 0;
      }
      assert.equal([at, from], [BYTES.length, there.length]);
    }
  },
);

test(
  "compare: LEN and SPACE under each message and in all",
  fragmentWith(BYTES, ABI, { t: "compare", o: "netbsd-amd64" }),
  async (page) => {
    const bytes = encodeControl([rights([1, 2])], { abi: ABI });
    await page.evaluate(
      `location.hash = ${JSON.stringify(fragmentWith(bytes, ABI, { o: "netbsd-amd64" }))}`,
    );
    await inAddress(page, "v");
    const sizes = (["linux-x86_64-glibc", "netbsd-amd64"] as const).map((abi) => [
      CMSG_LEN(8, { abi }),
      CMSG_SPACE(8, { abi }),
    ]);
    assert.equal(
      await texts(page, ".compare-size"),
      sizes.map(([length, space]) => `LEN ${length}, SPACE ${space}`),
    );
    const totals = (await texts(page, ".compare-totals dd")).map(Number);
    assert.equal(totals, sizes.flat());
  },
);

test(
  "compare: what the other system does not have is said to be missing",
  fragmentWith(BYTES, ABI, { t: "compare", o: "darwin-arm64" }),
  async (page) => {
    const titles = await blocks(page, "darwin-arm64").locator("h4").allTextContents();
    assert.match(titles[0] ?? "", /SCM_RIGHTS/);
    assert.is(titles[2], "2not in darwin-arm64");
    assert.is(titles.length, 3);
    const missing = page.getByRole("region", { name: "message 2: not in darwin-arm64" });
    assert.match(await missing.innerText(), /messages\[2\]/);
  },
);

const SYSTEMS: readonly (readonly [title: string, system: ModelSystem, abi: AbiName])[] = [
  ["Linux", "linux", ABI],
  ["macOS", "darwin", "darwin-arm64"],
  ["FreeBSD", "freebsd", "freebsd-amd64"],
  ["NetBSD", "netbsd", "netbsd-amd64"],
];

const FATES = { whole: "arrives whole", cut: "is cut", lost: "is lost" } as const;

test(
  "receive: the slider shows what each system delivers",
  fragmentWith(encodeControl([rights([3, 4, 5]), rights([6])], { abi: ABI }), ABI, {
    t: "receive",
  }),
  async (page) => {
    const sent = [rights([3, 4, 5]), rights([6])];
    const most = Number(await page.getByRole("slider").getAttribute("max"));
    assert.is(most, encodeControl(sent, { abi: ABI }).length);
    for (const room of [0, 11, 12, 16, 20, 24, 27, 32, 40, 44, 52, most]) {
      await page.getByRole("slider").fill(String(room));
      assert.is(await inAddress(page, "n"), String(room));
      for (const [title, system, abi] of SYSTEMS) {
        const expected = receiveControl(sent, { system, abi, controlLimit: room });
        const where = `${title}, ${room} bytes`;
        const text = await page.getByRole("region", { name: title, exact: true }).innerText();
        assert.is(text.includes("MSG_CTRUNC is set"), expected.truncated, where);
        assert.ok(text.includes(`msg_controllen ${expected.controlLength}`), where);
        for (const { fate, reason } of expected.messages) {
          assert.ok(text.includes(FATES[fate]), where);
          assert.ok(text.includes(reason), `${where}: ${reason}`);
        }
        const cells = await page
          .getByRole("region", { name: title, exact: true })
          .locator(".cell")
          .allTextContents();
        assert.is(cells.join(""), Buffer.from(expected.bytes).toString("hex"), where);
      }
    }
  },
);

test(
  "structs: members and holes of the ABI, in the manner of pahole",
  fragmentWith(BYTES, ABI, { t: "structs" }),
  async (page) => {
    for (const abi of [
      ABI,
      "linux-x86_64-musl",
      "linux-m68k-glibc",
      "windows-x64",
      "openbsd-sparc64",
    ] as const) {
      await page.evaluate(`location.hash = "v=1&a=${abi}&t=structs&c="`);
      await inAddress(page, "v");
      const views = structViews(abi);
      const shownNames = await page.locator(".struct h3").allInnerTexts();
      assert.equal(
        shownNames,
        views.map(({ name }) => `struct ${name}`),
      );
      for (const { name, size, rows } of views) {
        const shown = await page
          .getByRole("region", { name: `struct ${name}`, exact: true })
          .locator("pre")
          .innerText();
        for (const row of rows) {
          if (row.name === null) continue;
          const member = new RegExp(
            `^ *${row.type?.replace("*", "\\*")} ?${row.name}\\b.*/\\* +${row.offset} +${row.length} \\*/`,
            "m",
          );
          assert.match(shown, member, `${abi} ${name}`);
        }
        const numbers = (pattern: RegExp) =>
          [...shown.matchAll(pattern)].map(([, bytes]) => Number(bytes));
        const holes = numbers(/XXX (\d+) bytes? hole/g);
        const padding = numbers(/padding: (\d+)/g);
        const wanted = rows.filter((row) => row.name === null).map(({ length }) => length);
        assert.equal([...holes, ...padding], wanted, `${abi} ${name}`);
        assert.is(padding.length, rows.at(-1)?.name === null ? 1 : 0, `${abi} ${name}`);
        assert.ok(shown.includes(`size: ${size},`), `${abi} ${name}`);
      }
    }
  },
);

test(
  "structs: a hole of cmsghdr is drawn with the texture of padding",
  "v=1&a=linux-x86_64-musl&t=structs",
  async (page) => {
    const drawn = page.locator("section[aria-label='struct cmsghdr'] .struct-part");
    assert.equal(await drawn.allInnerTexts(), ["cmsg_len", "hole", "cmsg_level", "cmsg_type"]);
    assert.match((await drawn.nth(1).getAttribute("class")) ?? "", /role-pad/);
  },
);

test("every ABI has all views", "", async (page) => {
  const some = abis().filter((_, i) => i % 9 === 0);
  for (const abi of some) {
    for (const tab of ["compare", "receive", "structs", "export"]) {
      const bytes = encodeControl(abi.startsWith("windows") ? [] : [rights([3])], { abi });
      await page.evaluate(
        `location.hash = ${JSON.stringify(fragmentWith(bytes, abi, { t: tab }))}`,
      );
      assert.is(await inAddress(page, "a"), abi);
      assert.ok((await page.locator("#tab-panel").innerText()).length > 50, `${abi} ${tab}`);
    }
  }
});

test.run();

// Random bytes in random ABIs: the page draws the same partition, walk and problems as explain(), and never an error.

import { type AbiName, abis, explain, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { fragmentWith, inAddress, pageSuite, texts } from "../support/browser.js";
import { Random, seed } from "../support/random.js";

const test = await pageSuite("explorer: random bytes");

/** Bytes with numbers in them that headers have, so that there are some to walk. */
function buffer(next: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from({ length: next(90) }, () => next(256));
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    if (next(3) > 0) bytes.set([[0, 8, 12, 16, 17, 20, 24, 1, 255][next(9)] ?? 0, 0, 0, 0], at);
  }
  return bytes;
}

test(`spans are the partition, steps the walk (CMSG_TEST_SEED=${seed})`, "", async (page) => {
  const generator = new Random();
  const next = (below: number): number => generator.below(below);
  const names = abis();
  for (let i = 0; i < 40; i++) {
    const bytes = buffer(next);
    const abi = names[next(names.length)] as AbiName;
    const rule = rules()[next(rules().length)] ?? "musl";
    const tab = ["compare", "receive", "structs", "export", "import"][next(5)] ?? "";
    const fragment = fragmentWith(bytes, abi, { t: tab, w: rule, n: next(100), p: next(4) });
    await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
    assert.is(await inAddress(page, "a"), abi);
    const { spans } = explain(bytes, { abi });
    const cells = (await page.locator("#grid [role=gridcell]").evaluateAll((all) =>
      all.map((one) => {
        const { textContent, dataset, classList } = one as unknown as {
          textContent: string;
          dataset: { span: string };
          classList: Iterable<string>;
        };
        const role = [...classList].find((name) => name.startsWith("role-"))?.slice(5);
        return `${textContent} ${dataset.span} ${role}`;
      }),
    )) as string[];
    const expected = Array.from(bytes, (byte, at) => {
      const span = spans.find(({ from, to }) => at >= from && at < to);
      return `${byte.toString(16).padStart(2, "0")} ${span?.from} ${span?.role}`;
    });
    assert.equal(cells, expected, `${abi} ${fragment}`);
    const walked = explain(bytes, { abi, rule }).steps.map(({ text }) => text);
    assert.equal(await texts(page, ".step-list button"), walked, fragment);
  }
});

test.run();

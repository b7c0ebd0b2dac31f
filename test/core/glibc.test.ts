// The core against this host's own <sys/socket.h>: a C program compiled here answers for its macros, thousands of times.

import {
  CMSG_LEN,
  CMSG_SPACE,
  encodeControl,
  hostAbi,
  layout,
  type RuleName,
  walk,
} from "cmsg/codec";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { damagedBuffer, messageOf } from "../support/buffers.js";
import { ask, cannotCompile } from "../support/compiled.js";
import { COMPILED } from "../support/layouts.js";
import { Model } from "../support/model.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const BUFFERS = 20_000;
const abi = hostAbi().name;
const recorded = COMPILED.find((known) => known.abi === abi);
const test = suite("core and this host's headers");

const SOURCE = "test/core/macros.c";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex") || "-";

/** glibc got a new CMSG_NXTHDR in 2.37, and distributions carry it in older ones: a last message without padding tells. */
async function hostRule(): Promise<RuleName> {
  const own = layout(abi).cmsg.rule;
  if (own !== "glibc") return own;
  const one = { level: 1, type: 1, payload: new Uint8Array(1) };
  const two = encodeControl([one, one], { abi, trimLast: true });
  const [answer = ""] = await ask(SOURCE, [`walk ${hexOf(two)}`]);
  return answer.split(" ").length === 4 ? "glibc" : "glibc-old";
}

function compare(model: Model): void {
  test("sizes, offsets and widths of the structs", async () => {
    const [answer = ""] = await ask(SOURCE, ["layout"]);
    const words = answer.split(" ");
    const ours = layout(abi);
    const structs = ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;
    structs.forEach((name, i) => {
      assert.equal([name, String(ours[name]?.size)], words.slice(2 * i, 2 * i + 2));
    });
    const members = words.slice(2 * structs.length);
    assert.is(members.length, 3 * 15);
    for (let i = 0; i < members.length; i += 3) {
      const [path = "", offset, width] = members.slice(i, i + 3);
      const [struct, member = ""] = path.split(".") as [(typeof structs)[number], string];
      const place = ours[struct]?.fields[member];
      assert.equal([String(place?.offset), String(place?.width)], [offset, width], path);
    }
  });

  test("CMSG_LEN and CMSG_SPACE", async () => {
    const sizes = [...Array.from({ length: 1100 }, (_, n) => n), 65536, 0x7fffff00];
    const answers = await ask(
      SOURCE,
      sizes.map((n) => `lengths ${n}`),
    );
    sizes.forEach((n, i) => {
      assert.is(`${CMSG_LEN(n, { abi })} ${CMSG_SPACE(n, { abi })}`, answers[i], String(n));
    });
  });

  test("the bytes that the macros build", async () => {
    const lists = fc.sample(fc.array(messageOf(300), { maxLength: 20, minLength: 1 }), {
      numRuns: BUFFERS / 10,
      seed,
    });
    const lines = lists.map((messages) => {
      const parts = messages.map(
        ({ level, type, payload }) => `${level} ${type} ${hexOf(payload)}`,
      );
      return `build ${messages.length} ${parts.join(" ")}`;
    });
    const answers = await ask(SOURCE, lines);
    lists.forEach((messages, i) => {
      assert.is(hexOf(encodeControl(messages, { abi })), answers[i], `seed ${seed}`);
    });
  });

  test("the headers that the macros visit, in damaged and in random buffers", async () => {
    const random = new Random();
    const damaged = fc.sample(damagedBuffer(model), { numRuns: BUFFERS / 2, seed });
    const buffers = [
      ...damaged,
      ...Array.from({ length: BUFFERS / 2 }, () => {
        const bytes = random.bytes(random.below(257));
        return bytes.map((byte) => (byte < 200 ? 0 : byte & 63));
      }),
    ];
    const rule = await hostRule();
    const answers = await ask(
      SOURCE,
      buffers.map((bytes) => `walk ${hexOf(bytes)}`),
    );
    buffers.forEach((bytes, i) => {
      const [address = "", ...theirs] = (answers[i] ?? "").split(" ");
      const { headers, end } = walk(bytes, { abi, rule, address: BigInt(address) });
      const ours = [...headers.map(({ offset }) => String(offset)), end];
      assert.equal(ours, theirs, `seed ${seed}, ${hexOf(bytes)}`);
    });
  });
}

const missing = recorded === undefined ? `nothing is known of ${abi}` : cannotCompile(SOURCE);
if (missing !== undefined) test.skip("this host's macros", missing);
else if (recorded !== undefined) compare(new Model(recorded));

test.run();

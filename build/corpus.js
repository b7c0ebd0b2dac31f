// npm run corpus: writes fuzz/corpus, one small control buffer for each interesting case and named after what it shows.
// They are made by this package's own encoder; finds of campaigns, which lie in fuzz/finds, are added as they were found.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { credentials, encodeControl, layout, rights } from "cmsg/codec";

const FOLDER = "fuzz/corpus";

/** ABIs that differ in every column of a header: width and place of cmsg_len, alignment, byte order. */
const ABIS = /** @type {const} */ ([
  "linux-x86_64-glibc",
  "linux-i386-glibc",
  "linux-s390x-musl",
  "darwin-arm64",
  "netbsd-aarch64",
]);

/** @typedef {(abi: typeof ABIS[number]) => Uint8Array} Make */

/** @param {typeof ABIS[number]} abi @param {Uint8Array} bytes @param {number} at @param {bigint} length */
function withLength(abi, bytes, at, length) {
  const { cmsghdr, endian } = layout(abi);
  const { offset = 0, width = 4 } = cmsghdr.fields["cmsg_len"] ?? {};
  const copy = bytes.slice();
  for (let i = 0; i < width; i++) {
    const place = at + offset + (endian === "little" ? i : width - 1 - i);
    if (place < copy.length) copy[place] = Number((length >> BigInt(8 * i)) & 0xffn);
  }
  return copy;
}

/** @param {typeof ABIS[number]} abi */
const two = (abi) =>
  encodeControl([rights([3]), { level: 1, type: 1, payload: Uint8Array.of(7) }], { abi });

/** @param {typeof ABIS[number]} abi */
const space = (abi) => encodeControl([rights([3])], { abi }).length;

/** @param {...Uint8Array} parts */
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** @type {Readonly<Record<string, Make>>} */
const CASES = {
  "one-descriptor": (abi) => encodeControl([rights([3])], { abi }),
  "three-descriptors": (abi) => encodeControl([rights([3, 4, 5])], { abi }),
  "no-descriptor": (abi) => encodeControl([rights([])], { abi }),
  "two-messages": two,
  "empty-message-last": (abi) =>
    encodeControl([rights([3]), { level: 1, type: 1, payload: new Uint8Array(0) }], { abi }),
  "no-padding-behind-the-last": (abi) =>
    encodeControl([rights([3]), { level: 1, type: 1, payload: Uint8Array.of(7) }], {
      abi,
      trimLast: true,
    }),
  "payload-of-one-byte": (abi) =>
    encodeControl([{ level: 1, type: 1, payload: Uint8Array.of(9) }], { abi }),
  "unknown-level": (abi) =>
    encodeControl([{ level: 0x7ffffff, type: -1, payload: new Uint8Array(8) }], { abi }),
  "descriptors-at-the-limit": (abi) =>
    encodeControl([rights(Array.from({ length: 253 }, () => 0))], { abi }),
  "one-descriptor-too-many": (abi) =>
    encodeControl([{ level: 1, type: 1, payload: new Uint8Array(254 * 4) }], { abi }),
  "length-zero": (abi) => withLength(abi, two(abi), 0, 0n),
  "length-zero-in-the-second": (abi) => withLength(abi, two(abi), space(abi), 0n),
  "length-one-below-the-header": (abi) =>
    withLength(abi, two(abi), 0, BigInt(layout(abi).cmsg.dataOffset - 1)),
  "length-of-the-header-alone": (abi) =>
    withLength(abi, two(abi), 0, BigInt(layout(abi).cmsghdr.size)),
  "length-one-past-the-end": (abi) => withLength(abi, two(abi), 0, BigInt(two(abi).length + 1)),
  "length-to-the-end": (abi) => withLength(abi, two(abi), 0, BigInt(two(abi).length)),
  "length-that-rounds-to-zero": (abi) => withLength(abi, two(abi), 0, (1n << 64n) - 1n),
  "length-above-31-bits": (abi) => withLength(abi, two(abi), 0, 0x80000000n),
  "length-above-32-bits": (abi) => withLength(abi, two(abi), 0, (1n << 32n) + 20n),
  "length-that-wraps-to-the-start": (abi) =>
    withLength(abi, two(abi), space(abi), (1n << 64n) - BigInt(space(abi))),
  "dirty-padding": (abi) => {
    const bytes = two(abi);
    const { dataOffset } = layout(abi).cmsg;
    return bytes.map((byte, i) => (i >= dataOffset + 4 && i < space(abi) ? 0xee : byte));
  },
  "tail-of-zeros": (abi) => join(two(abi), new Uint8Array(16)),
  "tail-shorter-than-a-header": (abi) =>
    join(two(abi), new Uint8Array(layout(abi).cmsghdr.size - 1)),
  "cut-inside-the-header": (abi) => two(abi).slice(0, space(abi) + 5),
  "cut-inside-the-payload": (abi) =>
    encodeControl([rights([3, 4])], { abi }).slice(0, layout(abi).cmsg.dataOffset + 6),
};

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const abi of ABIS) {
  for (const [name, make] of Object.entries(CASES)) {
    writeFileSync(`${FOLDER}/${name}.${abi}.bin`, make(abi));
  }
}
const abi = "linux-x86_64-glibc";
const one = encodeControl([credentials({ pid: 1, uid: 2, gid: 3 })], { abi });
writeFileSync(`${FOLDER}/credentials.${abi}.bin`, one);
writeFileSync(
  `${FOLDER}/two-abis-in-one-buffer.bin`,
  join(one, encodeControl([rights([3])], { abi: "linux-s390x-glibc" })),
);
writeFileSync(`${FOLDER}/nothing.bin`, new Uint8Array(0));
// Finds of campaigns, kept as they were found.
for (const name of readdirSync("fuzz/finds")) {
  if (name.endsWith(".bin"))
    writeFileSync(`${FOLDER}/find-${name}`, readFileSync(`fuzz/finds/${name}`));
}

console.log(`${readdirSync(FOLDER).length} files in ${FOLDER}`);

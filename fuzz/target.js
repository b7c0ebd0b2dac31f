// What must hold in the codec whatever the bytes are, as a target in the convention of Jazzer.js: `npx jazzer fuzz/target`. Also run by
// `npx cmsg fuzz --target fuzz/target.js`, and by the tests.

import { checkControl, decodeControl, encodeControl, explain, walk } from "cmsg/codec";

/** ABIs that differ in width and place of cmsg_len, alignment and byte order. */
export const ABIS = /** @type {const} */ ([
  "linux-x86_64-glibc",
  "linux-i386-glibc",
  "linux-s390x-musl",
  "darwin-arm64",
  "netbsd-aarch64",
]);

/** @param {unknown} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

/** Spans partition the bytes. @param {Uint8Array} data @param {typeof ABIS[number]} abi */
function partitioned(data, abi) {
  const { spans, steps, problems } = explain(data, { abi });
  let at = 0;
  for (const { from, to } of spans) {
    check(from === at && to > from, `each span begins where the one before ends (${abi})`);
    at = to;
  }
  check(at === data.length, `spans end with the bytes (${abi})`);
  check(steps.length > 0, `a walk has a step (${abi})`);
  for (const { offset } of problems)
    check(offset >= 0 && offset <= data.length, `a problem lies inside (${abi})`);
}

/** What was decoded encodes to bytes that decode to the same. @param {Uint8Array} data @param {typeof ABIS[number]} abi */
function fixpoint(data, abi) {
  const plain = decodeControl(data, { abi }).messages.map(({ level, type, payload }) => ({
    level,
    type,
    payload,
  }));
  const bytes = encodeControl(plain, { abi });
  const again = decodeControl(bytes, { abi });
  check(again.messages.length === plain.length, `as many messages again (${abi})`);
  check(
    !again.problems.some(({ code }) => code.startsWith("ERR_CMSG_LENGTH")),
    `what we encode is well-formed (${abi})`,
  );
  const more = again.messages.map(({ level, type, payload }) => ({ level, type, payload }));
  check(Buffer.compare(encodeControl(more, { abi }), bytes) === 0, `the same bytes again (${abi})`);
}

/** Everything that must hold for bytes of an ABI. @param {Uint8Array} data @param {typeof ABIS[number]} abi */
export function fuzzAs(data, abi) {
  partitioned(data, abi);
  fixpoint(data, abi);
  const { headers, end } = walk(data, { abi });
  check(headers.length <= data.length, `a walk ends (${abi})`);
  const { errno, offset } = checkControl(data, { for: "sendmsg", abi: "linux-x86_64-glibc" });
  check((errno === null) === (offset === null), "an error has a place");
  return `${abi} ${headers.length} ${end} ${errno}`;
}

/** Takes the bytes of an input, whose number says of which ABI they are; throws when something does not hold. @param {Uint8Array} data */
export function fuzz(data) {
  return fuzzAs(data, ABIS[data.length % ABIS.length] ?? ABIS[0]);
}

// Takes the steps of dist/conformance.json with the exports of core.wasm. Plain script, no imports: every engine can load it.

/**
 * @param {Record<string, any>} core exports of core.wasm
 * @param {readonly (readonly [string, any, any, any?])[]} steps
 * @returns {string} the line that every host has to print
 */
function playConformance(core, steps) {
  const memory = new Uint8Array(core.memory.buffer);
  let checksum = 0x811c9dc5;
  let compared = 0;
  /** @type {string[]} */
  const failures = [];
  /** @param {number} byte */
  const add = (byte) => {
    checksum = Math.imul(checksum ^ byte, 0x01000193);
  };
  /** @param {string} hex @param {number} i */
  const numberAt = (hex, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  for (let at = 0; ; at++) {
    const step = steps[at];
    if (step === undefined) break;
    const [kind, where, what, expected] = step;
    if (kind === "bytes") {
      for (let i = 0; i < what.length / 2; i++) memory[where + i] = numberAt(what, i);
      continue;
    }
    compared++;
    if (kind === "call") {
      const answer = core[where](...what) | 0;
      for (let shift = 0; shift < 32; shift += 8) add((answer >>> shift) & 255);
      if (answer !== expected)
        failures.push(`step ${at}: ${where} answers ${answer}, not ${expected}`);
      continue;
    }
    let same = true;
    for (let i = 0; i < what.length / 2; i++) {
      add(memory[where + i] ?? 0);
      if (memory[where + i] !== numberAt(what, i)) same = false;
    }
    if (!same) failures.push(`step ${at}: other bytes at ${where}`);
  }
  const head = `${compared} compared, ${failures.length} failed, checksum ${(checksum >>> 0).toString(16)}`;
  return [head, ...failures.slice(0, 5)].join("; ");
}

Object.assign(globalThis, { playConformance });

// The steps as a script of the WebAssembly specification's own test format (.wast). A second module shares the core's memory: it
// answers a hash of bytes, and each write is a module of its own whose data segment is those bytes.

/** @typedef {import("./conformance-steps.js").Step} Step */

/** Bytes of hex as a string literal of the text format. @param {string} hex */
const literal = (hex) => `"${hex.replace(/../g, "\\$&")}"`;

/** FNV-1a of the bytes of hex, as an i32. @param {string} hex */
export function hashOf(hex) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < hex.length; i += 2) {
    hash = Math.imul(hash ^ Number.parseInt(hex.slice(i, i + 2), 16), 0x01000193);
  }
  return hash | 0;
}

const HASH = `(module $bytes
  (import "core" "memory" (memory 96 96))
  ;; FNV-1a of \`length\` bytes at \`at\`.
  (func (export "hash") (param $at i32) (param $length i32) (result i32)
    (local $hash i32)
    (local.set $hash (i32.const 0x811c9dc5))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $hash
          (i32.mul (i32.xor (local.get $hash) (i32.load8_u (local.get $at))) (i32.const 0x01000193)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (local.get $hash)))`;

/** @param {readonly number[]} numbers */
const constants = (numbers) => numbers.map((number) => ` (i32.const ${number | 0})`).join("");

/** @param {Step} step */
function lineOf(step) {
  switch (step[0]) {
    case "bytes":
      return `(module (import "core" "memory" (memory 96 96)) (data (i32.const ${step[1]}) ${literal(step[2])}))`;
    case "call":
      return `(assert_return (invoke $core "${step[1]}"${constants(step[2])})${constants([step[3]])})`;
    default: {
      const where = constants([step[1], step[2].length / 2]);
      return `(assert_return (invoke $bytes "hash"${where})${constants([hashOf(step[2])])})`;
    }
  }
}

/** @param {Uint8Array} core bytes of core.wasm @param {readonly Step[]} steps */
export function conformanceScript(core, steps) {
  const head = [
    ";; Conformance of core.wasm, from vectors that were compiled from the headers of 93 ABIs. Written by build/conformance.js.",
    `(module $core binary ${literal(Buffer.from(core).toString("hex"))})`,
    '(register "core" $core)',
    HASH,
  ];
  return `${[...head, ...steps.map(lineOf)].join("\n")}\n`;
}

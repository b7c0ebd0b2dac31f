// The core's exports as a table, from the built module and the doc comments of its sources: dist/core.md. Called by
// build/ready.js.

import { readFileSync, writeFileSync } from "node:fs";

/** Exported name by the name that it has in its file, with that file. */
function exportedFunctions() {
  const index = readFileSync("assembly/index.ts", "utf8");
  const found = new Map();
  for (const [, list = "", file = ""] of index.matchAll(/export \{([^}]+)\} from "\.\/(\w+)"/g)) {
    for (const entry of list.split(",")) {
      const [own = "", exported = own] = entry.trim().split(/\s+as\s+/);
      if (own !== "") found.set(exported, { own, file: `assembly/${file}.ts` });
    }
  }
  for (const [, own] of index.matchAll(/export function (\w+)/g)) {
    found.set(own, { own, file: "assembly/index.ts" });
  }
  return found;
}

/** Parameters and the sentence above a function of the sources. @param {string} file @param {string} own */
function documented(file, own) {
  const source = readFileSync(file, "utf8");
  const pattern = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export function ${own}\\(([^)]*)\\)`,
  );
  const [, comment = "", list = ""] = pattern.exec(source) ?? [];
  const text = comment
    .replace(/^\s*\* ?/gm, "")
    .trim()
    .replace(/\s+/g, " ");
  const parameters = [...list.matchAll(/(\w+): (\w+)/g)].map(([, name]) => name);
  return { text, parameters };
}

/** Writes dist/core.md; throws when an export is not documented. */
export function buildCoreTable() {
  const bytes = readFileSync("dist/core.wasm");
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module);
  const functions = /** @type {Record<string, Function>} */ (exports);
  const sources = exportedFunctions();
  const rows = WebAssembly.Module.exports(module).map(({ name, kind }) => {
    if (kind === "memory") {
      const { buffer } = /** @type {{ memory: { buffer: ArrayBuffer } }} */ (exports).memory;
      return `| \`${name}\` | memory | ${buffer.byteLength >> 16} pages of 64 KiB, never grows |`;
    }
    const { own = "", file = "" } = sources.get(name) ?? {};
    const { text, parameters } = documented(file, own);
    if (text === "" || parameters.length !== functions[name]?.length) {
      throw new Error(`${name}: not documented`);
    }
    return `| \`${name}(${parameters.join(", ")})\` | i32 | ${text.replaceAll("|", "\\|")} |`;
  });
  const page = [
    "# core.wasm",
    "",
    `${bytes.length} bytes; imports nothing; every argument and answer is an i32. Answers are >= 0, or a negative status.`,
    "",
    "| export | answers | what it does |",
    "|---|---|---|",
    ...rows,
    "",
    "## Status",
    "",
    "| status | value | means |",
    "|---|---|---|",
    ...statusRows(),
    "",
  ];
  writeFileSync("dist/core.md", page.join("\n"));
}

function statusRows() {
  const source = readFileSync("assembly/shared/status.ts", "utf8");
  const entries = source.matchAll(/\/\*\* (.+) \*\/\nexport const (\w+) = (-\d+);/g);
  return [...entries].map(([, text, name, value]) => `| \`${name}\` | ${value} | ${text} |`);
}

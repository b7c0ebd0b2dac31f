// The tables of docs/wasm-abi.md, from the built module and the doc comments of the core's sources. Part of npm run docs; a test
// holds the page to what this writes.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const PAGE = "docs/wasm-abi.md";

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

/** @param {string} comment */
const sentence = (comment) =>
  comment
    .replace(/^\s*(\*|\/\/) ?/gm, "")
    .trim()
    .replace(/\s+/g, " ")
    .replaceAll("|", "\\|");

/** Parameters and the sentence above a function of the sources. @param {string} file @param {string} own */
function documented(file, own) {
  const source = readFileSync(file, "utf8");
  const pattern = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export function ${own}\\(([^)]*)\\)`,
  );
  const [, comment = "", list = ""] = pattern.exec(source) ?? [];
  return {
    text: sentence(comment),
    parameters: [...list.matchAll(/(\w+): (\w+)/g)].map(([, name]) => name),
  };
}

function exportRows() {
  const module = new WebAssembly.Module(readFileSync("dist/core.wasm"));
  const { exports } = new WebAssembly.Instance(module);
  const functions = /** @type {Record<string, Function>} */ (exports);
  const sources = exportedFunctions();
  return WebAssembly.Module.exports(module).map(({ name, kind }) => {
    if (kind === "memory") {
      const { buffer } = /** @type {{ memory: { buffer: ArrayBuffer } }} */ (exports).memory;
      return `| \`${name}\` | ${buffer.byteLength >> 16} pages of 64 KiB, never grows |`;
    }
    const { own = "", file = "" } = sources.get(name) ?? {};
    const { text, parameters } = documented(file, own);
    if (text === "" || parameters.length !== functions[name]?.length) {
      throw new Error(`${name}: not documented`);
    }
    return `| \`${name}(${parameters.join(", ")})\` | ${text} |`;
  });
}

/** Constants of a source whose names match, those below one comment together. @param {string} file @param {RegExp} names */
function constantRows(file, names) {
  const source = readFileSync(`assembly/shared/${file}.ts`, "utf8");
  const groups = source.matchAll(
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?((?:export const \w+ = \S+;\n)+)/g,
  );
  return [...groups].flatMap(([, comment = "", list = ""]) => {
    const found = [...list.matchAll(/const (\w+) = (\S+);/g)].filter(([, name = ""]) =>
      names.test(name),
    );
    if (found.length === 0) return [];
    const named = found.map(([, name]) => `\`${name}\``).join(", ");
    return [
      `| ${named} | ${found.map(([, , value]) => value).join(", ")} | ${sentence(comment)} |`,
    ];
  });
}

function memoryMap() {
  const source = readFileSync("assembly/shared/limits.ts", "utf8");
  const lines = source.split("\n").filter((line) => /[╒├╘│]/.test(line));
  return ["```text", ...lines.map((line) => line.replace(/^\/\/ {3}/, "")), "```"];
}

const NUMBERS = ["| name | value | what it is |", "|---|---|---|"];

/** @type {Readonly<Record<string, () => string[]>>} */
const TABLES = {
  exports: () => ["| export | what it does |", "|---|---|", ...exportRows()],
  memory: memoryMap,
  status: () => [...NUMBERS, ...constantRows("status", /./)],
  columns: () => [...NUMBERS, ...constantRows("column", /^(?!COLUMN_COUNT)/)],
  kinds: () => [...NUMBERS, ...constantRows("kind", /^(?!KIND_END)/)],
  request: () => [...NUMBERS, ...constantRows("message", /^(REQUEST|OPENED|PART|MESSAGE)_/)],
  step: () => [...NUMBERS, ...constantRows("rule", /^(CHECK|STEP)_/)],
  batch: () => [...NUMBERS, ...constantRows("message", /^BATCH_/)],
  report: () => [...NUMBERS, ...constantRows("message", /^(REPORT|RECORD)_/)],
  rules: () => [...NUMBERS, ...constantRows("rule", /^(?!CHECK|STEP|RULE_COUNT|ONE|PEEKS)/)],
};

/** The page with fresh tables between its marks. @param {string} page */
export function withTables(page) {
  return page.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${(TABLES[name]?.() ?? []).join("\n")}\n\n${end}`,
  );
}

/** Names of the tables that there are. */
export const tableNames = Object.keys(TABLES);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8")));
}

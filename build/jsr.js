// node build/jsr.js FOLDER: the codec as a package for JSR, of which `deno publish` in that folder is all that is left. JSR wants
// the types named by the code, and imports by the names of files.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node build/jsr.js FOLDER");
const { version, license } = JSON.parse(readFileSync("package.json", "utf8"));

/** Copies a declaration, and those that it imports. @param {string} file @param {Set<string>} copied */
function copyTypes(file, copied) {
  if (copied.has(file)) return;
  copied.add(file);
  const text = readFileSync(join("dist/types", file), "utf8");
  const imports = [...text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)];
  for (const [, path = ""] of imports) copyTypes(`${join(dirname(file), path)}.d.ts`, copied);
  const target = join(`${folder}`, "types", file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text.replace(/((?:from |import\()"\.[^"]+)\.js"/g, '$1.d.ts"'));
}

mkdirSync(folder, { recursive: true });
copyTypes("src/codec.d.ts", new Set());
const code = readFileSync("dist/codec.js", "utf8").replace(/\/\/# sourceMappingURL.*\n?/, "");
writeFileSync(join(folder, "codec.js"), `/* @ts-self-types="./types/src/codec.d.ts" */\n${code}`);
for (const chunk of code.match(/chunk-\w+\.js/g) ?? [])
  cpSync(`dist/${chunk}`, join(folder, chunk));
for (const page of ["README.md", "LICENSE"]) cpSync(page, join(folder, page));
const files = readdirSync(folder).filter((file) => file !== "jsr.json");
const description = { name: "@cmsg/codec", version, license, exports: "./codec.js" };
const config = { ...description, publish: { include: files } };
writeFileSync(join(folder, "jsr.json"), `${JSON.stringify(config, null, 2)}\n`);

// Compares what a command line prints with a file, byte for byte: 80 and 40 columns wide, with all characters and with ASCII alone.
// CMSG_UPDATE_GOLDENS=1 npm test -- cli/golden writes the files anew; look at the difference before you keep it.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assert } from "../support/assert.js";
import { type Ended, inDirectory } from "../support/command.js";
import type { Suite } from "../support/suite.js";
import { CASES, type Case } from "./golden-cases.js";

const FOLDER = resolve("test/cli/golden");
const UPDATE = process.env.CMSG_UPDATE_GOLDENS === "1";
if (UPDATE && process.env.CI === "true") throw new Error("goldens are written by people");

const VARIANTS = [80, 40].flatMap((columns) =>
  [false, true].map((ascii) => ({
    columns,
    ascii,
    suffix: `${columns}${ascii ? ".ascii" : ""}.txt`,
  })),
);

/** What a person sees: both streams and the exit status. */
function seen({ stdout, stderr, status, signal }: Ended): string {
  const complaints = stderr === "" ? "" : `--- standard error\n${stderr}`;
  const end = status === 0 ? "" : `--- ${signal ?? `status ${status}`}\n`;
  return `${stdout}${complaints}${end}`;
}

async function shown({ run, plain }: Case, columns: number, ascii: boolean): Promise<string> {
  return await inDirectory(async (cwd) => {
    const ended = await run({ cwd, env: { COLUMNS: String(columns) } }, ascii ? ["--ascii"] : []);
    const text = seen(ended).replaceAll(cwd, "/home");
    return plain === undefined ? text : plain(text);
  });
}

/** Groups of cases, by how their names begin. Each has a file of tests: all of them take long on a busy machine. */
const GROUPS = { help: /^help/, buffers: /^(encode|decode|walk|compare)/ } as const;

/** Which group a case is in. */
function groupOf({ name }: Case): keyof typeof GROUPS | "others" {
  if (GROUPS.help.test(name)) return "help";
  return GROUPS.buffers.test(name) ? "buffers" : "others";
}

/** A test for each case of a group. */
export function addGoldens(test: Suite, group: keyof typeof GROUPS | "others"): void {
  for (const one of CASES) {
    if (groupOf(one) !== group) continue;
    test(one.name, async () => {
      for (const { columns, ascii, suffix } of VARIANTS) {
        const text = await shown(one, columns, ascii);
        const file = join(FOLDER, `${one.name}.${suffix}`);
        if (UPDATE) {
          mkdirSync(FOLDER, { recursive: true });
          writeFileSync(file, text);
        }
        assert.ok(existsSync(file), `${file} is missing: CMSG_UPDATE_GOLDENS=1 makes it`);
        assert.fixture(text, readFileSync(file, "utf8"), `${one.name}.${suffix}`);
        if (ascii) assert.match(text, /^[\t\n -~]*$/, `${one.name} is ASCII`);
      }
    });
  }
}

/** Files that belong to no case. */
export function strayGoldens(): string[] {
  const expected = CASES.flatMap(({ name }) => VARIANTS.map(({ suffix }) => `${name}.${suffix}`));
  const strays = readdirSync(FOLDER).filter((name) => !expected.includes(name));
  if (UPDATE) for (const name of strays) rmSync(join(FOLDER, name));
  return UPDATE ? [] : strays;
}

// What package.json says of this package, and which of its dependencies are installed.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Package {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(file: string | URL): Package {
  return JSON.parse(readFileSync(file, "utf8")) as Package;
}

function ownPackage(): Package {
  // The command is dist/cli.js, and its chunks lie beside it.
  return readPackage(new URL("../package.json", import.meta.url));
}

/** The version of this package. */
export function ownVersion(): string {
  return ownPackage().version;
}

/** Names and versions of the dependencies as they are installed. */
export function installedDependencies(): string {
  const names = Object.keys(ownPackage().dependencies ?? {});
  return names
    .map((name) => `${name} ${installedVersion(name) ?? "of unknown version"}`)
    .join(", ");
}

function installedVersion(name: string): string | undefined {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return readPackage(join(folder, name, "package.json")).version;
    } catch {
      // Not in this folder: the next one.
    }
  }
  return undefined;
}

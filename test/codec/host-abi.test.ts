// hostAbi(): the ABI of this process, and what other processes are taken for.

import { readFileSync } from "node:fs";
import { abis, constants, hostAbi, layout } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { codecScript, inBareContext, WEB } from "../support/bare.js";
import { suite } from "../support/suite.js";

const test = suite("host ABI");

await codecScript();

/** What a process that says this of itself is taken for. */
async function hostOf(process: unknown): Promise<{ name: string; reason: string }> {
  const host = await inBareContext("codec.hostAbi()", { ...WEB, process });
  return { ...(host as { name: string; reason: string }) };
}

/** A report that names a glibc, or none. */
const report = (glibcVersionRuntime?: string) => ({
  getReport: () => ({ header: { glibcVersionRuntime } }),
});

test("this process: a known name, the same every time, and frozen", () => {
  const host = hostAbi();
  assert.ok((abis() as readonly string[]).includes(host.name));
  assert.is(hostAbi(), host);
  assert.ok(Object.isFrozen(host));
  assert.match(host.reason, `process: ${process.platform} ${process.arch}`);
});

test("its pointers are those of this process", () => {
  const bits = process.arch.includes("64") || process.arch === "s390x" ? 8 : 4;
  assert.is(layout().pointerSize, bits);
  const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  assert.is(layout().endian, little ? "little" : "big");
  assert.type(constants().SOL_SOCKET, "number");
});

test("machines of Linux, with glibc and without", async () => {
  const pairs = [
    ["x64", "x86_64"],
    ["arm64", "aarch64"],
    ["arm", "armhf"],
    ["ia32", "i386"],
    ["s390x", "s390x"],
    ["riscv64", "riscv64"],
    ["loong64", "loongarch64"],
    ["ppc64", "ppc64le"],
    ["mipsel", "mipsel"],
  ];
  for (const [arch, machine] of pairs) {
    const glibc = await hostOf({ platform: "linux", arch, report: report("2.36") });
    assert.equal(glibc, {
      name: `linux-${machine}-glibc`,
      reason: `process: linux ${arch}; its report names glibc 2.36`,
    });
    const musl = await hostOf({ platform: "linux", arch, report: report() });
    assert.equal(musl, {
      name: `linux-${machine}-musl`,
      reason: `process: linux ${arch}; its report names no glibc`,
    });
  }
});

test("other systems", async () => {
  const known = [
    ["darwin", "arm64", "darwin-arm64"],
    ["darwin", "x64", "darwin-x86_64"],
    ["freebsd", "x64", "freebsd-amd64"],
    ["openbsd", "arm64", "openbsd-arm64"],
    ["netbsd", "arm64", "netbsd-aarch64"],
    ["sunos", "x64", "illumos-amd64"],
    ["haiku", "x64", "haiku-x86_64"],
    ["win32", "x64", "windows-x64"],
    ["win32", "ia32", "windows-x86"],
    ["android", "arm64", "android-aarch64-bionic"],
  ];
  for (const [platform, arch, name] of known) {
    assert.is((await hostOf({ platform, arch })).name, name);
  }
});

test("where nothing is known, a common ABI stands in, and says why", async () => {
  const common = "linux-x86_64-glibc";
  const browser = (await inBareContext("({ ...codec.hostAbi() })")) as {
    name: string;
    reason: string;
  };
  assert.equal(
    [browser.name, browser.reason],
    [common, "this host has no process object: a common ABI stands in"],
  );
  const cases = [
    [{}, /no process object/],
    [{ platform: "aix", arch: "ppc64" }, /^aix on ppc64 has no row/],
    [{ platform: "darwin", arch: "ppc" }, /^darwin on ppc has no row/],
    [{ platform: "win32", arch: "arm64" }, /win32 on arm64 has no row/],
    [{ platform: "constructor", arch: "toString" }, /has no row/],
  ] as const;
  for (const [process, reason] of cases) {
    const host = await hostOf(process);
    assert.is(host.name, common);
    assert.match(host.reason, reason);
  }
});

test("a process without a report, or one that cannot make it, is taken for glibc", async () => {
  const none = await hostOf({ platform: "linux", arch: "x64" });
  assert.equal(
    [none.name, none.reason],
    ["linux-x86_64-glibc", "process: linux x64; no report, glibc assumed"],
  );
  const getReport = () => {
    throw new Error("not allowed here");
  };
  const refused = await hostOf({ platform: "linux", arch: "arm64", report: { getReport } });
  assert.equal(
    [refused.name, refused.reason],
    ["linux-aarch64-glibc", "process: linux arm64; no report, glibc assumed"],
  );
});

test("the report is made without the network, and its setting is put back", async () => {
  const seen: unknown[] = [];
  const given = {
    excludeNetwork: false,
    getReport() {
      seen.push(this.excludeNetwork);
      return { header: { glibcVersionRuntime: "2.36" } };
    },
  };
  await hostOf({ platform: "linux", arch: "x64", report: given });
  assert.equal([seen, given.excludeNetwork], [[true], false]);
});

test("its C library is the one that runs this process", () => {
  if (process.platform !== "linux") return assert.not.match(hostAbi().name, /^linux-/);
  const maps = readFileSync("/proc/self/maps", "utf8");
  assert.is(hostAbi().name.split("-")[2], /ld-musl|libc\.musl/.test(maps) ? "musl" : "glibc");
});

test.run();

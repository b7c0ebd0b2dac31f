// cmsg types: the catalogue as text and as JSON, filtered, of one ABI or of all.

import { type AbiName, abis, definitions, describeControl, hostAbi } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg types");

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(["types", ...args]);
  assert.equal([status, stderr], [0, ""]);
  return stdout;
}

type Described = NonNullable<ReturnType<typeof describeControl>>;

async function listed(...args: readonly string[]): Promise<Described[]> {
  return JSON.parse(await printed("--json", ...args)) as Described[];
}

const exported = (list: readonly Described[]): (string | null)[] => list.map((one) => one.exported);

test("lists every definition under its level, no wider than a terminal", async () => {
  const text = await printed();
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  const heads = text.split("\n").filter((line) => /^ {2}\w/.test(line));
  assert.is(heads.length, definitions().length);
  const host = hostAbi().name as AbiName;
  for (const definition of definitions()) {
    const one = describeControl(definition, { abi: host });
    if (one === null) continue;
    const { name, type, exported: known, levelName, level, enable } = one;
    const head = heads.find(
      (line) => line.startsWith(`  ${name} (${type}) `) && line.endsWith(` ${known}`),
    );
    assert.ok(head, `${name} ${known}`);
    assert.match(
      text,
      `\n${levelName} (${level})\n`.slice(text.startsWith(`${levelName} (`) ? 1 : 0),
    );
    for (const option of enable) assert.match(text, option);
  }
  const proven = definitions().filter((definition) => definition.proven).length;
  assert.match(
    text,
    `\n${definitions().length} control messages, ${proven} proven against a kernel\n`,
  );
});

test("an entry says payload, option, system and proof", async () => {
  const [abi] = ["linux-x86_64-glibc"];
  const text = await printed("--abi", abi, "passcred");
  const [level, , head, payload, option, origin, , total] = text.split("\n");
  assert.is(level, "SOL_SOCKET (1)");
  assert.match(head ?? "", /^ {2}SCM_CREDENTIALS \(2\) +send, receive +credentials$/);
  assert.is(payload, "      12 bytes: int32_t pid, uint32_t uid, uint32_t gid");
  assert.is(option, "      SO_PASSCRED, set by enable(socket, credentials)");
  assert.match(
    origin ?? "",
    /^ {6}(since .*, )?on .*linux.*; (not proven against a kernel|proven against a kernel of Linux)$/,
  );
  assert.match(total ?? "", /^1 control message, [01] proven against a kernel$/);
  assert.match(await printed("-a", abi, "udpGro"), "4 bytes: int32_t segment (bytes)");
  assert.match(await printed("-a", abi, "scm_rights"), "4 × n bytes, at most 1012: int32_t fd[]");
});

test("a filter is part of a name of type, level or option, or the beginning of a system's", async () => {
  assert.equal(exported(await listed("SCM_CREDENTIALS")), ["credentials"]);
  assert.equal(exported(await listed("scm_rights")), ["rights"]);
  assert.ok(exported(await listed("ttl")).includes("ttl"));
  assert.ok(exported(await listed("RECVTTL")).includes("ttl"));
  const six = await listed("sol_ipv6");
  assert.equal(await listed("ipproto_ipv6"), six);
  assert.ok(six.length > 3);
  for (const { levelName } of six) assert.match(String(levelName), /IPV6/);
  const bsd = await listed("freebsd");
  assert.ok(exported(bsd).includes("rights"));
  assert.not.ok(exported(bsd).includes("credentials"));
  for (const { abi, systems } of bsd) {
    assert.match(abi, /^freebsd-/);
    assert.ok(systems.includes("freebsd"));
  }
});

test("--abi has the numbers of that ABI, and what it lacks is not there", async () => {
  for (const abi of ["linux-mips-glibc", "freebsd-amd64", "darwin-arm64", "windows-x64"] as const) {
    const { status, stdout } = await run(["types", "--json", "--abi", abi]);
    const having = definitions().map((definition) => describeControl(definition, { abi }));
    const expected = having.filter((one) => one !== null);
    assert.is(status, expected.length === 0 ? 2 : 0);
    if (status === 0) assert.equal(JSON.parse(stdout), JSON.parse(JSON.stringify(expected)));
  }
  const [credentials] = await listed("-a", "linux-mips-glibc", "SCM_CREDENTIALS");
  assert.equal([credentials?.level, credentials?.type], [65535, 2]);
});

test("JSON is what describeControl answers", async () => {
  const list = await listed();
  assert.is(list.length, definitions().length);
  for (const [i, definition] of definitions().entries()) {
    const one = list[i] as Described;
    assert.ok(abis().includes(one.abi as AbiName));
    const described = describeControl(definition, { abi: one.abi as AbiName });
    assert.equal(one, JSON.parse(JSON.stringify(described)));
  }
});

test("what nothing is called is refused, with what is like it", async () => {
  for (const [args, says] of [
    [
      ["credntials"],
      /^cmsg: no type, level, option or system has 'credntials' in its name; close to it: .*credentials/,
    ],
    [["passcerd"], /close to it: SO_PASSCRED/],
    [["zzzz"], /has 'zzzz' in its name$/m],
    [["--abi", "darwin-arm64", "passcred"], /system of darwin-arm64 has 'passcred'/],
    [["ttl", "tos"], /'tos' is too much/],
    [["--abi", "vax"], /--abi knows no 'vax'/],
    [["--abi", "linux-*"], /--abi takes one ABI here, not \d+/],
  ] as const) {
    const { status, stdout, stderr } = await run(["types", ...args]);
    assert.equal([status, stdout], [2, ""]);
    assert.match(stderr, says);
    assert.is(stderr.trimEnd().split("\n").length, 1);
  }
});

test.run();

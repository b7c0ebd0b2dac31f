// docs/cli-json.md and what the command prints with --json say the same: every key is documented, and every documented key is printed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, Fd, listenUnix, sendFds, socket } from "cmsg";
import { assert } from "../support/assert.js";
import { type Ended, inDirectory, listening, run, start } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg --json");

/** A documented key. */
interface Row {
  readonly types: readonly string[];
  readonly optional: boolean;
}

type Rows = ReadonlyMap<string, Row>;

const TEXT = readFileSync("docs/cli-json.md", "utf8");

function rowsIn(section: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const [, key = "", type = ""] of section.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)) {
    const optional = type.trim().endsWith(", optional");
    rows.set(key, { types: type.trim().replace(", optional", "").split(" or "), optional });
  }
  return rows;
}

const SECTIONS = new Map<string, Map<string, Row>>();
for (const section of TEXT.split(/^## /m).slice(1)) {
  const [, name] = /^`cmsg (\w+)`/.exec(section) ?? [];
  if (name !== undefined) SECTIONS.set(name, rowsIn(section));
}

/** Rows with those that a row refers to, `as …`, in their place. */
function expanded(rows: Map<string, Row>): Rows {
  const all = new Map(rows);
  for (const [key, { types, optional }] of rows) {
    const [, other = ""] = /^as `([^`]+)`/.exec(types[0] ?? "") ?? [];
    if (other === "") continue;
    const [, command] = /^cmsg (\w+)$/.exec(other) ?? [];
    const from = command === undefined ? rows : (SECTIONS.get(command) ?? new Map());
    const base = command === undefined ? other : key;
    const own = types.slice(1);
    all.set(key, { types: [...(from.get(base)?.types ?? []), ...own], optional });
    for (const [each, row] of from) {
      if (/^[.[]/.test(each.slice(base.length)) && each.startsWith(base))
        all.set(key + each.slice(base.length), row);
    }
  }
  return all;
}

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** Holds a value against the rows, and notes which keys have been there. */
function hold(value: unknown, path: string, rows: Rows, seen: Set<string>): void {
  const row = rows.get(path);
  seen.add(path);
  if (path !== "" && !path.endsWith("[]")) assert.ok(row, `${path} is not documented`);
  const { types = ["array", "object"] } = row ?? {};
  if (types.includes("any")) return;
  const kind = kindOf(value);
  if (kind === "object" && types.includes("map")) return;
  if (row !== undefined)
    assert.ok(types.includes(kind), `${path} is ${kind}, documented as ${types}`);
  if (Array.isArray(value)) for (const item of value) hold(item, `${path}[]`, rows, seen);
  else if (kind === "object") {
    const object = value as Readonly<Record<string, unknown>>;
    const front = path === "" ? "" : `${path}.`;
    for (const [key, inner] of Object.entries(object)) hold(inner, front + key, rows, seen);
    for (const [key, { optional }] of rows) {
      const name = key.startsWith(front) ? key.slice(front.length) : "";
      if (/^\w+$/.test(name) && !optional) assert.ok(name in object, `${key} is missing`);
    }
  }
}

const BYTES =
  "14000000 00000000 01000000 01000000 05000000 ?? ?? ?? ?? 1c000000 00000000 01000000 63000000 aabb";
const ENCODED = ["rights", "fd=3", "credentials", "pid=1", "uid=2", "gid=3"];

const stdout = async (...args: readonly string[]): Promise<string> =>
  (await run([...args, "--json"])).stdout;

const decoded = async (command: string, ...more: readonly string[]): Promise<string> =>
  (await run([command, "--abi", "linux-x86_64-glibc", ...more, "--json"], { input: BYTES })).stdout;

/** Sends a file and two sockets to `cmsg recv --json`. */
async function received(more: readonly string[]): Promise<Ended> {
  return await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "file"), "content");
    const receiver = await listening(["door", "--json", ...more], { cwd });
    using server = listenUnix({ path: join(cwd, "other") });
    using connection = socket();
    connect(connection, { path: join(cwd, "door") });
    using file = Fd.open(join(cwd, "file"));
    if (more.length > 0) sendFds(connection, [file], { data: "file\n" });
    else sendFds(connection, [connection, server, file], { data: Buffer.of(0xff) });
    connection.close();
    const ended = await receiver.ended;
    assert.is(ended.stdout.endsWith("\n"), true);
    return ended;
  });
}

async function sent(): Promise<string> {
  return await inDirectory(async (cwd) => {
    const receiver = await listening(["door"], { cwd });
    const { stdout: text } = await run(["send", "door", "/", "--json"], { cwd });
    await receiver.ended;
    return text;
  });
}

/** Descriptors of this process, a listening socket among them. */
async function described(): Promise<string> {
  return await inDirectory(async (cwd) => {
    using server = listenUnix({ path: join(cwd, "door") });
    const { stdout: text } = await run(["fds", String(process.pid), "--json"]);
    assert.match(text, `"fd": ${server.number},`);
    return text;
  });
}

const TALK = `
import socket
left, right = socket.socketpair()
right.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
socket.send_fds(left, [b"x"], [0])
right.recvmsg(10, 1000)
socket.send_fds(left, [b"x"], [0])
right.recvmsg(10, 20)
`;

async function explored(): Promise<string> {
  const running = start(["explore", "--json", "--quiet"]);
  await Promise.race([running.printed("\n"), running.ended]);
  running.child.kill("SIGINT");
  const { stdout: text, stderr } = await running.ended;
  return stderr.includes("is not built") ? '{"url":"","port":0}\n' : text;
}

async function fuzzed(): Promise<string> {
  return await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "parser.mjs"), "export default () => { throw new Error('always'); };");
    const line = ["fuzz", "--target", "parser.mjs", "--runs", "10", "--json"];
    return (await run(line, { cwd })).stdout;
  });
}

/** Outputs that have all keys of a command together; lines are values of their own. */
const OUTPUTS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  send: async () => [await sent()],
  recv: async () => {
    const plain = await received([]);
    const out = await received(["--out", "copies"]);
    return [...plain.stdout.trimEnd().split("\n"), ...out.stdout.trimEnd().split("\n")];
  },
  fds: async () => [await described()],
  trace: async () =>
    hasProgram("strace", "strace")
      ? await stdout("trace", "-q", "--json", "python3", "-c", TALK).then(traced)
      : [],
  encode: async () => [await stdout("encode", ...ENCODED)],
  decode: async () => [await decoded("decode")],
  walk: async () => (await decoded("walk", "--all")).trimEnd().split("\n"),
  compare: async () => [
    await stdout("compare", "--abi", "linux-x86_64-glibc,darwin-arm64", ...ENCODED),
    (await run(["compare", "--abi", "host,linux-i386-musl", "--json"], { input: BYTES })).stdout,
  ],
  explore: async () => [await explored()],
  fuzz: async () => [await fuzzed()],
  layout: async () => [await stdout("layout", "--abi", "*")],
  structs: async () => [await stdout("structs"), await stdout("structs", "rights", "timestamping")],
  types: async () => [await stdout("types")],
  doctor: async () => [await stdout("doctor")],
  completion: async () => [
    await stdout("completion", "zsh"),
    await stdout("completion", "--line", "cmsg l"),
    await stdout("completion", "--line", "cmsg decode "),
  ],
};

/** Options of the command stand in front of the one that is traced: --json behind it belongs to that. */
async function traced(): Promise<string[]> {
  const { stdout: text } = await run(["trace", "--quiet", "--json", "python3", "-c", TALK]);
  return text.trimEnd().split("\n");
}

test("each subcommand has its section", async () => {
  const help = (await run(["--help"])).stdout;
  for (const name of SECTIONS.keys()) assert.match(help, new RegExp(`^ {2}${name}\\b`, "m"));
  assert.equal([...SECTIONS.keys()].sort(), Object.keys(OUTPUTS).sort());
  const offered = (await run(["completion", "--line", "cmsg "])).stdout;
  const commands = offered
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]);
  assert.equal(commands.filter((name) => name !== "help").sort(), [...SECTIONS.keys()].sort());
});

for (const [name, outputs] of Object.entries(OUTPUTS)) {
  test(`${name}: every key is documented, and every documented key is there`, async () => {
    const rows = expanded(SECTIONS.get(name) ?? new Map());
    const seen = new Set<string>();
    const texts = await outputs();
    for (const text of texts) hold(JSON.parse(text), "", rows, seen);
    if (texts.length === 0) return;
    const missing = [...rows.keys()].filter((key) => !seen.has(key) && !key.endsWith(".copied"));
    assert.equal(missing, [], `never printed: ${missing.join(", ")}`);
  });
}

test.run();

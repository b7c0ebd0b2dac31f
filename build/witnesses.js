// Parsers of control messages that other languages bring along, as witnesses: they find what decodeControl finds, on areas of 64-bit
// Linux. Used by build/foreign.js and a test.

import { execFileSync, spawn } from "node:child_process";
import { decodeControl } from "cmsg/codec";

/** @typedef {{ messages: string[], malformed: boolean }} Found */
/**
 * A witness: what it needs, how it is made ready in a folder, and what it says where we have found something.
 *
 * @typedef {{ name: string, needs: readonly string[], debian: string, prepare: (folder: string) => [command: string[], env?: NodeJS.ProcessEnv], says: (found: Found) => string }} Witness
 */

/** Lines that a program answers to cases. @param {string} program @param {readonly string[]} args @param {readonly Uint8Array[]} cases @param {NodeJS.ProcessEnv} [env] */
export function ask(program, args, cases, env = process.env) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env });
  const parts = cases.flatMap((area) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(area.length);
    return [head, area];
  });
  child.stdin.on("error", () => {});
  child.stdin.end(Buffer.concat(parts));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  return /** @type {Promise<string[]>} */ (
    new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) resolve(text.replace(/\n$/, "").split("\n"));
        else reject(new Error(`${program} ${args.join(" ")} ended with ${code}`));
      });
    })
  );
}

/** @param {string} folder @returns {[command: string[]]} */
function prepareGo(folder) {
  const binary = `${folder}/witness`;
  const env = { ...process.env, GOCACHE: `${folder}/cache`, GO111MODULE: "off" };
  execFileSync("go", ["build", "-o", binary, "fuzz/native/witness.go"], { env });
  return [[binary]];
}

/** CPython parses what recvmsg answers, so that is where the cases come from. @param {string} folder @returns {[command: string[], env: NodeJS.ProcessEnv]} */
function preparePython(folder) {
  const library = `${folder}/received.so`;
  execFileSync("gcc", ["-O1", "-shared", "-fPIC", "-o", library, "fuzz/native/received.c"]);
  return [["python3", "fuzz/native/witness.py"], { ...process.env, LD_PRELOAD: library }];
}

/** @type {readonly Witness[]} */
export const WITNESSES = [
  {
    name: "Go's ParseSocketControlMessage",
    needs: ["go"],
    debian: "golang-go",
    prepare: prepareGo,
    says: ({ messages, malformed }) => (malformed ? "EINVAL" : messages.join(" ")),
  },
  {
    name: "CPython's socket.recvmsg",
    needs: ["python3", "gcc"],
    debian: "python3 gcc libc6-dev",
    prepare: preparePython,
    says: ({ messages, malformed }) => [...messages, ...(malformed ? ["!"] : [])].join(" "),
  },
];

/** What decoding finds. @param {Uint8Array} area @returns {Found} */
function foundIn(area) {
  const { messages, problems } = decodeControl(area, { abi: "linux-x86_64-glibc" });
  return {
    messages: messages.map(({ level, type, payload }) => `${level}/${type}/${payload.length}`),
    malformed: problems.some(({ code }) => code.startsWith("ERR_CMSG_LENGTH")),
  };
}

/** @param {Witness} witness @param {readonly Uint8Array[]} areas @param {string} folder for what is built */
export async function compareWitness({ prepare, says }, areas, folder) {
  const [[program = "", ...args], env] = prepare(folder);
  const lines = await ask(program, args, areas, env);
  for (const [i, area] of areas.entries()) {
    const ours = says(foundIn(area));
    if (ours !== (lines[i] ?? "")) {
      return `DIFFERS: ${Buffer.from(area).toString("hex")}: ${lines[i]}, ours ${ours}`;
    }
  }
  return `${areas.length} areas, no disagreement`;
}

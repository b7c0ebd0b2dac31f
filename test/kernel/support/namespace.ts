// A network namespace of a test file's own: loopback with an MTU of 1500, nobody else's packets, and the capabilities of
// the network for whoever runs the tests.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hasProgram } from "../../support/suite.js";
import { LOOPBACK, setLink } from "./rtnetlink.js";

const MARK = "CMSG_TEST_NAMESPACE";
const LIMIT_MS = 170_000;

/** Arguments of unshare(1): a user needs a user namespace around that of the network, in which it is root. */
function unshareArguments(): readonly string[] {
  const net = ["--net", "--"];
  return process.geteuid?.() === 0 ? net : ["--user", "--map-root-user", ...net];
}

/** Whether this process is in a namespace of its own. */
export const IN_NAMESPACE: boolean = process.env[MARK] === "own";

/**
 * Runs the calling test file again in a namespace of its own and ends with its exit code; there, and where none can be made, it
 * returns. Answers why there is none.
 */
export function enterNamespace(url: string): string | undefined {
  if (IN_NAMESPACE) {
    setLink(LOOPBACK, { up: true, mtu: 1500 });
    return undefined;
  }
  if (!hasProgram("unshare", "util-linux")) return "unshare(1) is not here";
  const args = unshareArguments();
  const trial = spawnSync("unshare", [...args, "true"], { encoding: "utf8" });
  if (trial.status !== 0) return `no network namespace: ${trial.stderr.trim()}`;
  const again = spawnSync("unshare", [...args, process.execPath, fileURLToPath(url)], {
    env: { ...process.env, [MARK]: "own" },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  process.exit(again.status ?? 1);
}

/** Why there is no IPv6 here. */
export function noIpv6(): string | undefined {
  const addresses = "/proc/self/net/if_inet6";
  const has =
    existsSync(addresses) && readFileSync(addresses, "utf8").includes(`${"0".repeat(31)}1`);
  return has ? undefined : "the loopback interface has no ::1";
}

// cmsg explore: one page on loopback, for its own name and GET alone; the address carries the bytes.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { assert } from "../support/assert.js";
import { inDirectory, type Running, run, start } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg explore");

const SCRIPT = 'console.log("a page");';
const PAGE = `<!doctype html><title>page</title><script>${SCRIPT}</script>\n`;

/** Gives a copy of the command, with a page beside it, to a piece of work. */
async function withPage(work: (cli: string, cwd: string) => Promise<void>): Promise<void> {
  await inDirectory(async (cwd) => {
    mkdirSync(join(cwd, "dist"));
    cpSync("dist", join(cwd, "dist"), {
      recursive: true,
      filter: (name) => !/dist\/(test|types)|explorer\.html/.test(name),
    });
    cpSync("package.json", join(cwd, "package.json"));
    writeFileSync(join(cwd, "dist/explorer.html"), PAGE);
    await work(join(cwd, "dist/cli.js"), cwd);
  });
}

async function opened(
  cli: string,
  ...args: readonly string[]
): Promise<{ running: Running; url: string; port: number }> {
  const running = start(["explore", "--json", ...args], { cli });
  let text = "";
  running.child.stdout?.on("data", (part) => {
    text += part;
  });
  await running.printed("}\n");
  const { url, port } = JSON.parse(text) as { url: string; port: number };
  return { running, url, port };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

function asked(
  port: number,
  options: { readonly method?: string; readonly path?: string; readonly host?: string } = {},
): Promise<Answer> {
  const { method = "GET", path = "/", host } = options;
  return new Promise((done, failed) => {
    const headers = host === undefined ? {} : { host };
    const call = request(
      { port, host: "127.0.0.1", method, path, headers, agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part) => {
          body += part;
        });
        response.on("end", () =>
          done({ status: response.statusCode, headers: response.headers, body }),
        );
      },
    );
    call.on("error", failed).end();
  });
}

test("the page, under a policy that lets its own script and WebAssembly run and nothing be loaded", async () => {
  await withPage(async (cli) => {
    const { running, port } = await opened(cli);
    const { status, headers, body } = await asked(port);
    assert.equal([status, body, headers["content-type"]], [200, PAGE, "text/html; charset=utf-8"]);
    const policy = headers["content-security-policy"] as string;
    const digest = createHash("sha256").update(SCRIPT).digest("base64");
    assert.match(policy, "default-src 'none'");
    assert.ok(policy.includes(`script-src 'wasm-unsafe-eval' 'sha256-${digest}';`), policy);
    assert.not.match(policy, /script-src[^;]*unsafe-inline/);
    assert.match(policy, "frame-ancestors 'none'");
    assert.is(headers["x-content-type-options"], "nosniff");
    assert.is(headers["access-control-allow-origin"], undefined);
    running.child.kill("SIGINT");
    const ended = await running.ended;
    assert.equal([ended.status, ended.signal], [0, null]);
  });
});

test("other names, methods and files are refused", async () => {
  await withPage(async (cli) => {
    const { running, port } = await opened(cli, "-q");
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`])
      assert.is((await asked(port, { host })).status, 200);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port + 1}`,
      `[::1]:${port}`,
    ]) {
      const { status, body } = await asked(port, { host });
      assert.is(status, 421, host);
      assert.not.match(body, "page</title>");
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
      const { status, headers } = await asked(port, { method });
      assert.equal([status, headers.allow], [405, "GET"], method);
    }
    for (const path of ["/x", "/explorer.html", "/?a", "/../package.json", "//", "/%2e%2e/"]) {
      assert.is((await asked(port, { path })).status, 404, path);
    }
    running.child.kill("SIGTERM");
    assert.is((await running.ended).status, 0);
  });
});

test("the address has ABI, bytes and what is not known of them", async () => {
  await withPage(async (cli, cwd) => {
    writeFileSync(join(cwd, "bytes"), "14 00 ?? ?? 00");
    const abi = "linux-s390x-glibc";
    for (const [args, fragment] of [
      [["--abi", abi], `v=1&a=${abi}`],
      [["--abi", abi, "--hex", "b'\\x14\\x00'"], `v=1&a=${abi}&c=1400`],
      [["--abi", abi, join(cwd, "bytes")], `v=1&a=${abi}&c=1400000000&u=2-4`],
    ] as const) {
      const { running, url, port } = await opened(cli, ...args);
      assert.is(url, `http://127.0.0.1:${port}/#${fragment}`);
      running.child.kill("SIGINT");
      await running.ended;
    }
  });
});

test("a port of one's own; one that is taken, and a page that is not built, are said", async () => {
  await withPage(async (cli, cwd) => {
    const other = createServer();
    const taken = await new Promise<number>((done) => {
      other.listen(0, "127.0.0.1", () => done((other.address() as { port: number }).port));
    });
    const refused = await run(["explore", "--port", String(taken)], { cli });
    assert.equal([refused.status, refused.stdout], [3, ""]);
    assert.match(
      refused.stderr,
      new RegExp(`^cmsg: EADDRINUSE: port ${taken}: somebody else listens there\\n$`),
    );
    await new Promise((done) => other.close(done));
    const { running, port } = await opened(cli, "--port", String(taken));
    assert.is(port, taken);
    running.child.kill("SIGINT");
    await running.ended;
    for (const [args, says] of [
      [["--port", "65536"], /--port takes a number up to 65535, not '65536'/],
      [["--port", "x"], /--port takes a number/],
      [["--hex", "zz!"], /expected hex, a dump/],
      [["--hex", "14", "file"], /--hex and FILE do not go together/],
    ] as const) {
      const { status, stderr } = await run(["explore", ...args], { cli });
      assert.ok(status === 2 || status === 1, stderr);
      assert.match(stderr, says);
    }
    const bare = join(cwd, "bare");
    cpSync(join(cwd, "dist"), join(bare, "dist"), {
      recursive: true,
      filter: (name) => !name.endsWith("explorer.html"),
    });
    cpSync("package.json", join(bare, "package.json"));
    const missing = await run(["explore"], { cli: join(bare, "dist/cli.js") });
    assert.is(missing.status, 3);
    assert.match(
      missing.stderr,
      /^cmsg: the explorer page is not built: dist\/explorer\.html is missing/,
    );
  });
});

test.run();

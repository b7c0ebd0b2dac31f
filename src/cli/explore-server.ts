// A server of one page for browsers of this machine: one file, one method, its own name only.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CommandError, codeOf, EXIT } from "./errors.js";

/** The page as it was built. */
export function readPage(): string {
  // The command is dist/cli.js, and its chunks and the page lie beside it.
  const file = new URL("explorer.html", import.meta.url);
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause;
    const message =
      "the explorer page is not built: dist/explorer.html is missing (npm run build makes it)";
    throw new CommandError(EXIT.system, message, { cause });
  }
}

/** A server of a page; not listening yet. */
export function pageServer(page: string): Server {
  const body = Buffer.from(page);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
    "Content-Security-Policy": policyOf(page),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
  return createServer((request, response) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) refuse(response, refusal);
    else response.writeHead(200, headers).end(body);
  });
}

/** Why a request is not answered with the page. */
interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusalOf({ headers, method, url, socket }: IncomingMessage): Refusal | undefined {
  // A name that somebody else's DNS points at this machine is somebody else's page.
  const own = ["127.0.0.1", "localhost"].map((host) => `${host}:${socket.localPort}`);
  const plain = socket.localPort === 80 ? ["127.0.0.1", "localhost"] : [];
  if (![...own, ...plain].includes(headers.host ?? "")) {
    return { status: 421, text: "this server answers to its own address only" };
  }
  if (method !== "GET") {
    return { status: 405, text: "this server knows GET only", headers: { Allow: "GET" } };
  }
  return url === "/" ? undefined : { status: 404, text: "this server has one page" };
}

function refuse(response: ServerResponse, { status, text, headers }: Refusal): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    Connection: "close",
  });
  response.end(`${text}\n`);
}

/** A policy under which the page's own scripts run, and WebAssembly, and nothing is loaded from anywhere. */
function policyOf(page: string): string {
  const scripts = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = ""]) => {
    const digest = createHash("sha256").update(text).digest("base64");
    return `'sha256-${digest}'`;
  });
  return [
    "default-src 'none'",
    `script-src 'wasm-unsafe-eval' ${scripts.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

// Addresses of IPv4 and IPv6: against the kernel's own answer, asked by another program, and what is no address.

import { type Address, bind, connect, getsockname, sendmsg, socket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { python } from "../support/peer.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("internet addresses");

const hasPython = hasProgram("python3", "python3");

function againstKernel(name: string, body: () => void): void {
  if (hasPython) test(name, body);
  else test.skip(name, "no python3");
}

for (const [family, host] of [
  ["inet", "127.0.0.1"],
  ["inet", "127.45.67.89"],
  ["inet", "0.0.0.0"],
  ["inet6", "::1"],
  ["inet6", "::"],
  ["inet6", "::ffff:127.0.0.1"],
] as const) {
  againstKernel(`${host}: the kernel has the bytes of the address, and answers it`, () => {
    using fd = socket({ family, type: "dgram" });
    bind(fd, { host, port: 0 });
    const name = getsockname(fd) as {
      host: string;
      port: number;
      flowInfo?: number;
      scopeId?: number;
    };
    const source = `
import json, socket
s = socket.socket(fileno=3)
print(json.dumps(s.getsockname()))`;
    const [pythonHost, ...rest] = python(source, [fd.number]) as [string, ...number[]];
    assert.is(name.host, pythonHost);
    const { port, flowInfo, scopeId } = name;
    assert.equal(family === "inet" ? [port] : [port, flowInfo, scopeId], rest);
  });
}

test("internet addresses that are none", () => {
  using fd = socket({ family: "inet", type: "dgram" });
  const bad: readonly (readonly [address: unknown, name: string])[] = [
    [{ host: "999.1.1.1", port: 1 }, "TypeError"],
    [{ host: "localhost", port: 1 }, "TypeError"],
    [{ host: "1.2.3", port: 1 }, "TypeError"],
    [{ host: "", port: 1 }, "TypeError"],
    [{ host: 1, port: 1 }, "TypeError"],
    [{ host: "127.0.0.1" }, "TypeError"],
    [{ host: "127.0.0.1", port: "80" }, "TypeError"],
    [{ host: "127.0.0.1", port: 1.5 }, "TypeError"],
    [{ host: "127.0.0.1", port: -1 }, "RangeError"],
    [{ host: "127.0.0.1", port: 65536 }, "RangeError"],
    [{ host: "::1", port: 1, flowInfo: -1 }, "RangeError"],
    [{ host: "::1", port: 1, scopeId: 2 ** 32 }, "RangeError"],
    [{ host: "::1", port: 1, scopeId: "lo" }, "TypeError"],
    [{ unnamed: false }, "TypeError"],
    [{ family: 70_000, data: new Uint8Array() }, "RangeError"],
    [{ family: 2, data: "x" }, "TypeError"],
    [{ family: 2, data: new Uint8Array(5000) }, "RangeError"],
  ];
  for (const [address, name] of bad) {
    throws(() => bind(fd, address as Address), { name });
    throws(() => connect(fd, address as Address), { name });
    throws(() => sendmsg(fd, { to: address as Address }), { name });
  }
  assert.equal(getsockname(fd), { host: "0.0.0.0", port: 0 });
});

test.run();

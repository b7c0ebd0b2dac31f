// What takes privileges is refused without them, by the kernel's own EPERM, and nothing is sent.

import {
  bind,
  destinationOptions,
  getsockname,
  hopByHopOptions,
  type MessageInput,
  mark,
  priority,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { withoutPrivilege } from "../support/privilege.js";
import { suite } from "../support/suite.js";
import { messageProblem, optionProblem } from "./support/features.js";
import { noIpv6 } from "./support/namespace.js";

const test = suite("kernel: privilege");

const data = text("x");

/** Sends to a receiver of the same family without privileges: what the kernel says, and what arrives. */
function refused(host: string, code: string, message: MessageInput): void {
  const family = host.includes(":") ? "inet6" : "inet";
  using receiver = socket({ family, type: "dgram" });
  bind(receiver, { host, port: 0 });
  const to = getsockname(receiver);
  withoutPrivilege(() => {
    using sender = socket({ family, type: "dgram" });
    throws(() => sendmsg(sender, { data, to, control: [message] }), { code, syscall: "sendmsg" });
    assert.is(tryRecvmsg(receiver), null);
    sendmsg(sender, { data, to });
  });
  assert.is(recvmsg(receiver, { timeoutMs: 10_000 }).data.toString(), "x");
}

test("SO_MARK", () => refused("127.0.0.1", "EPERM", mark(1)));

const noPriority = withoutPrivilege(() => messageProblem(1, 12, Int32Array.of(6)));

test.unless(noPriority, "SO_PRIORITY above 6", () => {
  for (const value of [7, 0xffffffff]) refused("127.0.0.1", "EPERM", priority(value));
});

for (const definition of [hopByHopOptions, destinationOptions]) {
  test.unless(noIpv6(), definition.name, () =>
    refused("::1", "EPERM", definition({ options: [{ type: 0x1e, data: Uint8Array.of(1) }] })),
  );
}

test("sockets whose messages say what others send: raw and packet", () => {
  const AF_PACKET = 17;
  withoutPrivilege(() => {
    throws(() => socket({ family: "inet", type: "raw", protocol: 253 }), { code: "EPERM" });
    if (
      optionProblem({ family: AF_PACKET, type: "raw" }, 1, 3)?.includes("EAFNOSUPPORT") !== true
    ) {
      throws(() => socket({ family: AF_PACKET, type: "raw" }), { code: "EPERM" });
    }
    using own = socket({ family: "inet", type: "dgram" });
    throws(() => setsockopt(own, "SOL_SOCKET", "SO_MARK", 1), { code: "EPERM" });
  });
});

test.run();

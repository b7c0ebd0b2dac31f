// What aborts a process that hands descriptors to libuv's poll handles: here each is an error of one call, and the rest goes on.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("misuse of descriptors on the event loop");

/** Prints the code of an error, then what another socket still receives. */
const AROUND = (misuse: string): string => `
const [left, right] = UnixSocket.pair();
const waiting = right.receive();
const attempt = (call) => {
  try { call(); say("no error"); } catch (error) { say(error.code, error.syscall); }
};
${misuse}
await left.send("goes on");
say((await waiting).data.toString());
`;

for (const [name, misuse, lines] of [
  [
    "a second watch of one number",
    "try { UnixSocket.adopt(right.fd); } catch (error) { say(error.message); } say(right.closed);",
    [
      "EEXIST: file already exists, epoll_ctl (another socket of this process has this number)",
      "false",
    ],
  ],
  [
    "a number that was never open",
    "attempt(() => UnixSocket.adopt(100000)); attempt(() => UnixServer.adopt(100000));",
    ["EBADF fcntl", "EBADF fcntl"],
  ],
  [
    "a number that was closed",
    "const [a, b] = socketpair(); const { number } = a; a.close(); attempt(() => UnixSocket.adopt(number)); b.close();",
    ["EBADF fcntl"],
  ],
  [
    "a regular file",
    'const file = Fd.open("/proc/self/status", "r"); attempt(() => UnixSocket.adopt(file)); say(file.closed);',
    ["ERR_CMSG_NOT_UNIX undefined", "false"],
  ],
  [
    "a socket that listens to nobody",
    "attempt(() => UnixServer.adopt(socketpair()[0]));",
    ["ERR_CMSG_NOT_LISTENING undefined"],
  ],
] as const) {
  test(`${name} is refused, and nothing is owned`, async () => {
    assert.equal(await linesOf(AROUND(misuse)), [...lines, "goes on"]);
  });
}

test("a number that is closed behind a waiting socket leaves the set: the others go on", async () => {
  const lines = await linesOf(`
say("printing needs a descriptor, too");
const [a, b] = UnixSocket.pair();
const [left, right] = UnixSocket.pair();
b.receive().catch(() => {});
const waiting = right.receive();
await turn();
new Fd(b.fd).close();
await left.send("goes on");
say((await waiting).data.toString());
await a.send("x").catch((error) => say(error.code));
// The number may be another's by now.
process.exit();
`);
  assert.equal(lines, ["printing needs a descriptor, too", "goes on", "EPIPE"]);
});

test("a second open file of one socket may be watched beside it", async () => {
  const lines = await linesOf(`
const [left, right] = UnixSocket.pair({ type: "seqpacket" });
const borrowed = new Fd(right.fd);
const same = UnixSocket.adopt(borrowed.dup());
borrowed.take();
const both = [right.receive(), same.receive()];
await left.send("1");
await left.send("2");
say((await Promise.all(both)).map((m) => m.data.toString()).sort().join());
`);
  assert.equal(lines, ["1,2"]);
});

test.run();

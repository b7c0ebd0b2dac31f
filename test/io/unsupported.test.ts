// Systems without system calls of ours: importing works, the codec works, and every call says why it does not.

import { assert } from "../support/assert.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("unsupported systems");

/** Imports the package as it would be on another system. */
function elsewhere(platform: string, arch: string, body: string): string {
  return `
    for (const [name, value] of [["platform", ${JSON.stringify(platform)}], ["arch", ${JSON.stringify(arch)}]]) {
      Object.defineProperty(process, name, { value });
    }
    const cmsg = await import("cmsg");
    const codec = await import("cmsg/codec");
    ${body}`;
}

const CODEC = `
  const abi = "linux-x86_64-glibc";
  const bytes = codec.encodeControl([codec.rights([7, 8])], { abi });
  const { messages } = codec.decodeControl(bytes, { abi });
  const same = cmsg.decodeControl(bytes, { abi }).messages;
  console.log(JSON.stringify([messages[0].value, same[0].value, codec.CMSG_SPACE(4, { abi }), typeof codec.hostAbi().name]));`;

const CALLS = `
  const file = Buffer.from("x");
  const calls = {
    socket: () => cmsg.socket(),
    tcp: () => cmsg.socket({ family: "inet" }),
    socketpair: () => cmsg.socketpair(),
    bind: () => cmsg.bind(3, { path: "x" }),
    listen: () => cmsg.listen(3),
    accept: () => cmsg.accept(3),
    acceptWithin: () => cmsg.accept(3, { timeoutMs: 1 }),
    connect: () => cmsg.connect(3, { path: "x" }),
    connectWithin: () => cmsg.connect(3, { host: "::1", port: 1 }, { timeoutMs: 1 }),
    shutdown: () => cmsg.shutdown(3, "both"),
    getsockopt: () => cmsg.getsockopt(3, 1, 1),
    named: () => cmsg.getsockopt(3, "SOL_SOCKET", "SO_PASSCRED"),
    setsockopt: () => cmsg.setsockopt(3, 1, 1, 1),
    time: () => cmsg.setsockopt(3, 1, 1, { seconds: 1, microseconds: 0 }),
    getsockname: () => cmsg.getsockname(3),
    getpeername: () => cmsg.getpeername(3),
    setNonBlocking: () => cmsg.setNonBlocking(3, true),
    listenUnix: () => cmsg.listenUnix({ path: "x" }),
    sendmsg: () => cmsg.sendmsg(3, { data: file, control: [codec.rights([0])] }),
    trySendmsg: () => cmsg.trySendmsg(3, { data: file }),
    sendFds: () => cmsg.sendFds(3, [0], { data: "x" }),
    trySendFds: () => cmsg.trySendFds(3, [0], { data: "x" }),
    recvmsg: () => cmsg.recvmsg(3),
    tryRecvmsg: () => cmsg.tryRecvmsg(3),
    recvFds: () => cmsg.recvFds(3),
    tryRecvFds: () => cmsg.tryRecvFds(3),
    peerCredentials: () => cmsg.peerCredentials(3),
    Fd: () => new cmsg.Fd(3),
    open: () => cmsg.Fd.open("package.json"),
  };
  const codes = {};
  for (const [name, call] of Object.entries(calls)) {
    try { call(); codes[name] = "returned"; } catch (error) {
      const clear = error.message.includes(process.platform) && error.message.includes("cmsg/codec");
      codes[name] = clear ? error.code : error.stack;
    }
  }
  console.log(JSON.stringify(codes));`;

for (const [platform, arch] of [
  ["win32", "x64"],
  ["aix", "ppc64"],
  ["sunos", "x64"],
  ["openbsd", "x64"],
  ["netbsd", "x64"],
  ["haiku", "x64"],
  ["somethingnew", "riscv128"],
] as const) {
  test(`${platform}: the package is imported, and its codec works`, async () => {
    const { stdout, stderr } = await runNode(elsewhere(platform, arch, CODEC));
    assert.equal([stderr, JSON.parse(stdout)], ["", [[7, 8], [7, 8], 24, "string"]]);
  });

  test(`${platform}: every call throws ERR_CMSG_UNSUPPORTED_SYSTEM`, async () => {
    const { stdout, stderr } = await runNode(elsewhere(platform, arch, CALLS));
    assert.is(stderr, "");
    const codes = JSON.parse(stdout) as Record<string, string>;
    assert.ok(Object.keys(codes).length >= 29);
    for (const [call, code] of Object.entries(codes)) {
      assert.is(code, "ERR_CMSG_UNSUPPORTED_SYSTEM", call);
    }
  });
}

test("wrong arguments are wrong there too", async () => {
  const body = `
    for (const call of [() => cmsg.socket({ type: 1.5 }), () => cmsg.accept("3"), () => cmsg.recvmsg(3, [])]) {
      try { call(); console.log("returned"); } catch (error) { console.log(error.name); }
    }`;
  const { stdout } = await runNode(elsewhere("win32", "x64", body));
  assert.is(stdout, "TypeError\nTypeError\nTypeError\n");
});

test.run();

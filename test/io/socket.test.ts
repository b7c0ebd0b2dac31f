// socket: families, types and protocols by name and number, flags of new sockets, what the kernel refuses.

import { readFileSync } from "node:fs";
import { getsockopt, type SocketOptions, sendFds, socket, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("socket");

const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

/** Flags of a descriptor as the kernel lists them. */
function flagsOf(fd: number): number {
  const info = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
  return Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "", 8);
}

const FAMILIES = { unix: 1, inet: 2, inet6: 10 } as const;
const TYPES = { stream: 1, dgram: 2, seqpacket: 5 } as const;

for (const [family, familyNumber] of Object.entries(FAMILIES)) {
  for (const [type, typeNumber] of Object.entries(TYPES)) {
    if (family !== "unix" && type === "seqpacket") continue;
    test(`${family} ${type} by name and by number is what the kernel says`, () => {
      const byName = { family, type } as SocketOptions;
      for (const options of [byName, { family: familyNumber, type: typeNumber }]) {
        using fd = socket(options);
        const answers = ["SO_DOMAIN", "SO_TYPE"].map((name) => getsockopt(fd, "SOL_SOCKET", name));
        assert.equal(answers, [familyNumber, typeNumber]);
        const { kind, ...described } = fd.describe() as unknown as Record<string, unknown>;
        assert.equal([kind, described["family"], described["type"]], ["socket", family, type]);
      }
    });
  }
}

test("without options it is an AF_UNIX stream, blocking and close-on-exec", () => {
  for (const options of [undefined, {}]) {
    using fd = socket(options);
    assert.is(getsockopt(fd, "SOL_SOCKET", "SO_DOMAIN"), FAMILIES.unix);
    assert.is(getsockopt(fd, "SOL_SOCKET", "SO_TYPE"), TYPES.stream);
    assert.is(getsockopt(fd, "SOL_SOCKET", "SO_PROTOCOL"), 0);
    assert.is(flagsOf(fd.number) & (O_NONBLOCK | O_CLOEXEC), O_CLOEXEC);
  }
});

for (const nonBlocking of [false, true]) {
  for (const closeOnExec of [false, true]) {
    test(`nonBlocking ${nonBlocking} and closeOnExec ${closeOnExec} hold, and the type has no flag in it`, () => {
      using fd = socket({ nonBlocking, closeOnExec, type: "seqpacket" });
      const expected = (nonBlocking ? O_NONBLOCK : 0) | (closeOnExec ? O_CLOEXEC : 0);
      assert.is(flagsOf(fd.number) & (O_NONBLOCK | O_CLOEXEC), expected);
      assert.is(getsockopt(fd, "SOL_SOCKET", "SO_TYPE"), TYPES.seqpacket);
    });
  }
}

test("a program that is executed has the socket only without closeOnExec", async () => {
  using kept = socket({ closeOnExec: false });
  using lost = socket();
  const source = `
    import { statSync } from "node:fs";
    const has = (fd) => { try { return statSync("/proc/self/fd/" + fd).isSocket(); } catch { return false; } };
    console.log(JSON.stringify(process.argv.slice(1).map(has)));`;
  // Node closes what it inherits from an exec of its own: env hands everything on.
  const args = [String(kept.number), String(lost.number)];
  const under = ["sh", "-c", 'exec "$@"', "sh"];
  const { stdout } = await runNode(source, { args, under });
  // libuv closes nothing above the descriptors of stdio but those that are close-on-exec.
  assert.equal(JSON.parse(stdout), [true, false]);
});

test("a protocol is handed to the kernel", () => {
  using tcp = socket({ family: "inet", protocol: 6 });
  assert.is(getsockopt(tcp, "SOL_SOCKET", "SO_PROTOCOL"), 6);
  using udp = socket({ family: "inet6", type: "dgram", protocol: 17 });
  assert.is(getsockopt(udp, "SOL_SOCKET", "SO_PROTOCOL"), 17);
});

for (const [options, code] of [
  [{ family: 0 }, "EAFNOSUPPORT"],
  [{ family: 45 }, "EAFNOSUPPORT"],
  [{ family: -1 }, "EAFNOSUPPORT"],
  [{ family: "inet", type: 75 }, "EINVAL"],
  [{ family: "inet", type: "dgram", protocol: 6 }, "EPROTONOSUPPORT"],
  [{ family: "unix", protocol: 99 }, "EPROTONOSUPPORT"],
  [{ family: "unix", type: 99 }, "EINVAL"],
  [{ family: "unix", type: -1 }, "EINVAL"],
] as const) {
  test(`${JSON.stringify(options)} is refused with ${code}`, () => {
    const error = throws(() => socket(options), { name: "SyscallError", code, syscall: "socket" });
    assert.ok((error["errno"] as number) < 0);
  });
}

test("a type with flag bits in its number is the type that it is", () => {
  const SOCK_NONBLOCK = 0o4000;
  using pair = socketpair({ type: TYPES.stream | SOCK_NONBLOCK });
  assert.is(getsockopt(pair[0], "SOL_SOCKET", "SO_TYPE"), TYPES.stream);
  // Taken for a message socket, it would lose descriptors that go without data.
  throws(() => sendFds(pair[0], [0]), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
});

test("a full descriptor table is EMFILE", async () => {
  const source = `
    import { socket, socketpair } from "cmsg";
    const open = [];
    for (;;) {
      try { open.push(socket()); } catch (error) { console.log(error.code, error.syscall); break; }
    }
    open.pop().close();
    try { socketpair(); } catch (error) { console.log(error.code, error.syscall); }
    console.log(socket().number === Math.max(...open.map((fd) => fd.number)) + 1);`;
  const { stdout } = await runNode(source, { under: ["prlimit", "--nofile=60"] });
  assert.is(stdout, "EMFILE socket\nEMFILE socketpair\ntrue\n");
});

test.run();

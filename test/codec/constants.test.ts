// constants(): the numbers of C names, against those that every system's own headers gave.

import { abis, constants, hostAbi } from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { COMPILED } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("constants");

for (const { abi, constants: theirs } of COMPILED) {
  test(`${abi}: all that its headers define`, () => {
    const ours = constants(abi);
    for (const [name, value] of Object.entries(theirs)) assert.is(ours[name], value, name);
  });
}

test("a name that a system does not have is absent", () => {
  assert.not("SCM_CREDENTIALS" in constants("darwin-arm64"));
  assert.not("SCM_RIGHTS" in constants("windows-x64"));
  assert.is(constants("freebsd-amd64").SCM_PIDFD, undefined);
  assert.is(constants("linux-x86_64-glibc").SCM_CREDS, undefined);
});

test("systems number the same names differently", () => {
  const level = (abi: Parameters<typeof constants>[0]) => constants(abi).SOL_SOCKET;
  assert.equal(
    (["linux-x86_64-glibc", "linux-mips-glibc", "darwin-arm64", "haiku-x86_64"] as const).map(
      level,
    ),
    [1, 65535, 65535, -1],
  );
  assert.is(constants("illumos-amd64").SCM_RIGHTS, 4112);
  assert.is(constants("linux-mips-musl").SOCK_STREAM, 2);
  assert.is(constants("linux-i386-musl").SCM_TIMESTAMP, 63);
  assert.is(constants("linux-x32-musl").SCM_TIMESTAMP, 29);
  assert.is(constants("linux-i386-glibc-time64").SCM_TIMESTAMP, 63);
});

test("every value is an integer of 32 bits", () => {
  for (const abi of abis()) {
    for (const [name, value] of Object.entries(constants(abi))) {
      const fits =
        Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 32;
      assert.ok(fits, `${abi} ${name} ${value}`);
    }
  }
});

test("they belong to everyone: nobody can change them", () => {
  for (const abi of abis()) {
    assert.ok(Object.isFrozen(constants(abi)), abi);
    assert.throws(() => {
      (constants(abi) as Record<string, number>).SOL_SOCKET = 5;
    }, TypeError);
  }
});

test("without an ABI they are the host's", () => {
  assert.is(constants(), constants(hostAbi().name));
});

test("an unknown ABI is refused", () => {
  throws(() => constants("linux-vax-glibc" as never), { code: "ERR_CMSG_OUT_OF_RANGE" });
  throws(() => constants(5 as never), { code: "ERR_CMSG_INVALID_ARG_TYPE" });
});

test.run();

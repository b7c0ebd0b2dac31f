// checkControl: what it answers, in what order, and for which ABIs; the running kernel is asked in test/fuzz.

import {
  type CheckOptions,
  checkControl,
  createCodec,
  credentials,
  encodeControl,
  rights,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { coreBytes } from "../support/core.js";
import { suite } from "../support/suite.js";

const abi = "linux-x86_64-glibc";
const SEND: CheckOptions = { for: "sendmsg", abi };
const test = suite("checkControl");

const fds = (count: number) => rights(Array.from({ length: count }, () => 1));
const verdict = (messages: Parameters<typeof encodeControl>[0], options = SEND) =>
  checkControl(encodeControl(messages, { abi: options.abi ?? abi }), options);

test("nothing, and fewer bytes than a header, are accepted", () => {
  for (const length of [0, 1, 15]) {
    assert.equal(checkControl(new Uint8Array(length).fill(255), SEND), {
      accepted: true,
      errno: null,
      offset: null,
      reason: "",
      messages: 0,
      descriptors: 0,
    });
  }
});

test("framing: a length below the header or past the end, at the header that has it", () => {
  const two = encodeControl([rights([1]), rights([2])], { abi });
  assert.equal(checkControl(two, SEND), {
    ...checkControl(two, SEND),
    accepted: true,
    messages: 2,
    descriptors: 2,
  });
  for (const length of [0, 15, 25, 255]) {
    const broken = two.slice();
    broken[24] = length;
    const { accepted, errno, offset, messages, reason } = checkControl(broken, SEND);
    assert.equal([accepted, errno, offset, messages], [false, "EINVAL", 24, 1], `${length}`);
    assert.match(reason, /cmsg_len/);
  }
  const zeros = checkControl(new Uint8Array(16), SEND);
  assert.equal([zeros.errno, zeros.offset], ["EINVAL", 0]);
  // A tail that is no header, and missing padding.
  assert.ok(checkControl(Uint8Array.from([...two, ...new Array(15).fill(7)]), SEND).accepted);
  assert.ok(checkControl(two.slice(0, 44), SEND).accepted);
});

test("253 descriptors over all messages, no more", () => {
  assert.ok(verdict([fds(253)]).accepted);
  assert.ok(verdict([fds(200), fds(53)]).accepted);
  const over = verdict([fds(200), fds(54)]);
  assert.equal([over.errno, over.messages, over.descriptors], ["EINVAL", 1, 200]);
  assert.match(over.reason, /254 descriptors, at most 253/);
});

test("the first error wins: a closed descriptor in front of broken framing", () => {
  const control = encodeControl([rights([9]), rights([1])], { abi });
  control[24] = 3;
  const options = { ...SEND, isOpen: (fd: number) => fd !== 9 };
  assert.is(checkControl(control, options).errno, "EBADF");
  assert.is(checkControl(control, SEND).errno, "EINVAL");
});

test("a message of 1 to 3 bytes more is as many whole descriptors; a negative one is never open", () => {
  const payload = Uint8Array.of(1, 0, 0, 0, 2, 0, 0);
  const message = { level: "SOL_SOCKET", type: "SCM_RIGHTS", payload };
  assert.is(verdict([message]).descriptors, 1);
  assert.is(verdict([{ ...message, payload: new Uint8Array(4).fill(255) }]).errno, "EBADF");
});

test("credentials: exactly 12 bytes, nobody is refused, and the process is asked", () => {
  const claimed = { pid: 7, uid: 8, gid: 9 };
  assert.ok(verdict([credentials(claimed)]).accepted);
  const message = { level: "SOL_SOCKET", type: "SCM_CREDENTIALS" };
  for (const length of [0, 8, 16]) {
    assert.is(verdict([{ ...message, payload: new Uint8Array(length) }]).errno, "EINVAL");
  }
  const nobody = Int32Array.of(1, -1, 0);
  assert.is(verdict([{ ...message, payload: nobody }]).errno, "EINVAL");
  const asked: unknown[] = [];
  const refuses = (who: unknown): "ESRCH" => {
    asked.push(who);
    return "ESRCH";
  };
  assert.is(verdict([credentials(claimed)], { ...SEND, refuses }).errno, "ESRCH");
  assert.equal(asked, [claimed]);
});

test("other levels are skipped, other types of SOL_SOCKET refused; netlink takes no descriptors", () => {
  const payload = new Uint8Array(3);
  assert.ok(verdict([{ level: 41, type: 1, payload }]).accepted);
  assert.is(verdict([{ level: 1, type: 3, payload }]).errno, "EINVAL");
  assert.is(verdict([rights([1])], { ...SEND, family: "netlink" }).errno, "EINVAL");
  assert.ok(
    verdict([credentials({ pid: 1, uid: 1, gid: 1 })], { ...SEND, family: "netlink" }).accepted,
  );
});

test("32-bit programs: shorter headers, a tail is refused, and framing comes first", () => {
  const options = { ...SEND, abi: "linux-i386-glibc" } as const;
  assert.ok(verdict([rights([1, 2])], options).accepted);
  assert.is(checkControl(new Uint8Array(5), options).errno, "EINVAL");
  const control = encodeControl([rights([9]), rights([1])], options);
  control[16] = 3;
  const closed = { ...options, isOpen: () => false };
  assert.equal(
    [checkControl(control, closed).errno, checkControl(control, closed).offset],
    ["EINVAL", 16],
  );
});

test("the kernel reads all 64 bits of a length, also those that musl leaves to padding", () => {
  const options = { ...SEND, abi: "linux-x86_64-musl" } as const;
  const control = encodeControl([rights([1])], options);
  assert.ok(checkControl(control, options).accepted);
  control[5] = 1;
  assert.is(checkControl(control, options).errno, "EINVAL");
});

test("big-endian machines, and numbers that MIPS has of its own", () => {
  for (const name of ["linux-s390x-glibc", "linux-mips-glibc", "linux-mips64-glibc"] as const) {
    const options = { ...SEND, abi: name };
    const { accepted, descriptors } = verdict([rights([1, 2, 3])], options);
    assert.equal([accepted, descriptors], [true, 3], name);
  }
});

test("more than optmem_max is not looked at", () => {
  const { errno, reason } = checkControl(new Uint8Array(131072), SEND);
  assert.is(errno, "ENOBUFS");
  assert.match(reason, /optmem_max/);
  assert.is(checkControl(new Uint8Array(64), { ...SEND, optmemMax: 64 }).errno, "ENOBUFS");
});

test("callbacks may change the caller's bytes or use the codec: the verdict is of what was given", () => {
  const control = encodeControl([rights([5, 6])], { abi });
  const seen: number[] = [];
  const isOpen = (fd: number): boolean => {
    seen.push(fd);
    control.fill(0);
    encodeControl([rights([1, 1, 1])]);
    return true;
  };
  assert.ok(checkControl(control, { ...SEND, isOpen }).accepted);
  assert.equal(seen, [5, 6]);
});

test("wrong arguments are refused in words", () => {
  const bytes = new Uint8Array(0);
  const wrong = (options: unknown) => () => checkControl(bytes, options as CheckOptions);
  throws(wrong({}), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE", message: /"sendmsg"/ });
  throws(wrong({ ...SEND, family: "inet" }), { name: "RangeError", message: /netlink/ });
  throws(wrong({ ...SEND, abi: "darwin-arm64" }), { name: "RangeError", message: /Linux/ });
  throws(wrong({ ...SEND, isOpen: 1 }), {
    name: "TypeError",
    message: /isOpen must be a function/,
  });
  throws(wrong({ ...SEND, optmemMax: 0 }), { name: "RangeError", message: /optmemMax/ });
  throws(() => checkControl("x" as never, SEND), { name: "TypeError" });
});

test("a codec of one's own has it, too", () => {
  const codec = createCodec(new WebAssembly.Module(coreBytes));
  assert.is(codec.checkControl(new Uint8Array(16), SEND).errno, "EINVAL");
});

test.run();

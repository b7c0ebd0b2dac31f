// Every kind of memory that data may lie in: typed arrays, DataView, shared, resizable, WebAssembly's, and what was detached.

import { runInNewContext } from "node:vm";
import {
  type Bytes,
  decodeControl,
  encodeControl,
  explain,
  recvmsg,
  sendFds,
  sendmsg,
  tryRecvmsg,
  walk,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text, upTo, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("kinds of views");

interface Resizable {
  resize(size: number): void;
}

function resizable(size: number, most: number): ArrayBuffer & Resizable {
  const options = { maxByteLength: most };
  return Reflect.construct(ArrayBuffer, [size, options]) as ArrayBuffer & Resizable;
}

interface Wasm {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
}

function wasmMemory(): ArrayBuffer {
  const { Memory } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
  return new Memory({ initial: 4 }).buffer;
}

const foreign = (expression: string): Bytes => runInNewContext(expression) as Bytes;

/** Memory of `size` bytes, a multiple of 16. */
const KINDS: readonly [name: string, make: (size: number) => Bytes][] = [
  ["Buffer", (n) => Buffer.alloc(n)],
  ["Buffer of the pool", (n) => Buffer.allocUnsafe(n)],
  ["Uint8Array", (n) => new Uint8Array(n)],
  ["Uint8Array in the middle", (n) => new Uint8Array(n + 77).subarray(33, 33 + n)],
  ["Uint8ClampedArray", (n) => new Uint8ClampedArray(n)],
  ["Int8Array", (n) => new Int8Array(n)],
  ["Int16Array", (n) => new Int16Array(n / 2)],
  ["Uint32Array", (n) => new Uint32Array(n / 4)],
  ["Float32Array in the middle", (n) => new Float32Array(n / 4 + 9).subarray(5, 5 + n / 4)],
  ["Float64Array", (n) => new Float64Array(n / 8)],
  ["BigInt64Array", (n) => new BigInt64Array(n / 8)],
  ["DataView in the middle", (n) => new DataView(new ArrayBuffer(n + 9), 4, n)],
  ["ArrayBuffer", (n) => new ArrayBuffer(n)],
  ["SharedArrayBuffer", (n) => new SharedArrayBuffer(n)],
  ["view of a SharedArrayBuffer", (n) => new Uint16Array(new SharedArrayBuffer(n + 8), 4, n / 2)],
  ["resizable ArrayBuffer", (n) => resizable(n, 2 * n)],
  ["view that follows a resizable one", (n) => new Uint8Array(resizable(n, 2 * n))],
  ["memory of WebAssembly", (n) => new Uint8Array(wasmMemory(), 5, n)],
  ["Uint8Array of another realm", (n) => foreign(`new Uint8Array(${n})`)],
  ["ArrayBuffer of another realm", (n) => foreign(`new ArrayBuffer(${n})`)],
];

function bytesIn(memory: Bytes): Buffer {
  if (!ArrayBuffer.isView(memory)) return Buffer.from(memory);
  return Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
}

for (const [name, make] of KINDS) {
  // Small views may lie on the heap of the engine, where the collector moves them; from 4096 on data is not copied.
  for (const size of [16, 64, 4096, 4112, 100_000 - (100_000 % 16)]) {
    test(`${name} of ${size} bytes, alone and between others`, () => {
      withPair("seqpacket", (left, right) => {
        const wanted = Buffer.from(upTo(size).map((i) => (i * 7 + (i >> 8)) & 255));
        const data = make(size);
        bytesIn(data).set(wanted);
        for (const [out, before] of [
          [data, 0],
          [[text("<"), data, text(">")], 1],
        ] as const) {
          assert.is(sendmsg(left, { data: out }), size + 2 * before);
          const target = make(size);
          const edges = [Buffer.alloc(1), Buffer.alloc(1)] as const;
          const got = recvmsg(right, {
            into: before === 0 ? target : [edges[0], target, edges[1]],
          });
          assert.is(got.bytes, size + 2 * before);
          assert.ok(bytesIn(target).equals(wanted));
          if (before === 1) assert.is(edges.join(""), "<>");
          else assert.ok(got.data.equals(wanted));
        }
        // A mixture with a large part is not copied: then small views are pointed at as well.
        const large = Buffer.alloc(5000, 1);
        sendmsg(left, { data: [large, data] });
        const target = make(size);
        assert.is(recvmsg(right, { into: [Buffer.alloc(5000), target] }).bytes, 5000 + size);
        assert.ok(bytesIn(target).equals(wanted));
        sendFds(left, [], { data });
        assert.ok(recvmsg(right, { dataLimit: 200_000 }).data.equals(wanted));
      });
    });
  }
}

test("the collector between two receives does not matter", () => {
  withPair("stream", (left, right) => {
    for (let i = 0; i < 20; i++) {
      const into = upTo(50).map(() => new Uint8Array(3));
      sendmsg(left, { data: upTo(50).map((n) => Uint8Array.of(n, i, n)) });
      (globalThis as { gc?: () => void }).gc?.();
      assert.is(recvmsg(right, { into }).bytes, 150);
      assert.ok(into.every((view, n) => view[0] === n && view[1] === i && view[2] === n));
    }
  });
});

function detached(make: (buffer: ArrayBuffer) => Bytes): Bytes {
  const buffer = new ArrayBuffer(16);
  const view = make(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

for (const [name, make] of [
  ["ArrayBuffer", (b) => b],
  ["Uint8Array", (b) => new Uint8Array(b)],
  ["Buffer", (b) => Buffer.from(b)],
  ["Float64Array", (b) => new Float64Array(b)],
  ["DataView", (b) => new DataView(b)],
] as const satisfies readonly (readonly [string, (b: ArrayBuffer) => Bytes])[]) {
  test(`a detached ${name} is refused: its bytes are elsewhere`, () => {
    withPair("stream", (left, right) => {
      const refused = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE", message: /memory/ };
      const gone = detached(make);
      throws(() => sendmsg(left, { data: gone }), refused);
      throws(() => sendmsg(left, { data: [text("x"), gone] }), refused);
      throws(() => sendFds(left, [], { data: gone }), refused);
      const control = [{ level: 9, type: 9, payload: gone }];
      throws(() => sendmsg(left, { data: text("x"), control }), refused);
      assert.is(tryRecvmsg(right), null);
      sendmsg(left, { data: text("waits") });
      throws(() => recvmsg(right, { into: gone }), refused);
      throws(() => recvmsg(right, { into: [Buffer.alloc(1), gone] }), refused);
      assert.is(recvmsg(right).data.toString(), "waits");
    });
  });
}

test("a view that its resizable buffer has shrunk away from is refused like a detached one", () => {
  withPair("stream", (left, right) => {
    const refused = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE", message: /memory/ };
    const buffer = resizable(64, 128);
    const views: readonly Bytes[] = [
      new Uint8Array(buffer, 32, 2),
      new Int16Array(buffer, 32, 2),
      new Float64Array(buffer, 32, 2),
      new BigInt64Array(buffer, 32, 2),
      new DataView(buffer, 32, 2),
    ];
    const following = new Uint8Array(buffer);
    buffer.resize(24);
    assert.is(sendmsg(left, { data: [following, text("x")] }), 25);
    assert.is(recvmsg(right).bytes, 25);
    for (const view of views) {
      throws(() => sendmsg(left, { data: [view, text("x")] }), refused);
      throws(() => recvmsg(right, { into: [view, Buffer.alloc(1)], timeoutMs: 0 }), refused);
      for (const call of [decodeControl, explain, walk]) throws(() => call(view), refused);
      throws(() => encodeControl([{ level: 1, type: 9, payload: view }]), refused);
    }
    assert.is(tryRecvmsg(right), null);
  });
});

test("a buffer that shrinks while a later argument is read is sent as it is then", () => {
  withPair("stream", (left, right) => {
    const buffer = resizable(10_000, 20_000);
    const view = new Uint8Array(buffer).fill(120);
    const options = {
      data: view,
      get timeoutMs(): number {
        buffer.resize(5000);
        return 1000;
      },
    };
    assert.is(sendmsg(left, options), 5000);
    assert.is(recvmsg(right).bytes, 5000);
  });
});

test.run();

// SCTP, TIPC and AF_VSOCK within one machine, labels of a security module. Where the kernel has them.

import { readFileSync } from "node:fs";
import {
  type Address,
  accept,
  bind,
  connect,
  enable,
  type Fd,
  getsockname,
  listen,
  MSG_ERRQUEUE,
  recvmsg,
  sctpReceiveInfo,
  sctpSendInfo,
  security,
  sendmsg,
  setsockopt,
  socket,
  socketpair,
  tipcDestinationName,
  vsockRecvErr,
} from "cmsg";
import { assert } from "../support/assert.js";
import { text } from "../support/message.js";
import { suite } from "../support/suite.js";
import { problemOf, socketProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { notProven, valuesOf } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = suite("kernel: other families");

const timeoutMs = 10_000;
const [AF_TIPC, AF_VSOCK, IPPROTO_SCTP] = [30, 40, 132];

const SCTP = { family: "inet", type: "seqpacket", protocol: IPPROTO_SCTP } as const;

test.unless(
  socketProblem(SCTP, "SCTP"),
  "SCTP: stream and protocol of a message, as they were sent",
  () => {
    using server = socket(SCTP);
    bind(server, { host: "127.0.0.1", port: 0 });
    enable(server, sctpReceiveInfo);
    listen(server);
    using client = socket(SCTP);
    for (const [sid, ppid] of [
      [0, 0],
      [1, 0x2a000000],
      [3, 7],
    ] as const) {
      sendmsg(client, {
        data: text("x"),
        to: getsockname(server),
        control: [sctpSendInfo({ sid, ppid })],
      });
      const message = recvmsg(server, { timeoutMs });
      const [info] = valuesOf(message, sctpReceiveInfo);
      assert.equal(
        [message.data.toString(), info?.sid, info?.ppid, info?.ssn],
        ["x", sid, ppid, 0],
      );
    }
  },
);

/** struct sockaddr_tipc behind its family: kind, scope, three numbers. */
function tipcAddress(kind: number, ...numbers: readonly number[]): Address {
  const TIPC_NODE_SCOPE = 3;
  const words = new Uint8Array(Uint32Array.from(numbers).buffer);
  return { family: AF_TIPC, data: Buffer.concat([Buffer.from([kind, TIPC_NODE_SCOPE]), words]) };
}

const TIPC = { family: AF_TIPC, type: 4 } as const;

test.unless(
  socketProblem(TIPC, "TIPC"),
  "TIPC: the service address that a message was sent to",
  () => {
    const [TIPC_SERVICE_RANGE, TIPC_SERVICE_ADDR, type] = [1, 2, 18888];
    using receiver = socket(TIPC);
    bind(receiver, tipcAddress(TIPC_SERVICE_RANGE, type, 10, 20));
    using sender = socket(TIPC);
    sendmsg(sender, { data: text("x"), to: tipcAddress(TIPC_SERVICE_ADDR, type, 17, 0) });
    const message = recvmsg(receiver, { timeoutMs });
    assert.equal(valuesOf(message, tipcDestinationName), [{ type, lower: 17, upper: 17 }]);
  },
);

const VSOCK = { family: AF_VSOCK, type: "stream" } as const;

/** struct sockaddr_vm behind its family: two bytes of padding, port, machine, flags. */
function vsockAddress(port: number): Address {
  const VMADDR_CID_LOCAL = 1;
  const words = new Uint8Array(Uint32Array.of(port, VMADDR_CID_LOCAL).buffer);
  return { family: AF_VSOCK, data: Buffer.concat([Buffer.alloc(2), words, Buffer.alloc(4)]) };
}

/** Runs `work` with both ends of a connection of this machine to itself. */
function withVsock(work: (client: Fd, server: Fd) => void): void {
  const VMADDR_PORT_ANY = 0xffffffff;
  using listener = socket(VSOCK);
  bind(listener, vsockAddress(VMADDR_PORT_ANY));
  listen(listener);
  const { data } = getsockname(listener) as { data: Uint8Array };
  const port = Buffer.from(data).readUInt32LE(2);
  using client = socket(VSOCK);
  connect(client, vsockAddress(port));
  using server = accept(listener, { timeoutMs });
  work(client, server);
}

const noVsock = problemOf("AF_VSOCK within this machine", () => withVsock(() => {}));

test.unless(noVsock, "AF_VSOCK: zero-copy sends are numbered, and each is reported once", () => {
  withVsock((client, server) => {
    const [SO_ZEROCOPY, MSG_ZEROCOPY] = [60, 0x4000000];
    setsockopt(client, 1, SO_ZEROCOPY, true);
    const count = 3;
    for (let i = 0; i < count; i++) {
      sendmsg(client, { data: Buffer.alloc(8192, i), flags: MSG_ZEROCOPY });
      for (let left = 8192; left > 0; )
        left -= recvmsg(server, { timeoutMs, dataLimit: left }).bytes;
    }
    for (let next = 0; next < count; ) {
      const [report] = valuesOf(recvmsg(client, { flags: MSG_ERRQUEUE, timeoutMs }), vsockRecvErr);
      assert.equal([report?.origin, report?.info], ["SO_EE_ORIGIN_ZEROCOPY", next]);
      next = (report?.data ?? count) + 1;
    }
  });
});

/** The label that a datagram brings here. */
function labelOf(): string | undefined {
  using pair = socketpair({ type: "dgram" });
  enable(pair[1], security);
  sendmsg(pair[0], { data: text("x") });
  return valuesOf(recvmsg(pair[1]), security)[0];
}

const label = labelOf();
const noLabel =
  label === undefined ? "no security module of this kernel labels sockets" : undefined;

test.unless(noLabel, "AF_UNIX: the label of the sender is that of this process", () => {
  const own = readFileSync("/proc/self/attr/current", "latin1").replace(/[\0\n]+$/, "");
  assert.is(label, own);
});

notProven(test, security, sctpSendInfo, sctpReceiveInfo, tipcDestinationName, vsockRecvErr);

test.run();

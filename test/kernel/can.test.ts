// CAN: transmit stamps of raw sockets and addresses of J1939, over a bus that is in memory alone. Where the kernel has it.

import {
  bind,
  canRawErrorQueue,
  enable,
  type Fd,
  j1939DestinationAddress,
  j1939Priority,
  MSG_ERRQUEUE,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  timestamping,
} from "cmsg";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { within } from "./support/clock.js";
import { firstOf, socketProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { makeCan } from "./support/rtnetlink.js";
import { notProven, valuesOf } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = suite("kernel: CAN");

const timeoutMs = 10_000;
const [AF_CAN, CAN_RAW, CAN_J1939, BUS] = [29, 1, 7, 7001];

const raw = firstOf(
  noNamespace,
  socketProblem({ family: AF_CAN, type: "raw", protocol: CAN_RAW }, "CAN_RAW"),
);
const j1939 = firstOf(
  noNamespace,
  socketProblem({ family: AF_CAN, type: "dgram", protocol: CAN_J1939 }, "CAN_J1939"),
);

if (raw === undefined || j1939 === undefined) makeCan(BUS);

/** struct sockaddr_can behind its family: two bytes of padding, interface; name, group and address of J1939. */
function canAddress(group = 0, address = 0) {
  const data = Buffer.alloc(22);
  data.set(new Uint8Array(Int32Array.of(BUS).buffer), 2);
  data.set(new Uint8Array(Uint32Array.of(group).buffer), 14);
  data[18] = address;
  return { family: AF_CAN, data };
}

test.unless(raw, "when a frame was sent, and what was sent", () => {
  using sender = socket({ family: AF_CAN, type: "raw", protocol: CAN_RAW });
  bind(sender, canAddress());
  const bits = ["TX_SOFTWARE", "SOFTWARE", "OPT_ID"];
  enable(sender, [timestamping, bits.map((bit) => `SOF_TIMESTAMPING_${bit}`)]);
  // struct can_frame: identifier, length, padding, data.
  const frame = Buffer.from([0x23, 1, 0, 0, 2, 0, 0, 0, 0xca, 0xfe, 0, 0, 0, 0, 0, 0]);
  within(1n, () => {
    sendmsg(sender, { data: frame });
    const message = recvmsg(sender, { flags: MSG_ERRQUEUE, timeoutMs });
    const [report] = valuesOf(message, canRawErrorQueue);
    assert.equal(
      [report?.origin, report?.info, report?.data],
      ["SO_EE_ORIGIN_TXSTATUS", "SCM_TSTAMP_SND", 0],
    );
    return valuesOf(message, timestamping)[0]?.software as bigint;
  });
});

/** A J1939 socket of a controller address, which listens to every group. */
function controller(address: number): Fd {
  const made = socket({ family: AF_CAN, type: "dgram", protocol: CAN_J1939 });
  const J1939_NO_PGN = 0x40000;
  bind(made, canAddress(J1939_NO_PGN, address));
  return made;
}

test.unless(j1939, "J1939: the address and the priority that a message was sent with", () => {
  using receiver = controller(0x30);
  using sender = controller(0x20);
  const [SOL_CAN_J1939, SO_J1939_SEND_PRIO] = [107, 3];
  for (const priority of [6, 3, 2]) {
    setsockopt(sender, SOL_CAN_J1939, SO_J1939_SEND_PRIO, priority);
    sendmsg(sender, { data: Buffer.from("eight by"), to: canAddress(0x12300, 0x30) });
    const message = recvmsg(receiver, { timeoutMs });
    assert.is(message.data.toString(), "eight by");
    assert.equal(valuesOf(message, j1939DestinationAddress), [0x30]);
    assert.equal(valuesOf(message, j1939Priority), [priority]);
  }
});

notProven(test, canRawErrorQueue, j1939DestinationAddress, j1939Priority);

test.run();

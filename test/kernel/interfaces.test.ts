// The interface of a datagram where there are several: chosen by the sender, seen by the receiver at the other end of the wire.

import { writeFileSync } from "node:fs";
import {
  type InternetAddress,
  packetInfo,
  packetInfo6,
  packetInfo2292,
  sendmsg,
  setsockopt,
} from "cmsg";
import { assert } from "../support/assert.js";
import { text } from "../support/message.js";
import { firstOf } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { addAddress, makeVeth } from "./support/rtnetlink.js";
import { interfaceIndex, withUdp } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("interfaces");
const reason = firstOf(noNamespace, noPython);

const data = text("x");

/** Two wires: what goes into the first of each pair comes out of the second. */
const WIRES = [
  [7001, 7002],
  [7003, 7004],
] as const;

function prepare(): void {
  // What comes in has an address of this machine as its source, which would be refused as forged.
  for (const name of ["accept_local", "rp_filter"]) {
    for (const scope of ["all", "default"]) {
      writeFileSync(`/proc/sys/net/ipv4/conf/${scope}/${name}`, name === "rp_filter" ? "0" : "1");
    }
  }
  for (const [i, [near, far]] of WIRES.entries()) {
    makeVeth(near, far);
    addAddress(near, `10.9.${i}.1`, 24);
    addAddress(near, `fe80::${i + 1}`, 64);
  }
}

if (reason === undefined) prepare();

test.unless(reason, "IPv4: all hosts on a wire, by its interface and the address on it", () => {
  withUdp("0.0.0.0", [packetInfo], (receiver, sender, at) => {
    const [IP_MULTICAST_LOOP, group] = [34, "224.0.0.1"];
    setsockopt(sender, 0, IP_MULTICAST_LOOP, false);
    const sends = WIRES.map(([ifindex], i) => () => {
      const control = [packetInfo({ ifindex, specDst: `10.9.${i}.1` })];
      sendmsg(sender, { data, to: at(group), control });
    });
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const far = WIRES[i]?.[1] as number;
      assert.is(far, interfaceIndex(`veth${far}`));
      assert.is((message.address as InternetAddress).host, `10.9.${i}.1`);
      const { ifindex, addr, specDst } = test.received(message, packetInfo);
      assert.equal([ifindex, addr], [far, group]);
      assert.equal(python, { "0 8": [far, specDst, group] });
    });
  });
  test.sent(packetInfo);
});

for (const [definition, number] of [
  [packetInfo6, 50],
  [packetInfo2292, 2],
] as const) {
  test.unless(
    firstOf(reason, noIpv6()),
    `${definition.name}: all nodes on a wire, by its interface`,
    () => {
      withUdp("::", [definition], (receiver, sender, at) => {
        const [IPV6_MULTICAST_LOOP, group] = [19, "ff02::1"];
        setsockopt(sender, 41, IPV6_MULTICAST_LOOP, false);
        const sends = WIRES.map(([ifindex], i) => () => {
          const control = [definition({ ifindex, addr: `fe80::${i + 1}` })];
          sendmsg(sender, { data, to: at(group), control });
        });
        receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
          const far = WIRES[i]?.[1] as number;
          const { host, scopeId } = message.address as InternetAddress;
          assert.equal([host, scopeId], [`fe80::${i + 1}`, far]);
          assert.equal(test.received(message, definition), { addr: group, ifindex: far });
          assert.equal(python, { [`41 ${number}`]: [group, far] });
        });
      });
      test.sent(definition);
    },
  );
}

test.run();

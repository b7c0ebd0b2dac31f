// enable and disable: options that are no plain 1, options that switch each other off, and switching off.

import {
  credentials,
  disable,
  enable,
  getsockopt,
  hopLimit,
  packetInfo,
  packetInfo6,
  setsockopt,
  timestamp,
  timestamping,
  timestampNs,
  tos,
  tsOptId,
  ttl,
  txTime,
  udpGro,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { make, set } from "../support/options.js";
import { CAP_NET_ADMIN, hasCapability } from "../support/privilege.js";
import { suite } from "../support/suite.js";

const test = suite("settings of enable");

test("options that switch each other off are refused together", () => {
  using udp = make("inet");
  for (const pair of [
    [timestamp, timestampNs],
    [timestampNs, timestamp],
  ] as const) {
    const error = throws(() => enable(udp, ttl, ...pair), { code: "ERR_CMSG_EXCLUSIVE_OPTIONS" });
    assert.match(error.message, /SO_TIMESTAMP(NS)?_OLD is switched off by SO_TIMESTAMP(NS)?_OLD$/);
    assert.equal(set(udp), []);
  }
  enable(udp, timestamp);
  enable(udp, timestampNs);
  assert.equal(set(udp), ["SO_TIMESTAMPNS"]);
});

const TIMESTAMPING = [1, 37] as const;

test("timestamps: bits by default, by name or number, added to those that are set", () => {
  using udp = make("inet");
  const bits = (): number => getsockopt(udp, ...TIMESTAMPING, 4).readInt32LE();
  enable(udp, timestamping);
  assert.is(bits(), 4 | 8 | 16 | 64);
  enable(udp, [timestamping, ["SOF_TIMESTAMPING_TX_SOFTWARE"]]);
  assert.is(bits(), 2 | 4 | 8 | 16 | 64);
  enable(udp, tsOptId);
  assert.is(bits(), 2 | 4 | 8 | 16 | 64 | 128);
  disable(udp, timestamping);
  assert.is(bits(), 0);
  enable(udp, [timestamping, 8 | 16]);
  assert.is(bits(), 8 | 16);
  throws(() => enable(udp, [timestamping, ["SOF_TIMESTAMPING_RX_SOFTWEAR"]]), {
    name: "RangeError",
    message: /^items\[0\]\[1\]\[0\] must be .*SOF_TIMESTAMPING_RX_SOFTWARE/,
  });
  for (const wrong of [true, "SOF_TIMESTAMPING_SOFTWARE", {}, [{}], null]) {
    throws(() => enable(udp, [timestamping, wrong as never]), { name: "TypeError" });
  }
});

test("times of sending: a clock and flags", () => {
  const SO_TXTIME = 61;
  const kept = (...items: Parameters<typeof enable> extends [unknown, ...infer I] ? I : never) => {
    using udp = make("inet");
    enable(udp, ...items);
    const bytes = getsockopt(udp, 1, SO_TXTIME, 8);
    return [bytes.readInt32LE(0), bytes.readInt32LE(4)];
  };
  assert.equal(kept(txTime), [1, 0]);
  assert.equal(kept([txTime, {}]), [1, 0]);
  const flags = ["SOF_TXTIME_REPORT_ERRORS"];
  assert.equal(kept([txTime, { clock: "CLOCK_MONOTONIC", flags }]), [1, 2]);
  const realtime = () => kept([txTime, { clock: "CLOCK_REALTIME", flags }]);
  // Other clocks than that of fq are for whoever may change queueing disciplines.
  if (hasCapability(CAP_NET_ADMIN)) assert.equal(realtime(), [0, 2]);
  else throws(realtime, { code: "EPERM" });
  using udp = make("inet");
  throws(() => enable(udp, [txTime, { clock: "CLOCK_WALL" }]), {
    name: "RangeError",
    message: /^items\[0\]\[1\]\.clock must be .*CLOCK_/,
  });
  for (const wrong of [1, true, null, ["CLOCK_TAI"], { clock: {} }, { flags: 1 }]) {
    throws(() => enable(udp, [txTime, wrong as never]), { name: "TypeError" });
  }
  const clock = (): number => getsockopt(udp, 1, SO_TXTIME, 8).readInt32LE();
  throws(() => enable(udp, txTime, ttl, credentials), { code: "EOPNOTSUPP" });
  assert.equal([set(udp), clock()], [[], 0], "what cannot be switched off is not set either");
  enable(udp, txTime);
  assert.is(clock(), 1);
  throws(() => disable(udp, ttl, txTime), { code: "ERR_CMSG_NO_OPTION", message: /SO_TXTIME/ });
});

test("disable sets the same options to 0", () => {
  using dual = make("inet6");
  setsockopt(dual, 41, 26, false);
  const all = [ttl, packetInfo, tos, udpGro, timestampNs] as const;
  enable(dual, ...all);
  assert.is(set(dual).length, 8);
  disable(dual, hopLimit, packetInfo6);
  assert.equal(set(dual), ["IP_RECVTOS", "IPV6_RECVTCLASS", "UDP_GRO", "SO_TIMESTAMPNS"]);
  disable(dual, ...all);
  assert.equal(set(dual), []);
  throws(() => disable(dual, credentials), { code: "EOPNOTSUPP" });
});

test.run();

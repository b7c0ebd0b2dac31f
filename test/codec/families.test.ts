// Messages of Linux' protocol families: values as people want them, claims that are too big, levels that share a number.

import {
  type AnyOutgoing,
  algSetAeadAssocLen,
  algSetIv,
  algSetOp,
  decodeControl,
  encodeControl,
  explain,
  hciIncoming,
  hciTimestamp,
  j1939DestinationAddress,
  j1939ErrorQueue,
  llcPacketInfo,
  packetAuxdata,
  rdsAtomicCompareSwap,
  rdsReceivePathLatency,
  rdsZeroCopyCompletion,
  rxrpcAck,
  rxrpcChallenged,
  rxrpcNetError,
  rxrpcSetCallTimeout,
  sctpPartialReliability,
  sctpSendInfo,
  sctpSendReceiveInfo,
  tlsGetRecordType,
  tos,
  ttl,
  wpanLinkQuality,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("families");

const abi = "linux-x86_64-glibc";
const big = "linux-s390x-glibc";

const payloadOf = (message: AnyOutgoing, of: typeof abi | typeof big = abi): Uint8Array =>
  encodeControl([message], { abi: of, trimLast: true }).slice(16);

/** The value of a payload in bytes, by the numbers of a message of the same definition. */
function valueIn(message: AnyOutgoing, hex: string): unknown {
  const control = encodeControl([message], { abi });
  const [{ level = 0, type = 0 } = {}] = decodeControl(control, { abi }).messages;
  const made = encodeControl([{ level, type, payload: Buffer.from(hex, "hex") }], { abi });
  return decodeControl(made, { abi, definitions: [message.definition] }).messages[0]?.value;
}

test("AF_ALG: the bytes of an initialisation vector, with their number in front", () => {
  const iv = Uint8Array.of(1, 2, 3, 4, 5);
  bytes(payloadOf(algSetIv(iv)), "050000000102030405");
  bytes(payloadOf(algSetIv(iv), big), "000000050102030405");
  bytes(payloadOf(algSetIv(new Uint8Array(0))), "00000000");
  bytes(valueIn(algSetIv(iv), "05000000010203040506") as Uint8Array, iv);
  bytes(valueIn(algSetIv(iv), "ffffffff0102") as Uint8Array, "0102");
  throws(() => encodeControl([algSetIv([1] as never)]), { name: "TypeError" });
  bytes(payloadOf(algSetOp("ALG_OP_ENCRYPT")), "01000000");
  throws(() => payloadOf(algSetAeadAssocLen(2 ** 31)), { code: "ERR_CMSG_OUT_OF_RANGE" });
});

test("a count that claims more than there is: what is there, and a note", () => {
  const cookies = rdsZeroCopyCompletion([7, 0xffffffff]);
  bytes(payloadOf(cookies), `0200000007000000ffffffff${"00".repeat(24)}`);
  assert.equal(valueIn(cookies, `02000000${"01000000".repeat(8)}`), [1, 1]);
  assert.equal(valueIn(cookies, `09000000${"01000000".repeat(8)}`), new Array(8).fill(1));
  throws(() => payloadOf(rdsZeroCopyCompletion(new Array(9).fill(1))), {
    name: "RangeError",
    message: /value must be at most 8 values, not 9/,
  });
  throws(() => payloadOf(rdsZeroCopyCompletion([1, -1])), { message: /value\[1\] must be from 0/ });
  const level = 276;
  const payload = Buffer.from(`09000000${"00".repeat(32)}`, "hex");
  const { spans } = explain(encodeControl([{ level, type: 13, payload }], { abi }), { abi });
  assert.is(spans.find(({ field }) => field === "num")?.note, "8 are there");
  const control = encodeControl([{ level, type: 13, payload }], { abi });
  const decoded = decodeControl(control, { abi });
  const [problem] = decoded.problems;
  assert.equal(problem, {
    severity: "warning",
    code: "ERR_CMSG_COUNT_PAST_END",
    message: `RDS_CMSG_ZCOPY_COMPLETION payload at offset 0: num says 9, 8 are there (${abi})`,
    offset: 0,
    level,
    type: 13,
    claimed: 9n,
    available: 36,
    rule: "A count counts no more elements than are there.",
  });
  assert.equal(explain(control, { abi }).problems, [problem]);
  assert.match(String(decoded.messages[0]), "(warning: num says 9, 8 are there)");
  throws(() => decodeControl(control, { abi, strict: true }), { code: "ERR_CMSG_COUNT_PAST_END" });
});

test("SCTP: flags by name, the policy of two bits among them; what is left out is 0", () => {
  const info = sctpSendInfo({ sid: 3, flags: ["SCTP_UNORDERED", "SCTP_PR_SCTP_PRIO"] });
  bytes(payloadOf(info), "03003100000000000000000000000000");
  assert.equal(valueIn(info, "03007118000000000000000000000000"), {
    sid: 3,
    flags: ["SCTP_UNORDERED", "SCTP_PR_SCTP_PRIO", "SCTP_SENDALL", 0x1800],
    ppid: 0,
    context: 0,
    assocId: 0,
  });
  assert.equal(
    ["1000", "2000"].map((flags) =>
      valueIn(sctpSendReceiveInfo({ stream: 0 }), `00000000${flags}${"00".repeat(26)}`),
    ),
    [["SCTP_PR_SCTP_TTL"], ["SCTP_PR_SCTP_RTX"]].map((flags) => ({
      stream: 0,
      ssn: 0,
      flags,
      ppid: 0,
      context: 0,
      timeToLive: 0,
      tsn: 0,
      cumTsn: 0,
      assocId: 0,
    })),
  );
  throws(() => payloadOf(sctpSendInfo({ sid: 1, flags: ["SCTP_NO" as never] })), {
    message: /value\.flags\[0\] must be one of/,
  });
  throws(() => payloadOf(sctpSendInfo({ sid: 1, flags: [0x10000] })), { name: "RangeError" });
  bytes(
    payloadOf(sctpPartialReliability({ policy: "SCTP_PR_SCTP_RTX", value: 5 })),
    "2000000005000000",
  );
});

test("AF_PACKET: status bits, the highest too, and VLAN protocols by name", () => {
  const value = {
    status: ["TP_STATUS_USER", "TP_STATUS_VLAN_VALID", "TP_STATUS_TS_RAW_HARDWARE"],
    len: 1500,
    snaplen: 96,
    mac: 80,
    net: 94,
    vlanTci: 0x2005,
    vlanTpid: "ETH_P_8021AD",
  } as const;
  bytes(payloadOf(packetAuxdata(value)), "11000080dc0500006000000050005e000520a888");
  assert.equal(valueIn(packetAuxdata(value), "11000080dc0500006000000050005e000520a888"), value);
});

test("RDS: 64-bit flags, and the union of an atomic operation without the rest of it", () => {
  const value = {
    cookie: 1n,
    localAddr: 2n,
    remoteAddr: 3n,
    compare: 4n,
    swap: 5n,
    flags: ["RDS_RDMA_FENCE", 1n << 63n],
    userToken: 6n,
  } as const;
  const word = (number: bigint): string => number.toString(16).padStart(16, "0");
  const words = [1n, 2n, 3n, 4n, 5n, 0n, 0n, (1n << 63n) | 2n, 6n].map(word).join("");
  bytes(payloadOf(rdsAtomicCompareSwap(value), big), words);
  const control = encodeControl([rdsAtomicCompareSwap(value)], { abi: big });
  assert.equal(decodeControl(control, { abi: big }).messages[0]?.value, value);
  throws(() => payloadOf(rdsAtomicCompareSwap({ ...value, flags: [-1n] })), {
    name: "RangeError",
    message: /value\.flags\[0\] must be 0 or more/,
  });
});

test("RDS: the ways of a message, as many as were asked for", () => {
  const value = [
    { point: "RDS_MSG_RX_DGRAM_DELIVERED", latency: 5n },
    { point: 9, latency: 6n },
  ] as const;
  const message = rdsReceivePathLatency(value);
  bytes(
    payloadOf(message),
    `0202090000000000${"0500000000000000"}${"0600000000000000"}${"00".repeat(8)}`,
  );
  assert.equal(decodeControl(encodeControl([message], { abi }), { abi }).messages[0]?.value, value);
  throws(() => payloadOf(rdsReceivePathLatency("x" as never)), { name: "TypeError" });
});

test("LLC: a hardware address is text", () => {
  const value = { ifindex: 2, sap: "LLC_SAP_SNAP", mac: "02:00:5e:10:00:ff" } as const;
  bytes(payloadOf(llcPacketInfo(value)), "02000000aa02005e1000ff00");
  bytes(
    payloadOf(llcPacketInfo({ ...value, mac: "02-00-5E-10-00-FF" })),
    "02000000aa02005e1000ff00",
  );
  assert.equal(valueIn(llcPacketInfo(value), "02000000aa02005e1000ff00"), value);
  for (const mac of ["", "02:00:5e:10:00", "02:00:5e:10:00:fg", "02005e1000ff", 5, null]) {
    throws(() => payloadOf(llcPacketInfo({ ...value, mac: mac as never })), {
      name: "TypeError",
      message: /value\.mac must be a hardware address/,
    });
  }
});

test("TLS, RxRPC and J1939: numbers with names are names, others are numbers", () => {
  bytes(payloadOf(tlsGetRecordType("TLS_RECORD_TYPE_ALERT")), "15");
  assert.equal(valueIn(tlsGetRecordType(0), "63"), 99);
  assert.equal(valueIn(rxrpcNetError(0), "6f000000"), "ECONNREFUSED");
  assert.equal(valueIn(j1939DestinationAddress(0), "ff"), "J1939_NO_ADDR");
  const local = {
    errno: "EPERM",
    origin: "SO_EE_ORIGIN_LOCAL",
    info: "J1939_EE_INFO_RX_RTS",
  } as const;
  bytes(payloadOf(j1939ErrorQueue(local)), "01000000010000000200000000000000");
  const value = valueIn(j1939ErrorQueue({}), "01000000010000000200000003000000") as object;
  assert.equal(value, { ...local, type: 0, code: 0, data: 3 });
  const challenge = { serviceId: 52, securityIndex: "RXRPC_SECURITY_RXGK" } as const;
  bytes(payloadOf(rxrpcChallenged(challenge)), "34000400");
});

test("RxRPC: one to three limits of a call's time", () => {
  bytes(payloadOf(rxrpcSetCallTimeout([60, 5000])), "3c00000088130000");
  assert.equal(valueIn(rxrpcSetCallTimeout([1]), "3c0000008813000001000000"), [60, 5000, 1]);
  for (const refused of [[], [1, 2, 3, 4]]) {
    throws(() => payloadOf(rxrpcSetCallTimeout(refused)), {
      name: "RangeError",
      message: /value must be from 1 to 3 values, not [04]/,
    });
  }
});

test("messages without a payload say true", () => {
  bytes(payloadOf(rxrpcAck()), "");
  assert.is(valueIn(rxrpcAck(), ""), true);
  assert.is(valueIn(rxrpcAck(), "0102"), true);
  throws(() => payloadOf(rxrpcAck(false as never)), { name: "TypeError" });
});

test("a level with the number of SOL_IP is IP's, and another's where its definition is given", () => {
  const messages = [hciIncoming(true), hciTimestamp(1_500_001_000n), wpanLinkQuality(200)];
  const control = encodeControl(messages, { abi });
  const given = messages.map(({ definition }) => definition);
  const own = decodeControl(control, { abi, definitions: given }).messages;
  assert.equal(
    own.map(({ level, type, value }) => [level, type, value]),
    [
      [0, 1, true],
      [0, 2, 1_500_001_000n],
      [0, 3, 200],
    ],
  );
  const plain = decodeControl(control, { abi }).messages;
  assert.equal(
    plain.slice(0, 2).map(({ definition }) => definition),
    [tos, ttl],
  );
  assert.is(given.includes(plain[2]?.definition as (typeof given)[number]), false);
  assert.equal(
    plain.map((message, i) => message.as(given[i] as (typeof given)[number])),
    [true, 1_500_001_000n, 200],
  );
  const { spans } = explain(control, { abi, definitions: given });
  assert.equal(
    spans.filter(({ role }) => role === "level").map(({ note }) => note),
    ["AF_BLUETOOTH SOL_HCI (0)", "AF_BLUETOOTH SOL_HCI (0)", "AF_IEEE802154 SOL_IEEE802154 (0)"],
  );
  assert.match(String(explain(control, { abi })), "AF_INET SOL_IP (0)");
});

test.run();

// Network interfaces made and changed by rtnetlink messages, sent by the package itself: rtnetlink(7).

import { encodeAddress, type Fd, recvmsg, sendmsg, socket } from "cmsg";

/** AF_NETLINK, and NETLINK_ROUTE of it. */
export const NETLINK = { family: 16, type: "raw", protocol: 0 } as const;

/** Index of the loopback interface, in every namespace. */
export const LOOPBACK = 1;

const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWRULE = 32;
const RTM_NEWNSID = 88;
const [NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE] = [1, 4, 0x200, 0x400];
const NLMSG_ERROR = 2;
const IFF_UP = 1;
const [IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO] = [3, 4, 18];
const [IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER] = [1, 2, 1];
const [IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD] = [1, 2, 2];
const [FRA_PRIORITY, FRA_IP_PROTO] = [6, 22];
const [NETNSA_NSID, NETNSA_PID] = [1, 2];

/** Numbers as the machine has them in memory. */
const u32 = (...numbers: readonly number[]): Buffer =>
  Buffer.from(Uint32Array.from(numbers).buffer);
const u16 = (...numbers: readonly number[]): Buffer =>
  Buffer.from(Uint16Array.from(numbers).buffer);

function attribute(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const data = Buffer.concat(parts);
  const padding = Buffer.alloc(-data.length & 3);
  return Buffer.concat([u16(4 + data.length, type), data, padding]);
}

const text = (words: string): Buffer => Buffer.from(`${words}\0`);

/** struct ifinfomsg. */
const link = (index = 0, flags = 0): Buffer => u32(0, index, flags, flags);

/** Sends a request and throws the kernel's error. */
function request(on: Fd, type: number, flags: number, ...parts: readonly Uint8Array[]): void {
  const body = Buffer.concat(parts);
  const head = [u32(16 + body.length), u16(type, NLM_F_REQUEST | NLM_F_ACK | flags), u32(1, 0)];
  sendmsg(on, { data: [...head, body] });
  const { data } = recvmsg(on, { timeoutMs: 10_000 });
  const words = new Int32Array(Uint8Array.from(data.subarray(0, 20)).buffer);
  const error = (words[1] as number) & 0xffff;
  if (error !== NLMSG_ERROR || words[4] !== 0) throw new Error(`rtnetlink: errno ${words[4]}`);
}

function asking<T>(work: (on: Fd) => T): T {
  using on = socket(NETLINK);
  return work(on);
}

/** Changes an interface. */
export function setLink(index: number, options: { up?: boolean; mtu?: number }): void {
  const { up = false, mtu } = options;
  const attributes = mtu === undefined ? [] : [attribute(IFLA_MTU, u32(mtu))];
  asking((on) => request(on, RTM_NEWLINK, 0, link(index, up ? IFF_UP : 0), ...attributes));
}

function makeLink(index: number, name: Buffer, kind: string, ...data: readonly Uint8Array[]): void {
  const info = [attribute(IFLA_INFO_KIND, text(kind)), ...data];
  const attributes = [name, attribute(IFLA_LINKINFO, ...info)];
  asking((on) => request(on, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link(index), ...attributes));
}

/** Makes two interfaces with these indices, each of which receives what the other sends, and sets them up. */
export function makeVeth(index: number, peerIndex: number): void {
  const name = (of: number): Buffer => attribute(IFLA_IFNAME, text(`veth${of}`));
  const peer = attribute(VETH_INFO_PEER, link(peerIndex), name(peerIndex));
  makeLink(index, name(index), "veth", attribute(IFLA_INFO_DATA, peer));
  for (const each of [index, peerIndex]) setLink(each, { up: true });
}

/** Makes a CAN bus that is in memory alone, and sets it up. */
export function makeCan(index: number): void {
  makeLink(index, attribute(IFLA_IFNAME, text(`vcan${index}`)), "vcan");
  setLink(index, { up: true });
}

/** Gives an address of IPv4 or IPv6 to an interface, which has it at once. */
export function addAddress(index: number, host: string, prefix: number): void {
  const sockaddr = encodeAddress({ host, port: 0 });
  const six = host.includes(":");
  const bytes = six ? sockaddr.slice(8, 24) : sockaddr.slice(4, 8);
  const [AF_INET, AF_INET6] = [2, 10];
  const head = Buffer.from([six ? AF_INET6 : AF_INET, prefix, IFA_F_NODAD, 0]);
  const attributes = [attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes)];
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  asking((on) => request(on, RTM_NEWADDR, flags, head, u32(index), ...attributes));
}

/** Forbids packets that the kernel routes as those of a protocol of IPv4: EACCES for who sends them. */
export function prohibitProtocol(protocol: number): void {
  const [AF_INET, FR_ACT_PROHIBIT] = [2, 8];
  const head = Buffer.from([AF_INET, 0, 0, 0, 0, 0, 0, FR_ACT_PROHIBIT, 0, 0, 0, 0]);
  const attributes = [
    attribute(FRA_PRIORITY, u32(100)),
    attribute(FRA_IP_PROTO, Uint8Array.of(protocol)),
  ];
  asking((on) => request(on, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, head, ...attributes));
}

/** Gives an id to the network namespace of a process. */
export function nameNamespace(pid: number, id: number): void {
  const attributes = [attribute(NETNSA_NSID, u32(id)), attribute(NETNSA_PID, u32(pid))];
  asking((on) => request(on, RTM_NEWNSID, 0, u32(0), ...attributes));
}

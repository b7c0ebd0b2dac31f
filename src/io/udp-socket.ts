// UdpSocket: a UDP socket on the event loop, with what the kernel says about every datagram.

import type { InternetAddress } from "../codec/address.js";
import { optionsOf } from "../codec/arguments.js";
import type { DataInput } from "./data.js";
import type { Use } from "./descriptor.js";
import type { Fd } from "./fd.js";
import { Arrivals } from "./loop/arrivals.js";
import {
  ENDLESS,
  patienceOf,
  promised,
  throwIfAborted,
  type WaitOptions,
} from "./loop/giving-up.js";
import { guardMessages } from "./loop/guard.js";
import { drain, iterate } from "./loop/iterate.js";
import { adopting, LoopSocket, making } from "./loop/loop-socket.js";
import { FAILED, READABLE, WRITABLE } from "./loop/selector.js";
import { Sender } from "./loop/sender.js";
import { getpeername } from "./names.js";
import type { Sent } from "./send-fds.js";
import { enableErrors } from "./udp/facts.js";
import { changeGroup, type GroupOptions } from "./udp/groups.js";
import { UdpIncoming, type UdpReceiveManyOptions, type UdpReceiveOptions } from "./udp/incoming.js";
import { checkUdp, pathMtuOf, peerOf } from "./udp/kind.js";
import { type BindUdpOptions, bindUdp, type ConnectUdpOptions, connectUdp } from "./udp/making.js";
import type { UdpMessage } from "./udp/message.js";
import {
  applyUdpSettings,
  type UdpSettings,
  type UdpSocketOptions,
  udpSettingsOf,
} from "./udp/options.js";
import { planDatagram, type SendingSocket, type UdpSendOptions } from "./udp/outgoing.js";
import type { ErrorReport } from "./udp/report.js";

/**
 * A UDP socket on the event loop. Each datagram comes with what the kernel knows of it: the address that it was sent to, the
 * interface, congestion notification, and what else `report` asks for; and each can be sent with its own.
 *
 * @example
 * const server = UdpSocket.bind({ host: "127.0.0.1", port: 0 });
 * const client = await UdpSocket.connect({ host: "127.0.0.1", port: server.localAddress.port });
 * await client.send("question", { ecn: 2 });
 * const message = await server.receive();
 * console.log(message.localAddress?.host, message.ecn); // 127.0.0.1 2
 * await server.send("answer", { to: message.address, from: message.localAddress });
 * for (const socket of [server, client]) socket.close();
 * @see udp(7), ip(7), ipv6(7), sendmsg(2), recvmsg(2).
 */
export class UdpSocket extends LoopSocket {
  readonly #incoming: UdpIncoming;
  /** Made by the first send: many sockets only receive. */
  #sender: Sender | undefined;
  readonly #receiver: Arrivals<UdpMessage>;
  readonly #reporter: Arrivals<ErrorReport>;
  readonly #sending: SendingSocket;

  /** Sockets are made by `bind`, `connect` and `adopt`. @internal */
  constructor(fd: Fd, settings: UdpSettings) {
    super(fd, "UdpSocket");
    const kind = checkUdp(fd);
    this.#sending = { kind, settings, peer: peerOf(fd) };
    this.#incoming = new UdpIncoming(this, fd, settings, this.life);
    const { idleTimeoutMs: ms } = settings;
    const idle = ms === undefined ? undefined : { ms, over: () => this.close() };
    this.#receiver = new Arrivals<UdpMessage>("recvmsg", fd.number, this.life, idle);
    this.#reporter = new Arrivals<ErrorReport>("recvmsg", fd.number, this.life);
    this.begin();
  }

  /** @internal */
  override ready(events: number): boolean {
    const reported = (events & FAILED) !== 0 && this.#reporter.ready();
    const took = (events & READABLE) !== 0 && this.#receiver.ready();
    if ((events & WRITABLE) !== 0) this.#sender?.writable();
    // While reports are awaited, what has happened is always asked: they come beside what there is to receive.
    return (took && !this.#incoming.queuesErrors) || reported;
  }

  /**
   * A socket with an address of this machine. Names are not looked up.
   *
   * @throws TypeError, RangeError before any system call; SyscallError EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT.
   * @example
   * const socket = UdpSocket.bind({ host: "127.0.0.1", report: ["localAddress", "ttl", "timestamp"] });
   * socket.close();
   * @see bind(2), ip(7), ipv6(7).
   */
  static override bind(options?: BindUdpOptions): UdpSocket {
    const given = optionsOf(options, "options");
    const settings = udpSettingsOf(given);
    return making(bindUdp(given, settings), (fd) => made(fd, settings));
  }

  /**
   * A socket that sends to one address and receives from it alone. Names are looked up; the first of a name's addresses that the
   * kernel knows a way to is taken.
   *
   * @returns The socket, owned by the caller.
   * @throws TypeError, RangeError before any system call; AbortError; Error of `dns.lookup`, such as ENOTFOUND; SyscallError
   * ENETUNREACH, EADDRNOTAVAIL, EACCES, ETIMEDOUT.
   * @example
   * const socket = await UdpSocket.connect({ host: "localhost", port: 53 });
   * socket.close();
   * @see connect(2), udp(7).
   */
  static async connect(options: ConnectUdpOptions): Promise<UdpSocket> {
    const given = optionsOf(options, "options");
    const settings = udpSettingsOf(given);
    return making(await connectUdp(given, settings), (fd) => made(fd, settings));
  }

  /**
   * Takes over a UDP socket: an inherited number, or an `Fd` that was received. Its blocking mode stays as it is; what is to be
   * reported is so for every process that holds it.
   *
   * @param socket Owned by the new socket from here on; untouched when this throws.
   * @throws Error `ERR_CMSG_WRONG_KIND`; SyscallError EBADF, ENOTSOCK.
   */
  static adopt(socket: number | Fd, options?: UdpSocketOptions): UdpSocket {
    const settings = udpSettingsOf(optionsOf(options, "options"));
    return adopting(socket, (fd) => {
      applyUdpSettings(fd.number, checkUdp(fd).family, settings);
      return made(fd, settings);
    });
  }

  /**
   * Sends a datagram, or with `segmentSize` one buffer as many; text as UTF-8. Resolves when the kernel has it, which says
   * nothing about its arrival.
   *
   * Datagrams are sent in the order of the calls, each exactly once; data is borrowed until the promise settles. A datagram that
   * is refused was not sent. On a connected socket the kernel refuses one because an earlier one was answered with an ICMP error,
   * unless `errors` takes those.
   *
   * @throws TypeError, RangeError, EncodeError before any system call; Error `ERR_CMSG_QUEUE_FULL`, `ERR_CMSG_SOCKET_CLOSED`;
   * AbortError; SyscallError EMSGSIZE, ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, EDESTADDRREQ, ETIMEDOUT.
   * @example
   * const socket = UdpSocket.bind({ host: "127.0.0.1" });
   * const to = socket.localAddress;
   * await socket.send(Buffer.alloc(2500), { to, segmentSize: 1000, dscp: 46, ttl: 4 });
   * for (const bytes of [1000, 1000, 500]) console.assert((await socket.receive()).bytes === bytes);
   * socket.close();
   * @see sendmsg(2), udp(7), UDP_SEGMENT.
   */
  send(data: DataInput | string, options?: UdpSendOptions): Promise<Sent> {
    return promised(() => {
      const given = optionsOf(options, "options");
      const patience = patienceOf(given);
      const message = planDatagram(data, given, this.#sending);
      throwIfAborted(patience);
      this.#sender ??= this.#makeSender();
      return this.#sender.send(message, patience);
    });
  }

  #makeSender(): Sender {
    const { kind, settings } = this.#sending;
    const ofEarlier = (errno: number) => this.#incoming.isOfEarlier(errno);
    return new Sender(this, this.fd, kind, settings, this.life, ofEarlier);
  }

  /**
   * Receives the next datagram.
   *
   * @throws AbortError; Error `ERR_CMSG_SOCKET_CLOSED`; SyscallError ETIMEDOUT, and on a connected socket once ECONNREFUSED or its
   * like for a datagram that was answered with an ICMP error, unless `errors` takes those.
   * @see recvmsg(2).
   */
  receive(options?: UdpReceiveOptions): Promise<UdpMessage> {
    if (options === undefined) return this.#receiver.next(this.#incoming, ENDLESS);
    return this.#receiver.nextWith(options, (given) => this.#incoming.attemptWith(given));
  }

  /**
   * Receives what has come, up to 64 datagrams in one system call: at least one, for which it waits.
   *
   * @throws As `receive`.
   * @example
   * await using socket = UdpSocket.bind({ host: "127.0.0.1" });
   * await socket.send("one", { to: socket.localAddress });
   * for (const message of await socket.receiveMany({ limit: 32 })) console.log(message.bytes);
   */
  receiveMany(options?: UdpReceiveManyOptions): Promise<UdpMessage[]> {
    return this.#receiver.nextWith(options, (given) => this.#incoming.attemptMany(given));
  }

  /**
   * The datagrams as they come, until the socket is closed; while several wait, up to 32 by one system call. Leaving the loop
   * leaves it open: those that it has not come to wait for the next receive, and until then nothing else can take the socket.
   */
  messages(options?: UdpReceiveOptions): AsyncIterableIterator<UdpMessage> {
    return drain(this, this.#receiver, this.#incoming, options);
  }

  /**
   * Calls back with every datagram as it comes: `messages` without its promises. Reads on until an error, or `stop`.
   *
   * @param ended Called once, with an error: receiving has failed or the socket is closed.
   * @returns What stops it.
   */
  onMessage(take: (message: UdpMessage) => void, ended: (error?: Error) => void): () => void {
    return this.#receiver.each(this.#incoming.draining(), take, ended);
  }

  /**
   * What becomes of datagrams that were sent, until the socket is closed: ICMP errors and those of this machine, times of
   * sending, ends of zero copies. From the first call on the kernel keeps these reports in the socket's error queue, and neither
   * `send` nor `receive` is refused for an earlier datagram any more.
   *
   * @example
   * const socket = UdpSocket.bind({ host: "127.0.0.1" });
   * const nobody = UdpSocket.bind({ host: "127.0.0.1" });
   * const to = nobody.localAddress;
   * nobody.close();
   * const errors = socket.errors();
   * await socket.send("lost", { to });
   * const { value: report } = await errors.next();
   * console.log(report.errno, report.origin, report.to, report.data.toString());
   * socket.close();
   * @see recvmsg(2), MSG_ERRQUEUE; ip(7), IP_RECVERR.
   */
  errors(options?: WaitOptions): AsyncIterableIterator<ErrorReport> {
    const patience = patienceOf(optionsOf(options, "options"));
    if (!this.closed && !this.#incoming.queuesErrors) {
      enableErrors(this.fd);
      this.#incoming.queuesErrors = true;
    }
    const next = async (): Promise<ErrorReport> => {
      throwIfAborted(patience);
      return this.#reporter.next(this.#incoming.reports, patience);
    };
    return iterate(() => (this.closed ? Promise.resolve(null) : next()), this);
  }

  /**
   * Joins a multicast group.
   *
   * @param group Its IPv4 or IPv6 address.
   * @throws TypeError, RangeError; SyscallError ENODEV, EADDRINUSE when it is in the group already, ENOBUFS.
   * @example
   * const socket = UdpSocket.bind({ host: "0.0.0.0" });
   * socket.joinGroup("224.0.0.251", { interface: 1 });
   * socket.leaveGroup("224.0.0.251", { interface: 1 });
   * socket.close();
   * @see ip(7), IP_ADD_MEMBERSHIP; ipv6(7).
   */
  joinGroup(group: string, options?: GroupOptions): void {
    changeGroup("join", this.open(), group, options);
  }

  /** Leaves a multicast group. Throws SyscallError EADDRNOTAVAIL when it is not in the group. */
  leaveGroup(group: string, options?: GroupOptions): void {
    changeGroup("leave", this.open(), group, options);
  }

  /** Sends what waits, takes nothing else, then closes. It is still open after AbortError or ETIMEDOUT. */
  async end(options?: WaitOptions): Promise<void> {
    await this.endBehind(this.#sender, options);
  }

  /** @internal */
  protected override guard(use: Use): void {
    guardMessages(use, false, this.#sender, this.#receiver, this.#incoming);
  }

  /** @internal */
  protected override leave(why: () => Error): void {
    this.#receiver.end(why);
    this.#reporter.end(why);
    this.#sender?.end(why);
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.#sender?.waiting ?? 0;
  }

  /** The address that it is bound to. */
  override get localAddress(): InternetAddress {
    return super.localAddress as InternetAddress;
  }

  /** What the kernel believes that the largest packet to the other end is, in bytes with headers. Throws ENOTCONN. */
  get pathMtu(): number {
    return pathMtuOf(this.open());
  }

  /** The address of the other end. Throws ENOTCONN where it is not connected. */
  get remoteAddress(): InternetAddress {
    return getpeername(this.open()) as InternetAddress;
  }
}

// Outside: a class that calls itself is renamed by the bundler, and its name is in errors and traces.
function made(fd: Fd, settings: UdpSettings): UdpSocket {
  return new UdpSocket(fd, settings);
}

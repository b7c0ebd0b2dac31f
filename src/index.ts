/**
 * Ancillary data for Node: open file descriptors, credentials and every other control message over sockets. Importing it loads
 * no native code; the first system call does.
 *
 * @module cmsg
 */

export * from "./codec.js";
export { type AcceptOptions, accept } from "./io/accept.js";
export type {
  Adoptable,
  AdoptedAs,
  AdoptedMessages,
  FileStreamOptions,
  SocketAdoptionOptions,
} from "./io/adopt.js";
export { BatchRecord } from "./io/batch-record.js";
export { BufferPool, type BufferPoolOptions } from "./io/buffer-pool.js";
export { type ConnectOptions, connect } from "./io/connect.js";
export type { DataInput } from "./io/data.js";
export type { Access, Description, FileDescription, SocketDescription } from "./io/describe.js";
export type { NodeSocket, SenderLike, SocketLike } from "./io/descriptor.js";
export type {
  ArrivedMessage,
  LeakEvent,
  ReceiveEvent,
  SendEvent,
  TruncationEvent,
} from "./io/diagnostics.js";
export { disable, type EnableItem, enable } from "./io/enable.js";
export { type EnabledOptions, enabledOn } from "./io/enabled-on.js";
export { SyscallError, type SyscallPlace } from "./io/errors.js";
export { type ExpectOptions, expectControl, type WithControl } from "./io/expect-control.js";
export { Fd } from "./io/fd.js";
export { FdStream } from "./io/fd-stream.js";
export type { FdStreamOptions } from "./io/fd-stream-options.js";
export type { OpenOptions } from "./io/file.js";
export * from "./io/flags.js";
export { type HandOffOptions, handOff } from "./io/hand-off.js";
export {
  bind,
  type ListenOptions,
  listen,
  type ShutdownHow,
  setNonBlocking,
  shutdown,
} from "./io/listen.js";
export { type ListenUnixOptions, listenUnix } from "./io/listen-unix.js";
export type { BindUnixOptions, ConnectUnixOptions, UnixAddress } from "./io/loop/connecting.js";
export type { WaitOptions } from "./io/loop/giving-up.js";
export type { AsyncReceiveManyOptions, AsyncReceiveOptions } from "./io/loop/incoming.js";
export type { LoopSocket } from "./io/loop/loop-socket.js";
export type { AsyncSendOptions } from "./io/loop/queued.js";
export type { UnixSocketOptions } from "./io/loop/socket-options.js";
export { MessageRecord, type MessageRecordOptions } from "./io/message-record.js";
export { getpeername, getsockname } from "./io/names.js";
export type { EnableSetting, TxTimeSetting } from "./io/option-setting.js";
export { fdFromProcess } from "./io/other-process.js";
export { type PeerCredentials, peerCredentials } from "./io/peer.js";
export { type PeerProcess, peerPidfd } from "./io/peer-pidfd.js";
export type { PositionOptions } from "./io/position.js";
export type { ReceiveOptions } from "./io/receive.js";
export { type FillOptions, ReceiveBatch, type ReceiveBatchOptions } from "./io/receive-batch.js";
export { receiveHandOff } from "./io/receive-hand-off.js";
export { type Arrived, Received, TruncationError, type TruncationOption } from "./io/received.js";
export { type RecvFdsOptions, recvFds, tryRecvFds } from "./io/recv-fds.js";
export {
  ReceivedMessages,
  type RecvmmsgOptions,
  recvmmsg,
  tryRecvmmsg,
} from "./io/recvmmsg.js";
export { ReceivedMessage, type RecvmsgOptions, recvmsg, tryRecvmsg } from "./io/recvmsg.js";
export { sendmsg, trySendmsg } from "./io/send.js";
export { type SendFdsOptions, type Sent, sendFds, trySendFds } from "./io/send-fds.js";
export type { SendOptions } from "./io/send-plan.js";
export {
  type MessageToSend,
  type SendmmsgOptions,
  type SentMessages,
  sendmmsg,
  trySendmmsg,
} from "./io/sendmmsg.js";
export {
  type SocketFamily,
  type SocketOptions,
  type SocketPair,
  type SocketType,
  socket,
  socketpair,
} from "./io/socket.js";
export { type ConstantLike, getsockopt, setsockopt, type TimeValue } from "./io/sockopt.js";
export type { IpFamily } from "./io/udp/address.js";
export type { UdpFact } from "./io/udp/facts.js";
export type { GroupOptions } from "./io/udp/groups.js";
export type { UdpReceiveManyOptions, UdpReceiveOptions } from "./io/udp/incoming.js";
export type { InterfaceLike } from "./io/udp/interface.js";
export type { BindUdpOptions, ConnectUdpOptions, UdpLocal } from "./io/udp/making.js";
export { UdpMessage } from "./io/udp/message.js";
export type { TransmitClock, UdpBirthOptions, UdpSocketOptions } from "./io/udp/options.js";
export type { UdpSendOptions } from "./io/udp/outgoing.js";
export type { ErrorReport } from "./io/udp/report.js";
export { UdpSocket } from "./io/udp-socket.js";
export { UnixServer, type UnixServerOptions } from "./io/unix-server.js";
export { UnixSocket } from "./io/unix-socket.js";

// Why a goal was missed, by the goal's words: what profiles and neighbouring rows say. Shown beside it only while it is missed.

const COLD =
  "koffi alone has nearly half of the distance; the rest is compiled JavaScript between system calls that leave caches cold (profile)";
const CLOSING = "the kernel opens and closes each descriptor: that is nearly all of C's time too";
const HANDED = "the client, TCP in the kernel and both processes share two processors";
const PARSED = "reading the modules: V8's parser has two thirds of it (--cpu-prof)";
const EACH = "checking, owning and making the result of each message, in JavaScript";

/** @type {Readonly<Record<string, string>>} */
export const REASONS = {
  "1 descriptor, reusable record, × C": COLD,
  "1 descriptor, into our buffer, × C": COLD,
  "1 descriptor, new Buffer and array, × C": COLD,
  "1 descriptor, × CPython": "the kernel has nine tenths of C's time",
  "16 descriptors, × C one by one": CLOSING,
  "253 descriptors, × C one by one": CLOSING,
  "batches of 32, × C one by one": EACH,
  "batches of 32 with objects, × C one by one": EACH,
  "two processes, batches to the event loop, × C one by one, clock": EACH,
  "hand-off, times the connections per second of cluster": HANDED,
  "hand-off to net.Socket, times cluster": "making the net.Socket costs more than bringing it",
  "UDP receive in batches with objects, × C one by one":
    "decoding both values by their definitions, which UdpSocket does without",
  "UDP receive by GRO, times node:dgram":
    "one call for 40 datagrams, but its control message and address are decoded to objects",
  "core.wasm walks 1000 messages, × C":
    "the record of each message is written by the core and read by JavaScript; C reads headers where they lie",
  "import of cmsg, ms of processor time": PARSED,
  "import of cmsg/codec, ms of processor time": PARSED,
  "resident memory after the first system call, MiB":
    "importing has half of it, koffi a quarter (table below)",
};

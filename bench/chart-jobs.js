// What the chart shows: jobs, and for each the contenders and their kind.

/** @typedef {"cmsg" | "CPython" | "Ruby" | "addon" | "node"} Kind */
/** @typedef {{ label: string, detail: string, scenario: string, by?: "clock", dots: readonly (readonly [Kind, string])[] }} Job several of one kind: the first that was measured */

const TRIP = "round trip, 1 descriptor, 1 byte, C answers";
const UDP = "UDP receive, destination and time, 1400 bytes";

/** @type {readonly (readonly [Kind, string])[]} */
const SYNC = [
  ["cmsg", "cmsg, record"],
  ["cmsg", "cmsg, into"],
  ["CPython", "CPython"],
  ["Ruby", "Ruby"],
  ["addon", "usocket"],
  ["node", "net.Socket"],
];

/** @type {readonly { title: string, jobs: readonly Job[] }[]} */
export const PANELS = [
  {
    title: "Pass descriptors: send, receive, close",
    jobs: [
      { label: "1 descriptor", detail: "", scenario: "1 descriptor, 1 byte, stream", dots: SYNC },
      {
        label: "16 descriptors",
        detail: "one message",
        scenario: "16 descriptors, 1 byte, stream",
        dots: SYNC,
      },
      {
        label: "253 descriptors",
        detail: "one message",
        scenario: "253 descriptors, 1 byte, stream",
        dots: SYNC,
      },
      {
        label: "batches of 32",
        detail: "one descriptor each",
        scenario: "batches of 32: 1 descriptor, 1 byte, seqpacket",
        dots: [
          ["cmsg", "cmsg, batch record"],
          ["cmsg", "cmsg, mmsg, into"],
        ],
      },
      {
        label: "no descriptor",
        detail: "1 byte",
        scenario: "no descriptor, 1 byte, stream",
        dots: SYNC,
      },
    ],
  },
  {
    title: "On the event loop, and between processes",
    jobs: [
      {
        label: "round trip",
        detail: "one descriptor",
        scenario: TRIP,
        dots: [
          ["cmsg", "cmsg, callback"],
          ["CPython", "asyncio"],
          ["Ruby", "Ruby"],
          ["addon", "usocket"],
        ],
      },
      {
        label: "64 KiB blocks",
        detail: "to another process",
        scenario: "two processes, bytes in blocks of 64 KiB",
        dots: [
          ["cmsg", "cmsg, into"],
          ["CPython", "CPython"],
          ["node", "net.Socket"],
        ],
      },
      {
        label: "64 connections",
        detail: "ready at once",
        scenario: "64 connections ready at once",
        dots: [
          ["cmsg", "cmsg, event loop"],
          ["node", "net.Socket"],
        ],
      },
      {
        label: "TCP hand-off",
        detail: "accept here, answer there",
        scenario: "hand-off of TCP connections, 64 at a time",
        dots: [
          ["cmsg", "cmsg, accept and sendFds to our calls"],
          ["node", "cluster"],
        ],
      },
    ],
  },
  {
    title: "UDP, with destination and time of each datagram",
    jobs: [
      {
        label: "receive",
        detail: "on the event loop",
        scenario: UDP,
        dots: [
          ["cmsg", "cmsg, UdpSocket"],
          ["CPython", "CPython"],
          ["node", "node:dgram"],
        ],
      },
      {
        label: "receive, UDP_GRO",
        detail: "",
        scenario: UDP,
        dots: [
          ["cmsg", "cmsg, GRO"],
          ["node", "node:dgram"],
        ],
      },
      {
        label: "send, UDP_SEGMENT",
        detail: "",
        scenario: "UDP send, 1400 bytes",
        dots: [
          ["cmsg", "cmsg, GSO"],
          ["CPython", "CPython"],
          ["node", "node:dgram"],
        ],
      },
    ],
  },
];

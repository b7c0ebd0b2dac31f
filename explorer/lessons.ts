// Ten lessons: a question, a thing to try and the answer, each on a buffer of its own.

import { type AbiName, credentials, encodeControl, rights, ttl } from "../src/codec.js";
import { bytesOfInteger } from "./number.js";
import { FIRST_VIEW, type State, type View } from "./state.js";

/** A lesson. */
export interface Lesson {
  readonly title: string;
  readonly question: string;
  /** What to do, sentence by sentence. */
  readonly attempt: readonly string[];
  readonly answer: string;
  readonly bytes: () => Uint8Array;
  readonly abi: AbiName;
  readonly view?: Partial<View>;
}

const X86_64: AbiName = "linux-x86_64-glibc";

type Messages = Parameters<typeof encodeControl>[0];

const encoded = (messages: Messages, abi: AbiName = X86_64, trimLast = false): Uint8Array =>
  encodeControl(messages, { abi, trimLast });

const USER = { pid: 1234, uid: 1000, gid: 1000 };

/** Rights and credentials, with another length in the first header. */
function withLength(length: bigint): Uint8Array {
  const bytes = encoded([rights([3]), credentials(USER)]);
  bytes.set(bytesOfInteger(length, 8, true));
  return bytes;
}

export const LESSONS: readonly Lesson[] = [
  {
    title: "LEN is not SPACE",
    question:
      "A header is 16 bytes and one descriptor 4. Why does the buffer have 24 bytes and not 20?",
    attempt: [
      "Press “One more fd” and watch cmsg_len and the number of bytes.",
      "Press it again: which of the two grows each time, and which in steps?",
    ],
    answer:
      "CMSG_LEN counts what is there: the header and the payload. CMSG_SPACE rounds that up, so that the next header is aligned. cmsg_len is CMSG_LEN; room for a message, and msg_controllen, are sums of CMSG_SPACE. A second descriptor goes where the padding was; a third needs 8 bytes more.",
    bytes: () => encoded([rights([3])]),
    abi: X86_64,
    view: { tab: "structs", at: 20 },
  },
  {
    title: "The 4-byte trap",
    question:
      "A program wrote the header as three 4-byte integers, as on a 32-bit system. What does a 64-bit system read?",
    attempt: [
      "Look at cmsg_len: which bytes does it have?",
      "“Keep the bytes” is set. Pick linux-i386-glibc as ABI, then linux-x86_64-musl.",
    ],
    answer:
      "On 64-bit Linux with glibc cmsg_len is a size_t of 8 bytes, so it swallows the level: 4294967312 = 2³² + 16. The kernel refuses that with EINVAL. With musl cmsg_len is 4 bytes and 4 bytes of padding follow, so the type is read where the level should be. Only the macros know the offsets.",
    bytes: () => encoded([rights([3])], "linux-i386-glibc"),
    abi: X86_64,
    view: { keep: true, at: 4, other: "linux-i386-glibc" },
  },
  {
    title: "Two descriptors in one message",
    question: "Do two descriptors need two messages?",
    attempt: [
      "Note the number of bytes: 24.",
      "Press “One less fd”, then add a second SCM_RIGHTS message. How many bytes are it now?",
    ],
    answer:
      "No. The payload of SCM_RIGHTS is an array of int: as many descriptors as cmsg_len says, (cmsg_len − CMSG_LEN(0)) / 4. A second message costs a second header: 48 bytes in place of 24. Linux takes at most 253 descriptors in one call, however many messages they are in.",
    bytes: () => encoded([rights([3, 4])]),
    abi: X86_64,
    view: { at: 16 },
  },
  {
    title: "Credentials next to rights",
    question: "The first message is 20 bytes long. Why does the second begin at 24?",
    attempt: [
      "Step through the walk: where does CMSG_NXTHDR go from 0, and what did it add?",
      "Move the credentials up. Which message has padding behind it now?",
    ],
    answer:
      "CMSG_NXTHDR rounds cmsg_len up to the alignment of a header: 20 to 24. Those 4 bytes belong to nobody; they are in CMSG_SPACE and not in CMSG_LEN. A program that adds cmsg_len itself lands in the padding.",
    bytes: () => encoded([rights([3]), credentials(USER)]),
    abi: X86_64,
    view: { at: 20, step: 1 },
  },
  {
    title: "Truncated",
    question:
      "Three descriptors come in, and the receiver has room for 24 bytes. What does it get?",
    attempt: [
      "Move the slider of msg_controllen: 20, 24, 28, 32.",
      "When is MSG_CTRUNC set, and how do Linux and macOS differ?",
    ],
    answer:
      "Linux gives as many whole descriptors as there is room for, here two, writes a cmsg_len that says so, and sets MSG_CTRUNC; the third is closed. What was cut is lost for ever, so a receiver must offer CMSG_SPACE of everything that can arrive, and look at msg_flags.",
    bytes: () => encoded([rights([3, 4, 5])]),
    abi: X86_64,
    view: { tab: "receive", room: 24 },
  },
  {
    title: "Zero length",
    question: "cmsg_len is 0. Where is the next header?",
    attempt: [
      "Look at the table of systems: who stops, who refuses, who never ends?",
      "Step through the walk by the rule of bsd.",
      "Set cmsg_len to 15 and to 17.",
    ],
    answer:
      "At the same place: 0 rounds up to 0. glibc and musl check that cmsg_len covers a header and answer NULL; the Linux kernel refuses the whole buffer with EINVAL; the BSDs, macOS, illumos, Windows and Android answer the same header for ever. A loop over bytes from elsewhere has to check for itself.",
    bytes: () => withLength(0n),
    abi: X86_64,
    view: { rule: "bsd", step: 1 },
  },
  {
    title: "Huge length",
    question:
      "cmsg_len is 18446744073709551600, which is −16. Is that behind the buffer, or in front of it?",
    attempt: [
      "Step through the walk by the rule of musl: what does the sum wrap to?",
      "Then choose glibc: what does it compare instead?",
    ],
    answer:
      "Both: the sum wraps round. What adds cmsg_len to an address goes 16 bytes back and leaves the buffer, or never ends. glibc since 2.37 and the kernel compare with the bytes that are left, and nothing can wrap. Subtract from what you know; do not add what a peer claims.",
    bytes: () => withLength(0xfffffffffffffff0n),
    abi: X86_64,
    view: { rule: "musl", step: 1 },
  },
  {
    title: "Mixed ABIs",
    question: "These bytes were written on macOS. What does Linux make of them?",
    attempt: [
      "See how linux-x86_64-glibc reads them, then pick darwin-arm64: “Keep the bytes” is set.",
      "Now compare with linux-x86_64-glibc: which bytes of the message differ?",
    ],
    answer:
      "On macOS cmsg_len has 4 bytes, the header 12, messages are rounded up to 4, and SOL_SOCKET is 0xffff. Linux reads length and level as one number. A control buffer is no format for files and networks: it means something in one ABI only, and a 32-bit program on a 64-bit kernel needs the kernel to translate.",
    bytes: () => encoded([rights([3])], "darwin-arm64"),
    abi: X86_64,
    view: { keep: true, other: "darwin-arm64", tab: "compare" },
  },
  {
    title: "Big-endian",
    question: "s390x is 64-bit as well. Which bytes are the same as on x86-64?",
    attempt: [
      "Compare the two: the outlined bytes differ.",
      "Pick linux-s390x-glibc as ABI: do LEN and SPACE change?",
    ],
    answer:
      "Sizes, offsets and padding are the same, only the order within each number is turned round. The lengths do not change. What is in network byte order, an address or a port, is the same on both.",
    bytes: () => encoded([rights([3, 4]), ttl(64)]),
    abi: X86_64,
    view: { tab: "compare", other: "linux-s390x-glibc" },
  },
  {
    title: "Why the last message may lack its padding",
    question: "The buffer ends at CMSG_LEN of its only message. Is it broken?",
    attempt: [
      "Step through the walk to its end: does any macro look at the padding?",
      "Make the buffer 24 bytes long, then 19: when does somebody complain?",
    ],
    answer:
      "No. Padding aligns the next header, and there is none. RFC 3542 lets msg_controllen be without the last padding, and kernels deliver it both ways: a receiver must accept either. With 19 bytes the payload itself is cut, and that is a length beyond the end.",
    bytes: () => encoded([rights([3])], X86_64, true),
    abi: X86_64,
    view: { at: 16, step: 1 },
  },
];

/** What a lesson begins with. */
export function stateOfLesson(number: number): State | undefined {
  const lesson = LESSONS[number - 1];
  if (lesson === undefined) return undefined;
  const doc = { abi: lesson.abi, bytes: lesson.bytes(), unknown: [] };
  return { doc, view: { ...FIRST_VIEW, ...lesson.view, lesson: number } };
}

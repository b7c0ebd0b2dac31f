// A parser of descriptors in a control buffer, as many are written by hand: it believes two lengths that somebody else wrote.

const HEADER = 16;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;

/** Descriptors of the first SCM_RIGHTS message of 64-bit Linux. */
export default function parse(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    const found = view.getInt32(at + 8, true) === SOL_SOCKET;
    if (found && view.getInt32(at + 12, true) === SCM_RIGHTS) {
      const fds: number[] = [];
      // Bug: the message may claim more bytes than there are.
      for (let fd = at + HEADER; fd < at + length; fd += 4) fds.push(view.getInt32(fd, true));
      return fds;
    }
    // A length of 0 would be an endless loop.
    if (length < HEADER) return [];
    at += (length + 7) & ~7;
  }
  return [];
}

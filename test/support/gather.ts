// Everything that waits in a stream, with its descriptors.

import { Fd, type Received, tryRecvFds } from "cmsg";
import { indices } from "./message.js";

/** What was waiting. */
export interface Gathered {
  readonly data: string;
  /** Descriptors of each message. */
  readonly counts: number[];
  /** What the descriptors are, as `withFiles` numbers them. */
  readonly indices: number[];
}

/** Everything that waits in a stream; the descriptors are looked at and closed. */
export function gather(socket: Fd): Gathered {
  const counts: number[] = [];
  const found: number[] = [];
  let data = "";
  for (;;) {
    const got: Received | null = tryRecvFds(socket);
    if (got === null || got.bytes === 0) return { data, counts, indices: found };
    counts.push(got.fds.length);
    found.push(...indices(got.fds));
    data += got.data.toString();
    Fd.closeAll(got.fds);
  }
}

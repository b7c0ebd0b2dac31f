// Options that enable control messages, by the numbers that Linux gives them: read without the tables of the package.

import { type Fd, getsockopt, type SocketFamily, type SocketType, socket } from "cmsg";

/** Options by level and name, as Linux numbers them: other than the tables of the package. */
const OPTIONS = {
  IP_PKTINFO: [0, 8],
  IP_RECVTTL: [0, 12],
  IP_RECVTOS: [0, 13],
  IP_RECVOPTS: [0, 6],
  IPV6_RECVPKTINFO: [41, 49],
  IPV6_RECVHOPLIMIT: [41, 51],
  IPV6_RECVTCLASS: [41, 66],
  UDP_GRO: [17, 104],
  TCP_INQ: [6, 36],
  SO_PASSCRED: [1, 16],
  SO_TIMESTAMP: [1, 29],
  SO_TIMESTAMPNS: [1, 35],
  SO_TIMESTAMPING: [1, 37],
} as const;

type OptionName = keyof typeof OPTIONS;

/** Names of those that are set. */
export function set(of: number | Fd): OptionName[] {
  const names = Object.keys(OPTIONS) as OptionName[];
  return names.filter((name) => {
    const [level, number] = OPTIONS[name];
    try {
      return getsockopt(of, level, number) !== 0;
    } catch {
      return false;
    }
  });
}

/** A socket that nobody has bound. */
export function make(family: SocketFamily, type: SocketType = "dgram"): Fd {
  return socket({ family, type });
}

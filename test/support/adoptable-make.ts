// Makes descriptors of the kinds that can be adopted.

import { accept, bind, connect, type Fd, getsockname, listen, socket, socketpair } from "cmsg";
import { HAS_PYTHON } from "./python.js";
import { fdsFromPython } from "./python-fds.js";

/** A descriptor, and what is needed beside it. */
export interface Sample {
  readonly fd: Fd;
  readonly others?: readonly Fd[];
}

export const LOOPBACK = { inet: "127.0.0.1", inet6: "::1" } as const;
export type Family = keyof typeof LOOPBACK;

export function boundInternet(family: Family, type: "stream" | "dgram"): Fd {
  const fd = socket({ family, type });
  try {
    bind(fd, { host: LOOPBACK[family], port: 0 });
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}

export function listeningTcp(family: Family): Fd {
  const fd = boundInternet(family, "stream");
  listen(fd);
  return fd;
}

export function connectedTcp(family: Family): Sample {
  using server = listeningTcp(family);
  const client = socket({ family, type: "stream" });
  connect(client, getsockname(server));
  return { fd: accept(server), others: [client] };
}

export function lacksIpv6(): string | undefined {
  try {
    boundInternet("inet6", "dgram").close();
    return undefined;
  } catch (error) {
    return `no IPv6 here: ${(error as Error).message}`;
  }
}

export const NO_IPV6 = lacksIpv6();
export const NO_PYTHON = HAS_PYTHON ? undefined : "python3 is not installed (package python3)";

export function connectedUdp(): Sample {
  const other = boundInternet("inet", "dgram");
  const fd = boundInternet("inet", "dgram");
  connect(fd, getsockname(other));
  return { fd, others: [other] };
}

export function unixPair(type: "stream" | "dgram" | "seqpacket"): Sample {
  const [fd, other] = socketpair({ type });
  return { fd, others: [other] };
}

/** Descriptors of a script; the first is the sample. */
export function python(script: string): () => Sample {
  return () => {
    const [fd, ...others] = fdsFromPython(script);
    return { fd: fd as Fd, others };
  };
}

export function familyOf(host: string): Family {
  return host.includes(":") ? "inet6" : "inet";
}

/** Of a script: two ends. */
export const PTY: string = "import pty, tty\nmaster, slave = pty.openpty()\ntty.setraw(slave)\n";
/** Of a script: two ends. */
export const PIPE: string = "r, w = os.pipe()\n";

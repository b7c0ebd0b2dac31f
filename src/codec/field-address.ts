// Field constructors for IP addresses and socket addresses inside payloads.

import { BE16, BE32, OCTETS, SA_FAMILY, SA_LENGTH, U32 } from "../../assembly/shared/kind.js";
import { type Abi, constantOf } from "./abi.js";
import type { InternetAddress } from "./address.js";
import { typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import { type Field, u32 } from "./field.js";
import { member } from "./field-name.js";
import { converted, struct } from "./field-struct.js";
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from "./ip-text.js";

function ipField(
  name: string,
  count: number,
  parse: (textual: string) => Uint8Array | undefined,
  format: (bytes: Uint8Array) => string,
): Field<string> {
  return {
    elements: [{ name, kind: OCTETS, count, show: (cell) => format(cell as Uint8Array) }],
    descriptors: false,
    write(value, path) {
      const bytes = typeof value === "string" ? parse(value) : undefined;
      if (bytes === undefined) throw typeError(path, "an IP address of its family", value);
      return [bytes];
    },
    read: (cells) => format(cells[0] as Uint8Array),
  };
}

/** An IPv4 address, as text. */
export function ipv4(name: string): Field<string> {
  return ipField(name, 4, parseIPv4, formatIPv4);
}

/** An IPv6 address, as text. */
export function ipv6(name: string): Field<string> {
  return ipField(name, 16, parseIPv6, formatIPv6);
}

const FAMILIES = ["AF_UNSPEC", "AF_UNIX", "AF_INET", "AF_INET6"];

function noteFamily(cell: Cell, abi: Abi): string | null {
  return FAMILIES.find((family) => constantOf(abi, family) === cell) ?? null;
}

function checkEndpoint(value: unknown, path: string): void {
  if (typeof value !== "object") throw typeError(path, "{ host, port } or null", value);
}

/** A struct sockaddr_in, "" where the payload is the struct; null when its family says that it holds no address. */
export function sockaddrIn(name: string): Field<InternetAddress | null> {
  const address = ipv4(member(name, "sin_addr"));
  return {
    elements: [
      { name: member(name, "sin_len"), kind: SA_LENGTH, count: 1 },
      { name: member(name, "sin_family"), kind: SA_FAMILY, count: 1, note: noteFamily },
      { name: member(name, "sin_port"), kind: BE16, count: 1, path: ".port" },
      ...address.elements,
      { name: member(name, "sin_zero"), kind: OCTETS, count: 8 },
    ],
    descriptors: false,
    write(value, path, context): Cell[] {
      const zero = new Uint8Array(8);
      if (value === null) return [0, 0, 0, new Uint8Array(4), zero];
      checkEndpoint(value, path);
      const { host, port } = value;
      const family = constantOf(context.abi, "AF_INET") ?? 0;
      return [16, family, port, ...address.write(host, `${path}.host`, context), zero];
    },
    read(cells, context) {
      if (cells[1] === 0) return null;
      return { host: address.read(cells.slice(3), context), port: cells[2] as number };
    },
  };
}

/** A struct sockaddr_in6, "" where the payload is the struct; null when its family says that it holds no address. */
export function sockaddrIn6(name: string): Field<InternetAddress | null> {
  const address = ipv6(member(name, "sin6_addr"));
  return {
    elements: [
      { name: member(name, "sin6_len"), kind: SA_LENGTH, count: 1 },
      { name: member(name, "sin6_family"), kind: SA_FAMILY, count: 1, note: noteFamily },
      { name: member(name, "sin6_port"), kind: BE16, count: 1, path: ".port" },
      { name: member(name, "sin6_flowinfo"), kind: BE32, count: 1, path: ".flowInfo" },
      ...address.elements,
      { name: member(name, "sin6_scope_id"), kind: U32, count: 1, path: ".scopeId" },
    ],
    descriptors: false,
    write(value, path, context): Cell[] {
      if (value === null) return [0, 0, 0, 0, new Uint8Array(16), 0];
      checkEndpoint(value, path);
      const { host, port, flowInfo = 0, scopeId = 0 } = value;
      const family = constantOf(context.abi, "AF_INET6") ?? 0;
      const bytes = address.write(host, `${path}.host`, context);
      return [28, family, port, flowInfo, ...bytes, scopeId];
    },
    read(cells, context) {
      if (cells[1] === 0) return null;
      const [, , port, flowInfo, , scopeId] = cells as number[];
      return {
        host: address.read(cells.slice(4), context),
        port: port as number,
        flowInfo: flowInfo as number,
        scopeId: scopeId as number,
      };
    },
  };
}

/** A struct sockaddr_in6 of illumos, which ends in a member of the system's own. */
export function sockaddrIn6OfIllumos(name: string): Field<InternetAddress | null> {
  const fields = { address: sockaddrIn6(name), source: u32(member(name, "__sin6_src_id")) };
  return converted(struct(fields), {
    read: ({ address }) => address,
    write: (address: InternetAddress | null) => ({ address, source: 0 }),
  });
}

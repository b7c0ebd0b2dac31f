// IP addresses as text and as bytes in network order. RFC 4291 section 2.2, RFC 5952 section 4.

const [DOT, ZERO] = [0x2e, 0x30];

/** The four bytes of a dotted address, or undefined. Every datagram with a destination has one to parse. */
export function parseIPv4(textual: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < textual.length; i++) {
    const code = textual.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || part === 3) return undefined;
      bytes[part++] = value;
      digits = 0;
      value = 0;
      continue;
    }
    const digit = code - ZERO;
    // A zero in front would mean an octal number to some.
    const leading = digits > 0 && value === 0;
    value = value * 10 + digit;
    digits++;
    if (digit < 0 || digit > 9 || leading || value > 255) return undefined;
  }
  if (part !== 3 || digits === 0) return undefined;
  bytes[3] = value;
  return bytes;
}

/** A dotted address. */
export function formatIPv4(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  return `${a}.${b}.${c}.${d}`;
}

/** The sixteen bytes of an IPv6 address, or undefined. Zones (`%eth0`) are not part of an address. */
export function parseIPv6(textual: string): Uint8Array | undefined {
  const halves = textual.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = groupsOf(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(Math.max(missing, 0)).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** 16-bit groups of one side of `::`. A dotted tail makes two, where the address ends. */
function groupsOf(half: string, ends: boolean): number[] | undefined {
  if (half === "") return [];
  const groups: number[] = [];
  const parts = half.split(":");
  for (const [i, part] of parts.entries()) {
    const last = ends && i === parts.length - 1;
    const dotted = last && part.includes(".") ? parseIPv4(part) : undefined;
    if (dotted !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = dotted;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** An IPv6 address, its longest run of zero groups shortened. Mapped IPv4 addresses keep their dots. */
export function formatIPv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => {
    return ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0);
  });
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatIPv4(bytes.subarray(12))}`;
  }
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best[1]) best = [start, i + 1 - start];
  });
  return best;
}

// The structs of an ABI in the manner of pahole: members with type, offset and size, and the holes, as text and as a drawing.

import type { StructLayout } from "../src/codec.js";
import { h, redraw } from "./dom.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";

/** Structs that are drawn, in order. */
const NAMES = ["msghdr", "iovec", "cmsghdr", "sockaddr_un", "sockaddr_in", "sockaddr_in6"] as const;

/** A member or a hole. */
interface Part {
  readonly name: string | null;
  readonly offset: number;
  readonly width: number;
}

function partsOf(struct: StructLayout): readonly Part[] {
  const members = Object.entries(struct.fields).map(([name, { offset, width }]) => ({
    name,
    offset,
    width,
  }));
  const holes = struct.padding.map(([offset, width]) => ({ name: null, offset, width }));
  return [...members, ...holes].sort((a, b) => a.offset - b.offset);
}

/** Draws the structs. */
export function drawStructs(root: HTMLElement, { layout: shape }: Model): void {
  redraw(
    root,
    h(
      "div",
      { class: "structs" },
      NAMES.map((name) => structOf(name, shape[name])),
    ),
  );
}

function structOf(name: string, struct: StructLayout | null): HTMLElement {
  if (struct === null) {
    return h("section", {}, h("h3", {}, `struct ${name}`), h("p", {}, "This ABI has none."));
  }
  const parts = partsOf(struct);
  return h(
    "section",
    { class: "struct", "aria-label": `struct ${name}` },
    h("h3", {}, `struct ${name}`),
    drawing(parts, struct.size),
    h("pre", { class: "pahole", tabindex: 0 }, paholeText(name, struct)),
  );
}

/** Bytes that are drawn one by one. */
const DRAWN = 64;

/** The bytes as cells, eight in a row, with the holes hatched. */
function drawing(parts: readonly Part[], size: number): HTMLElement {
  const cells = parts.flatMap((part, i) => {
    const pieces: HTMLElement[] = [];
    const end = Math.min(part.offset + part.width, DRAWN);
    for (let at = part.offset; at < end; ) {
      const to = Math.min(end, at - (at % 8) + 8);
      const isFirst = at === part.offset;
      const kind = part.name === null ? "role-pad" : `member member-${i % 2}`;
      pieces.push(
        h(
          "span",
          { class: `struct-part ${kind}`, style: `grid-column: ${(at % 8) + 1} / span ${to - at}` },
          isFirst ? (part.name ?? "hole") : "",
        ),
      );
      at = to;
    }
    return pieces;
  });
  const more = size > DRAWN ? h("p", { class: "quiet" }, `and ${size - DRAWN} more bytes`) : null;
  return h("div", { "aria-hidden": "true" }, h("div", { class: "struct-drawing" }, cells), more);
}

/** Types of members in C, where all systems agree. */
const TYPES: Readonly<Record<string, string>> = {
  msg_name: "void *",
  msg_namelen: "socklen_t",
  msg_iov: "struct iovec *",
  msg_control: "void *",
  msg_flags: "int",
  iov_base: "void *",
  iov_len: "size_t",
  cmsg_level: "int",
  cmsg_type: "int",
  sun_len: "uint8_t",
  sun_family: "sa_family_t",
  sun_path: "char",
  sin_len: "uint8_t",
  sin_family: "sa_family_t",
  sin_port: "in_port_t",
  sin_addr: "struct in_addr",
  sin_zero: "char",
  sin6_len: "uint8_t",
  sin6_family: "sa_family_t",
  sin6_port: "in_port_t",
  sin6_flowinfo: "uint32_t",
  sin6_addr: "struct in6_addr",
  sin6_scope_id: "uint32_t",
};

/** Members that are arrays of char. */
const ARRAYS = /^(sun_path|sin_zero)$/;

/** Where systems differ, what the width makes of a member. */
function typeOf(name: string, width: number): string {
  return TYPES[name] ?? (width === 8 ? "size_t" : name === "msg_iovlen" ? "int" : "socklen_t");
}

/** The struct as pahole prints it. */
export function paholeText(name: string, struct: StructLayout): string {
  const parts = partsOf(struct);
  const last = parts.at(-1);
  const lines = parts.flatMap((part) => {
    if (part.name === null) {
      if (part === last) return [];
      return ["", `  /* XXX ${count(part.width, "byte")} hole */`, ""];
    }
    const type = typeOf(part.name, part.width);
    const suffix = ARRAYS.test(part.name) ? `[${part.width}];` : ";";
    const gap = type.endsWith("*") ? "" : " ";
    const declared = `${type}${gap}${part.name}${suffix}`;
    const place = `/* ${String(part.offset).padStart(4)} ${String(part.width).padStart(4)} */`;
    return [`  ${declared.padEnd(28)} ${place}`];
  });
  const padding = last?.name === null ? last.width : 0;
  const holes = parts.filter((part) => part.name === null && part !== last);
  const sum = holes.reduce((total, { width }) => total + width, 0);
  const members = parts.filter((part) => part.name !== null).length;
  const tail = [
    `  /* size: ${struct.size}, members: ${members}, alignment: ${struct.align} */`,
    ...(holes.length > 0 ? [`  /* sum holes: ${sum}, holes: ${holes.length} */`] : []),
    ...(padding > 0 ? [`  /* padding: ${padding} */`] : []),
  ];
  return [`struct ${name} {`, ...lines, "", ...tail, "};"].join("\n");
}

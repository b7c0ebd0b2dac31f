// What the roles of a byte look like in a figure: a colour for light and for dark, and a texture, so that no colour is needed.

import type { SpanRole } from "../codec/spans.js";

/** How a role is drawn and called. */
export interface RoleStyle {
  /** What the legend says. */
  readonly title: string;
  readonly light: string;
  readonly dark: string;
  /** Lines over the colour, as a path in a tile of 6 by 6; none for plain. */
  readonly texture: string;
}

/** Every role, in the order of the legend. */
export const ROLE_STYLES: Readonly<Record<SpanRole, RoleStyle>> = {
  len: { title: "cmsg_len", light: "#bcd7f5", dark: "#1f4b7a", texture: "" },
  level: { title: "cmsg_level", light: "#c9ecc9", dark: "#245c2c", texture: "M0 3H6" },
  type: { title: "cmsg_type", light: "#f7e0a8", dark: "#6b5312", texture: "M3 0V6" },
  "header-pad": {
    title: "header padding",
    light: "#ececec",
    dark: "#3a3a3a",
    texture: "M0 6L6 0",
  },
  field: { title: "payload", light: "#f6cfc4", dark: "#7a3325", texture: "M1 1h1v1h-1z" },
  payload: {
    title: "payload, unknown type",
    light: "#ead0f2",
    dark: "#55307a",
    texture: "M1 1h1v1h-1zM4 4h1v1h-1z",
  },
  pad: { title: "padding", light: "#f4f4f4", dark: "#2b2b2b", texture: "M0 0L6 6" },
  tail: {
    title: "behind the last message",
    light: "#ffffff",
    dark: "#161616",
    texture: "M0 3H6M3 0V6",
  },
  unknown: {
    title: "not known",
    light: "#fffbe0",
    dark: "#4a4520",
    texture: "M0 6L6 0M0 0h1v1h-1z",
  },
  unreadable: {
    title: "unreadable",
    light: "#e0e0e0",
    dark: "#444444",
    texture: "M0 6L6 0M0 0L6 6",
  },
};

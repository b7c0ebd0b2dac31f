// The library's drawing of a control buffer, as wide as the terminal and with a colour for each role.

import type { DrawnPart, DrawnRole, Explanation } from "../index.js";
import { isAscii, paint, type Style, width } from "./output.js";

/** Colours by role: the header's members, the payload, what pads, what is wrong. */
const STYLES: Readonly<Record<DrawnRole, Style | undefined>> = {
  title: "bold",
  offset: "dim",
  len: "cyan",
  level: "blue",
  type: "magenta",
  "header-pad": "dim",
  payload: "green",
  field: "green",
  pad: "dim",
  tail: "yellow",
  unknown: "yellow",
  unreadable: "red",
  step: undefined,
  verdict: "dim",
  error: "red",
  warning: "yellow",
};

/** Text in the colour of a role. */
export function paintRole(text: string, role: DrawnRole): string {
  const style = STYLES[role];
  return style === undefined ? text : paint(style, text);
}

/** An explanation as text for this terminal. */
export function drawn(explanation: Explanation, parts?: readonly DrawnPart[]): string {
  return explanation.toString({
    width: width(),
    ascii: isAscii(),
    style: paintRole,
    ...(parts === undefined ? {} : { parts }),
  });
}

// Export: the buffer in another notation, to copy.

import { write } from "../src/notation.js";
import { h, redraw } from "./dom.js";
import { OFFERS } from "./formats.js";
import type { Model } from "./model.js";
import type { Store } from "./state.js";

/** The buffer in the notation that was chosen, or why it cannot be written so. */
function exported({ doc, abi, view }: Model): string {
  try {
    return write(doc.bytes, { as: view.format, abi, host: abi, unknown: doc.unknown });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Draws the notations and the text in the one that was chosen. */
export function drawExport(
  root: HTMLElement,
  model: Model,
  store: Store,
  say: (text: string) => void,
): void {
  const { format } = model.view;
  const { title, hint } = OFFERS.find(({ id }) => id === format) ?? { title: format, hint: "" };
  const text = exported(model);
  const copy = (): void => {
    copyText(text).then(
      () => say(`${title} copied`),
      () => say("The browser does not let this page copy: select the text"),
    );
  };
  redraw(
    root,
    h(
      "div",
      { class: "formats", role: "group", "aria-label": "notation" },
      OFFERS.map(({ id, title: name }) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(id === format),
            "data-key": `format ${id}`,
            onclick: () => store.look({ format: id }),
          },
          name,
        ),
      ),
      h(
        "button",
        { type: "button", class: "primary", "data-key": "copy export", onclick: copy },
        `Copy ${title}`,
      ),
    ),
    h("p", { class: "quiet" }, hint),
    format === "svg" && picture(text),
    h("pre", { class: "exported", id: "exported", tabindex: 0, "data-key": "exported" }, text),
  );
}

/** The picture itself. It is the page's own text, and holds no script. */
function picture(svg: string): HTMLElement {
  const place = h("div", { class: "picture" });
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  if (parsed.querySelector("parsererror") === null) {
    place.append(document.importNode(parsed.documentElement, true));
  }
  return place;
}

/** Copies text. From disk a browser may have no clipboard for pages: then by way of a selection. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    const field = h("textarea", { value: text, class: "visually-hidden", "aria-hidden": "true" });
    const active = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (active instanceof HTMLElement) active.focus({ preventScroll: true });
    if (!done) throw new Error("not copied");
  }
}

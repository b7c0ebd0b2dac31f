// Export: the buffer in another notation, to copy.

import { h, redraw } from "./dom.js";
import { FORMATS } from "./formats.js";
import type { Model } from "./model.js";
import type { Store } from "./state.js";

/** The buffer in a notation. */
export function exported({ explanation }: Model, _format: string): string {
  return String(explanation);
}

/** Draws the notations and the text in the one that was chosen. */
export function drawExport(
  root: HTMLElement,
  model: Model,
  store: Store,
  say: (text: string) => void,
): void {
  const format = FORMATS.find(({ id }) => id === model.view.format) ?? FORMATS[0];
  if (format === undefined) return;
  let text: string;
  try {
    text = exported(model, format.id);
  } catch (error) {
    text = error instanceof Error ? error.message : String(error);
  }
  const copy = (): void => {
    copyText(text).then(
      () => say(`${format.title} copied`),
      () => say("The browser does not let this page copy: select the text"),
    );
  };
  redraw(
    root,
    h(
      "div",
      { class: "formats", role: "group", "aria-label": "notation" },
      FORMATS.map(({ id, title }) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(id === format.id),
            "data-key": `format ${id}`,
            onclick: () => store.look({ format: id }),
          },
          title,
        ),
      ),
      h(
        "button",
        { type: "button", class: "primary", "data-key": "copy export", onclick: copy },
        `Copy ${format.title}`,
      ),
    ),
    h("p", { class: "quiet" }, format.hint),
    format.id === "svg" && picture(text),
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

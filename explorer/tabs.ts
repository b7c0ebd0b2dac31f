// The views below the buffer: a tab for each, of which one is open.

import { h, redraw } from "./dom.js";
import { type Store, TABS, type Tab } from "./state.js";

const TITLES: Readonly<Record<Tab, string>> = {
  compare: "Compare",
  receive: "Receive",
  structs: "Structs",
  import: "Import",
  export: "Export",
};

/** Draws the tabs. The arrow keys go from one to the next. */
export function drawTabs(root: HTMLElement, panel: HTMLElement, open: Tab, store: Store): void {
  const move = (event: KeyboardEvent): void => {
    const at = TABS.indexOf(open);
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1 + TABS.length,
      Home: 0,
      End: TABS.length - 1,
    };
    const to = Object.hasOwn(steps, event.key) ? TABS[(steps[event.key] ?? 0) % TABS.length] : null;
    if (to === null || to === undefined) return;
    event.preventDefault();
    store.look({ tab: to });
    root.querySelector<HTMLElement>(`[data-key="tab ${to}"]`)?.focus();
  };
  redraw(
    root,
    TABS.map((tab) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${tab}`,
          "aria-controls": "tab-panel",
          "aria-selected": String(tab === open),
          tabindex: tab === open ? 0 : -1,
          "data-key": `tab ${tab}`,
          onclick: () => store.look({ tab }),
          onkeydown: move,
        },
        TITLES[tab],
      ),
    ),
  );
  panel.setAttribute("aria-labelledby", `tab-${open}`);
}

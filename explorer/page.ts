// All parts of the page: made once, drawn again with every state.

import { abiPicker, abiTitle, drawAbi } from "./abi-bar.js";
import { addPicker } from "./add.js";
import { resized } from "./buffer.js";
import { drawCards, markCards } from "./cards.js";
import { drawCompare } from "./compare.js";
import { byId, h, redraw, settleFields } from "./dom.js";
import { copyText, drawExport } from "./export.js";
import { abiOptions } from "./facts.js";
import { Grid } from "./grid.js";
import { listenToGrid } from "./grid-keys.js";
import { drawImport } from "./import.js";
import { drawInspector } from "./inspector.js";
import { drawLesson, drawLessons } from "./lesson.js";
import { type Model, modelOf } from "./model.js";
import { Picker } from "./picker.js";
import { drawReceive } from "./receive.js";
import { ROLES } from "./span-text.js";
import { BYTES_LIMIT, type State, type Store } from "./state.js";
import { drawStructs } from "./struct.js";
import { drawTabs } from "./tabs.js";
import { drawWalk, Player, walkSentence } from "./walk-player.js";

/** The parts that keep something of their own. */
export interface App {
  readonly store: Store;
  readonly grid: Grid;
  readonly abi: Picker;
  readonly add: Picker;
  readonly other: Picker;
  readonly player: Player;
  /** Says something to everybody, those who do not see included. */
  readonly say: (text: string) => void;
  /** Says what a link held that was not understood. */
  readonly refuse: (keys: readonly string[]) => void;
}

/** Makes the parts and lets them listen. */
export function listen(store: Store): App {
  settleFields();
  const say = (text: string): void => {
    byId("live").textContent = text;
  };
  const notice = (text: string): void => {
    const place = byId("notice");
    place.textContent = text;
    place.hidden = text === "";
  };
  const fail = (error: unknown): void => {
    notice(error instanceof Error ? error.message : String(error));
  };
  const grid = new Grid();
  byId("grid-place").append(grid.element);
  const abi = abiPicker(store, fail);
  byId("abi-picker").append(abi.element);
  const add = addPicker(store, say);
  byId("add-picker").append(add.element);
  const other = new Picker({
    id: "other",
    label: "Compare with",
    hint: "search by system, machine or size",
    options: abiOptions,
    choose: (id) => store.look({ other: id as State["view"]["other"] }),
  });
  const app: App = {
    store,
    grid,
    abi,
    add,
    other,
    player: new Player(),
    say,
    refuse: (keys) => notice(refusal(keys)),
  };
  listenToGrid(grid, store, (at) => point(app, at));
  listenToKeys(store);
  // The fragment is the document: a link within the page must not replace it.
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    grid.cell(store.view.at)?.focus();
  });
  listenToFields(store);
  new ResizeObserver(() => fitGrid(app)).observe(byId("grid-place"));
  return app;
}

function refusal(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  if (keys.includes("v")) {
    return "This link is of another version of the page: it is shown as far as it is understood.";
  }
  return `The link was not understood in part (${keys.join(", ")}): the rest is shown.`;
}

let shown: Model | undefined;

/** What the parts were drawn with. */
const drawn = new Map<string, readonly unknown[]>();

/** Whether a part is to be drawn again: one of the values that it depends on is another. */
function isStale(part: string, ...values: readonly unknown[]): boolean {
  const before = drawn.get(part);
  drawn.set(part, values);
  return before === undefined || values.some((value, i) => !Object.is(value, before[i]));
}

/** Draws what a state changes. */
export function drawPage(app: App, state: State): void {
  const { store, player } = app;
  const before = shown;
  const model = modelOf(state);
  shown = model;
  const { doc, view } = model;
  app.abi.show(abiTitle(doc.abi));
  app.other.show(view.other);
  if (isStale("abi", doc.abi, view.keep)) {
    drawAbi(byId("abi-fact"), byId("abi-options"), model, store, (error) => {
      app.say(error instanceof Error ? error.message : String(error));
    });
  }
  drawActions(app);
  app.grid.draw(model);
  drawInspector(byId("inspector"), model, store, view.at);
  if (isStale("doc", doc)) {
    drawBytesOptions(model, store);
    drawProblems(model);
    drawLegend(model);
    drawCards(byId("cards"), model, store);
  }
  markCards(byId("cards"), model);
  if (isStale("walk", doc, model.rule, model.step, player.isPlaying)) {
    drawWalk(byId("walk"), model, store, player);
  }
  if (isStale("lessons", view.lesson)) drawLessons(byId("lesson-list"), view.lesson);
  drawLesson(byId("lesson"), model, store);
  if (isStale("tab", doc, view.tab, view.other, view.room, view.format)) drawTab(app, model);
  if (before !== undefined && (before.step !== model.step || before.walk !== model.walk)) {
    app.say(walkSentence(model));
  }
}

function drawTab(app: App, model: Model): void {
  const { store, other } = app;
  const panel = byId("tab-panel");
  const { tab } = model.view;
  drawTabs(byId("tabs"), panel, tab, store);
  if (panel.dataset.tab !== tab) {
    panel.dataset.tab = tab;
    panel.replaceChildren(...(tab === "compare" ? [other.element] : []), h("div"));
  }
  const place = panel.lastElementChild as HTMLElement;
  if (tab === "compare") drawCompare(place, model);
  else if (tab === "receive") drawReceive(place, model, store);
  else if (tab === "structs") drawStructs(place, model);
  else if (tab === "import") drawImport(place, store);
  else drawExport(place, model, store, app.say);
}

function drawActions({ store, say }: App): void {
  const copy = (): void => {
    copyText(location.href).then(
      () => say("Link copied"),
      () => say("The browser does not let this page copy: take the address"),
    );
  };
  const button = (text: string, isOff: boolean, act: () => void): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        "data-key": text,
        "aria-disabled": String(isOff),
        onclick: () => {
          if (!isOff) act();
        },
      },
      text,
    );
  redraw(
    byId("actions"),
    button("Undo", !store.canUndo, () => store.undo()),
    button("Redo", !store.canRedo, () => store.redo()),
    button("Copy link", false, copy),
  );
}

function drawBytesOptions({ doc, explanation }: Model, store: Store): void {
  const resize = ({ target }: { target: HTMLInputElement }): void => {
    const length = /^\d{1,4}$/.test(target.value) ? Number(target.value) : BYTES_LIMIT + 1;
    const fits = length <= BYTES_LIMIT;
    target.setAttribute("aria-invalid", String(!fits));
    if (fits && length !== store.doc.bytes.length) store.change(resized(store.doc, length), "size");
  };
  const { count } = explanation;
  redraw(
    byId("bytes-options"),
    h("span", { class: "quiet" }, `${count} ${count === 1 ? "message" : "messages"}`),
    h(
      "label",
      { class: "inline-field" },
      h("span", {}, "msg_controllen"),
      h("input", {
        type: "text",
        inputmode: "numeric",
        class: "mono",
        "data-key": "size",
        value: String(doc.bytes.length),
        oninput: resize as never,
      }),
    ),
  );
}

function drawProblems({ explanation }: Model): void {
  redraw(
    byId("problems"),
    explanation.problems.map(({ severity, message, rule }) =>
      h("li", {}, h("p", {}, `${severity}: ${message}`), h("p", { class: "broken-rule" }, rule)),
    ),
  );
}

/** The roles that occur, and the marks. */
function drawLegend({ explanation, layout }: Model): void {
  const used = new Set<string>(explanation.spans.map(({ role }) => role));
  const roles = Object.entries(ROLES).filter(([role]) => used.has(role));
  const entry = (style: string, text: string): HTMLElement =>
    h("li", {}, h("span", { class: `swatch ${style}`, "aria-hidden": "true" }), text);
  const { align } = layout.cmsg;
  redraw(
    byId("legend"),
    roles.map(([role, name]) => entry(`role-${role}`, name)),
    entry("mark-aligned", `every ${align} bytes a header may begin`),
    entry("mark-from", "the macro is given this header"),
    entry("mark-next", "and answers this one"),
  );
}

function point({ grid, store }: App, at: number | null): void {
  if (shown === undefined) return;
  grid.point(shown, at);
  drawInspector(byId("inspector"), shown, store, at ?? store.view.at);
}

/** Sixteen bytes in a row where there is room for their labels. */
function fitGrid({ grid }: App): void {
  const columns = byId("grid-place").clientWidth >= 1150 ? 16 : 8;
  if (columns === grid.columns) return;
  grid.columns = columns;
  if (shown !== undefined) grid.draw(shown);
}

/** Undo and redo by keys, except in a field that has its own. */
function listenToKeys(store: Store): void {
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, shiftKey, target } = event;
    if (!ctrlKey && !metaKey) return;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    const name = key.toLowerCase();
    if (name === "z" && !shiftKey) store.undo();
    else if (name === "y" || (name === "z" && shiftKey)) store.redo();
    else return;
    event.preventDefault();
  });
}

/** A field that takes the focus selects its bytes. */
function listenToFields(store: Store): void {
  byId("cards").addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const { from } = target.dataset;
    if (from !== undefined && Number(from) !== store.view.at) store.look({ at: Number(from) });
  });
}

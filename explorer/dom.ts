// Elements: made by a call, and redrawn without losing the focus or what is being typed.

/** What an element may hold. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Value = string | number | boolean | null | undefined | ((event: never) => void);
type Props = Readonly<Record<string, Value>>;

/** Set as properties: as attributes they would only be defaults. */
const PROPERTIES = new Set(["value", "checked", "indeterminate"]);

/** An element with attributes, listeners (`onclick`) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  // Children first: the value of a select is one of its options.
  append(element, children);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  return element;
}

function set(element: HTMLElement, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") {
    element.addEventListener(name.slice(2), value as (event: Event) => void);
  } else if (PROPERTIES.has(name)) {
    Object.assign(element, { [name]: value });
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(element: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.appendChild(child instanceof Node ? child : document.createTextNode(`${child}`));
  }
}

/** The element of the page that has an id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Gives `root` new children. The element with the same data-key keeps the focus, and the text that is being typed. */
export function redraw(root: HTMLElement, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && root.contains(active) ? active.dataset.key : null;
  const typed = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
  const text = typed && active.type !== "checkbox" ? active.value : null;
  const caret = typed && isText(active) ? [active.selectionStart, active.selectionEnd] : null;
  const fresh = document.createDocumentFragment();
  append(fresh, children);
  root.replaceChildren(fresh);
  if (key === null || key === undefined) return;
  const again = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (again === null) return;
  again.focus({ preventScroll: true });
  if (again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement) {
    again.dataset.settled = again.value;
    if (text !== null) again.value = text;
    if (caret !== null && isText(again)) again.setSelectionRange(caret[0] ?? 0, caret[1] ?? 0);
  }
}

function isText(element: HTMLInputElement | HTMLTextAreaElement): boolean {
  return element instanceof HTMLTextAreaElement || /^(text|search)$/.test(element.type);
}

/** When a field is left, it shows its value as the page writes it. */
export function settleFields(): void {
  document.addEventListener("focusout", ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
    const { settled } = target.dataset;
    if (settled === undefined) return;
    delete target.dataset.settled;
    if (target.getAttribute("aria-invalid") !== "true") target.value = settled;
  });
}

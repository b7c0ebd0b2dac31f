// A field to search a list in: type, arrow keys, Enter. What ARIA calls a combobox with a list box.

import { h, redraw } from "./dom.js";

/** Something to choose. */
export interface Option {
  readonly id: string;
  readonly title: string;
  readonly fact: string;
  /** What it is found by, in small letters. */
  readonly words: string;
}

interface Settings {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly options: () => readonly Option[];
  readonly choose: (id: string) => void;
}

/** Shown at once; the rest is found by typing. */
const SHOWN = 60;

/** A picker. `show` says what is chosen. */
export class Picker {
  readonly element: HTMLElement;
  readonly #settings: Settings;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #count: HTMLElement;
  #chosen = "";
  #found: readonly Option[] = [];
  #active = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    const { id, label, hint } = settings;
    this.#input = h("input", {
      id,
      type: "text",
      role: "combobox",
      class: "picker-input",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: hint,
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      "aria-autocomplete": "list",
      onfocus: () => this.#input.select(),
      onclick: () => this.#open(""),
      oninput: () => this.#open(this.#input.value),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      onblur: () => this.#close(),
    });
    this.#list = h("ul", {
      id: `${id}-list`,
      role: "listbox",
      class: "picker-list",
      "aria-label": label,
      hidden: true,
      // The field keeps the focus.
      onmousedown: (event: MouseEvent) => event.preventDefault(),
    });
    this.#count = h("span", { class: "visually-hidden", role: "status" });
    this.element = h(
      "div",
      { class: "picker" },
      h("label", { for: id }, label),
      this.#input,
      this.#list,
      this.#count,
    );
  }

  /** Shows what is chosen, unless somebody types. */
  show(text: string): void {
    this.#chosen = text;
    if (this.#list.hidden) this.#input.value = text;
  }

  focus(): void {
    this.#input.focus();
  }

  #open(text: string): void {
    const words = text.toLowerCase().split(/[\s_-]+/);
    const all = this.#settings.options();
    this.#found = all.filter((option) => words.every((word) => option.words.includes(word)));
    this.#active = 0;
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#draw();
    const count = this.#found.length;
    this.#count.textContent = `${count} ${count === 1 ? "entry" : "entries"}`;
  }

  #close(): void {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.value = this.#chosen;
    this.#count.textContent = "";
  }

  #draw(): void {
    const { id } = this.#settings;
    const shown = this.#found.slice(0, SHOWN);
    const left = this.#found.length - shown.length;
    redraw(
      this.#list,
      shown.map((option, i) =>
        h(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            class: "picker-option",
            "aria-selected": i === this.#active ? "true" : "false",
            onclick: () => this.#choose(option),
          },
          h("span", { class: "picker-title" }, option.title),
          h("span", { class: "picker-fact" }, option.fact),
        ),
      ),
      shown.length === 0 && h("li", { class: "picker-none" }, "nothing has these words"),
      left > 0 && h("li", { class: "picker-none" }, `${left} more: type to find them`),
    );
    const active = this.#list.children[this.#active];
    if (shown.length > 0)
      this.#input.setAttribute("aria-activedescendant", `${id}-${this.#active}`);
    else this.#input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  #choose(option: Option): void {
    this.#close();
    this.#settings.choose(option.id);
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (this.#list.hidden) {
      if (key !== "ArrowDown" && key !== "ArrowUp" && key !== "Enter") return;
      event.preventDefault();
      this.#open("");
      return;
    }
    const last = Math.min(this.#found.length, SHOWN) - 1;
    if (key === "ArrowDown") this.#active = Math.min(this.#active + 1, last);
    else if (key === "ArrowUp") this.#active = Math.max(this.#active - 1, 0);
    else if (key === "Home" && event.ctrlKey) this.#active = 0;
    else if (key === "End" && event.ctrlKey) this.#active = last;
    else if (key === "Enter") {
      const option = this.#found[this.#active];
      if (option !== undefined) this.#choose(option);
    } else if (key === "Escape") this.#close();
    else return;
    event.preventDefault();
    if (!this.#list.hidden) this.#draw();
  }
}

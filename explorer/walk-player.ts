// The walk player: FIRSTHDR and NXTHDR one after another, each with its inequality, and where other systems stop.

import type { RuleName, WalkStep } from "../src/codec.js";
import { ruleFacts, walkByRules } from "../src/model.js";
import { h, redraw } from "./dom.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";
import type { Store } from "./state.js";

const PLAY_MS = 1400;

/** Plays the steps of the walk by itself, until the last. */
export class Player {
  #timer: ReturnType<typeof setInterval> | undefined;

  get isPlaying(): boolean {
    return this.#timer !== undefined;
  }

  toggle(next: () => boolean): void {
    if (this.#timer !== undefined) {
      this.stop();
      return;
    }
    this.#timer = setInterval(() => {
      if (!next()) this.stop();
    }, PLAY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Draws the player. */
export function drawWalk(root: HTMLElement, model: Model, store: Store, player: Player): void {
  const { steps } = model.walk;
  const current = steps[model.step];
  redraw(
    root,
    ruleField(model, store),
    controls(model, store, player),
    current === undefined ? null : stepCard(current, model.step, steps.length),
    stepList(model, store),
    verdicts(model, store),
  );
}

function ruleField(model: Model, store: Store): HTMLElement[] {
  const own = model.layout.cmsg.rule;
  const facts = ruleFacts();
  const choose = ({ target }: { target: HTMLSelectElement }): void => {
    const rule = facts.find(({ name }) => name === target.value)?.name ?? own;
    store.look({ rule: ruleOrOwn(model, rule), step: 0 });
  };
  const chosen = facts.find(({ name }) => name === model.rule);
  return [
    h(
      "label",
      { class: "inline-field" },
      h("span", {}, "by the rule of"),
      h(
        "select",
        { "data-key": "rule", value: model.rule, onchange: choose as never },
        facts.map(({ name, title }) =>
          h("option", { value: name }, name === own ? `${title} (this ABI's own)` : title),
        ),
      ),
    ),
    h("p", { class: "rule-fact" }, chosen === undefined ? "" : `It ${chosen.fact}.`),
  ];
}

function controls(model: Model, store: Store, player: Player): HTMLElement {
  const last = model.walk.steps.length - 1;
  const go = (step: number): void => {
    player.stop();
    show(model, store, step);
  };
  const button = (name: string, sign: string, disabled: boolean, act: () => void) =>
    h(
      "button",
      {
        type: "button",
        class: "icon",
        "aria-label": name,
        title: name,
        "data-key": name,
        "aria-disabled": String(disabled),
        onclick: () => {
          if (!disabled) act();
        },
      },
      sign,
    );
  const play = (): void => {
    if (model.step === last) show(model, store, 0);
    player.toggle(() => {
      const next = store.view.step + 1;
      // The step is drawn a moment later, when the player knows whether it goes on.
      if (next <= last) show(model, store, next);
      return next < last;
    });
    store.look({});
  };
  return h(
    "div",
    { class: "player", role: "group", "aria-label": "steps of the walk" },
    button("First step", "⇤", model.step === 0, () => go(0)),
    button("Step back", "←", model.step === 0, () => go(model.step - 1)),
    button(player.isPlaying ? "Pause" : "Play", player.isPlaying ? "❚❚" : "▶", false, play),
    button("Next step", "→", model.step === last, () => go(model.step + 1)),
    button("Last step", "⇥", model.step === last, () => go(last)),
    h("span", { class: "player-count" }, `step ${model.step + 1} of ${last + 1}`),
  );
}

/** Shows a step: the cursor goes where the macro looks. */
function show(model: Model, store: Store, step: number): void {
  const { from, next } = model.walk.steps[step] ?? { from: null, next: null };
  store.look({ step, at: next ?? from ?? 0 });
}

function stepCard(step: WalkStep, index: number, steps: number): HTMLElement {
  const { macro, from, claimed, rounded, leftText, operator, rightText, holds } = step;
  const turned = claimed === null ? null : `cmsg_len ${claimed} → ${rounded} when rounded up`;
  return h(
    "div",
    { class: "step-card", "aria-label": `step ${index + 1} of ${steps}` },
    h("p", { class: "step-macro" }, macro, from !== null && h("span", {}, ` from ${from}`)),
    turned !== null && h("p", { class: "quiet" }, turned),
    h(
      "p",
      { class: "inequality" },
      h("span", { class: "side" }, leftText),
      h("span", { class: "operator" }, ` ${operator} `),
      h("span", { class: "side" }, `${rightText} ?`),
    ),
    h("p", { class: "verdict" }, h("strong", {}, holds ? "yes" : "no"), ` → ${outcomeOf(step)}`),
  );
}

/** Ends in few words: the step itself says more. */
const ENDS: Readonly<Record<NonNullable<WalkStep["end"]>, string>> = {
  null: "NULL",
  "no-progress": "the same header for ever,",
  backward: "an earlier header,",
  "out-of-bounds": "a header behind the buffer,",
  einval: "EINVAL,",
  limit: "goes on,",
};

/** How a walk ends, and at which header. */
function endOf({ from, end }: WalkStep): string {
  return `${ENDS[end ?? "limit"]} at ${from ?? "the first header"}`;
}

/** What follows from a step, in the words of its sentence. */
export function outcomeOf({ text }: WalkStep): string {
  return text.slice(text.lastIndexOf("→") + 2);
}

function stepList(model: Model, store: Store): HTMLElement {
  return h(
    "ol",
    { class: "step-list" },
    model.walk.steps.map((step, i) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            "aria-current": i === model.step ? "step" : null,
            "data-key": `step ${i}`,
            onclick: () => show(model, store, i),
          },
          step.text,
        ),
      ),
    ),
  );
}

/** Where each system's loop over the same bytes ends. */
function verdicts(model: Model, store: Store): HTMLElement {
  const walks = walkByRules(model.doc.bytes, { abi: model.abi, limit: 1000 });
  const rows = walks.map(({ name, title, systems, walk }) => {
    const last = walk.steps.at(-1);
    const choose = (): void => {
      store.look({ rule: ruleOrOwn(model, name), step: walk.steps.length - 1 });
    };
    const isBad = walk.end !== "null";
    return h(
      "tr",
      { class: name === model.rule ? "current" : null },
      h(
        "th",
        { scope: "row", title: systems.join(", ") },
        h(
          "button",
          { type: "button", class: "link", "data-key": `system ${name}`, onclick: choose },
          title,
        ),
      ),
      h("td", {}, String(walk.headers.length)),
      h("td", { class: isBad ? "bad" : null }, last === undefined ? "" : endOf(last)),
    );
  });
  return h(
    "table",
    { class: "verdicts" },
    h("caption", {}, "Where each system stops, walking these bytes with these headers"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["system", "found", "stops"].map((title) => h("th", { scope: "col" }, title)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

function ruleOrOwn(model: Model, rule: RuleName): RuleName | null {
  return rule === model.layout.cmsg.rule ? null : rule;
}

/** What the live region says of a walk. */
export function walkSentence(model: Model): string {
  const { steps } = model.walk;
  const text = steps[model.step]?.text ?? "";
  return `step ${model.step + 1} of ${steps.length}: ${text}; ${count(model.walk.headers.length, "message")} in all`;
}

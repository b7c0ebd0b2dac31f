// The ABI: which one, in a line, whether the bytes stay as they are, and its numbers by hand.

import { type AbiName, type AbiRow, type RuleName, rules } from "../src/codec.js";
import { abiRow } from "../src/model.js";
import { baseOf, inAbi } from "./buffer.js";
import { h, redraw } from "./dom.js";
import { abiOptions, factOf } from "./facts.js";
import type { Model } from "./model.js";
import { Picker } from "./picker.js";
import { choiceOf, ROW_FIELDS, type RowField, withChoice } from "./row-text.js";
import type { AbiChoice, Store } from "./state.js";

/** The field that picks the ABI. */
export function abiPicker(store: Store, fail: (error: unknown) => void): Picker {
  return new Picker({
    id: "abi",
    label: "ABI",
    hint: "search by system, machine or size",
    options: abiOptions,
    choose: (id) => setAbi(store, id as AbiName, fail),
  });
}

function setAbi(store: Store, abi: AbiChoice, fail: (error: unknown) => void): void {
  const before = store.doc.abi;
  try {
    store.change(inAbi(store.doc, abi, store.view.keep));
    // Beside itself there is nothing to compare: what was picked changes sides.
    if (abi === store.view.other && typeof before === "string") store.look({ other: before });
  } catch (error) {
    fail(error);
  }
}

/** What the ABI is called. */
export function abiTitle(abi: AbiChoice): string {
  return typeof abi === "string" ? abi : `numbers by hand, constants of ${abi.base}`;
}

/** Draws the line about the ABI and the choices beside it. */
export function drawAbi(
  fact: HTMLElement,
  options: HTMLElement,
  model: Model,
  store: Store,
  fail: (error: unknown) => void,
): void {
  fact.textContent = factOf(model.abi);
  const { abi } = model.doc;
  const byHand = typeof abi !== "string";
  const toggle = (): void => {
    setAbi(store, byHand ? abi.base : { row: abiRow(abi), base: baseOf(abi) }, fail);
  };
  redraw(
    options,
    h(
      "label",
      { class: "check" },
      h("input", {
        type: "checkbox",
        checked: model.view.keep,
        "data-key": "keep",
        onchange: () => store.look({ keep: !store.view.keep }),
      }),
      "Keep the bytes when the ABI changes",
    ),
    h(
      "label",
      { class: "check" },
      h("input", { type: "checkbox", checked: byHand, "data-key": "by hand", onchange: toggle }),
      "Set the numbers by hand",
    ),
    byHand && rowForm(abi.row, abi.base, store, fail),
  );
}

function rowForm(
  row: AbiRow,
  base: AbiName,
  store: Store,
  fail: (error: unknown) => void,
): HTMLElement {
  const select = (
    label: string,
    value: string,
    choices: readonly (string | number)[],
    choose: (text: string) => AbiRow | undefined,
  ): HTMLElement =>
    h(
      "label",
      {},
      label,
      h(
        "select",
        {
          "data-key": `row ${label}`,
          value,
          onchange: (({ target }: { target: HTMLSelectElement }) => {
            const changed = choose(target.value);
            if (changed !== undefined) setAbi(store, { row: changed, base }, fail);
          }) as never,
        },
        choices.map((choice) => h("option", { value: String(choice) }, String(choice))),
      ),
    );
  const field = (each: RowField): HTMLElement =>
    select(each.label, choiceOf(row, each), each.choices, (text) => withChoice(row, each, text));
  return h(
    "div",
    { class: "row-form", role: "group", "aria-label": "numbers of the ABI, in bytes" },
    ROW_FIELDS.map(field),
    select("walks like", row.rule, rules(), (text) => {
      const rule = rules().find((name: RuleName) => name === text);
      return rule === undefined ? undefined : { ...row, rule };
    }),
  );
}

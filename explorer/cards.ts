// The messages as cards: what each is, its members as fields, and its place among the others.

import {
  CMSG_LEN,
  CMSG_SPACE,
  type ControlMessage,
  describeControl,
  type MemberDescription,
  type Span,
} from "../src/codec.js";
import { messagesOf, overwrite, type Plain, withMessages } from "./buffer.js";
import { h, redraw } from "./dom.js";
import { fieldOf } from "./form.js";
import { type Message, type Model, spanAt } from "./model.js";
import { namedMember } from "./named.js";
import { count, nameOf, noteOf } from "./span-text.js";
import type { Store } from "./state.js";

/** Cards that are drawn; the bytes of all are in the grid. */
const SHOWN = 40;

/** Draws the cards. Bytes that are selected and the field that they are belong together. */
export function drawCards(root: HTMLElement, model: Model, store: Store): void {
  const found = messagesOf(model.doc);
  const shown = model.messages.slice(0, SHOWN);
  const left = model.messages.length - shown.length;
  redraw(
    root,
    !model.regular && irregular(store),
    shown.map((message) => card({ model, store, found }, message)),
    model.messages.length === 0 && h("p", { class: "quiet" }, "No message yet."),
    left > 0 && h("p", { class: "quiet" }, `${count(left, "more message")} in the bytes`),
  );
}

/** Marks the card and the field of the byte that the cursor is on. */
export function markCards(root: HTMLElement, model: Model): void {
  const span = spanAt(model, model.view.at);
  for (const card of root.querySelectorAll<HTMLElement>(".card")) {
    card.classList.toggle("current", card.dataset.message === String(span?.message));
  }
  for (const field of root.querySelectorAll<HTMLElement>(".field")) {
    field.classList.toggle("selected", field.dataset.from === String(span?.from));
  }
}

function irregular(store: Store): HTMLElement {
  const rebuild = (): void => {
    store.change(withMessages(store.doc, messagesOf(store.doc)));
  };
  return h(
    "div",
    { class: "notice" },
    h("p", {}, "No encoder writes these bytes: they were edited, cut, or are of another ABI."),
    h("button", { type: "button", "data-key": "rebuild", onclick: rebuild }, "Make them regular"),
  );
}

interface Context {
  readonly model: Model;
  readonly store: Store;
  readonly found: readonly ControlMessage[];
}

function card(context: Context, message: Message): HTMLElement {
  const { model, store, found } = context;
  const { index } = message;
  const plain = found[index];
  const type = message.spans.find(({ role }) => role === "type");
  const title = type?.note ?? "incomplete header";
  const payload = plain?.payload.length ?? 0;
  const { abi } = model;
  const totals = `LEN(${payload}) = ${CMSG_LEN(payload, { abi })}, SPACE(${payload}) = ${CMSG_SPACE(payload, { abi })}`;
  return h(
    "article",
    { class: "card", "data-message": index, "aria-label": `message ${index}: ${title}` },
    h(
      "header",
      {},
      h("h3", {}, h("span", { class: "card-index" }, index), title.replace(/ \(-?\d+\)$/, "")),
      actions(store, found, index, title),
    ),
    h("p", { class: "card-totals" }, totals),
    membersOf(context, message),
    plain !== undefined && repeated(context, index, plain),
  );
}

/** Buttons that change the order. */
function actions(
  store: Store,
  found: readonly ControlMessage[],
  index: number,
  title: string,
): HTMLElement {
  const arranged = (order: readonly Plain[]): void => {
    store.change(withMessages(store.doc, order));
  };
  const swap = (i: number): void => {
    const order = [...found];
    const [a, b] = [order[i], order[i + 1]];
    if (a === undefined || b === undefined) return;
    order.splice(i, 2, b, a);
    arranged(order);
  };
  const button = (name: string, sign: string, disabled: boolean, act: () => void) =>
    h(
      "button",
      {
        type: "button",
        class: "icon",
        "aria-label": `${name}: message ${index}, ${title}`,
        title: name,
        "data-key": `${name} ${index}`,
        disabled,
        onclick: act,
      },
      sign,
    );
  return h(
    "div",
    { class: "card-actions" },
    button("Move up", "↑", index === 0, () => swap(index - 1)),
    button("Move down", "↓", index >= found.length - 1, () => swap(index)),
    button("Remove", "×", false, () => arranged(found.filter((_, i) => i !== index))),
  );
}

/** What stands behind a header and is typed. */
const DATA: ReadonlySet<string> = new Set(["field", "payload", "unknown"]);

function membersOf(context: Context, message: Message): HTMLElement {
  const { model, store, found } = context;
  const plain = found[message.index];
  const start = (message.spans[0]?.from ?? 0) + model.layout.cmsg.dataOffset;
  return h(
    "div",
    { class: "fields" },
    message.spans.map((span) => {
      if (span.role === "pad" || span.role === "header-pad") return padding(store, span);
      const isData = DATA.has(span.role) && span.from >= start;
      const member = isData ? memberAt(model, plain, span.from - start) : undefined;
      const isLast = plain !== undefined && span.to === start + plain.payload.length;
      const elastic = isData && isLast && (member === undefined || member.count === null);
      const write = (bytes: Uint8Array, merge: string): void => {
        if (bytes.length === span.to - span.from) {
          store.change(overwrite(store.doc, span.from, bytes), merge);
          return;
        }
        const head = plain?.payload.subarray(0, span.from - start) ?? new Uint8Array(0);
        replacePayload(store, message.index, Uint8Array.from([...head, ...bytes]), merge);
      };
      const named =
        isData && plain !== undefined ? namedMember(plain, span.field, model.abi) : undefined;
      const offset = span.from - start;
      return fieldOf({ model, span, member, named, offset, write, elastic });
    }),
  );
}

/** Padding cannot be typed, but pointed at. */
function padding(store: Store, span: Span): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: "field pad",
      "data-key": `pad ${span.from}`,
      "data-from": span.from,
      onclick: () => store.look({ at: span.from }),
    },
    h("span", { class: "pad-name" }, `${nameOf(span)}, ${count(span.to - span.from, "byte")}`),
    h("span", { class: "field-note" }, noteOf(span)),
  );
}

/** The member of a payload's struct at an offset. */
function memberAt(
  model: Model,
  message: ControlMessage | undefined,
  offset: number,
): MemberDescription | undefined {
  const { definition, type } = message ?? {};
  if (definition === undefined) return undefined;
  const described = describeControl(definition, { abi: model.abi });
  const payload = described?.payloads.find((each) => each.type === type);
  return payload?.members.findLast((member) => member.offset <= offset);
}

function replacePayload(store: Store, index: number, payload: Uint8Array, merge?: string): void {
  const messages = messagesOf(store.doc).map(
    ({ level, type, payload: old }, i): Plain => ({
      level,
      type,
      payload: i === index ? payload : old,
    }),
  );
  store.change(withMessages(store.doc, messages), merge);
}

/** Buttons for one more and one less of what repeats to the end of a payload. */
function repeated(context: Context, index: number, message: ControlMessage): HTMLElement | null {
  const { model, store } = context;
  const { payload } = message;
  const last = memberAt(model, message, Number.POSITIVE_INFINITY);
  if (message.value === undefined || last === undefined || last.count !== null) return null;
  if (last.width === 1) return null;
  const size = last.width;
  const items = Math.floor((payload.length - last.offset) / size);
  const more = (): void => {
    const copy = payload.subarray(payload.length - Math.min(size, payload.length));
    const added = copy.length === size ? copy : new Uint8Array(size);
    replacePayload(store, index, Uint8Array.from([...payload, ...added]));
  };
  const less = (): void => replacePayload(store, index, payload.subarray(0, payload.length - size));
  const button = (name: string, disabled: boolean, act: () => void) =>
    h(
      "button",
      { type: "button", "data-key": `${name} ${index}`, disabled, onclick: act },
      `${name} ${last.name}`,
    );
  return h(
    "div",
    { class: "card-repeat" },
    button("One more", false, more),
    button("One less", items < 1, less),
  );
}

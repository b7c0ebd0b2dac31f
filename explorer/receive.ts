// Receive: what a program gets on each system when its control buffer has so much room, by cmsg/model.

import { type AbiName, decodeControl, encodeControl, explain } from "../src/codec.js";
import {
  type DeliveredMessage,
  type ModelSystem,
  modelSystems,
  type Reception,
  receiveControl,
} from "../src/model.js";
import { optionOf, translate } from "./buffer.js";
import { byteRows } from "./byte-rows.js";
import { h, redraw } from "./dom.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";
import type { AbiChoice, Doc, Store } from "./state.js";

/** A system: its name, how the names of its ABIs begin, and the ABI that stands for it. */
interface Receiver {
  readonly title: string;
  readonly abis: RegExp;
  readonly usual: AbiName;
}

const RECEIVERS: Readonly<Record<ModelSystem, Receiver>> = {
  linux: { title: "Linux", abis: /^(linux|android)-/, usual: "linux-x86_64-glibc" },
  darwin: { title: "macOS", abis: /^darwin-/, usual: "darwin-arm64" },
  freebsd: { title: "FreeBSD", abis: /^freebsd-/, usual: "freebsd-amd64" },
  netbsd: { title: "NetBSD", abis: /^netbsd-/, usual: "netbsd-amd64" },
};

/** The ABI that a system receives in: the one that is shown where it is of that system, or numbers by hand. */
function abiIn(system: ModelSystem, { abi }: Doc): AbiChoice {
  const { abis, usual } = RECEIVERS[system];
  return typeof abi !== "string" || abis.test(abi) ? abi : usual;
}

function receptionOf(system: ModelSystem, doc: Doc, room: number | null): Reception {
  const choice = abiIn(system, doc);
  const bytes = translate(doc, choice);
  const limit = room === null ? {} : { controlLimit: room };
  return receiveControl(bytes, { system, abi: optionOf(choice), ...limit });
}

/** Draws the slider, and what each system makes of it. */
export function drawReceive(root: HTMLElement, model: Model, store: Store): void {
  const { doc, view } = model;
  const enough = Math.max(
    ...modelSystems().map((system) => receptionOf(system, doc, null).controlLimit),
  );
  const room = Math.min(view.room ?? enough, enough);
  redraw(
    root,
    slider(room, enough, store),
    h(
      "div",
      { class: "receivers" },
      modelSystems().map((system) => receiver(system, receptionOf(system, doc, room), doc)),
    ),
  );
}

function slider(room: number, enough: number, store: Store): HTMLElement {
  const changed = ({ target }: { target: HTMLInputElement }): void => {
    store.look({ room: Number(target.value) });
  };
  return h(
    "div",
    { class: "slider" },
    h("label", { for: "room" }, "msg_controllen of the receiver"),
    h("input", {
      id: "room",
      type: "range",
      min: 0,
      max: enough,
      step: 1,
      "data-key": "room",
      "aria-valuetext": `${room} of ${enough} bytes`,
      value: String(room),
      oninput: changed as never,
    }),
    h("output", { for: "room" }, `${room} of ${enough} bytes`),
  );
}

function receiver(system: ModelSystem, reception: Reception, doc: Doc): HTMLElement {
  const { title } = RECEIVERS[system];
  const choice = abiIn(system, doc);
  const { truncated, controlLength, messages, notes, source, tested } = reception;
  const { delivered, closed, leaked } = reception.descriptors;
  return h(
    "section",
    { class: "receiver", "aria-label": title },
    h(
      "h3",
      {},
      title,
      h("span", { class: "quiet" }, typeof choice === "string" ? choice : "numbers by hand"),
    ),
    h(
      "p",
      { class: truncated ? "flag set" : "flag" },
      truncated ? "MSG_CTRUNC is set" : "MSG_CTRUNC is not set",
      h("span", {}, `msg_controllen ${controlLength}`),
    ),
    h(
      "ol",
      { class: "deliveries", start: 0 },
      messages.map((message) => delivery(message, reception)),
    ),
    buffer(reception),
    reception.descriptors.sent > 0 &&
      h(
        "p",
        { class: leaked > 0 ? "warning" : "quiet" },
        `Descriptors: ${delivered} delivered, ${closed} closed by the kernel${leaked > 0 ? `, ${leaked} open and never told` : ""}.`,
      ),
    notes.map((note) => h("p", { class: "quiet" }, note)),
    h(
      "p",
      { class: "quiet source" },
      `${source}${tested ? "" : "; not held against a running kernel"}`,
    ),
  );
}

const FATES: Readonly<Record<DeliveredMessage["fate"], string>> = {
  whole: "arrives whole",
  cut: "is cut",
  lost: "is lost",
};

function delivery(message: DeliveredMessage, { abi }: Reception): HTMLElement {
  const { fate, reason, available, length } = message;
  const [known] = decodeControl(encodeControl([message], { abi }), { abi }).messages;
  const name = known?.definition?.name ?? `level ${message.level}, type ${message.type}`;
  const part = fate === "cut" ? `, ${available} of ${length} bytes` : "";
  return h(
    "li",
    { class: `delivery ${fate}` },
    h("strong", {}, name),
    h("span", { class: `fate ${fate}` }, `${FATES[fate]}${part}`),
    h("span", { class: "quiet" }, reason),
  );
}

/** The control buffer behind the call. What the kernel did not write is crossed out. */
function buffer({ bytes, abi, unwritten }: Reception): HTMLElement {
  const { spans } = explain(bytes, { abi });
  const fields = spans.filter(({ role }) => role === "field");
  const mark = (at: number) =>
    unwritten.some(({ from, to }) => at >= from && at < to)
      ? { style: "unwritten", note: "not written by the kernel" }
      : null;
  return h(
    "div",
    { class: "received" },
    bytes.length === 0 && h("p", { class: "quiet" }, "Nothing is written."),
    byteRows({ bytes, from: 0, spans, mark }),
    fields.length > 0 &&
      h(
        "ul",
        { class: "chips", "aria-label": "fields that arrive" },
        fields.map(({ field, value, role }) =>
          h("li", { class: `role-${role}` }, `${field} ${value}`),
        ),
      ),
    unwritten.length > 0 &&
      h(
        "p",
        { class: "quiet" },
        `${count(
          unwritten.reduce((sum, { from, to }) => sum + to - from, 0),
          "byte",
        )} crossed out: not written, what stood there before stays.`,
      ),
  );
}

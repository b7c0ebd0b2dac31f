// Adding a message: from the catalogue of the ABI, or raw.

import {
  type ControlDescription,
  constants,
  definitions,
  describeControl,
  encodeControl,
} from "../src/codec.js";
import { messagesOf, optionOf, type Plain } from "./buffer.js";
import { type Option, Picker } from "./picker.js";
import { BYTES_LIMIT, type Store } from "./state.js";

const RAW = "raw";

/** The catalogue of the ABI that is shown, by name and level. */
function entriesOf(store: Store): readonly ControlDescription[] {
  const abi = optionOf(store.doc.abi);
  return definitions().flatMap((definition) => describeControl(definition, { abi }) ?? []);
}

function idOf({ name, level }: ControlDescription): string {
  return `${level} ${name}`;
}

const WORDS: Readonly<Record<string, string>> = {
  send: "sent",
  receive: "received",
  both: "sent and received",
};

function optionOfEntry(entry: ControlDescription): Option {
  const { name, levelName, direction, payloads } = entry;
  const fields = payloads[0]?.members.map((member) => member.name).join(", ") || "no payload";
  const fact = `${levelName}, ${WORDS[direction]}: ${fields}`;
  const words = `${name} ${entry.exported ?? ""} ${fact}`.toLowerCase();
  return { id: idOf(entry), title: name, fact, words };
}

/** A message of a kind: every member 0, and one of what repeats. */
function blank(entry: ControlDescription): Plain {
  const [payload] = entry.payloads;
  const last = payload?.members.at(-1);
  const repeated = last?.count === null ? Math.max(last.width, 1) : 0;
  const size = (payload?.size ?? 0) + repeated;
  return { level: entry.level, type: entry.type, payload: new Uint8Array(size) };
}

/** The field that adds messages. */
export function addPicker(store: Store, say: (text: string) => void): Picker {
  const add = (message: Plain, name: string): void => {
    const { doc } = store;
    const abi = optionOf(doc.abi);
    const messages = [...messagesOf(doc), message];
    const bytes = encodeControl(messages, { abi });
    if (bytes.length > BYTES_LIMIT) {
      say(`A buffer of this page has at most ${BYTES_LIMIT} bytes`);
      return;
    }
    store.change({ bytes, unknown: [] });
    const at = bytes.length - encodeControl([message], { abi }).length;
    store.look({ at });
    say(`${name} added as message ${messages.length - 1}`);
  };
  return new Picker({
    id: "add-message",
    label: "Add a message",
    hint: "search the catalogue",
    options: () => [
      {
        id: RAW,
        title: "Raw bytes",
        fact: "level, type and payload of your own",
        words: "raw bytes hex own unknown level type payload",
      },
      ...entriesOf(store).map(optionOfEntry),
    ],
    choose(id) {
      if (id === RAW) {
        const level = constants(optionOf(store.doc.abi)).SOL_SOCKET ?? 1;
        add({ level, type: 0x7f, payload: Uint8Array.of(0xca, 0xfe, 0xba, 0xbe) }, "A raw message");
        return;
      }
      const entry = entriesOf(store).find((each) => idOf(each) === id);
      if (entry !== undefined) add(blank(entry), entry.name);
    },
  });
}

// Adding a message: from the catalogue of the ABI, or raw.

import {
  type AbiOption,
  type AnyDefinition,
  type ControlDescription,
  constants,
  definitions,
  describeControl,
  encodeControl,
  type MessageInput,
} from "../src/codec.js";
import { sampleValue } from "../src/model.js";
import { messagesOf, optionOf } from "./buffer.js";
import { type Option, Picker } from "./picker.js";
import { BYTES_LIMIT, type Store } from "./state.js";

const RAW = "raw";

/** A kind of message, and what it is in the ABI. */
interface Entry {
  readonly definition: AnyDefinition;
  readonly described: ControlDescription;
}

/** The catalogue of the ABI that is shown, by name and level. */
function entriesOf(store: Store): readonly Entry[] {
  const abi = optionOf(store.doc.abi);
  return definitions().flatMap((definition) => {
    const described = describeControl(definition, { abi });
    return described === null ? [] : [{ definition, described }];
  });
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

/** A message of a kind, with values that are recognized in the bytes. */
function sampleOf(definition: AnyDefinition, abi: AbiOption): MessageInput {
  return { definition, value: sampleValue(definition, { abi }) };
}

/** The field that adds messages. */
export function addPicker(store: Store, say: (text: string) => void): Picker {
  const add = (message: MessageInput, name: string): void => {
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
      ...entriesOf(store).map(({ described }) => optionOfEntry(described)),
    ],
    choose(id) {
      if (id === RAW) {
        const level = constants(optionOf(store.doc.abi)).SOL_SOCKET ?? 1;
        add({ level, type: 0x7f, payload: Uint8Array.of(0xca, 0xfe, 0xba, 0xbe) }, "A raw message");
        return;
      }
      const entry = entriesOf(store).find(({ described }) => idOf(described) === id);
      if (entry === undefined) return;
      add(sampleOf(entry.definition, optionOf(store.doc.abi)), entry.described.name);
    },
  });
}

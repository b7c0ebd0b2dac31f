// Members whose numbers have names: they are shown and typed by name, one or several, as the definition of the message has them.

import { type AbiOption, type ControlMessage, decodeControl, encodeControl } from "../src/codec.js";
import { fieldText, formValue, type ValueField, type ValueForm, valueForm } from "../src/model.js";

/** A member with names. */
export interface Named {
  readonly text: string;
  readonly names: readonly string[];
  /** The payload with the member that a text stands for; undefined when it stands for none. */
  readonly parse: (text: string) => Uint8Array | undefined;
}

type Definition = NonNullable<ControlMessage["definition"]>;

/** Forms of the ABI that was asked for last. */
let known:
  | { readonly abi: AbiOption; readonly forms: Map<Definition, ValueForm | null> }
  | undefined;

function formOf(definition: Definition, abi: AbiOption): ValueForm | null {
  if (known?.abi !== abi) known = { abi, forms: new Map() };
  const { forms } = known;
  const form = forms.get(definition) ?? valueForm(definition, { abi });
  forms.set(definition, form);
  return form;
}

function partAt(value: unknown, { path }: ValueField): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | null)?.[key],
    value,
  );
}

const KINDS: ReadonlySet<string> = new Set(["name", "names", "boolean"]);

/** The member of a message, where its numbers have names; undefined elsewhere. */
export function namedMember(
  { definition, value, level, type }: ControlMessage,
  member: string | null,
  abi: AbiOption,
): Named | undefined {
  if (definition === undefined || value === undefined || member === null) return undefined;
  const form = formOf(definition, abi);
  const field = form?.fields.find(({ name, kind }) => name === member && KINDS.has(kind));
  if (form === null || field === undefined) return undefined;
  return {
    text: fieldText(field, partAt(value, field)),
    names: field.names,
    parse(text) {
      try {
        const texts = form.fields.map((each) =>
          each === field ? text : fieldText(each, partAt(value, each)),
        );
        const bytes = encodeControl([{ definition, value: formValue(form, texts) }], { abi });
        const [again] = decodeControl(bytes, { abi }).messages;
        return again?.level === level && again.type === type ? again.payload : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

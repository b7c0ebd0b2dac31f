// Control messages by what people call them: the package's names, C names, with or without their beginning.

import {
  type AbiName,
  type AnyDefinition,
  type ControlDescription,
  definitions,
  describeControl,
} from "../index.js";
import { usageError } from "./errors.js";
import { likest } from "./values.js";

/** A control message that an ABI has, with what there is to say of it. */
export interface Known {
  readonly definition: AnyDefinition;
  readonly about: ControlDescription;
}

/** All control messages of an ABI. */
export function knownIn(abi: AbiName): Known[] {
  return definitions().flatMap((definition) => {
    const about = describeControl(definition, { abi });
    return about === null ? [] : [{ definition, about }];
  });
}

/** The names that a control message goes by. */
export function namesOf({ about: { name, exported } }: Known): string[] {
  return exported === null ? [name] : [exported, name];
}

/** The control message of a name; undefined when the ABI has none of it. The package's own name goes first. */
export function findKnown(text: string, abi: AbiName): Known | undefined {
  const known = knownIn(abi);
  const wanted = text.toLowerCase();
  return (
    known.find(({ about }) => about.exported === text) ??
    known.find(({ about }) => about.name === text) ??
    known.find((one) => namesOf(one).some((name) => name.toLowerCase() === wanted))
  );
}

/** The same, or an error that says what is like it. */
export function knownNamed(text: string, abi: AbiName): Known {
  const found = findKnown(text, abi);
  if (found !== undefined) return found;
  const near = likest(text, knownIn(abi).flatMap(namesOf));
  const hint = near.length === 0 ? "" : `; close to it: ${near.join(", ")}`;
  throw usageError(
    `${abi} has no control message '${text}'${hint} (cmsg types --abi ${abi} lists all)`,
  );
}

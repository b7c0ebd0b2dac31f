// The field constructor of hardware addresses.

import { typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import { type Field, octets } from "./field.js";
import { converted } from "./field-struct.js";

const MAC = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;

function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** A hardware address of six bytes (EUI-48), as text: "02:00:5e:10:00:ff". */
export function mac(name: string): Field<string> {
  const field = octets(name, 6);
  const show = (cell: Cell): string => formatMac(cell as Uint8Array);
  const elements = field.elements.map((element) => ({ ...element, show }));
  return converted(
    { ...field, elements },
    {
      read: formatMac,
      write(value: string, path) {
        if (typeof value !== "string" || !MAC.test(value)) {
          throw typeError(path, "a hardware address of six bytes, like 02:00:5e:10:00:ff", value);
        }
        return Uint8Array.from(value.split(/[:-]/), (byte) => Number.parseInt(byte, 16));
      },
    },
  );
}

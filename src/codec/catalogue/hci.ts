// SOL_HCI: messages of raw sockets on a Bluetooth host controller.

import { builtIn } from "../definition.js";
import { i32 } from "../field.js";
import { yesNo } from "../field-name.js";
import { timeval } from "../field-time.js";

/**
 * Whether a packet came in (HCI_CMSG_DIR). The level has the number of SOL_IP, for which `decodeControl` takes it: give this definition among
 * its `definitions` to read it.
 */
export const hciIncoming = builtIn("HCI_CMSG_DIR", "SOL_HCI", () => ({
  direction: "receive",
  enable: ["HCI_DATA_DIR"],
  since: "2.4",
  value: yesNo(i32("incoming")),
  source: "Linux net/bluetooth/hci_sock.c, hci_sock_cmsg",
}));

/**
 * When a packet came (HCI_CMSG_TSTAMP), in ns with a resolution of 1 µs. The level has the number of SOL_IP, for which `decodeControl` takes it:
 * give this definition among its `definitions` to read it.
 */
export const hciTimestamp = builtIn("HCI_CMSG_TSTAMP", "SOL_HCI", () => ({
  direction: "receive",
  enable: ["HCI_TIME_STAMP"],
  since: "2.4",
  forms: [
    { value: timeval() },
    { on: ["linux-sparc64"], value: timeval("", { part: 32 }) },
    { on: ["linux-x32"], value: timeval("", { seconds: 64, part: 64 }) },
  ],
  source: "Linux net/bluetooth/hci_sock.c, hci_sock_cmsg",
}));

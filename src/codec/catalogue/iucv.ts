// SOL_IUCV: messages of AF_IUCV sockets, between guests of z/VM.

import { builtIn } from "../definition.js";
import { u32 } from "../field.js";

/** The target class of a message (SCM_IUCV_TRGCLS). */
export const iucvTargetClass = builtIn("SCM_IUCV_TRGCLS", "SOL_IUCV", () => ({
  direction: "both",
  needs: "an IBM Z machine",
  since: "2.6.30",
  value: u32("trgcls"),
  source: "Linux include/net/iucv/af_iucv.h; net/iucv/af_iucv.c",
}));

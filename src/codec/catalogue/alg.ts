// SOL_ALG: messages to the kernel's cryptography (AF_ALG).

import { builtIn } from "../definition.js";
import { rest, u32 } from "../field.js";
import { counted } from "../field-list.js";
import { named, within } from "../field-name.js";

/** The initialisation vector of an operation (ALG_SET_IV, struct af_alg_iv): its bytes. */
export const algSetIv = builtIn("ALG_SET_IV", "SOL_ALG", () => ({
  direction: "send",
  needs: "the socket of an operation, which accept(2) answers",
  since: "2.6.38",
  value: counted(u32("ivlen", "bytes"), rest("iv")),
  source: "Linux Documentation/crypto/userspace-if.rst; crypto/af_alg.c, af_alg_cmsg_send",
}));

/** Whether to encrypt or decrypt (ALG_SET_OP). */
export const algSetOp = builtIn("ALG_SET_OP", "SOL_ALG", () => ({
  direction: "send",
  needs: "the socket of an operation, which accept(2) answers",
  since: "2.6.38",
  value: named(u32("op"), { ALG_OP_DECRYPT: 0, ALG_OP_ENCRYPT: 1 }),
  source: "Linux Documentation/crypto/userspace-if.rst; linux/if_alg.h",
}));

/** Bytes of associated data in front of the plain text (ALG_SET_AEAD_ASSOCLEN). */
export const algSetAeadAssocLen = builtIn("ALG_SET_AEAD_ASSOCLEN", "SOL_ALG", () => ({
  direction: "send",
  needs: "the socket of an operation of type aead, which accept(2) answers",
  since: "4.1",
  value: within(u32("assoclen", "bytes"), 0, 0x7fffffff),
  source: "Linux Documentation/crypto/userspace-if.rst; crypto/af_alg.c, af_alg_cmsg_send",
}));

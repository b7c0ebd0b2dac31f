// The rules that control buffers break, as sentences: what each code of a problem stands for.

/** By the code of a problem. */
const RULES: Readonly<Record<string, string>> = {
  ERR_CMSG_LENGTH_BELOW_HEADER: "cmsg_len counts the header: it is at least CMSG_LEN(0).",
  ERR_CMSG_LENGTH_PAST_END:
    "A message ends within the control buffer: cmsg_len is at most what is left of it.",
  ERR_CMSG_PAYLOAD_TOO_SHORT: "A payload holds every member of its struct.",
  ERR_CMSG_PAYLOAD_NOT_WHOLE: "A payload that repeats ends behind a whole element.",
  ERR_CMSG_COUNT_PAST_END: "A count counts no more elements than are there.",
  ERR_CMSG_WALK_NO_PROGRESS:
    "Each step goes forward: an unguarded loop stays at this header for ever.",
  ERR_CMSG_WALK_BACKWARD: "Each step goes forward: this one goes back.",
  ERR_CMSG_WALK_OUT_OF_BOUNDS: "The next header lies in the control buffer.",
  ERR_CMSG_WALK_EINVAL:
    "The kernel takes a buffer only when each cmsg_len is at least a header and within what is left.",
};

/**
 * The rule that a problem of `explain` or `decodeControl` breaks, as a sentence; null for a code of something else.
 *
 * @example
 * brokenRule("ERR_CMSG_LENGTH_BELOW_HEADER") // "cmsg_len counts the header: it is at least CMSG_LEN(0)."
 */
export function brokenRule(code: string): string | null {
  return Object.hasOwn(RULES, code) ? (RULES[code] as string) : null;
}

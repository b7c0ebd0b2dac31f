// A problem of a control buffer: what is wrong, where, and the rule that it breaks.

/** Something wrong with a control buffer. Decoding goes on around it. */
export interface Problem {
  /** An error changes what is delivered; a warning does not. */
  readonly severity: "error" | "warning";
  /** A stable code: `ERR_CMSG_…`. */
  readonly code: string;
  /** What, where, expected, found. */
  readonly message: string;
  /** The rule that it breaks, as a sentence: the same for every problem of this code. */
  readonly rule: string;
  /** Offset of the control message's header in the control buffer, in bytes. */
  readonly offset: number;
  readonly level?: number;
  readonly type?: number;
  /** cmsg_len as it stands there, the length that the fields need, or the number that a count says. */
  readonly claimed?: bigint;
  /** Bytes that are really there. */
  readonly available?: number;
}

const RULES = {
  ERR_CMSG_LENGTH_BELOW_HEADER: "cmsg_len counts its own header: it is at least CMSG_LEN(0).",
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
} as const;

/** The codes that a problem may have. */
export type ProblemCode = keyof typeof RULES;

/** A problem, with the rule that its code stands for. */
export function problemOf(
  code: ProblemCode,
  message: string,
  place: Omit<Problem, "code" | "message" | "rule">,
): Problem {
  return { code, message, rule: RULES[code], ...place };
}

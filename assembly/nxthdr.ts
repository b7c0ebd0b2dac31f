// CMSG_FIRSTHDR and CMSG_NXTHDR as each system's own macros compute them, wrap-around included, with the comparison that decided.

import { column, isAbi } from "./abi";
import { claimedLength } from "./cmsg";
import { derived, derivedOf, HEADER_SIZE } from "./derived";
import { alignUp } from "./layout";
import { outsideScratch } from "./memory";
import { HEADER_ALIGN, POINTER_SIZE, ROUNDING_WIDTH } from "./shared/column";
import {
  CHECK_FIRST,
  CHECK_FIT,
  CHECK_FIT_STRICT,
  CHECK_LEFT,
  CHECK_LOWER,
  CHECK_NEXT_FIT,
  CHECK_SHORT,
  CHECK_UPPER,
  ONE_BYTE,
  PEEKS_NEXT,
  RELATIVE,
  ROUNDS_ADDRESS,
  ROUNDS_HEADER,
  RULE_COUNT,
  STEP_CHECK,
  STEP_CLAIMED,
  STEP_LEFT,
  STEP_RIGHT,
  STEP_ROUNDED,
  STEP_WORDS,
  STOPS_SHORT,
  STRICT_END,
  SUBTRACTS,
  VALIDATES,
} from "./shared/rule";
import {
  BAD_ARGUMENT,
  BAD_OFFSET,
  END_BACKWARD,
  END_EINVAL,
  END_NO_PROGRESS,
  END_NULL,
  END_OUT_OF_BOUNDS,
  UNKNOWN_ABI,
} from "./shared/status";

// One row of answers per rule, in the order of shared/rule.ts.
const RULES = memory.data<i32>([
  STOPS_SHORT | SUBTRACTS, // glibc 2.37 and later, the Hurd: bits/socket.h
  STOPS_SHORT | PEEKS_NEXT, // glibc up to 2.36
  STOPS_SHORT | STRICT_END, // musl: include/sys/socket.h
  RELATIVE, // bionic: libc/bionic/__cmsg_nxthdr.cpp
  RELATIVE | VALIDATES, // Linux: include/linux/socket.h, for_each_cmsghdr with CMSG_OK
  RELATIVE | VALIDATES | ONE_BYTE, // Linux: net/compat.c
  ROUNDS_HEADER, // FreeBSD, NetBSD, OpenBSD, DragonFly, Darwin, Haiku: sys/socket.h
  ROUNDS_ADDRESS, // illumos: sys/socket.h
  0, // Windows: mswsock.h, WSA_CMSG_NXTHDR
]);

/** The answers of a rule (shared/rule.ts), or a status. */
export function ruleAnswers(rule: i32): i32 {
  if (<u32>rule >= <u32>RULE_COUNT) return BAD_ARGUMENT;
  return load<i32>(RULES + <usize>(rule * 4));
}

function trace(step: i32, check: i32, left: u64, right: u64): void {
  store<i32>(<usize>(step + STEP_CHECK * 4), check);
  store<u64>(<usize>(step + STEP_LEFT * 4), left);
  store<u64>(<usize>(step + STEP_RIGHT * 4), right);
}

function outside(abi: i32, rule: i32, control: i32, length: i32, step: i32): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (<u32>rule >= <u32>RULE_COUNT) return BAD_ARGUMENT;
  if (outsideScratch(control, length) || outsideScratch(step, STEP_WORDS * 4)) return BAD_OFFSET;
  return 0;
}

/** CMSG_FIRSTHDR: 0, or how the walk ends before it begins. Writes the comparison at `step` (STEP_WORDS words). */
export function firstHeader(abi: i32, rule: i32, control: i32, length: i32, step: i32): i32 {
  const bad = outside(abi, rule, control, length, step);
  if (bad < 0) return bad;
  memory.fill(<usize>step, 0, STEP_WORDS * 4);
  const answers = ruleAnswers(rule);
  const needed = (answers & ONE_BYTE) != 0 && length > 0 ? 1 : headerSize(abi);
  trace(step, CHECK_FIRST, length, needed);
  if (length < needed) return END_NULL;
  return answers & VALIDATES ? validate(abi, control, length, 0, step) : 0;
}

/**
 * CMSG_NXTHDR of the header at offset `at`: the offset of the next one, or how the walk ends. The buffer counts as lying at
 * the native address `addressHigh`:`addressLow`, on which wrapping sums depend. Writes the comparison at `step`.
 */
export function nextHeader(
  abi: i32,
  rule: i32,
  control: i32,
  length: i32,
  at: i32,
  addressLow: i32,
  addressHigh: i32,
  step: i32,
): i32 {
  const bad = outside(abi, rule, control, length, step);
  if (bad < 0) return bad;
  if (at < 0 || at > length || length - at < headerSize(abi)) return BAD_OFFSET;
  const answers = ruleAnswers(rule);
  const mask = wordMask(column(abi, POINTER_SIZE));
  const claimed = claimedLength(derivedOf(abi), <usize>(control + at));
  const rounded = roundLength(abi, claimed) & mask;
  store<u64>(<usize>(step + STEP_CLAIMED * 4), claimed);
  store<u64>(<usize>(step + STEP_ROUNDED * 4), rounded);
  if (answers & STOPS_SHORT && claimed < <u64>headerSize(abi)) {
    trace(step, CHECK_SHORT, claimed, headerSize(abi));
    return END_NULL;
  }
  if (answers & SUBTRACTS) return nextBySubtracting(abi, length, at, claimed, step);
  const address = (((<u64>(<u32>addressHigh)) << 32) | <u64>(<u32>addressLow)) & mask;
  if (answers & STRICT_END) return nextStrict(abi, length, at, rounded, mask, address, step);
  const base = answers & RELATIVE ? 0 : address;
  const unit = <u64>column(abi, HEADER_ALIGN);
  const next =
    answers & ROUNDS_ADDRESS
      ? (base + <u64>at + claimed + unit - 1) & (0 - unit) & mask
      : (base + <u64>at + rounded) & mask;
  const fits = fit(abi, answers, next, base, length, mask, step);
  if (fits < 0) return fits;
  if (answers & PEEKS_NEXT && hidesNext(abi, control, length, next, base, mask, step)) {
    return END_NULL;
  }
  const current = address + <u64>at;
  const room = answers & VALIDATES ? 1 : headerSize(abi);
  const reached = progress((next - base + address) & mask, address, current, length - room);
  if (reached < 0 || !(answers & VALIDATES)) return reached;
  return validate(abi, control, length, reached, step);
}

function headerSize(abi: i32): i32 {
  return derived(derivedOf(abi), HEADER_SIZE);
}

function wordMask(width: i32): u64 {
  return width == 8 ? u64.MAX_VALUE : <u64>u32.MAX_VALUE;
}

function roundLength(abi: i32, claimed: u64): u64 {
  const unit = <u64>column(abi, HEADER_ALIGN);
  return (claimed + unit - 1) & wordMask(column(abi, ROUNDING_WIDTH)) & (0 - unit);
}

/** glibc since 2.37: what is left, minus the next header and the padding, must hold cmsg_len. Nothing can wrap. */
function nextBySubtracting(abi: i32, length: i32, at: i32, claimed: u64, step: i32): i32 {
  const unit = <u64>column(abi, HEADER_ALIGN);
  const padding = (unit - (claimed & (unit - 1))) & (unit - 1);
  const left = <u64>(length - at);
  const needed = <u64>headerSize(abi) + padding;
  if (left < needed) {
    trace(step, CHECK_FIT, needed, left);
    return END_NULL;
  }
  trace(step, CHECK_LEFT, claimed, left - needed);
  if (claimed > left - needed) return END_NULL;
  return at + <i32>(claimed + padding);
}

/** musl: a header that would end exactly at the end of the buffer is not visited. */
function nextStrict(
  abi: i32,
  length: i32,
  at: i32,
  rounded: u64,
  mask: u64,
  address: u64,
  step: i32,
): i32 {
  const needed = (rounded + <u64>headerSize(abi)) & mask;
  const left = <u64>(length - at);
  trace(step, CHECK_FIT_STRICT, needed, left);
  if (needed >= left) return END_NULL;
  const current = address + <u64>at;
  return progress((current + rounded) & mask, address, current, length - headerSize(abi));
}

/** Whether the next header fits: 0, or END_NULL. */
function fit(abi: i32, answers: i32, next: u64, base: u64, length: i32, mask: u64, step: i32): i32 {
  const header = headerSize(abi);
  const padded = answers & ROUNDS_HEADER ? alignUp(header, column(abi, HEADER_ALIGN)) : header;
  const needed = answers & ONE_BYTE ? 1 : padded;
  const left = (next + <u64>needed) & mask;
  const right = (base + <u64>length) & mask;
  trace(step, CHECK_FIT, left, right);
  return left > right ? END_NULL : 0;
}

/** glibc up to 2.36: the next message, rounded up, must fit too. A header in front of the buffer cannot be read. */
function hidesNext(
  abi: i32,
  control: i32,
  length: i32,
  next: u64,
  base: u64,
  mask: u64,
  step: i32,
): bool {
  if (next < base || next - base > <u64>(length - headerSize(abi))) return false;
  const header = <usize>control + <usize>(next - base);
  const end = (next + roundLength(abi, claimedLength(derivedOf(abi), header))) & mask;
  trace(step, CHECK_NEXT_FIT, end, base + <u64>length);
  return end > base + <u64>length;
}

/**
 * Offset of `next`, or why no loop should follow it there. `last` is the largest offset at which a header has room: a sum that
 * wraps, in a buffer at the end of the address space, leads behind it.
 */
function progress(next: u64, base: u64, current: u64, last: i32): i32 {
  if (next == current) return END_NO_PROGRESS;
  if (next < current) return END_BACKWARD;
  if (next - base > <u64>last) return END_OUT_OF_BOUNDS;
  return <i32>(next - base);
}

/** CMSG_OK of the kernel for the header at `at`: its offset, or END_EINVAL. */
function validate(abi: i32, control: i32, length: i32, at: i32, step: i32): i32 {
  const header = headerSize(abi);
  const left = length - at;
  if (left < header) {
    trace(step, CHECK_UPPER, header, left);
    return END_EINVAL;
  }
  const claimed = claimedLength(derivedOf(abi), <usize>(control + at));
  if (claimed < <u64>header) {
    trace(step, CHECK_LOWER, claimed, header);
    return END_EINVAL;
  }
  if (claimed <= <u64>left) return at;
  trace(step, CHECK_UPPER, claimed, left);
  return END_EINVAL;
}

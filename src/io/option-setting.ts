// What a socket option that enables a control message is set to: 1 for most, bits for timestamps, a struct for times of sending.

import { Buffer } from "node:buffer";
import { flagOf, int32, integerIn, optionsOf, typeError } from "../codec/arguments.js";
import { TIMESTAMPING_FLAGS } from "../codec/constants/timestamping.js";
import { type Names, numberIn } from "../codec/field-name.js";

/** The clock that SCM_TXTIME counts on, and what happens to messages that are late. */
export interface TxTimeSetting {
  /** "CLOCK_MONOTONIC" unless given, which fq uses; etf uses "CLOCK_TAI". */
  readonly clock?: string | number;
  /** "SOF_TXTIME_DEADLINE_MODE", "SOF_TXTIME_REPORT_ERRORS"; none unless given. */
  readonly flags?: readonly (string | number)[];
}

/**
 * What an enabling option is set to instead of its default: a number, true or false, the C names of bits (SOF_TIMESTAMPING_*), or a
 * clock with flags (SO_TXTIME).
 */
export type EnableSetting = number | boolean | readonly (string | number)[] | TxTimeSetting;

const CLOCKS = { CLOCK_REALTIME: 0, CLOCK_MONOTONIC: 1, CLOCK_BOOTTIME: 7, CLOCK_TAI: 11 };
const TXTIME_FLAGS = { SOF_TXTIME_DEADLINE_MODE: 1, SOF_TXTIME_REPORT_ERRORS: 2 };

type Stamping = keyof typeof TIMESTAMPING_FLAGS extends `SOF_TIMESTAMPING_${infer N}` ? N : never;

const stamping = (...names: readonly Stamping[]): number =>
  names.reduce((all, name) => all | TIMESTAMPING_FLAGS[`SOF_TIMESTAMPING_${name}`], 0);

/** Bits of SO_TIMESTAMPING that a message does not come without. */
const STAMPING: Readonly<Record<string, number>> = {
  SCM_TIMESTAMPING: stamping("RX_SOFTWARE", "SOFTWARE", "RX_HARDWARE", "RAW_HARDWARE"),
  SCM_TIMESTAMPING_OPT_STATS: stamping("TX_ACK", "SOFTWARE", "OPT_TSONLY", "OPT_STATS"),
  SCM_TIMESTAMPING_PKTINFO: stamping("RX_HARDWARE", "RAW_HARDWARE", "OPT_PKTINFO"),
  SCM_TS_OPT_ID: stamping("TX_SOFTWARE", "SOFTWARE", "OPT_ID"),
};

/** The bits without which a message of that name is not on, of those that an option holds. */
const DECISIVE: Readonly<Record<string, number>> = {
  SCM_TIMESTAMPING: stamping("SOFTWARE", "RAW_HARDWARE"),
  SCM_TIMESTAMPING_OPT_STATS: stamping("OPT_STATS"),
  SCM_TIMESTAMPING_PKTINFO: stamping("OPT_PKTINFO"),
  SCM_TS_OPT_ID: stamping("OPT_ID"),
};

/** Clocks of SO_TS_CLOCK (FreeBSD): SO_TS_REALTIME and SO_TS_MONOTONIC. */
const TS_CLOCKS: Readonly<Record<string, number>> = { SCM_REALTIME: 2, SCM_MONOTONIC: 3 };

/** Whether an option is a set of bits that several messages share. */
export function isBits(option: string): boolean {
  return option.startsWith("SO_TIMESTAMPING");
}

/** Whether the value of an option lets a message of that name come. */
export function letsCome(option: string, value: number, name: string): boolean {
  if (option === "SO_TS_CLOCK") return value === (TS_CLOCKS[name] ?? 1);
  return isBits(option) ? (value & (DECISIVE[name] ?? ~0)) !== 0 : value !== 0;
}

/** A setting as bytes. `path` names it in errors; bits are added to those that are set. */
export type SettingBytes = (current: number) => Buffer;

/** Reads a setting, or takes the default of a message; answers what makes bytes of it. */
export function settingBytes(
  option: string,
  name: string,
  setting: unknown,
  path: string,
): SettingBytes {
  if (isBits(option)) {
    const bits = setting === undefined ? (STAMPING[name] ?? 0) : bitsOf(setting, path);
    return (current) => ints(current | bits);
  }
  if (option === "SO_TXTIME") {
    const bytes = txTimeBytes(setting, path);
    return () => bytes;
  }
  const number = typeof setting === "number" ? int32(setting, path) : defaultOf(option, name);
  if (typeof setting !== "number" && !flagOf(setting, path, true)) {
    throw typeError(path, "true or a number: disable() switches off", setting);
  }
  return () => ints(number);
}

function defaultOf(option: string, name: string): number {
  return option === "SO_TS_CLOCK" ? (TS_CLOCKS[name] ?? 1) : 1;
}

function ints(...numbers: readonly number[]): Buffer {
  return Buffer.from(Int32Array.from(numbers).buffer);
}

function bitsOf(setting: unknown, path: string): number {
  if (typeof setting === "number") return int32(setting, path);
  if (!Array.isArray(setting)) throw typeError(path, "a list of SOF_TIMESTAMPING_* names", setting);
  return flagBits(TIMESTAMPING_FLAGS, setting, path);
}

function flagBits(names: Names, list: unknown, path: string): number {
  if (!Array.isArray(list)) throw typeError(path, "a list of C names", list);
  return list.reduce<number>(
    (all, bit, i) => all | integerIn(numberIn(names, bit, `${path}[${i}]`), 0, 0x7fffffff, path),
    0,
  );
}

/** struct sock_txtime of linux/net_tstamp.h. */
function txTimeBytes(setting: unknown, path: string): Buffer {
  if (typeof setting === "object" && setting === null) {
    throw typeError(path, "{ clock, flags }", setting);
  }
  const given = optionsOf(setting as TxTimeSetting | undefined, path);
  const { clock = "CLOCK_MONOTONIC", flags = [] } = given;
  const number = int32(numberIn(CLOCKS, clock, `${path}.clock`), `${path}.clock`);
  return ints(number, flagBits(TXTIME_FLAGS, flags, `${path}.flags`));
}

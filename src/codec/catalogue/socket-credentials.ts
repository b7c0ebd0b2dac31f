// SOL_SOCKET: who sent a message over AF_UNIX.

import { integerIn, typeError } from "../arguments.js";
import { builtIn } from "../definition.js";
import type { Field } from "../field.js";
import { i16, i32, repeat, rest, u32 } from "../field.js";
import { array, counting } from "../field-list.js";
import { converted, optional, struct } from "../field-struct.js";

/** CMGROUP_MAX: groups that a message has at most. */
const MOST_GROUPS = 16;

/** Process, user and group of a sender (SCM_CREDENTIALS, struct ucred). */
export const credentials = builtIn("SCM_CREDENTIALS", "SOL_SOCKET", () => ({
  direction: "both",
  proven: true,
  enable: ["SO_PASSCRED"],
  since: "2.2",
  fields: { pid: i32("pid"), uid: u32("uid"), gid: u32("gid") },
  source: "unix(7), struct ucred",
}));

/** Who sent a message, as the systems with LOCAL_CREDS say it. */
export interface SocketCredentials {
  /** Process of the sender; null where the struct does not say. */
  readonly pid: number | null;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** What is given for it: systems whose struct has no pid ignore one. */
export type GivenSocketCredentials = Omit<SocketCredentials, "pid"> & {
  readonly pid?: number | null | undefined;
};

const USERS = {
  uid: u32("sc_uid"),
  euid: u32("sc_euid"),
  gid: u32("sc_gid"),
  egid: u32("sc_egid"),
};

const GROUPS = { count: counting(i32("sc_ngroups")), groups: repeat(u32("sc_groups")) };

type Groups = { readonly count: number; readonly groups: readonly number[] };

/** As many groups as the struct says that there are. */
const counted = ({ count, groups }: Groups): readonly number[] =>
  groups.slice(0, Math.max(count, 0));

function object<T>(given: T, path: string): T {
  if (typeof given === "object" && given !== null) return given;
  throw typeError(path, "an object with uid, euid, gid, egid, groups", given);
}

function groupsOf(given: unknown, path: string): readonly number[] {
  if (!Array.isArray(given)) throw typeError(`${path}.groups`, "a list of numbers", given);
  integerIn(given.length, 0, MOST_GROUPS, `number of ${path}.groups`);
  return given;
}

/** A struct sockcred without a pid: FreeBSD's, and the old one of NetBSD. */
const sockcred: Field<SocketCredentials, GivenSocketCredentials> = converted(
  struct({ ...USERS, ...GROUPS }),
  {
    read: ({ uid, euid, gid, egid, ...groups }): SocketCredentials => ({
      pid: null,
      uid,
      euid,
      gid,
      egid,
      groups: counted(groups),
    }),
    write(given: GivenSocketCredentials, path) {
      const { uid, euid, gid, egid, groups } = object(given, path);
      const list = groupsOf(groups, path);
      return { uid, euid, gid, egid, count: list.length, groups: list };
    },
  },
);

/** A struct sockcred of NetBSD. */
const sockcredWithPid: Field<SocketCredentials, GivenSocketCredentials> = converted(
  struct({ pid: i32("sc_pid"), ...USERS, ...GROUPS }),
  {
    read: ({ pid, uid, euid, gid, egid, ...groups }): SocketCredentials => ({
      pid,
      uid,
      euid,
      gid,
      egid,
      groups: counted(groups),
    }),
    write(given: GivenSocketCredentials, path) {
      const { pid, uid, euid, gid, egid, groups } = object(given, path);
      const list = groupsOf(groups, path);
      return { pid: pid ?? 0, uid, euid, gid, egid, count: list.length, groups: list };
    },
  },
);

/** Who sent a message, as its receiver has asked for it once (SCM_CREDS by LOCAL_CREDS, struct sockcred). */
export const sockCred = builtIn(
  "SCM_CREDS",
  { levels: ["SOL_SOCKET"], types: ["SCM_CREDS", "SCM_OCREDS"] },
  () => ({
    direction: "receive",
    enable: ["LOCAL_CREDS"],
    limit: 24 + MOST_GROUPS * 4,
    forms: [
      { on: ["freebsd"], value: sockcred },
      { on: ["netbsd"], value: sockcredWithPid },
      { on: ["netbsd"], type: "SCM_OCREDS", enable: ["LOCAL_OCREDS"], value: sockcred },
    ],
    source: "FreeBSD unix(4), struct sockcred; NetBSD unix(4)",
  }),
);

/** Who sent each message, as its receiver has asked for it (SCM_CREDS2 by LOCAL_CREDS_PERSISTENT, struct sockcred2). */
export const sockCred2 = builtIn("SCM_CREDS2", "SOL_SOCKET", () => ({
  direction: "receive",
  enable: ["LOCAL_CREDS_PERSISTENT"],
  limit: 28 + MOST_GROUPS * 4,
  since: "FreeBSD 13",
  value: converted(
    struct({
      version: optional(i32("sc_version"), 0),
      pid: i32("sc_pid"),
      ...USERS,
      ...GROUPS,
    }),
    {
      read: ({ version, pid, uid, euid, gid, egid, ...groups }) => {
        const list = counted(groups);
        return { version, pid, uid, euid, gid, egid, groups: list };
      },
      write(given: GivenSocketCredentials & { readonly version?: number | undefined }, path) {
        const { pid, groups, ...users } = object(given, path);
        const list = groupsOf(groups, path);
        return { ...users, pid: pid ?? 0, count: list.length, groups: list };
      },
    },
  ),
  source: "FreeBSD unix(4), struct sockcred2",
}));

/** Who sent a message, where its sender has attached this type for the kernel to fill in. */
export interface AttachedCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  /** Groups of the sender, 16 at most. */
  readonly groups: readonly number[];
}

/** What is given for it: nothing need be, as the kernel fills it in. */
export type GivenAttachedCredentials = {
  readonly [K in keyof AttachedCredentials]?: AttachedCredentials[K] | undefined;
};

function cmsgcred(
  count: Field<number>,
): Field<AttachedCredentials, GivenAttachedCredentials | undefined> {
  const members = {
    pid: i32("cmcred_pid"),
    uid: u32("cmcred_uid"),
    euid: u32("cmcred_euid"),
    gid: u32("cmcred_gid"),
    count: counting(count),
    groups: array(u32("cmcred_groups"), MOST_GROUPS),
  };
  return converted(struct(members), {
    read: ({ pid, uid, euid, gid, ...groups }): AttachedCredentials => ({
      pid,
      uid,
      euid,
      gid,
      groups: counted(groups),
    }),
    write(given: GivenAttachedCredentials | undefined, path) {
      const { pid = 0, uid = 0, euid = 0, gid = 0, groups = [] } = object(given ?? {}, path);
      const list = groupsOf(groups, path);
      const rest = new Array<number>(MOST_GROUPS - list.length).fill(0);
      return { pid, uid, euid, gid, count: list.length, groups: [...list, ...rest] };
    },
  });
}

/**
 * Who sent a message (SCM_CREDS, struct cmsgcred). Sent: the kernel fills it in, whatever was given. On FreeBSD the number is
 * also that of `sockCred`, and only the length tells them apart.
 */
export const creds = builtIn("SCM_CREDS", "SOL_SOCKET", () => ({
  direction: "both",
  needs: "a sender that attaches it",
  forms: [
    { on: ["freebsd", "dragonfly"], value: cmsgcred(i16("cmcred_ngroups")) },
    { on: ["hurd"], value: cmsgcred(i32("cmcred_ngroups")) },
  ],
  source: "FreeBSD unix(4), struct cmsgcred",
}));

/** The credentials of a sender, which only functions of the system read (SCM_UCRED, ucred_t). */
export const ucred = builtIn("SCM_UCRED", "SOL_SOCKET", () => ({
  direction: "receive",
  enable: ["SO_RECVUCRED"],
  value: rest("ucred"),
  source: "illumos socket.h(3HEAD), ucred_get(3C)",
}));

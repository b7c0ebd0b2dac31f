// All subcommands, in the groups of the help.

import type { Command } from "./command.js";
import { compare } from "./compare.js";
import { completionOf } from "./completion.js";
import { decode } from "./decode.js";
import { doctor } from "./doctor.js";
import { encode } from "./encode.js";
import { explore } from "./explore.js";
import { fds } from "./fds.js";
import { fuzzCommand } from "./fuzz.js";
import { layoutCommand } from "./layout.js";
import { recv } from "./recv.js";
import { send } from "./send.js";
import { structs } from "./structs.js";
import { traceCommand } from "./trace.js";
import { types } from "./types.js";
import { walkCommand } from "./walk.js";

/** Subcommands under the titles of the help. */
export const GROUPS: readonly (readonly [title: string, commands: readonly Command[]])[] = [
  ["DESCRIPTORS", [send, recv, fds, traceCommand]],
  ["CONTROL BUFFERS", [encode, decode, walkCommand, compare, explore, fuzzCommand]],
  ["SYSTEMS", [layoutCommand, structs, types, doctor, completionOf(() => COMMANDS)]],
];

/** All subcommands. */
export const COMMANDS: readonly Command[] = GROUPS.flatMap(([, commands]) => commands);

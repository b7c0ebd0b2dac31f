// cmsg completion: scripts with which bash, zsh and fish complete the command, and what they ask it.

import { offer } from "./candidates.js";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { SCRIPTS, type Shell } from "./completion-scripts.js";
import { EXIT, usageError } from "./errors.js";
import { harmless, print, printJson } from "./output.js";
import { onlyOperand } from "./values.js";

const SHELLS = Object.keys(SCRIPTS) as Shell[];

/** The subcommand. It is given the list that it is itself in. */
export function completionOf(commands: () => readonly Command[]): Command {
  const completion: Command = {
    name: "completion",
    summary: "print a script with which a shell completes this command",
    usage: ["completion [OPTIONS] SHELL"],
    operands: { SHELL: `one of ${SHELLS.join(", ")}` },
    options: {
      line: {
        value: "LINE",
        text: "print what may stand at the end of this line: what the scripts ask",
        complete: "none",
      },
      json: { short: "j", text: "print the script, or what may stand there, as JSON" },
    },
    notes: [
      "Completes subcommands, options, names of ABIs, rules, structs and control messages with their fields, and processes.",
      "bash: add the line source <(cmsg completion bash) to ~/.bashrc. zsh: add source <(cmsg completion zsh) to ~/.zshrc, behind compinit. " +
        "fish: cmsg completion fish > ~/.config/fish/completions/cmsg.fish.",
    ],
    examples: [
      ["For this session of bash", "source <(cmsg completion bash)"],
      ["What fields a control message has", "cmsg completion --line 'cmsg encode credentials '"],
    ],
    see: ["bash(1)", "zshcompsys(1)", "fish(1)"],
    complete: (index) => (index === 0 ? SHELLS : "none"),
    run: (args) => runCompletion(completion, commands(), args),
  };
  return completion;
}

function runCompletion(completion: Command, commands: readonly Command[], args: Arguments): number {
  const line = args.value("line");
  if (line !== undefined) {
    answer(commands, line, args.has("json"));
    return EXIT.fine;
  }
  const shell = onlyOperand(completion, args, "SHELL");
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    throw usageError(`SHELL is one of ${SHELLS.join(", ")}, not '${shell}'${help(completion)}`);
  }
  if (args.has("json")) printJson({ shell: known, script: SCRIPTS[known] });
  else process.stdout.write(SCRIPTS[known]);
  return EXIT.fine;
}

/** A line for each word, a tab and what it means; `:files` and `:commands` are for the shell itself. */
function answer(commands: readonly Command[], line: string, json: boolean): void {
  const found = offer(commands, line);
  if (json) {
    const own = "own" in found ? found.own : null;
    const words = "words" in found ? found.words.map(({ word, about }) => ({ word, about })) : [];
    printJson({ words, own });
  } else if ("own" in found) print(`:${found.own}`);
  else for (const { word, about } of found.words) print(`${word}\t${harmless(about)}`);
}

// The scripts of the shells: each asks `cmsg completion --line`, and gives files and commands by its own means.

/** Shells that have a script. */
export type Shell = "bash" | "zsh" | "fish";

const BASH = `# Completion of cmsg for bash: source <(cmsg completion bash)
_cmsg() {
  local line="\${COMP_LINE:0:COMP_POINT}" answer word prefix=""
  word="\${line##*[[:space:]]}"
  # bash divides words at = and :, and wants the last part alone.
  [[ $COMP_WORDBREAKS == *=* && $word == *=* ]] && prefix="\${word%"\${word##*=}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r answer _; do
    case "$answer" in
      :files) compopt -o default; return ;;
      :commands) COMPREPLY=($(compgen -c -- "$word")); return ;;
      "") ;;
      *) COMPREPLY+=("\${answer#"$prefix"}") ;;
    esac
  done < <(command "\${COMP_WORDS[0]}" completion --line "$line" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -F _cmsg cmsg
`;

const ZSH = `#compdef cmsg
# Completion of cmsg for zsh: source <(cmsg completion zsh), behind compinit
_cmsg() {
  local -a answers closed opened shown_closed shown_opened
  local answer word about
  answers=("\${(@f)$(command "\${words[1]}" completion --line "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
  for answer in "\${answers[@]}"; do
    case "$answer" in
      :files) _files; return ;;
      :commands) _command_names -e; return ;;
      "") continue ;;
    esac
    word="\${answer%%$'\\t'*}"
    about="\${answer#*$'\\t'}"
    if [[ $word == *= ]]; then
      opened+=("$word"); shown_opened+=("$word  -- $about")
    else
      closed+=("$word"); shown_closed+=("$word  -- $about")
    fi
  done
  (( \${#opened} )) && compadd -l -S '' -d shown_opened -a opened
  (( \${#closed} )) && compadd -l -d shown_closed -a closed
  return 0
}
(( \${+functions[compdef]} )) && compdef _cmsg cmsg
`;

const FISH = `# Completion of cmsg for fish: cmsg completion fish > ~/.config/fish/completions/cmsg.fish
function __cmsg_complete
    set -l line (commandline -cp)
    for answer in (command cmsg completion --line "$line" 2>/dev/null)
        switch $answer
            case :files
                __fish_complete_path (commandline -ct)
            case :commands
                __fish_complete_command
            case '*'
                echo $answer
        end
    end
end
complete -c cmsg -e
complete -c cmsg -f -a '(__cmsg_complete)'
`;

/** The script of each shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

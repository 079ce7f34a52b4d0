/** Shells that commands can be completed in. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a shell runs once so that it completes `conclave`. Each asks the program itself, by `conclave __complete`. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# conclave completion for bash: source <(conclave completion bash)
_conclave_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ "$line" == :* ]] && continue
    line="\${line%%$'\\t'*}"
    [[ "$line" == "$current"* ]] && COMPREPLY+=("$line")
  done < <(conclave __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _conclave_complete conclave
`,
  zsh: `#compdef conclave
# conclave completion for zsh: source <(conclave completion zsh)
_conclave() {
  local -a found
  local line
  while IFS= read -r line; do
    [[ "$line" == :* ]] && continue
    if [[ "$line" == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done < <(conclave __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe conclave found; else _files; fi
}
compdef _conclave conclave
`,
  fish: `# conclave completion for fish: conclave completion fish | source
function __conclave_complete
  set -l words (commandline -opc) (commandline -ct)
  conclave __complete -- $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c conclave -a '(__conclave_complete)'
`,
};

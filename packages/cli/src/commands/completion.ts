import { globalOptions } from '../command-line/global-options.ts';
import type { CommandRow } from '../command-line/command.ts';
import { commandTable } from '../command-line/table/index.ts';
import type { CommandContext } from '../context.ts';

/** `natter completion SHELL`: a script to be read by the shell's start file. */
export async function completion({ given, output }: CommandContext): Promise<void> {
  const shell = given.word(0);
  const script = scripts[shell];
  if (script === undefined) throw given.error(`SHELL is ${Object.keys(scripts).join(', ')}, not '${shell}'`);
  output.text(script(continuations(await commandTable())));
}

/** Words by what stands before them. */
type Continuations = ReadonlyMap<string, readonly string[]>;

/** What may follow each beginning of a command line: `account` -> `add list ...`. */
function continuations(table: readonly CommandRow[]): Continuations {
  const next = new Map<string, Set<string>>();
  const add = (prefix: string, word: string): void => {
    const words = next.get(prefix) ?? new Set();
    next.set(prefix, words.add(word));
  };
  for (const { words, options } of table) {
    words.forEach((word, index) => add(words.slice(0, index).join(' '), word));
    for (const { name } of [...options, ...globalOptions]) add(words.join(' '), `--${name}`);
  }
  return new Map([...next].map(([prefix, words]) => [prefix, [...words]]));
}

const scripts: Readonly<Record<string, ((next: Continuations) => string) | undefined>> = { bash, zsh, fish };

function bash(next: Continuations): string {
  const cases = [...next].map(([prefix, words]) => `    '${prefix}') words='${words.join(' ')}' ;;`);
  return `# bash completion for natter: source <(natter completion bash)
_natter() {
  local words='' prefix='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    [[ \${COMP_WORDS[index]} == -* ]] || prefix="\${prefix:+$prefix }\${COMP_WORDS[index]}"
  done
  case "$prefix" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _natter natter`;
}

function zsh(next: Continuations): string {
  return `#compdef natter
# zsh completion for natter: source <(natter completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(next)}`;
}

function fish(next: Continuations): string {
  const lines = [...next].map(
    ([prefix, words]) => `complete -c natter -n '__natter_at "${prefix}"' -a '${words.join(' ')}'`,
  );
  return `# fish completion for natter: natter completion fish | source
function __natter_at
  set -l words (string match -v -- '-*' (commandline -opc)[2..])
  test "$words" = "$argv[1]"
end
complete -c natter -f
${lines.join('\n')}`;
}

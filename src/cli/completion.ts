import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

const NAMES = ['mcpgw-controller', 'mcpgw'] as const;

/** Prints a script that completes commands and options in a shell. */
export async function completion(program: Command, shell: string, terminal: Terminal): Promise<number> {
  const words = new Map(program.commands.map((command) => [command.name(), optionsOf(command)]));
  switch (shell) {
    case 'bash':
      terminal.out(bash(words));
      return 0;
    case 'zsh':
      terminal.out(`autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`);
      return 0;
    case 'fish':
      terminal.out(fish(words));
      return 0;
    default:
      throw new CommandError(`no completion for "${shell}"; there are bash, zsh and fish`);
  }
}

const optionsOf = (command: Command): readonly string[] => command.options.flatMap((option) => option.long ?? []);

function bash(words: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...words].map(([name, options]) => `    ${name}) words="${options.join(' ')}" ;;`);
  return `_mcpgw_complete() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${[...words.keys()].join(' ')}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${[...words.keys()].join(' ')}"
  COMPREPLY=( $(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}") )
}
complete -o default -F _mcpgw_complete ${NAMES.join(' ')}`;
}

function fish(words: ReadonlyMap<string, readonly string[]>): string {
  return NAMES.flatMap((program) => [
    `complete -c ${program} -n __fish_use_subcommand -a '${[...words.keys()].join(' ')}'`,
    ...[...words].flatMap(([name, options]) =>
      options.map(
        (option) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${option.replace(/^--/, '')}`,
      ),
    ),
  ]).join('\n');
}

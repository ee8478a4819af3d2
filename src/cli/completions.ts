import type { Command } from './command';
import { commonOptions } from './command';
import type { Option } from './option';

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof shells)[number];

/** A command as shells complete it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly (readonly [string, Option<unknown>])[];
  /** The words that it takes beside options, where these are a few. */
  readonly words: readonly string[];
  /** Does it take files or folders beside options? */
  readonly files: boolean;
}

/** The script that makes a shell complete commands, options and their words. */
export function completions(shell: Shell, commands: readonly Command[]): string {
  const all: readonly Completed[] = [
    ...commands.map(({ name, summary, operands, options }) => {
      // Names of files stand in capitals; what is small is to be typed as it stands.
      const words = /^[a-z|]+$/.test(operands) ? operands.split('|') : [];
      return {
        name,
        summary,
        options: Object.entries({ ...options, ...commonOptions }).filter(([, option]) => option.hidden !== true),
        words,
        files: operands !== '' && words.length === 0,
      };
    }),
    {
      name: 'help',
      summary: 'print the help of a command',
      options: [],
      words: commands.map(c => c.name),
      files: false,
    },
  ];
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      return zsh(all);
    case 'fish':
      return fish(all);
    case 'powershell':
      return powershell(all);
  }
}

function bash(commands: readonly Completed[]): string {
  const options = commands.map(
    c =>
      `    ${c.name}) words="${c.options.map(([name]) => `--${name}`).join(' ')}"; operands="${c.words.join(' ')}"; files=${c.files ? '1' : ''};;`,
  );
  const values = commands.flatMap(c =>
    c.options.flatMap(([name, option]) =>
      option.choices.length > 0
        ? [`    ${c.name}:--${name}) words="${option.choices.join(' ')}"; files=;;`]
        : option.file
          ? [`    ${c.name}:--${name}) words=; files=1;;`]
          : option.type === 'string'
            ? [`    ${c.name}:--${name}) words=; files=;;`]
            : [],
    ),
  );
  return `# bash completion of tfc-oidc: eval "$(tfc-oidc completions bash)"
_tfc_oidc() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words= operands= files= name
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=( $(compgen -W "${commands.map(c => c.name).join(' ')} --help --version" -- "$word") )
    return
  fi
  # bash makes three words of --option=value.
  if [[ $before == = ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [[ $word == = ]]; then word=; fi
  case "$command" in
${options.join('\n')}
  esac
  if [[ -n $operands && $word != -* ]]; then words=$operands; fi
  case "$command:$before" in
${values.join('\n')}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$word") )
  if [[ -n $files && $word != -* ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do COMPREPLY+=( "$name" ); done < <(compgen -f -- "$word")
  fi
}
complete -F _tfc_oidc tfc-oidc
`;
}

/** What stands between single quotes in zsh, with what _arguments reads as its own grammar escaped. */
const zshText = (text: string): string =>
  text
    .replace(/[\\[\]:]/g, c => `\\${c}`)
    .replace(/'/g, "'\\''")
    .replace(/\n/g, ' ');

function zsh(commands: readonly Completed[]): string {
  const cases = commands.map(c => {
    const rows = c.options.map(([name, option]) => {
      const value =
        option.type === 'boolean'
          ? ''
          : `:${zshText(name)}:${option.choices.length > 0 ? `(${option.choices.join(' ')})` : option.file ? '_files' : ''}`;
      return `        '${option.multiple ? '*' : ''}--${name}${option.type === 'boolean' ? '' : '='}[${zshText(option.about)}]${value}'`;
    });
    const operand = c.files
      ? [`        '*:file:_files'`]
      : c.words.length > 0
        ? [`        '1:word:(${c.words.join(' ')})'`]
        : [];
    return `      ${c.name})\n        _arguments \\\n${[...rows, ...operand].join(' \\\n')}\n        ;;`;
  });
  return `#compdef tfc-oidc
# zsh completion of tfc-oidc: tfc-oidc completions zsh > "\${fpath[1]}/_tfc-oidc"
_tfc_oidc() {
  local -a commands
  commands=(
${commands.map(c => `    '${c.name}:${zshText(c.summary)}'`).join('\n')}
  )
  _arguments -C '(- *)--help[print what there is]' '(- *)--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands;;
    argument)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
# Found in \$fpath this file is the function itself, read when it is asked for the first time; else it is read to be told of.
if [[ $funcstack[1] == _tfc-oidc ]]; then _tfc_oidc "$@"; else compdef _tfc_oidc tfc-oidc; fi
`;
}

const fishText = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, ' ')}'`;

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(c => {
    const here = `complete -c tfc-oidc -n '__tfc_oidc_command ${c.name}'`;
    return [
      `complete -c tfc-oidc -n '__tfc_oidc_command ""' -a ${c.name} -d ${fishText(c.summary)}`,
      ...(c.files ? [`${here} -F`] : []),
      ...(c.words.length > 0 ? [`${here} -a ${fishText(c.words.join(' '))}`] : []),
      ...c.options.map(([name, option]) => {
        const value =
          option.type === 'boolean'
            ? ''
            : option.choices.length > 0
              ? ` -x -a ${fishText(option.choices.join(' '))}`
              : option.file
                ? ' -r -F'
                : ' -x';
        return `${here} -l ${name}${value} -d ${fishText(option.about)}`;
      }),
    ];
  });
  return `# fish completion of tfc-oidc: tfc-oidc completions fish > ~/.config/fish/completions/tfc-oidc.fish
# The command is the first word behind the program; later words may be called like another command.
function __tfc_oidc_command
  set -l words (commandline -opc)
  test "$words[2]" = "$argv[1]"
end
complete -c tfc-oidc -f
complete -c tfc-oidc -n '__tfc_oidc_command ""' -l help -d 'print what there is'
complete -c tfc-oidc -n '__tfc_oidc_command ""' -l version -d 'print the version'
${lines.join('\n')}
`;
}

const psText = (text: string): string => `'${text.replace(/['\u2018\u2019]/g, "''").replace(/\n/g, ' ')}'`;

function powershell(commands: readonly Completed[]): string {
  const rows = commands.map(c => {
    const options = c.options.map(
      ([name, option]) => `      ${psText(`--${name}`)} = @(${option.choices.map(psText).join(', ')})`,
    );
    return `    ${psText(c.name)} = [ordered]@{\n${options.join('\n')}\n    }`;
  });
  const operands = commands.flatMap(c =>
    c.words.length > 0 ? [`    ${psText(c.name)} = @(${c.words.map(psText).join(', ')})`] : [],
  );
  return `# PowerShell completion of tfc-oidc: tfc-oidc completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName tfc-oidc -ScriptBlock {
  param($word, $line, $cursor)
  $commands = [ordered]@{
${rows.join('\n')}
  }
  $operands = @{
${operands.join('\n')}
  }
  $typed = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($typed.Count -gt 0 -and $typed[-1] -eq $word) { $typed = @($typed | Select-Object -SkipLast 1) }
  if ($typed.Count -eq 0) { $words = $commands.Keys }
  else {
    $options = $commands[$typed[0]]
    if ($null -eq $options) { return }
    $values = $options[$typed[-1]]
    $words = if ($values) { $values } else { @($options.Keys) + @($operands[$typed[0]] | Where-Object { $_ }) }
  }
  $words | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

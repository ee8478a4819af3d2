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
  /** Does it take files or folders beside options? */
  readonly files: boolean;
}

/** The script that makes a shell complete commands, options and their words. */
export function completions(shell: Shell, commands: readonly Command[]): string {
  const all = commands.map(({ name, summary, operands, options }) => ({
    name,
    summary,
    options: Object.entries({ ...options, ...commonOptions }).filter(([, option]) => option.hidden !== true),
    files: operands !== '',
  }));
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
    c => `    ${c.name}) words="${c.options.map(([name]) => `--${name}`).join(' ')}"; files=${c.files ? '1' : ''};;`,
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
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words= files=
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=( $(compgen -W "${commands.map(c => c.name).join(' ')} --help --version" -- "$word") )
    return
  fi
  case "$command" in
${options.join('\n')}
  esac
  case "$command:$before" in
${values.join('\n')}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$word") )
  if [[ -n $files && $word != -* ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY+=( $(compgen -f -- "$word") )
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
      return `        '${option.multiple ? '*' : ''}--${name}[${zshText(option.about)}]${value}'`;
    });
    const operand = c.files ? [`        '*:file:_files'`] : [];
    return `      ${c.name})\n        _arguments \\\n${[...rows, ...operand].join(' \\\n')}\n        ;;`;
  });
  return `#compdef tfc-oidc
# zsh completion of tfc-oidc: tfc-oidc completions zsh > "\${fpath[1]}/_tfc-oidc"
_tfc_oidc() {
  local -a commands
  commands=(
${commands.map(c => `    '${c.name}:${zshText(c.summary)}'`).join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands;;
    argument)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
compdef _tfc_oidc tfc-oidc
`;
}

const fishText = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, ' ')}'`;

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(c => [
    `complete -c tfc-oidc -n __fish_use_subcommand -a ${c.name} -d ${fishText(c.summary)}`,
    ...(c.files ? [`complete -c tfc-oidc -n '__fish_seen_subcommand_from ${c.name}' -F`] : []),
    ...c.options.map(([name, option]) => {
      const value =
        option.type === 'boolean'
          ? ''
          : option.choices.length > 0
            ? ` -x -a ${fishText(option.choices.join(' '))}`
            : option.file
              ? ' -r -F'
              : ' -x';
      return `complete -c tfc-oidc -n '__fish_seen_subcommand_from ${c.name}' -l ${name}${value} -d ${fishText(option.about)}`;
    }),
  ]);
  return `# fish completion of tfc-oidc: tfc-oidc completions fish > ~/.config/fish/completions/tfc-oidc.fish
complete -c tfc-oidc -f
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
  return `# PowerShell completion of tfc-oidc: tfc-oidc completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName tfc-oidc -ScriptBlock {
  param($word, $line, $cursor)
  $commands = [ordered]@{
${rows.join('\n')}
  }
  $typed = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($typed.Count -gt 0 -and $typed[-1] -eq $word) { $typed = @($typed | Select-Object -SkipLast 1) }
  if ($typed.Count -eq 0) { $words = $commands.Keys }
  else {
    $options = $commands[$typed[0]]
    if ($null -eq $options) { return }
    $values = $options[$typed[-1]]
    $words = if ($values) { $values } else { $options.Keys }
  }
  $words | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

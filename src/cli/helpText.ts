import { type Command, commonOptions, groups } from './command';
import { exitCodes, type ExitCode } from './exitCode';
import type { Option, OptionTable } from './option';

/** Columns where nothing is known of the terminal. */
export const usualWidth = 100;
const indent = 26;

/** Words in lines of at most `width` columns; what stands indented (an example, JSON) keeps its lines. */
function wrapped(text: string, width: number, from = 0): string {
  const lines = text.split('\n').flatMap(line => {
    if (/^\s/.test(line) || line.length + from <= width) return [line];
    const out: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      if (current !== '' && current.length + 1 + word.length + from > width) {
        out.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    return [...out, current];
  });
  return lines.join(`\n${' '.repeat(from)}`);
}

/** `--format text|json` as the help writes an option. */
export const optionTitle = (name: string, option: Option<unknown>): string =>
  `--${name}${option.value === '' ? '' : ` ${option.value}`}`;

const aboutOf = (option: Option<unknown>): string =>
  option.multiple ? `${option.about}; may be given several times` : option.about;

/** The options that are shown, by heading, in the order of the table. */
export function sections(options: OptionTable): ReadonlyMap<string, readonly (readonly [string, Option<unknown>])[]> {
  const out = new Map<string, (readonly [string, Option<unknown>])[]>();
  for (const [name, option] of Object.entries(options)) {
    if (option.hidden === true) continue;
    const heading = option.section ?? 'Options';
    out.set(heading, [...(out.get(heading) ?? []), [name, option]]);
  }
  return out;
}

export const usageLine = ({ name, operands }: Pick<Command, 'name' | 'operands'>): string =>
  `tfc-oidc ${name}${operands === '' ? '' : ` ${operands}`} [options]`;

/** What each exit code means for a command, in its order. */
export function exitLines({ exits }: Pick<Command, 'exits'>): readonly (readonly [ExitCode, string])[] {
  const codes: readonly ExitCode[] = [0, 1, 2];
  return codes.flatMap(code => {
    const meaning = exits[code];
    return meaning === undefined ? [] : [[code, meaning] as const];
  });
}

/** The whole text of `tfc-oidc NAME --help`. */
export function helpText(command: Command, width = usualWidth): string {
  const { summary, about, options, report, examples = [] } = command;
  const parts = [
    wrapped(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`, width),
    `Usage: ${usageLine(command)}`,
    ...(about === '' ? [] : [wrapped(about, width)]),
  ];
  for (const [heading, rows] of sections({ ...options, ...commonOptions })) {
    const lines = rows.map(([name, option]) => {
      const title = `  ${optionTitle(name, option)}`;
      const gap = title.length < indent - 1 ? title.padEnd(indent) : `${title}\n${' '.repeat(indent)}`;
      return `${gap}${wrapped(aboutOf(option), width, indent)}`;
    });
    parts.push(`${wrapped(`${heading}:`, width)}\n${lines.join('\n')}`);
  }
  if (report !== undefined) parts.push(wrapped(report, width));
  if (examples.length > 0) parts.push(`Examples:\n${examples.map(e => `  ${e.replaceAll('\n', '\n  ')}`).join('\n')}`);
  const exits = exitLines(command).map(([code, meaning]) => `  ${code}  ${wrapped(meaning, width, 5)}`);
  parts.push(`Exit codes:\n${exits.join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

/** The text of `tfc-oidc --help`. */
export function overview(commands: readonly Command[], width = usualWidth): string {
  const column = Math.max(...commands.map(c => c.name.length)) + 4;
  const parts = groups.flatMap(group => {
    const rows = commands.filter(c => c.group === group);
    if (rows.length === 0) return [];
    return `${group}:\n${rows.map(c => `  ${c.name.padEnd(column - 2)}${wrapped(c.summary, width, column)}`).join('\n')}`;
  });
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${wrapped(meaning, width, 5)}`);
  return `${[
    wrapped('tfc-oidc: dynamic AWS provider credentials for HCP Terraform, from the command line.', width),
    wrapped('Usage: tfc-oidc COMMAND [options] ("tfc-oidc COMMAND --help" explains each command)', width),
    ...parts,
    `Exit codes of all commands:\n${codes.join('\n')}`,
  ].join('\n\n')}\n`;
}

import type { Command } from './command';
import { commonOptions, groups } from './command';
import { exitCodes } from './exitCode';
import { exitLines, optionTitle, sections, usageLine } from './helpText';

/** What Markdown would read as its own, outside of code. */
const escaped = (text: string): string => text.replace(/[<>|*_[\]]/g, c => `\\${c}`).replace(/\n/g, ' ');

/** The section of docs/cli.md that describes all commands: made of the same table as `--help`. */
export function commandReference(commands: readonly Command[]): string {
  const parts = [
    '## Exit codes',
    '| code | means |\n|---|---|\n' +
      Object.entries(exitCodes)
        .map(([code, meaning]) => `| ${code} | ${escaped(meaning)} |`)
        .join('\n'),
    '## Options of every command',
    optionTable(Object.entries(commonOptions)),
  ];
  for (const group of groups) {
    const rows = commands.filter(c => c.group === group);
    if (rows.length === 0) continue;
    parts.push(`## ${group}`);
    for (const row of rows) parts.push(...commandParts(row));
  }
  return `${parts.join('\n\n')}\n`;
}

function commandParts(command: Command): readonly string[] {
  const { name, summary, about, options, report, examples = [] } = command;
  const parts = [
    `### ${name}`,
    `${escaped(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}`)}.`,
    `\`\`\`text\n${usageLine(command)}\n\`\`\``,
    ...(about === '' ? [] : about.split('\n\n').map(escaped)),
  ];
  for (const [heading, rows] of sections(options)) {
    if (heading !== 'Options') parts.push(`${escaped(heading)}:`);
    parts.push(optionTable(rows));
  }
  if (report !== undefined) parts.push(`\`\`\`text\n${report}\n\`\`\``);
  if (examples.length > 0) parts.push(`\`\`\`sh\n${examples.join('\n')}\n\`\`\``);
  parts.push(
    exitLines(command)
      .map(([code, meaning]) => `- exit ${code}: ${escaped(meaning)}`)
      .join('\n'),
  );
  return parts;
}

function optionTable(rows: readonly (readonly [string, Parameters<typeof optionTitle>[1]])[]): string {
  const lines = rows.map(([name, option]) => {
    const title = optionTitle(name, option).replace(/\|/g, '\\|');
    return `| \`${title}\` | ${escaped(option.about)}${option.multiple ? '; may be given several times' : ''} |`;
  });
  return `| option | |\n|---|---|\n${lines.join('\n')}`;
}

const roff = (text: string): string =>
  text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');

/** The manual page tfc-oidc(1), in the man macros of roff. */
export function manPage(commands: readonly Command[], version: string): string {
  const lines = [
    `.TH TFC\\-OIDC 1 "" "tfc\\-oidc ${roff(version)}"`,
    '.SH NAME',
    'tfc\\-oidc \\- dynamic AWS provider credentials for HCP Terraform',
    '.SH SYNOPSIS',
    '.B tfc\\-oidc',
    '.I COMMAND',
    '[options]',
  ];
  for (const group of groups) {
    const rows = commands.filter(c => c.group === group);
    if (rows.length === 0) continue;
    lines.push(`.SH ${roff(group.toUpperCase())}`);
    for (const row of rows) {
      lines.push(
        `.SS ${roff(usageLine(row))}`,
        `${roff(`${row.summary[0]?.toUpperCase() ?? ''}${row.summary.slice(1)}.`)}`,
      );
      if (row.about !== '') lines.push('.PP', ...row.about.split(/\n\n/).flatMap(p => [roff(p), '.PP']));
      for (const [heading, options] of sections(row.options)) {
        if (heading !== 'Options') lines.push('.PP', roff(`${heading}:`));
        for (const [name, option] of options)
          lines.push('.TP', `.B ${roff(optionTitle(name, option))}`, roff(option.about));
      }
    }
  }
  lines.push('.SH OPTIONS OF EVERY COMMAND');
  for (const [name, option] of Object.entries(commonOptions))
    lines.push('.TP', `.B ${roff(optionTitle(name, option))}`, roff(option.about));
  lines.push('.SH EXIT STATUS');
  for (const [code, meaning] of Object.entries(exitCodes)) lines.push('.TP', `.B ${code}`, roff(meaning));
  return `${lines.join('\n')}\n`;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compareStates, type WatchChange } from '../../binding/watch/compare';
import { parseState, stateText, type WatchState } from '../../binding/watch/model';
import { markdownText } from '../../core/markdown';
import { ProblemError, unwrap } from '../../core/problem';
import { oneLine } from '../../core/text';
import { organizationName } from '../../oidc/names';
import { journalOption } from '../binding/setupOptions';
import { journalDir } from '../binding/journalPlace';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { hostnameOf } from '../names';
import { choice, file, flag, list, needed, text } from '../option';
import { jsonReport } from '../output/jsonReport';
import { writeOutput } from '../replaceFile';
import { gatherState } from './gather';

export const watchReport = command({
  name: 'watch-report',
  group: 'State',
  summary: 'say what changed in an organization since the last report, and what of it is worse',
  operands: '',
  namesFromConfig: true,
  about: `For a run each night: reads the variables of all workspaces, and with --profile or --aws the roles and access keys of the account, compares them with what the last run kept, and says what changed: a renamed workspace, a new static key, a wider trust policy, a role that lost a permission, a key past 90 days. Writes nothing but the file of --report.

That file holds names, places and patterns of policies, and neither values nor keys. Where it does not exist yet, it is made and nothing is compared. What could not be read is named, and what was known of it stays.`,
  options: {
    organization: needed('ORG', 'the organization; needed'),
    project: text('PROJECT', 'only the workspaces of this project'),
    hostname: text('HOST', 'default app.terraform.io'),
    profile: list('NAME', 'also read the roles and access keys of this AWS account'),
    aws: flag('also read those of the account that the credentials of the environment belong to'),
    region: text('REGION', "default: the profile's"),
    report: file('FILE', 'what the last run kept, and this one keeps (default tfc-oidc-report.json)'),
    keep: flag('compare only: leave that file as it is'),
    journal: journalOption,
    format: choice(['text', 'markdown', 'json'], 'text', 'how to report; markdown: for an issue or a pull request'),
  },
  report: `JSON: { "hostname", "organization", "at", "last", "changes": [{ "kind", "direction": "worse|better|other", "on", "what", "nextStep" }], "unread": [] }; "last" is null where there was no former report.`,
  exits: {
    0: 'nothing changed for the worse, or there was no former report',
    1: 'something changed for the worse',
    2: 'could not run, or something could not be read (it is named)',
  },
  async run(context, { values }) {
    const target = path.resolve(context.cwd, values.report ?? 'tfc-oidc-report.json');
    const organization = unwrap(organizationName(values.organization));
    const hostname = hostnameOf(values);
    const last = await lastState(target, values.report ?? 'tfc-oidc-report.json');
    if (last !== undefined && (last.organization !== organization || last.hostname !== hostname))
      throw new ProblemError({
        code: 'watch-file',
        message: `The last report is about another organization (${last.organization} on ${last.hostname}).`,
        nextStep: 'Name a file of its own for each organization with --report.',
      });
    const request = {
      hostname,
      organization,
      project: values.project,
      profiles: [...values.profile, ...(values.aws ? [undefined] : [])],
      region: values.region,
      journal: journalDir(context, values),
    };
    const now = context.time?.now() ?? Date.now();
    const { state, unread } = await gatherState(context, request, last, now);
    const changes = last === undefined ? [] : compareStates(last, state);
    if (!values.keep) await writeOutput(target, stateText(state));
    const report = { hostname, organization, at: state.at, last: last?.at ?? null, changes, unread };
    print(context, values.format, report);
    return exitCode({ wrong: changes.some(c => c.direction === 'worse'), unread: unread.length > 0 });
  },
});

async function lastState(target: string, name: string): Promise<WatchState | undefined> {
  let content;
  try {
    content = await readFile(target, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ProblemError({
      code: 'watch-file',
      message: `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      nextStep: 'Name a file that can be read, or one that does not exist yet.',
    });
  }
  return unwrap(parseState(content, name));
}

interface Report {
  readonly hostname: string;
  readonly organization: string;
  readonly at: string;
  readonly last: string | null;
  readonly changes: readonly WatchChange[];
  readonly unread: readonly string[];
}

function print(context: CliContext, format: 'text' | 'markdown' | 'json', report: Report): void {
  if (format === 'json') context.out(jsonReport('watch-report', report));
  else context.out(format === 'markdown' ? markdownOf(report) : textOf(report));
}

const headings = { worse: 'Worse', better: 'Better', other: 'Other changes' } as const;

function headline({ organization, hostname, last, changes }: Report): string {
  if (last === null) return `The first report of ${organization} on ${hostname}: there was nothing to compare with.`;
  if (changes.length === 0) return `${organization} on ${hostname}: nothing changed since ${last}.`;
  const worse = changes.filter(c => c.direction === 'worse').length;
  return `${organization} on ${hostname}: ${changes.length === 1 ? '1 change' : `${changes.length} changes`} since ${last}, ${worse} for the worse.`;
}

function textOf(report: Report): string {
  const lines = [headline(report)];
  for (const [direction, heading] of Object.entries(headings)) {
    const own = report.changes.filter(c => c.direction === direction);
    if (own.length > 0) lines.push('', `${heading}:`);
    for (const { on, what, nextStep } of own) {
      lines.push(`  ${on}: ${what}`);
      if (nextStep !== '') lines.push(`    → ${nextStep}`);
    }
  }
  if (report.unread.length > 0) lines.push('', 'Not read:', ...report.unread.map(line => `  ${line}`));
  return `${lines.map(oneLine).join('\n')}\n`;
}

function markdownOf(report: Report): string {
  const lines = ['## TFC OIDC', '', markdownText(headline(report))];
  for (const [direction, heading] of Object.entries(headings)) {
    const own = report.changes.filter(c => c.direction === direction);
    if (own.length === 0) continue;
    lines.push('', `### ${heading}`, '');
    for (const { on, what, nextStep } of own)
      lines.push(`- **${markdownText(on)}**: ${markdownText(`${what}${nextStep === '' ? '' : ` ${nextStep}`}`)}`);
  }
  if (report.unread.length > 0)
    lines.push('', '### Not read', '', ...report.unread.map(line => `- ${markdownText(line)}`));
  return `${lines.join('\n')}\n`;
}

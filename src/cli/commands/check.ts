import type { Location } from '../../core/text';
import type { Finding, Severity } from '../../lint/finding';
import { lintRoot, type SeveritySetting } from '../../lint/lint';
import { rules } from '../../lint/table';
import type { ProjectProblem, Root } from '../../terraform/model';
import { Baselines } from '../baselines';
import { type ChangedFiles, changedSince } from '../changedFiles';
import { type CheckedRoot, checkJson, CheckText, unknowns } from '../output/checkReport';
import { printedFinding } from '../output/printedFinding';
import { findingFormats, formatAbout, isFindingFormat, printReport } from '../output/reports';
import { checkRules } from '../output/ruleTexts';
import { turnedOff } from '../output/turnedOff';
import { type ScannedFolder, scanTerraformFolders } from '../terraformFolder';
import { Unread } from '../output/unread';
import { exitCode } from '../exitCode';
import { command } from '../command';
import { choice, file, flag, list, text, UsageError } from '../option';

const settings = ['error', 'warning', 'information', 'off'] as const;

export const check = command({
  name: 'check',
  group: 'Code',
  summary: 'find what keeps a Terraform configuration from using dynamic credentials',
  operands: '[PATH...]',
  about: `Reads every Terraform root below PATH (default: the current folder). A PATH may be a file, too: then only its findings count. Files are named from the folder on in which the command runs. Reports static credentials, profiles, roles and keys that stand in the way of dynamic provider credentials. Needs no network.

A file tfc-oidc.json in the repository may set severities, ignored folders and a baseline; standard error says what it turned off.`,
  options: {
    format: choice(['text', 'json', ...findingFormats], 'text', formatAbout),
    'fail-on': choice(['error', 'warning', 'never'], 'error', 'the lowest severity that makes the exit code 1'),
    severity: list('CODE=LEVEL', 'error, warning, information or off, for one rule'),
    baseline: file('FILE', 'leave out the findings that this file names'),
    'write-baseline': flag(
      'write what is found now to the file of --baseline or of tfc-oidc.json (default tfc-oidc-baseline.json), and exit 0',
    ),
    'changed-since': text('REF', 'only the roots that changed since they branched off from this commit (asks git)'),
  },
  report: `Rules: ${rules.map(rule => rule.code).join(', ')}.
A comment "# tfc-oidc:ignore CODE REASON" on the line above silences a finding. docs/rules.md explains each rule.`,
  exits: {
    0: 'clean, or the baseline was written',
    1: 'findings at the level of --fail-on',
    2: 'could not run, or a file or folder could not be read (it is named; what was found in the others is reported all the same)',
  },
  async run(context, { values, positionals }) {
    const format = values.format;
    const failOn = values['fail-on'];
    const writing = values['write-baseline'];
    if (writing && values['changed-since'] !== undefined)
      throw new UsageError('--write-baseline looks at everything: leave --changed-since out');
    const severities = severitySettings(values);
    const general: ProjectProblem[] = [];
    const changes = new Map<string, ChangedFiles>();
    const { places, roots, folders } = await scanTerraformFolders(
      context,
      positionals,
      problem => general.push(problem),
      (root, scanned) => {
        if (changes.get(scanned.folder)?.touches(root) === false) return undefined;
        const found = findingsOf(root, scanned, { environment: context.env, severities });
        const findings = baselines.withoutKnown(root, scanned, found);
        const { dir, cloud, problems } = root;
        const value: CheckedRoot = { root: { dir, cloud, problems }, findings };
        return { value, locations: locationsOf(value) };
      },
    );
    const baselines = await Baselines.open(context, { option: values.baseline, writing }, folders);
    const since = values['changed-since'];
    if (since !== undefined)
      for (const { folder } of folders) changes.set(folder, await changedSince(context, folder, since));
    const shown = new CheckText(places, since);
    const checked: CheckedRoot[] = [];
    for await (const one of roots) {
      checked.push(one);
      if (format === 'text' && !writing) context.out(shown.root(one));
    }
    const unread = new Unread();
    unread.add([...general, ...checked.flatMap(c => c.root.problems)], places);
    if (writing) {
      if (!unread.any) context.out(await baselines.write());
      context.err(unread.text('check'));
      return exitCode({ wrong: false, unread: unread.any });
    }
    const findings = withoutRepeats(checked.flatMap(c => c.findings));
    if (format === 'json') context.out(checkJson(places, checked));
    else if (isFindingFormat(format)) {
      const printed = findings.map(finding => printedFinding(places, finding));
      printReport(context, 'check', format, printed, checkRules);
    } else context.out(shown.end());
    context.err(turnedOff(context.cwd, folders, baselines));
    context.err(unread.text('check'));
    return exitCode({ wrong: findings.some(({ severity }) => fails(severity, failOn)), unread: unread.any });
  },
});

/** The findings of a root: an option's severity wins over that of tfc-oidc.json. */
function findingsOf(
  root: Root,
  { only, settings }: ScannedFolder,
  given: {
    readonly environment: NodeJS.ProcessEnv;
    readonly severities: Readonly<Record<string, SeveritySetting>>;
  },
): readonly Finding[] {
  const severities = { ...settings?.severities, ...given.severities };
  return lintRoot(root, { ...given, severities }).filter(f => only === undefined || only.has(f.location.file));
}

/** Every place that a report of the root names. */
function locationsOf({ root, findings }: CheckedRoot): readonly Location[] {
  return [
    ...(root.cloud.location === undefined ? [] : [root.cloud.location]),
    ...unknowns(root.cloud).flatMap(value => value.location ?? []),
    ...root.problems.flatMap(problem => problem.location ?? []),
    ...findings.flatMap(f => [f.location, ...f.related.map(r => r.location), ...f.fixes.flatMap(fix => fix.edits)]),
  ];
}

/** A module that two roots share is reported with each of them, and counted once. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, location: { file, span } }) => {
    const key = `${file}\0${span.start}\0${span.end}\0${code}`;
    return !seen.has(key) && seen.add(key);
  });
}

function fails(severity: Severity, failOn: 'error' | 'warning' | 'never'): boolean {
  if (failOn === 'never') return false;
  return severity === 'error' || (failOn === 'warning' && severity === 'warning');
}

function severitySettings(values: { readonly severity: readonly string[] }): Readonly<Record<string, SeveritySetting>> {
  const out: Record<string, SeveritySetting> = {};
  for (const given of values.severity) {
    const [code = '', level] = given.split('=');
    const setting = settings.find(s => s === level);
    if (!rules.some(rule => rule.code === code)) throw new UsageError(`there is no rule "${code}"`);
    if (setting === undefined) throw new UsageError(`--severity takes CODE=${settings.join('|')}; it was "${given}"`);
    out[code] = setting;
  }
  return out;
}

import { homepage, version } from '../../../package.json';
import type { CliContext } from '../command';
import type { Severity } from '../../lint/finding';
import { fingerprints } from './fingerprint';
import { printable } from './printable';
import type { PrintedFinding } from './printedFinding';
import type { RuleText } from './ruleTexts';
import { pageOf, type ReportScope, sarif, type Tool } from './sarif';

/** Formats for other programs, which all commands with findings write alike. */
export const findingFormats = ['sarif', 'github', 'gitlab', 'junit'] as const;
export type FindingFormat = (typeof findingFormats)[number];

export const isFindingFormat = (format: string): format is FindingFormat =>
  findingFormats.some(known => known === format);

export const formatAbout =
  'how to report; github: annotations of GitHub Actions, gitlab: a report on code quality, junit: XML for test views';

/** Prints the findings of a command in a format for other programs. */
export function printReport(
  context: CliContext,
  command: string,
  format: FindingFormat,
  findings: readonly PrintedFinding[],
  rules: readonly RuleText[],
): void {
  const text = findingReport(format, findings, rules, { version, homepage }, { command, folder: context.cwd });
  // Each line is a command of ours, and what it holds of others was made harmless where it was written.
  if (format === 'github') context.raw(text);
  else context.out(text);
}

/** The findings in a format for other programs. */
function findingReport(
  format: FindingFormat,
  findings: readonly PrintedFinding[],
  rules: readonly RuleText[],
  tool: Tool,
  scope: ReportScope,
): string {
  switch (format) {
    case 'sarif':
      return sarif(findings, rules, tool, scope);
    case 'github':
      return findings.map(githubLine).join('');
    case 'gitlab':
      return gitlab(findings, rules, tool);
    case 'junit':
      return junit(findings, scope);
  }
}

/**
 * A workflow command of GitHub Actions
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands), with what it escapes.
 */
function githubLine({ file, range, severity, code, message }: PrintedFinding): string {
  const kind = { error: 'error', warning: 'warning', information: 'notice' }[severity];
  const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  const { start, end } = range;
  const place = [
    `file=${property(file)}`,
    `line=${start.line + 1}`,
    `endLine=${end.line + 1}`,
    // GitHub takes columns only of a place within one line.
    ...(start.line === end.line ? [`col=${start.character + 1}`, `endColumn=${end.character + 1}`] : []),
    `title=${property(`tfc-oidc ${code}`)}`,
  ];
  return `::${kind} ${place.join(',')}::${data(message)}\n`;
}

const data = (text: string): string => printable(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const gitlabSeverities: Readonly<Record<Severity, string>> = {
  error: 'critical',
  warning: 'major',
  information: 'info',
};

/** GitLab's report on code quality (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format). */
function gitlab(findings: readonly PrintedFinding[], rules: readonly RuleText[], tool: Tool): string {
  const names = fingerprints(findings);
  const rows = findings.map((finding, i) => ({
    description: finding.message,
    check_name: finding.code,
    fingerprint: names[i],
    severity: gitlabSeverities[finding.severity],
    categories: ['Security'],
    content: { body: pageOf(tool, rules.find(rule => rule.id === finding.code)?.page ?? 'README.md') },
    location: {
      path: finding.file,
      lines: { begin: finding.range.start.line + 1, end: finding.range.end.line + 1 },
    },
  }));
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}

/** JUnit's XML, as the test views of CI servers read it: a failed case for each finding, a passed one where there is none. */
function junit(findings: readonly PrintedFinding[], { command }: ReportScope): string {
  const cases = findings.map(finding => {
    const { file, range, code, severity, message } = finding;
    const place = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
    return [
      `    <testcase name="${xml(`${code} ${place}`)}" classname="${xml(file)}" file="${xml(file)}" line="${range.start.line + 1}">`,
      `      <failure type="${severity}" message="${xml(message)}">${xml(`${place}: ${message}`)}</failure>`,
      '    </testcase>',
    ].join('\n');
  });
  const passed = `    <testcase name="no findings" classname="tfc-oidc.${command}"/>`;
  const tests = Math.max(1, cases.length);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${tests}" failures="${cases.length}">`,
    `  <testsuite name="tfc-oidc ${command}" tests="${tests}" failures="${cases.length}" errors="0" skipped="0">`,
    ...(cases.length === 0 ? [passed] : cases),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Text in XML 1.0: what it forbids altogether goes. */
const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/[\r\n\t]/g, c => `&#${c.charCodeAt(0)};`);

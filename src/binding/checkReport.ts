import { oneLine } from '../core/text';
import type { Check, CheckState } from './check';
import type { Diagnosis } from './doctor/diagnose';

/** Checks and diagnoses as text and as data: the one rendering that CLI, clipboard and agent tools share. */

const marks: Readonly<Record<CheckState, string>> = { ok: '✓', warning: '!', wrong: '✗', unknown: '?' };

export function checkText(check: Check): string {
  const where = [
    check.configuration === undefined || check.configuration === 'default' ? undefined : check.configuration,
  ].filter(w => w !== undefined);
  const head = `${marks[check.state]} ${check.state.padEnd(7)} ${check.title}${where.length > 0 ? ` [${where.join(', ')}]` : ''}`;
  const lines = [head, ...check.evidence.map(e => `    ${e}`)];
  if (check.state !== 'ok') {
    lines.push(`    ${check.why}`);
    if (check.nextStep !== undefined) lines.push(`    → ${check.nextStep}`);
  }
  return `${lines.map(oneLine).join('\n')}\n`;
}

export function checkJson(check: Check): Readonly<Record<string, unknown>> {
  return {
    id: check.id,
    ...(check.configuration !== undefined && { configuration: check.configuration }),
    ...(check.phase !== undefined && { phase: check.phase }),
    title: check.title,
    state: check.state,
    evidence: check.evidence,
    why: check.why,
    ...(check.nextStep !== undefined && { nextStep: check.nextStep }),
    failureModes: check.failureModes,
    page: `docs/doctor.md#${check.id}`,
  };
}

/** Hides account numbers: twelve digits that stand alone, in ARNs too. */
export const redacted = (text: string): string => text.replace(/(?<!\d)\d{12}(?!\d)/g, '************');

const received = (checks: readonly Check[]): readonly Check[] => checks.filter(c => c.id === 'aws-received');

/** No cause found is good news only where all could be read. */
function nothingFound(checks: readonly Check[], show: (text: string) => string): readonly string[] {
  const unread = checks.filter(c => c.state === 'unknown' && c.id !== 'aws-received');
  if (unread.length === 0) return ['Nothing speaks for a failure of dynamic credentials.'];
  return [
    'No cause was found, but not everything could be read:',
    '',
    ...unread.map(c => `- ${show(`${c.title}: ${c.why}${c.nextStep === undefined ? '' : ` → ${c.nextStep}`}`)}`),
  ];
}

/** What was read elsewhere can be neither HTML nor a link in a ticket. */
const inMarkdown = (text: string): string => oneLine(text).replaceAll('<', '\\<').replaceAll('](', ']\\(');

/** A ranked list as Markdown, most likely cause first, and what AWS received where CloudTrail was asked. */
export function diagnosesMarkdown(
  subject: string,
  diagnoses: readonly Diagnosis[],
  redact: boolean,
  checks: readonly Check[] = [],
  fixesOf: (diagnosis: Diagnosis) => readonly string[] = () => [],
): string {
  const lines = [`# Doctor: ${inMarkdown(subject)}`, ''];
  if (diagnoses.length === 0) lines.push(...nothingFound(checks, inMarkdown), '');
  diagnoses.forEach((d, i) => {
    lines.push(
      `## ${i + 1}. ${d.mode.title}`,
      '',
      d.mode.explanation,
      '',
      ...d.evidence.filter(e => !isComparison(e)).map(e => `- ${inMarkdown(e)}`),
      '',
      `**Do:** ${d.mode.nextStep}`,
      '',
      ...fixesOf(d).flatMap(fix => ['```sh', fix.replaceAll('`', "'"), '```', '']),
    );
  });
  const trail = received(checks);
  if (trail.length > 0) lines.push('## What AWS received (CloudTrail)', '');
  for (const check of trail) {
    const marked = check.evidence.filter(isComparison);
    lines.push(...check.evidence.filter(e => !isComparison(e)).map(e => `- ${inMarkdown(e)}`));
    if (check.state === 'unknown') lines.push(`- ${check.why}`);
    if (marked.length > 0) lines.push('', '```text', ...marked, '```', '');
  }
  if (trail.length > 0) lines.push('');
  const text = lines.join('\n');
  return redact ? redacted(text) : text;
}

/** Lines of a comparison are shown below each other in a fixed-width font. */
const isComparison = (line: string): boolean => /^(?:trusted {3}|received {2}| {10})/.test(line);

/** The same for a terminal. */
export function diagnosesText(
  subject: string,
  diagnoses: readonly Diagnosis[],
  redact: boolean,
  checks: readonly Check[] = [],
  fixesOf: (diagnosis: Diagnosis) => readonly string[] = () => [],
): string {
  const lines = [`Doctor: ${subject}`, ''];
  if (diagnoses.length === 0) lines.push(...nothingFound(checks, oneLine), '');
  diagnoses.forEach((d, i) => {
    lines.push(
      `${i + 1}. ${d.mode.title}`,
      `   ${d.mode.explanation}`,
      ...d.evidence.filter(e => !isComparison(e)).map(e => `   - ${oneLine(e)}`),
      `   → ${d.mode.nextStep}`,
      ...fixesOf(d).map(fix => `     ${oneLine(fix)}`),
      '',
    );
  });
  const trail = received(checks);
  if (trail.length > 0) lines.push('What AWS received (CloudTrail):');
  for (const check of trail) {
    lines.push(...check.evidence.map(e => `   ${e.replace(/[\r\n]+/g, ' ')}`));
    if (check.state === 'unknown') lines.push(`   ${check.why}`);
  }
  if (trail.length > 0) lines.push('');
  const text = lines.join('\n');
  return redact ? redacted(text) : text;
}

export function diagnosisJson(d: Diagnosis): Readonly<Record<string, unknown>> {
  return {
    failureMode: d.mode.number,
    id: d.mode.id,
    title: d.mode.title,
    confidence: Math.round(d.confidence * 100) / 100,
    explanation: d.mode.explanation,
    evidence: d.evidence,
    nextStep: d.mode.nextStep,
    checks: d.checks.map(c => c.id),
    page: `docs/doctor.md#${d.mode.id}`,
  };
}

import { markdownText } from '../core/markdown';
import { oneLine } from '../core/text';
import { type Check, type CheckState, worst } from './check';
import type { Diagnosis } from './doctor/diagnose';
import type { Consultation } from './doctor/consult';
import { failureMode } from './failureModes';

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

/** A heading's word for several checks, and what to think of none. */
export function overallText(checks: readonly Check[]): string {
  const state = worst(checks);
  return state === 'nothing-to-check' ? 'nothing to check; no AWS provider was found in its code' : state;
}

export function checkJson(check: Check) {
  return {
    id: check.id,
    ...(check.configuration !== undefined && { configuration: check.configuration }),
    ...(check.phase !== undefined && { phase: check.phase }),
    title: check.title,
    state: check.state,
    ...(check.reason !== undefined && { reason: check.reason }),
    evidence: check.evidence,
    why: check.why,
    ...(check.nextStep !== undefined && { nextStep: check.nextStep }),
    failureModes: check.failureModes.map(id => failureMode(id).number),
    failureModeIds: check.failureModes,
    page: `docs/doctor.md#${check.id}`,
  };
}

/** Hides account numbers: twelve digits that stand alone, in ARNs too. */
export const redacted = (text: string): string => text.replace(/(?<!\d)\d{12}(?!\d)/g, '************');

const received = (checks: readonly Check[]): readonly Check[] => checks.filter(c => c.id === 'aws-received');

/** What the doctor has to say about one binding, or about an error text. */
export interface DoctorReport extends Pick<Consultation, 'outcome' | 'checks' | 'diagnoses' | 'others'> {
  readonly subject: string;
  /** Commands that put a cause right. */
  readonly fixesOf?: (diagnosis: Diagnosis) => readonly string[];
  /** Hides account numbers. */
  readonly redact?: boolean;
}

/** How the parts of a report look. Each function gives whole lines, and takes text that may come from anywhere. */
interface Layout {
  title(text: string): readonly string[];
  section(text: string): readonly string[];
  cause(number: number, title: string, explanation: string): readonly string[];
  points(texts: readonly string[]): readonly string[];
  next(text: string): readonly string[];
  command(text: string): readonly string[];
  /** Lines that are compared by eye: below each other, in a fixed-width font. */
  columns(lines: readonly string[]): readonly string[];
}

const markdown: Layout = {
  title: text => [`# ${markdownText(text)}`, ''],
  section: text => [`## ${markdownText(text)}`, ''],
  cause: (number, title, explanation) => [`## ${number}. ${title}`, '', explanation, ''],
  points: texts => (texts.length === 0 ? [] : [...texts.map(text => `- ${markdownText(text)}`), '']),
  next: text => [`**Do:** ${markdownText(text)}`, ''],
  command: text => ['```sh', oneLine(text).replaceAll('`', "'"), '```', ''],
  columns: lines => (lines.length === 0 ? [] : ['```text', ...lines.map(line => oneLine(line)), '```', '']),
};

const terminal: Layout = {
  title: text => [oneLine(text), ''],
  section: text => [`${oneLine(text)}:`],
  cause: (number, title, explanation) => [`${number}. ${title}`, `   ${explanation}`],
  points: texts => texts.map(text => `   - ${oneLine(text)}`),
  next: text => [`   → ${oneLine(text)}`],
  command: text => [`     ${oneLine(text)}`],
  columns: lines => lines.map(line => `   ${line.replace(/[\r\n]+/g, ' ')}`),
};

/** A ranked list, most likely cause first, what else the texts tell of, and what AWS received where CloudTrail was asked. */
export function doctorReport(report: DoctorReport, format: 'text' | 'markdown'): string {
  const { diagnoses, checks, others, fixesOf = () => [] } = report;
  const layout = format === 'markdown' ? markdown : terminal;
  const end = format === 'markdown' ? [] : [''];
  const lines = [...layout.title(`Doctor: ${report.subject}`)];
  if (diagnoses.length === 0) lines.push(...nothingFound(report, layout), '');
  diagnoses.forEach((d, i) => {
    lines.push(
      ...layout.cause(i + 1, d.mode.title, d.explanation),
      ...layout.points(d.evidence.filter(e => !isComparison(e))),
      ...layout.columns(d.evidence.filter(isComparison)),
      ...layout.next(d.nextStep),
      ...fixesOf(d).flatMap(fix => layout.command(fix)),
      ...end,
    );
  });
  if (others.length > 0) {
    lines.push(...layout.section(diagnoses.length === 0 ? 'What the text tells of' : 'What the text tells of besides'));
    for (const other of others)
      lines.push(...layout.points([`${other.title}: ${other.line}`]), ...layout.next(other.nextStep), ...end);
  }
  const trail = received(checks);
  if (trail.length > 0) lines.push(...layout.section('What AWS received (CloudTrail)'));
  for (const check of trail)
    lines.push(
      ...layout.points([
        ...check.evidence.filter(e => !isComparison(e)),
        ...(check.state === 'unknown' ? [check.why] : []),
      ]),
      ...layout.columns(check.evidence.filter(isComparison)),
    );
  const text = `${lines.join('\n').trimEnd()}\n`;
  return report.redact === true ? redacted(text) : text;
}

/** What is said of a text in which nothing is known. */
export const cannotTell =
  'I can\'t tell: nothing in the text is known here as a message about credentials. Give the whole message, from its first "Error:" on, or the event of CloudTrail.';

/** Checks that tell of no failure: what AWS received has a section of its own, and the old key and the use of a role matter later. */
const besides: ReadonlySet<string> = new Set(['aws-received', 'old-key', 'role-use']);

/** What could not be read and might explain a failure. */
export const openQuestions = (checks: readonly Check[]): readonly Check[] =>
  checks.filter(c => c.state === 'unknown' && !besides.has(c.id));

/** No cause found is good news only where all could be read, and there was no text that says something else. */
function nothingFound({ outcome, others, checks }: DoctorReport, layout: Layout): readonly string[] {
  const unread = openQuestions(checks);
  const points = layout.points(
    unread.map(c => `${c.title}: ${c.why}${c.nextStep === undefined ? '' : ` → ${c.nextStep}`}`),
  );
  if (outcome === 'cannot-tell') return [cannotTell, ...(points.length > 0 ? ['', ...points] : [])];
  if (others.length > 0) return ['No failure of dynamic credentials is known in this.'];
  if (points.length === 0) return ['Nothing speaks for a failure of dynamic credentials.'];
  return ['No cause was found, but not everything could be read:', '', ...points];
}

/** Lines of a comparison are shown below each other in a fixed-width font. */
export const isComparison = (line: string): boolean => /^(?:trusted {3}|received {2}|sent {6}| {10})/.test(line);

/** The two subjects of a comparison; nothing where the evidence holds none. */
export function comparisonOf(
  evidence: readonly string[],
): { readonly trusted: string; readonly received: string } | undefined {
  const after = (label: string): string | undefined =>
    evidence
      .find(line => line.startsWith(label))
      ?.slice(label.length)
      .trim();
  const [trusted, received] = [after('trusted   '), after('received  ') ?? after('sent      ')];
  return trusted === undefined || received === undefined ? undefined : { trusted, received };
}

export function diagnosisJson(d: Diagnosis) {
  return {
    failureMode: d.mode.number,
    id: d.mode.id,
    title: d.mode.title,
    confidence: Math.round(d.confidence * 100) / 100,
    explanation: d.explanation,
    evidence: d.evidence,
    nextStep: d.nextStep,
    checks: d.checks.map(c => c.id),
    page: `docs/doctor.md#${d.mode.id}`,
  };
}

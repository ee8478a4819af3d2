import type { Check } from '../../binding/check';
import type { Diagnosis } from '../../binding/doctor/diagnose';
import { comparisonOf, type DoctorReport, isComparison, openQuestions } from '../../binding/report';
import { inEditor } from '../../core/editorText';
import type { BoardState } from '../model';
import type { CheckLine, ComparedSegment, Page, PageAction, Section } from './model';

/** What the doctor knows, and what it could still ask. */
export interface DoctorState {
  readonly report: DoctorReport;
  /** An error text that the person pasted. */
  readonly pasted: string;
  /** The account that CloudTrail could be asked in; nothing where no profile is chosen. */
  readonly accountId: string | undefined;
  /** CloudTrail was asked with the person's consent. */
  readonly trailAsked: boolean;
  readonly busy?: string;
}

/** What a page of the doctor asks for. `fix` names a check of the report by its place in `fixable`. */
export type DoctorAction =
  | { readonly kind: 'fix'; readonly check: Check }
  | { readonly kind: 'trail' | 'again' | 'copy' | 'copyMasked' | 'profile' };

/** The checks of a report that have a remedy, most likely cause first. */
const fixable = (report: DoctorReport): readonly Check[] =>
  [...new Set([...report.diagnoses.flatMap(d => [...d.leading, ...d.checks]), ...report.checks])].filter(
    c => c.state !== 'ok' && c.remedy !== undefined,
  );

/** What a button of the page means; nothing where the page has changed since it was drawn. */
export function doctorAction(id: string, { report }: DoctorState): DoctorAction | undefined {
  if (id === 'trail' || id === 'again' || id === 'copy' || id === 'copyMasked' || id === 'profile') return { kind: id };
  const [, index] = /^fix-(\d+)$/.exec(id) ?? [];
  const check = index === undefined ? undefined : fixable(report)[Number(index)];
  return check === undefined ? undefined : { kind: 'fix', check };
}

/** The doctor's page: first what it knows, then what it could still be told. */
export function doctorPage(state: DoctorState): Page {
  const { report, busy } = state;
  const unread = openQuestions(report.checks);
  const buttons = causeButtons(report);
  return {
    title: `Doctor for ${report.subject}`,
    state: stateOf(report, unread.length),
    lead: [leadOf(report, unread.length)],
    sections: [
      ...report.diagnoses.flatMap((d, i) => causeSections(d, i, buttons[i])),
      ...others(report),
      ...(unread.length === 0 ? [] : [unreadSection(unread, report)]),
      ...received(report),
      askSection(state),
    ],
    actions: actionsOf(state),
    ...(busy !== undefined && { busy }),
  };
}

/** No cause found is good news only where everything could be read and the text was understood. */
function stateOf({ outcome }: DoctorReport, unread: number): BoardState {
  if (outcome === 'causes') return 'wrong';
  return outcome === 'silent' && unread === 0 ? 'ok' : 'unknown';
}

function leadOf({ outcome, diagnoses }: DoctorReport, unread: number): string {
  const [first] = diagnoses;
  if (first !== undefined) return `Most likely: ${first.mode.title}.`;
  if (outcome === 'causes') return 'The text tells of something else than dynamic credentials.';
  if (outcome === 'cannot-tell')
    return 'The doctor cannot tell: nothing in the text is known as a message about credentials.';
  return unread > 0 || outcome === 'unread'
    ? 'No cause was found, but not everything could be read.'
    : 'Nothing speaks for a failure of dynamic credentials.';
}

/** One button for each cause, and each remedy once: beside the most likely cause that it is for. The first of them is the page's main one. */
function causeButtons(report: DoctorReport): readonly (PageAction | undefined)[] {
  const shown = new Set<string>();
  return report.diagnoses.map(({ leading, checks }): PageAction | undefined => {
    const [button] = [...leading, ...checks].flatMap(check => fixButton(check, report));
    if (button === undefined || shown.has(button.id)) return undefined;
    const main = shown.size === 0;
    shown.add(button.id);
    return { ...button, main };
  });
}

function causeSections(
  { mode, explanation, nextStep, evidence }: Diagnosis,
  i: number,
  button: PageAction | undefined,
): readonly Section[] {
  const rows: readonly CheckLine[] = [
    {
      state: 'wrong',
      title: explanation,
      details: evidence.filter(e => !isComparison(e)),
      next: inEditor(nextStep),
      ...(button !== undefined && { actions: [button] }),
    },
  ];
  return [{ kind: 'checks', heading: `${i + 1}. ${mode.title}`, rows }, ...comparisonSection(evidence)];
}

function fixButton(check: Check, report: DoctorReport): readonly PageAction[] {
  const index = fixable(report).indexOf(check);
  return index < 0 ? [] : [{ id: `fix-${index}`, label: remedyLabel(check) }];
}

function remedyLabel({ remedy }: Check): string {
  switch (remedy?.kind) {
    case 'sign-in':
      return 'Sign In…';
    case 'choose-profile':
      return 'Choose a Profile…';
    case 'open-page':
    case 'open-file':
      return 'Open';
    default:
      return 'Put This Right…';
  }
}

/** The subject as it is trusted and as AWS received it, part by part. */
export function comparisonSection(evidence: readonly string[]): readonly Section[] {
  const compared = comparisonOf(evidence);
  if (compared === undefined) return [];
  const rows = segmentsOf(compared.trusted, compared.received);
  return [{ kind: 'comparison', heading: 'The subject, part by part', rows }];
}

const parts = ['organization', 'project', 'workspace', 'stack', 'deployment', 'run_phase', 'operation'];

/** Two subjects as rows; what is no subject stands in one row. */
export function segmentsOf(trusted: string, received: string): readonly ComparedSegment[] {
  const read = (subject: string): ReadonlyMap<string, string> => {
    const pieces = subject.split(new RegExp(`(?:^|:)(${parts.join('|')}):`));
    return new Map(pieces.flatMap((piece, i) => (i % 2 === 1 ? [[piece, pieces[i + 1] ?? '']] : [])));
  };
  const [a, b] = [read(trusted), read(received)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const row = (name: string, one: string, other: string): ComparedSegment => ({
    name,
    trusted: one,
    received: other,
    fits: matches(one, other),
  });
  return names.length === 0
    ? [row('Subject', trusted, received)]
    : names.map(name => row(name, a.get(name) ?? '', b.get(name) ?? ''));
}

/** `*` and `?` as IAM's StringLike takes them. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function others({ others: found, diagnoses }: DoctorReport): readonly Section[] {
  if (found.length === 0) return [];
  const heading = diagnoses.length === 0 ? 'What the text tells of' : 'What the text tells of besides';
  const rows = found.map(other => ({
    state: 'warning' as const,
    title: other.title,
    details: [other.line],
    next: inEditor(other.nextStep),
  }));
  return [{ kind: 'checks', heading, rows }];
}

const unreadSection = (unread: readonly Check[], report: DoctorReport): Section => ({
  kind: 'checks',
  heading: 'What could not be read',
  rows: unread.map(check => ({
    state: 'unknown',
    title: check.title,
    details: [check.why],
    ...(check.nextStep !== undefined && { next: inEditor(check.nextStep) }),
    actions: fixButton(check, report),
  })),
});

function received({ checks }: DoctorReport): readonly Section[] {
  const found = checks.filter(c => c.id === 'aws-received');
  if (found.length === 0) return [];
  const rows = found.map(c => ({
    state: c.state,
    title: c.title,
    details: [...c.evidence.filter(e => !isComparison(e)), ...(c.state === 'unknown' ? [c.why] : [])],
  }));
  const compared = found.flatMap(c => comparisonSection(c.evidence)).slice(0, 1);
  return [{ kind: 'checks', heading: 'What AWS received (CloudTrail)', rows }, ...compared];
}

const askSection = ({ pasted }: DoctorState): Section => ({
  kind: 'fields',
  heading: 'Tell it more',
  fields: [
    {
      id: 'error',
      label: 'Error text',
      note: 'The log of the latest run is read anyway. The text stays on this machine.',
      value: pasted,
      lines: 4,
      placeholder: 'Paste what a run or the terminal says',
    },
  ],
});

/** What can be asked besides: a remedy stands beside its cause. */
function actionsOf({ accountId, trailAsked, busy }: DoctorState): readonly PageAction[] {
  const disabled = busy !== undefined;
  const trail =
    accountId === undefined
      ? { id: 'profile', label: 'Choose a Profile to Look at AWS…' }
      : { id: 'trail', label: 'Ask CloudTrail What AWS Received' };
  return [
    ...(trailAsked ? [] : [trail]),
    { id: 'again', label: 'Check Again' },
    { id: 'copy', label: 'Copy' },
    { id: 'copyMasked', label: 'Copy Without Account Numbers' },
  ].map(action => ({ ...action, ...(disabled && { disabled }) }));
}

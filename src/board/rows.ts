import type { Check } from '../binding/check';
import { inEditor, problemText } from '../core/editorText';
import { documentationPage, type Finding } from '../lint/finding';
import type { BoardInput, BoardRoot, BoardState, BoardStatus, BoardWorkspace, Row } from './model';
import { findingLabel } from './reasons';
import { bestFor, type Summary, summaryOf, workspaceSummary } from './summary';
import { wayOut, type WayOut, wayOutOf } from './wayOut';
import { ago, capitalised, checksHold, checksWait, sentences, wordOf } from './words';

type Input<A extends BoardRoot, W extends BoardWorkspace> = BoardInput<A, W>;

const nothing = (): readonly never[] => [];

const rank: Readonly<Record<BoardState, number>> = { wrong: 0, warning: 1, unknown: 2, unchecked: 3, ok: 4, aside: 5 };

/** Problems first, and what is alike in the order in which it came. */
const problemsFirst = <R extends { readonly state: BoardState }>(rows: readonly R[]): readonly R[] =>
  [...rows].sort((a, b) => rank[a.state] - rank[b.state]);

/** A root with everything below it. `opened`: its rows are shown at once. */
export function rootRow<A extends BoardRoot, W extends BoardWorkspace>(input: Input<A, W>, opened: boolean): Row<A, W> {
  const { analysed, label, status } = input;
  const summary = summaryOf(input);
  const only = onlyWorkspace(status);
  const hover = [`${label}: ${wordOf(summary.state)}, ${summary.reason}`, ...placeLines(input)];
  return {
    id: analysed.root.dir,
    kind: 'root',
    label,
    description: summary.reason,
    state: summary.state,
    hover,
    spoken: sentences(hover),
    open: opened ? 'opened' : 'closed',
    ...bestOf(summary),
    analysed,
    ...(only !== undefined && { checked: only }),
    rows: () => below(input, only),
  };
}

const bestOf = ({ best, check }: Summary): Pick<Row<BoardRoot, BoardWorkspace>, 'best' | 'check'> => ({
  ...(best !== undefined && { best }),
  ...(check !== undefined && { check }),
});

/** The workspace of a root that has just one: then the root stands for it. */
function onlyWorkspace<W extends BoardWorkspace>(status: BoardStatus<W> | undefined): W | undefined {
  if (status === undefined || (status.deployments ?? []).length > 0 || status.names.length > 1) return undefined;
  return status.workspaces.length === 1 ? status.workspaces[0] : undefined;
}

function placeLines<A extends BoardRoot, W extends BoardWorkspace>({ analysed, status, now }: Input<A, W>): string[] {
  const { cloud } = analysed.root;
  const lines: string[] = [];
  if (cloud.kind === 'stack') lines.push('A Stack');
  if ((cloud.kind === 'cloud' || cloud.kind === 'remote') && cloud.organization.state === 'known') {
    const { organization, hostname } = cloud;
    lines.push(
      hostname.state === 'known'
        ? `Organization ${organization.value} on ${hostname.value}`
        : `Organization ${organization.value}`,
    );
  }
  for (const line of analysed.speaksAs ?? []) lines.push(`Speaks to AWS as ${line}`);
  if (status !== undefined) lines.push(`Checked ${ago(status.at, now)}`);
  return lines;
}

function below<A extends BoardRoot, W extends BoardWorkspace>(
  input: Input<A, W>,
  only: W | undefined,
): readonly Row<A, W>[] {
  const { analysed, status } = input;
  const { dir } = analysed.root;
  const findings = analysed.findings.map(f => findingRow(input, f));
  if (only !== undefined)
    return problemsFirst([...findings, ...notes(input), ...checkRows(input, dir, only.checks, only)]);
  const workspaces =
    status?.names.map(name => {
      const checked = status.workspaces.find(w => w.workspace === name);
      return checked === undefined ? unopenedRow(input, name) : workspaceRow(input, checked);
    }) ?? [];
  const deployments = (status?.deployments ?? []).map(({ name, checks }): Row<A, W> => {
    const summary = workspaceSummary(checks, undefined, undefined, input.now);
    const label = `Deployment ${name}`;
    const id = `${dir}#deployment:${name}`;
    return {
      ...plain(input, id, 'deployment', label, summary),
      open: checks.length === 0 ? 'leaf' : summary.state === 'ok' ? 'closed' : 'opened',
      rows: () => checkRows(input, id, checks, undefined),
    };
  });
  return problemsFirst([...findings, ...notes(input), ...workspaces, ...deployments]);
}

function plain<A extends BoardRoot, W extends BoardWorkspace>(
  { analysed }: Input<A, W>,
  id: string,
  kind: Row<A, W>['kind'],
  label: string,
  summary: Summary,
): Row<A, W> {
  const spoken = `${label}: ${wordOf(summary.state)}, ${summary.reason}`;
  return {
    id,
    kind,
    label,
    description: summary.reason,
    state: summary.state,
    hover: [spoken],
    spoken,
    open: 'leaf',
    analysed,
    ...bestOf(summary),
    rows: nothing,
  };
}

function workspaceRow<A extends BoardRoot, W extends BoardWorkspace>(input: Input<A, W>, checked: W): Row<A, W> {
  const { organization, workspace, hostname, checks, facts } = checked;
  const id = `${input.analysed.root.dir}#workspace:${workspace}`;
  const summary = workspaceSummary(checks, facts, input.provenAt(checked), input.now);
  const row = plain(input, id, 'workspace', workspace, summary);
  return {
    ...row,
    hover: [...row.hover, `${organization}/${workspace} on ${hostname}`],
    open: summary.state === 'ok' ? 'closed' : 'opened',
    checked,
    rows: () => checkRows(input, id, checks, checked),
  };
}

function unopenedRow<A extends BoardRoot, W extends BoardWorkspace>(input: Input<A, W>, name: string): Row<A, W> {
  const summary: Summary = { state: 'unchecked', reason: 'open to check' };
  const row = plain(input, `${input.analysed.root.dir}#unopened:${name}`, 'unopened', name, summary);
  return { ...row, open: 'closed', rows: undefined };
}

/** The rows of a workspace's checks: problems, then what waits for one thing each, then what holds as one row. */
export function checkRows<A extends BoardRoot, W extends BoardWorkspace>(
  input: Input<A, W>,
  parent: string,
  checks: readonly Check[],
  checked: W | undefined,
): readonly Row<A, W>[] {
  const row = (check: Check, i: number): Row<A, W> =>
    checkRow(input, `${parent}#check:${i}:${check.id}`, check, checked);
  const at = checks.map((check, i) => ({ check, row: row(check, i), way: wayOut(check, checked?.facts) }));
  const holding = at.filter(({ check }) => check.state === 'ok').map(c => c.row);
  const waiting = new Map<WayOut['kind'], typeof at>();
  for (const c of at) if (c.way !== undefined) waiting.set(c.way.kind, [...(waiting.get(c.way.kind) ?? []), c]);
  return problemsFirst([
    ...at.filter(({ check, way }) => check.state !== 'ok' && way === undefined).map(c => c.row),
    ...[...waiting.values()].map((group): Row<A, W> => waitingRow(input, parent, group, checked)),
    ...(holding.length === 0 ? [] : [holdsRow(input, parent, holding)]),
  ]);
}

function holdsRow<A extends BoardRoot, W extends BoardWorkspace>(
  { analysed }: Input<A, W>,
  parent: string,
  rows: readonly Row<A, W>[],
): Row<A, W> {
  const label = checksHold(rows.length);
  const hover = [label];
  return {
    id: `${parent}#holds`,
    kind: 'holds',
    label,
    description: '',
    state: 'ok',
    hover,
    spoken: label,
    open: 'closed',
    analysed,
    rows: () => rows,
  };
}

function waitingRow<A extends BoardRoot, W extends BoardWorkspace>(
  { analysed }: Input<A, W>,
  parent: string,
  group: readonly { readonly check: Check; readonly row: Row<A, W>; readonly way: WayOut | undefined }[],
  checked: W | undefined,
): Row<A, W> {
  const [first] = group;
  const way = first?.way;
  const label = wayOutLabel(way, checked?.hostname ?? '');
  const description = checksWait(group.length);
  const why = [...new Set(group.map(g => g.check.why))];
  return {
    id: `${parent}#waiting:${way?.kind ?? ''}`,
    kind: 'waiting',
    label,
    description,
    state: 'unknown',
    hover: why,
    spoken: sentences([`${label}: ${description}`, ...why]),
    open: 'closed',
    best: bestFor(way),
    analysed,
    ...(checked !== undefined && { checked }),
    ...(first !== undefined && { check: first.check }),
    rows: () => group.map(g => g.row),
  };
}

function wayOutLabel(way: WayOut | undefined, hostname: string): string {
  switch (way?.kind) {
    case 'sign-in':
      return way.refused ? `Sign in again: ${hostname} does not accept the token` : `Sign in to ${hostname}`;
    case 'choose-profile':
      return 'Choose an AWS profile';
    case 'permission':
      return 'A permission is missing';
    case 'names':
      return 'No such workspace: see like names';
    case 'retry':
    case undefined:
      return 'No answer: try again';
  }
}

function checkRow<A extends BoardRoot, W extends BoardWorkspace>(
  { analysed }: Input<A, W>,
  id: string,
  check: Check,
  checked: W | undefined,
): Row<A, W> {
  const { state, title, evidence, why, nextStep, configuration, location } = check;
  const tag = configuration === undefined || configuration === 'default' ? '' : ` [${configuration}]`;
  // A title says what should be: in red it would read backwards.
  const label = (check.reason === undefined ? title : capitalised(check.reason)) + tag;
  const next = state === 'ok' || nextStep === undefined ? [] : [inEditor(nextStep)];
  return {
    id,
    kind: 'check',
    label,
    description: evidence[0] ?? (state === 'unknown' ? why : ''),
    state,
    hover: [title, ...evidence, why, ...next.map(step => `→ ${step}`)],
    page: `docs/doctor.md#${check.id}`,
    spoken: sentences([`${wordOf(state)}: ${label}`, ...evidence, ...(state === 'ok' ? [] : [why, ...next])]),
    open: 'leaf',
    ...(check.remedy !== undefined && state !== 'ok' && { best: 'fixCheck' as const }),
    ...(location !== undefined && { location }),
    analysed,
    ...(checked !== undefined && { checked }),
    check,
    rows: nothing,
  };
}

function findingRow<A extends BoardRoot, W extends BoardWorkspace>(
  { analysed, place }: Input<A, W>,
  finding: Finding,
): Row<A, W> {
  const { code, severity, message, location } = finding;
  const state = severity === 'error' ? 'wrong' : severity === 'warning' ? 'warning' : 'ok';
  const label = findingLabel(finding);
  const where = place(location);
  return {
    id: `${analysed.root.dir}#finding:${code}:${location.file}:${location.span.start}`,
    kind: 'finding',
    label: capitalised(label),
    description: where,
    state,
    hover: [message, where],
    page: documentationPage(code),
    spoken: `${wordOf(state)}: ${message} ${where}`,
    open: 'leaf',
    ...(finding.fixes.some(f => f.preferred) && { best: 'fixRoot' as const }),
    location,
    analysed,
    finding,
    rows: nothing,
  };
}

/** What is true of the whole root, and is no check: why nothing could be checked, and what has to be done outside of the editor. */
function notes<A extends BoardRoot, W extends BoardWorkspace>(input: Input<A, W>): readonly Row<A, W>[] {
  const { analysed, status, unpushedSince, now } = input;
  const { dir, cloud } = analysed.root;
  const out: Row<A, W>[] = [];
  const note = (key: string, label: string, hover: string, more: Partial<Row<A, W>>): void => {
    const row = {
      description: '',
      open: 'leaf' as const,
      analysed,
      rows: nothing,
      hover: [hover],
      spoken: `${label}. ${hover}`,
    };
    out.push({ id: `${dir}#note:${key}`, kind: 'note', label, state: 'unknown', ...row, ...more });
  };
  if (unpushedSince !== undefined)
    note(
      'unpushed',
      'Runs still use the old code',
      'Keys were taken out of the files. HCP Terraform runs what was pushed: commit and push, then check again.',
      { state: 'warning', description: `until it is pushed, changed ${ago(unpushedSince, now)}` },
    );
  if (status === undefined && cloud.kind !== 'none')
    note(
      'unchecked',
      'Not checked yet',
      'Checking asks HCP Terraform, with the token that Terraform would use. Nothing is asked before you want it.',
      { state: 'unchecked', best: 'checkRoot' },
    );
  if (status?.problem !== undefined) {
    const way = wayOutOf(status.problem);
    // A message is too long for a row; what it leads to is not.
    const isNamed = way?.kind === 'sign-in' && cloud.hostname.state === 'known';
    const label = isNamed ? wayOutLabel(way, cloud.hostname.value) : status.problem.message;
    note('problem', label, problemText(status.problem), { best: bestFor(way) });
  } else if (status?.names.length === 0 && (status.deployments ?? []).length === 0)
    note(
      'none',
      'No workspace fits the cloud block',
      'The organization has no workspace with these tags or this prefix, or the token does not show it.',
      { best: 'likeNames' },
    );
  return out;
}

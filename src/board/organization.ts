import type { Problem } from '../core/problem';
import { problemText } from '../core/editorText';
import type { AuditRow } from '../hcp/audit';
import type { Workspace } from '../hcp/workspace/model';
import type { Filter } from './filter';
import { stateOrder, worstOf } from './groups';
import type { BoardState, OrganizationRow } from './model';
import { sentences, wordOf } from './words';

/** An organization as far as it was read. Plain data: the same view gives the same rows. */
export interface OrganizationView {
  readonly hostname: string;
  readonly organization: string;
  readonly reading: 'listing' | 'reading' | 'stopped' | 'read';
  /** Why the reading stopped; `undefined`: a person stopped it. */
  readonly problem: Problem | undefined;
  /** Every workspace that was listed. */
  readonly workspaces: readonly Workspace[];
  /** Those that were read, by the workspace's id. */
  readonly rows: ReadonlyMap<string, AuditRow>;
  /** "38 % on OIDC (12 of 31)", of those that were read. */
  readonly progress: string;
  /** The row of its static keys, once they were looked at. */
  readonly keys?: OrganizationRow;
  /** Age in days of the oldest key that reaches a workspace, by the workspace's id; of those whose age is known. */
  readonly keyDays?: ReadonlyMap<string, number>;
}

/** So many workspaces are one list; more are put into groups by their state. */
const listed = 12;
/** So many rows of a group are shown in one piece; more of them are put into pages. */
const pageSize = 100;

const number = (n: number): string => n.toLocaleString('en-US');

export const organizationId = ({
  hostname,
  organization,
}: Pick<OrganizationView, 'hostname' | 'organization'>): string => `organization:${hostname}/${organization}`;

/** The organization with everything below it that the filter lets through. */
export function organizationRow(view: OrganizationView, filter: Filter): OrganizationRow {
  const id = organizationId(view);
  const all = view.workspaces.map(w => workspaceRow(id, w, view.rows.get(w.id), view.keyDays?.get(w.id)));
  const shown = all.filter(row => fits(row, filter));
  const state = view.reading === 'listing' ? 'unchecked' : worstOf(all.map(r => r.state));
  const description = descriptionOf(view);
  const hover = [
    `${view.organization} on ${view.hostname}: ${description}`,
    ...(view.problem === undefined ? [] : [problemText(view.problem)]),
    ...(view.reading === 'read'
      ? ['Of workspaces that have AWS credentials, or whose variables could not be read.']
      : []),
  ];
  return {
    id,
    kind: 'organization',
    label: view.organization,
    description,
    state,
    hover,
    spoken: `Organization ${sentences(hover)}`,
    open: 'opened',
    page: 'docs/organization.md',
    ...bestOf(view, all),
    rows: [...unfinished(id, view), ...(view.keys === undefined ? [] : [view.keys]), ...grouped(id, shown)],
  };
}

function bestOf({ reading }: OrganizationView, rows: readonly OrganizationRow[]): Pick<OrganizationRow, 'best'> {
  if (reading === 'stopped') return { best: 'resumeOrganization' };
  return reading === 'read' && rows.some(r => r.state === 'wrong') ? { best: 'migrateNext' } : {};
}

function descriptionOf({ reading, rows, workspaces, progress }: OrganizationView): string {
  const read = `${Math.floor((100 * rows.size) / Math.max(1, workspaces.length))} % read`;
  switch (reading) {
    case 'listing':
      return 'listing its workspaces';
    case 'reading':
      return rows.size === 0 ? read : `${read}, ${progress}`;
    case 'stopped':
      return rows.size === 0 ? 'stopped, nothing was read' : `stopped, ${read}, ${progress}`;
    case 'read':
      return workspaces.length === 0 ? 'no workspace' : progress;
  }
}

/** What the reading left out when it was stopped, as the row that goes on with it. */
function unfinished(
  parent: string,
  { reading, rows, workspaces, problem }: OrganizationView,
): readonly OrganizationRow[] {
  if (reading !== 'stopped') return [];
  const left = workspaces.length - rows.size;
  const label = workspaces.length === 0 ? 'Not listed yet: go on' : `${number(left)} not read yet: go on`;
  const why = problem === undefined ? 'The reading was stopped. It goes on where it ended.' : problemText(problem);
  return [
    {
      id: `${parent}#unfinished`,
      kind: 'unfinished',
      label,
      description: problem === undefined ? '' : problem.message,
      state: 'unchecked',
      hover: [why],
      spoken: `${label}. ${why}`,
      open: 'leaf',
      best: 'resumeOrganization',
      rows: [],
    },
  ];
}

const states: Readonly<Record<AuditRow['severity'], (row: AuditRow) => BoardState>> = {
  error: () => 'wrong',
  warning: () => 'unknown',
  ok: row => (row.state === 'oidc' ? 'ok' : 'aside'),
};

/** How a workspace gets its credentials, in at most five words. */
function reasonOf({ state, severity, faults, reading }: AuditRow): string {
  if (state === 'both') return 'keys still win';
  if (state === 'static') return 'static keys only';
  const [fault] = severity === 'error' ? faults : [];
  if (fault !== undefined)
    return {
      'not-switched-on': 'not switched on',
      'no-role': 'no role is named',
      malformed: 'a variable is malformed',
    }[fault.kind];
  switch (state) {
    case 'oidc':
      return 'on OIDC';
    case 'none':
      return 'no AWS credentials';
    case 'local':
      return 'runs on somebody’s machine';
    case 'unknown':
      return reading === undefined ? 'variables could not be read' : 'not everything could be read';
  }
}

function workspaceRow(
  parent: string,
  workspace: Workspace,
  row: AuditRow | undefined,
  age: number | undefined,
): OrganizationRow {
  const { id, name, project, url } = workspace;
  const state = row === undefined ? 'unchecked' : states[row.severity](row);
  const reason = row === undefined ? 'not read yet' : reasonOf(row);
  const oldest = age === undefined ? [] : [`oldest key ${age} d`];
  const details =
    row === undefined
      ? []
      : [
          ...(row.facts?.staticCredentials ?? []).map(s => `${s.key} from the ${s.origin}`),
          ...row.faults.map(f => f.text),
          ...row.unread,
        ];
  const said = `${name}: ${state === 'aside' ? '' : `${wordOf(state)}, `}${[reason, `project ${project.name}`, ...oldest].join(', ')}`;
  return {
    id: `${parent}#${id}`,
    kind: 'audited',
    label: name,
    description: [reason, project.name, ...oldest].join(' · '),
    state,
    hover: [said, ...details],
    spoken: sentences([said, ...details]),
    open: 'leaf',
    url,
    rows: [],
  };
}

/** Like the rest of the board: by state, and by a text in the name, the project, the reason or what was found. */
function fits({ state, label, description, hover }: OrganizationRow, filter: Filter): boolean {
  if (filter.state !== undefined && state !== filter.state) return false;
  const wanted = (filter.text ?? '').toLowerCase();
  return wanted === '' || [label, description, ...hover].some(text => text.toLowerCase().includes(wanted));
}

const compare = (a: OrganizationRow, b: OrganizationRow): number =>
  a.label < b.label ? -1 : a.label > b.label ? 1 : 0;

const groupNames: Readonly<Record<BoardState, string>> = {
  wrong: 'Wrong',
  warning: 'Warning',
  unknown: 'Unknown',
  unchecked: 'Not read yet',
  ok: 'On OIDC',
  aside: 'Nothing to move',
};

/** The worst first, by name. Many are groups by state, and large groups have pages: a view asks for what is open alone. */
function grouped(parent: string, rows: readonly OrganizationRow[]): readonly OrganizationRow[] {
  const byState = stateOrder.map(state => [state, rows.filter(r => r.state === state).sort(compare)] as const);
  if (rows.length <= listed) return byState.flatMap(([, members]) => members);
  return byState.flatMap(([state, members]) =>
    members.length === 0
      ? []
      : [
          group(
            `${parent}#state:${state}`,
            groupNames[state],
            state,
            members,
            paged(`${parent}#state:${state}`, state, members),
          ),
        ],
  );
}

function paged(parent: string, state: BoardState, members: readonly OrganizationRow[]): readonly OrganizationRow[] {
  if (members.length <= pageSize) return members;
  const count = Math.ceil(members.length / pageSize);
  return Array.from({ length: count }, (_, i) => {
    const page = members.slice(i * pageSize, (i + 1) * pageSize);
    const ends = [
      page[0]?.label ?? '',
      ...page
        .slice(1)
        .map(m => m.label)
        .slice(-1),
    ];
    return group(`${parent}#page:${i}`, ends.join(' … '), state, page, page);
  });
}

function group(
  id: string,
  label: string,
  state: BoardState,
  members: readonly OrganizationRow[],
  rows: readonly OrganizationRow[],
): OrganizationRow {
  const description = members.length === 1 ? '1 workspace' : `${number(members.length)} workspaces`;
  const spoken = `${label}: ${description}`;
  return { id, kind: 'group', label, description, state, hover: [spoken], spoken, open: 'closed', rows };
}

/** The rows that have to be drawn again to come from one state of an organization to the next: as few and as low as can be. */
export function changedRows(before: OrganizationRow, after: OrganizationRow): readonly OrganizationRow[] {
  if (shownText(before) !== shownText(after) || idsBelow(before) !== idsBelow(after)) return [after];
  return after.rows.flatMap((row, i) => {
    const former = before.rows[i];
    return former === undefined ? [row] : changedRows(former, row);
  });
}

const shownText = ({ rows: _, key: __, ...shown }: OrganizationRow): string => JSON.stringify(shown);
const idsBelow = ({ rows }: OrganizationRow): string => rows.map(r => r.id).join('\n');

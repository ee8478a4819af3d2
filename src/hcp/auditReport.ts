import { csvLine } from '../core/csv';
import { markdownText } from '../core/markdown';
import type { AuditRow, AuditState } from './audit';

/** What a report of an organization is made from. */
export interface AuditReport {
  readonly hostname: string;
  readonly organization: string;
  /** Only the workspaces of this project were read. */
  readonly project?: string | undefined;
  readonly rows: readonly AuditRow[];
  /** Workspaces that were listed, and not read since the reading was stopped. */
  readonly unread?: number;
  /** When it was read, in milliseconds since the epoch. */
  readonly at?: number;
  /** Age in days of the oldest static key that reaches a workspace, by its id; only of those whose age is known. */
  readonly keyDays?: ReadonlyMap<string, number>;
}

const states: readonly AuditState[] = ['oidc', 'static', 'both', 'none', 'local', 'unknown'];

/** How many workspaces there are of each state. */
export function auditCounts(rows: readonly AuditRow[]): Readonly<Record<AuditState, number>> {
  const count = (state: AuditState): number => rows.filter(r => r.state === state).length;
  return {
    oidc: count('oidc'),
    static: count('static'),
    both: count('both'),
    none: count('none'),
    local: count('local'),
    unknown: count('unknown'),
  };
}

/**
 * "38 % on OIDC (12 of 31)": of the workspaces that have AWS credentials or may have some, those with dynamic credentials that nothing
 * beats and no fault stops. What could not be read does not count as moved. Rounded down, so that 100 % means every one.
 */
export function auditProgressText(rows: readonly AuditRow[]): string {
  const counted = rows.filter(r => r.state !== 'none' && r.state !== 'local');
  const moved = counted.filter(r => r.state === 'oidc' && r.severity === 'ok').length;
  return counted.length === 0
    ? 'No workspace has AWS credentials'
    : `${Math.floor((100 * moved) / counted.length)} % on OIDC (${moved} of ${counted.length})`;
}

/** "AWS_ACCESS_KEY_ID from the variable set Legacy" */
export const staticKeys = (row: AuditRow): readonly string[] =>
  row.facts?.staticCredentials.map(s => `${s.key} from the ${s.origin}`) ?? [];

const header = [
  'organization',
  'project',
  'workspace',
  'workspace_id',
  'execution_mode',
  'state',
  'severity',
  'configurations',
  'plan_roles',
  'apply_roles',
  'static_credentials',
  'oldest_key_days',
  'faults',
  'unread',
  'url',
];

export function auditCsv({ organization, rows, keyDays }: AuditReport): string {
  const lines = rows.map(row => {
    const configurations = row.facts?.configurations ?? [];
    const roles = (phase: 'plan' | 'apply'): string =>
      configurations.map(({ roles: { [phase]: r } }) => (r.state === 'set' ? r.arn : r.state)).join('; ');
    return csvLine([
      organization,
      row.workspace.project.name,
      row.workspace.name,
      row.workspace.id,
      row.workspace.executionMode,
      row.state,
      row.severity,
      configurations.map(c => c.tag ?? 'default').join('; '),
      roles('plan'),
      roles('apply'),
      staticKeys(row).join('; '),
      String(keyDays?.get(row.workspace.id) ?? ''),
      row.faults.map(f => f.text).join(' '),
      row.unread.join(' '),
      row.workspace.url,
    ]);
  });
  return csvLine(header) + lines.join('');
}

const words: Readonly<Record<AuditState, string>> = {
  oidc: 'dynamic credentials',
  static: 'static keys',
  both: 'static keys beat its dynamic credentials',
  none: 'no AWS credentials in its variables',
  local: 'runs locally; its variables do not count',
  unknown: 'could not be read whole',
};

const rank = { error: 0, warning: 1, ok: 2 } as const;

/** A page for a review: how far the organization is, then a table of its workspaces, the worst first. */
export function auditMarkdown(report: AuditReport): string {
  const { hostname, organization, project, rows, unread = 0, at, keyDays } = report;
  const where = `${organization}${project === undefined ? '' : `, project ${project}`} on ${hostname}`;
  const counts = auditCounts(rows);
  const sorted = [...rows].sort(
    (a, b) => rank[a.severity] - rank[b.severity] || (a.workspace.name < b.workspace.name ? -1 : 1),
  );
  const line = (row: AuditRow): string =>
    [
      row.workspace.name,
      row.workspace.project.name,
      words[row.state],
      [...staticKeys(row), ...row.faults.map(f => f.text), ...row.unread].join('; '),
      daysText(keyDays?.get(row.workspace.id)),
    ]
      .map(markdownText)
      .join(' | ');
  return [
    `# AWS credentials of ${markdownText(where)}`,
    '',
    `${auditProgressText(rows)}. ${at === undefined ? '' : `Read at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC. `}${rows.length} ${rows.length === 1 ? 'workspace' : 'workspaces'}:`,
    '',
    ...states.flatMap(state => (counts[state] === 0 ? [] : [`- ${counts[state]}: ${words[state]}`])),
    ...(unread === 0 ? [] : [`- ${unread}: not read, since the reading was stopped`]),
    '',
    '| Workspace | Project | State | Why | Oldest key |',
    '| --- | --- | --- | --- | --- |',
    ...sorted.map(row => `| ${line(row)} |`),
    '',
  ].join('\n');
}

const daysText = (days: number | undefined): string =>
  days === undefined ? '' : days === 1 ? '1 day' : `${days} days`;

import { unwrap } from '../../core/problem';
import { oneLine } from '../../core/text';
import { type AuditRow, auditWorkspaces } from '../../hcp/audit';
import { auditCounts, auditCsv, auditMarkdown, auditProgressText, staticKeys } from '../../hcp/auditReport';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { findProject } from '../../hcp/workspace/read';
import { unknownProject } from '../../hcp/workspace/model';
import { organizationName } from '../../oidc/names';
import { auditProgress } from '../binding/auditProgress';
import { HcpSessions } from '../binding/hcpSession';
import { hostnameOf } from '../names';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { choice, host, needed, strictOption, text } from '../option';
import { jsonReport } from '../output/jsonReport';

export const audit = command({
  name: 'audit',
  group: 'State',
  summary: 'say of every workspace of an organization whether it has dynamic credentials or static keys',
  operands: '',
  namesFromConfig: true,
  about: `Reads the variables of all workspaces that the token's user may see: which have dynamic credentials for AWS, which still have static keys, and where these come from (workspace or variable set). Writes nothing. Progress goes to standard error.`,
  options: {
    organization: needed('ORG', 'the organization; needed'),
    project: text('PROJECT', 'only the workspaces of this project'),
    hostname: host('HOST', 'default app.terraform.io'),
    format: choice(['text', 'json', 'csv', 'markdown'], 'text', 'how to report'),
    strict: strictOption,
    'fail-on': choice(['error', 'warning', 'never'], 'error', 'the lowest severity that makes the exit code 1'),
  },
  report: `JSON: { "hostname", "organization", "project", "summary": { "workspaces", "oidc", "static", "both", "none", "local", "unknown" },
  "workspaces": [{ "name", "id", "project", "executionMode", "url", "state": "oidc|static|both|none|local|unknown",
  "severity": "error|warning|ok", "configurations": [{ "tag", "backing", "enabled", "roles", "audience" }],
  "staticCredentials": [{ "key", "category", "origin" }], "faults": [], "unread": [] }] }
States: oidc = dynamic credentials; static = static keys only; both = static keys beat the dynamic credentials; none = neither; local = runs on people's own machines, variables do not count; unknown = "unread" says what could not be read.
Errors: static keys, and configurations with faults. Warnings: unknown.`,
  exits: {
    0: 'clean',
    1: 'findings at the level of --fail-on',
    2: 'could not run, a workspace could not be read, or the token sees no workspace at all',
  },
  async run(context, { values }) {
    const format = values.format;
    const failOn = values['fail-on'];
    const organization = unwrap(organizationName(values.organization));
    const hostname = hostnameOf(values);
    const client = await new HcpSessions(context).open(hostname, undefined);
    const named = values.project;
    const project =
      named === undefined ? undefined : unwrap(await findProject(client, organization, named, context.signal));
    context.progress(`Listing the workspaces of ${organization} on ${hostname} …\n`);
    const filter = project === undefined ? {} : { projectId: project.id };
    const rows = unwrap(await auditWorkspaces(client, organization, filter, context.signal, auditProgress(context)));
    // A list that is empty is no clean organization: the token may see nothing of it.
    const none =
      rows.length > 0 ? undefined : await noWorkspaces(client, organization, filterInWords(filter), context.signal);
    const subject = { hostname, organization, project: project?.name };
    if (format === 'json') context.out(json(subject, rows));
    else if (format === 'csv') context.out(auditCsv({ ...subject, rows }));
    else if (format === 'markdown') context.out(auditMarkdown({ ...subject, rows }));
    else context.out(textOf(subject, rows));
    if (none !== undefined) context.err(`${none.message} (${none.code})\n${none.nextStep}\n`);
    const severities = rows.map(row => row.severity);
    return exitCode(
      {
        wrong: severities.some(s => failOn !== 'never' && (s === 'error' || (failOn === 'warning' && s === 'warning'))),
        unread: none !== undefined || rows.some(row => row.state === 'unknown'),
        open: rows.some(row => row.unread.length > 0),
      },
      values.strict,
    );
  },
});

interface Subject {
  readonly hostname: string;
  readonly organization: string;
  readonly project: string | undefined;
}

function json({ hostname, organization, project }: Subject, rows: readonly AuditRow[]): string {
  const workspaces = rows.map(row => ({
    name: row.workspace.name,
    id: row.workspace.id,
    project: row.workspace.project,
    executionMode: row.workspace.executionMode,
    url: row.workspace.url,
    state: row.state,
    severity: row.severity,
    configurations: row.facts?.configurations.map(c => ({ ...c, tag: c.tag ?? null })) ?? [],
    staticCredentials: row.facts?.staticCredentials ?? [],
    faults: row.faults.map(f => f.text),
    unread: row.unread,
  }));
  const report = {
    hostname,
    organization,
    project: project ?? null,
    summary: { workspaces: rows.length, ...auditCounts(rows) },
    workspaces,
  };
  return jsonReport('audit', report);
}

const words: Readonly<Record<AuditRow['state'], string>> = {
  oidc: 'dynamic credentials',
  static: 'STATIC KEYS',
  both: 'STATIC KEYS beat its dynamic credentials',
  none: 'no AWS credentials in its variables',
  local: 'runs locally; its variables do not count',
  unknown: 'unknown',
};

const projectOf = ({ workspace: { project } }: AuditRow): string =>
  project.name === unknownProject ? 'project unknown' : project.name;

function textOf({ hostname, organization, project }: Subject, rows: readonly AuditRow[]): string {
  const lines = rows.flatMap(row => [
    `${row.workspace.name} (${projectOf(row)}): ${words[row.state]}`,
    ...[...staticKeys(row), ...row.faults.map(f => f.text), ...row.unread].map(line => `    ${line}`),
  ]);
  const counts = Object.entries(auditCounts(rows))
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const where = `${organization}${project === undefined ? '' : `, project ${project}`} on ${hostname}`;
  const total = `${rows.length} ${rows.length === 1 ? 'workspace' : 'workspaces'} of ${where}`;
  return `${lines.map(oneLine).join('\n')}${lines.length > 0 ? '\n\n' : ''}${total}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}.\n${rows.length === 0 ? '' : `${auditProgressText(rows)}.\n`}`;
}

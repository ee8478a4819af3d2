import { setFlagsFromString } from 'node:v8';
import { codeOwners } from '../../../binding/gather/code';
import { permissionSources } from '../../../binding/gather/permissionSources';
import { workspacesOf } from '../../../binding/gather/workspacesOf';
import {
  accountFinder,
  migrate as carryOut,
  migrationServices,
  type MigrationServices,
  openMember,
  planMigration,
  sortUnits,
} from '../../../binding/migrate';
import type { OpenedAccount } from '../../../binding/setup';
import { unwrap } from '../../../core/problem';
import { type AuditRow, auditWorkspaces } from '../../../hcp/audit';
import { permissionFile } from '../../../node/permissionFiles';
import { organizationName } from '../../../oidc/names';
import type { Root } from '../../../terraform/model';
import { auditProgress } from '../../binding/auditProgress';
import { journalOption, profileOptions } from '../../binding/setupOptions';
import { journalDir } from '../../binding/journalPlace';
import { accountOf, openAccount } from '../../binding/accounts';
import { exportMigration } from '../../binding/migrateExport';
import { HcpSessions } from '../../binding/hcpSession';
import { givenAccounts, profileOfPattern } from '../../binding/migrateAccounts';
import { codeOf, journals, setupServices } from '../../binding/services';
import { cliSurface } from '../../binding/surface';
import { type CliContext, command } from '../../command';
import { hostnameOf } from '../../names';
import { choice, file, flag, list, needed, section, text, textOrJson, wholeNumber, type Values } from '../../option';
import { migrationJson, migrationText, resultText, unitLine } from '../../output/migrationReport';
import { jsonReport } from '../../output/jsonReport';
import { readTerraformFolder, type TerraformFolder } from '../../terraformFolder';

const migrateOptions = {
  organization: needed('ORG', 'the organization; needed'),
  hostname: text('HOST', 'default app.terraform.io'),
  workspace: list('NAME', 'only these workspaces'),
  yes: flag('write; without it the summary and each plan are shown and nothing is written'),
  ...section('How the accounts are reached', {
    profile: profileOptions.profile,
    region: profileOptions.region,
    'profile-pattern': text('PATTERN', 'a profile for each account: {account} stands for its number (acme-{account})'),
    'assume-role-in-accounts': text(
      'ROLE',
      'a role that the profile may assume in each account of an AWS Organization, by its name (and path)',
    ),
    'account-of': list(
      'WORKSPACE=ID',
      'the account of a workspace whose key cannot be read; NAME* for all that begin so',
    ),
    'only-account': list('ID', 'only the workspaces of this account: a yes for one account at a time'),
  }),
  ...section('How far', {
    'remove-static-keys': flag(
      'after the proof of each workspace: remove its own static AWS variables. Their values are not kept. Those of variable sets stay',
    ),
    'prove-run': flag('a plan-only run for each workspace as the real proof'),
    wave: wholeNumber('N', 'workspaces of a wave (default 10)'),
    'stop-after': wholeNumber('N', 'failures in one wave that stop all (default 2)'),
  }),
  ...section('Roles', {
    roles: choice(['separate', 'single'], 'separate', 'a role each for plan and apply, or one for both'),
    path: text('/P/', 'path of the roles (default /)'),
    boundary: text('NAME', 'permissions boundary: the name of a policy that each account has'),
    'policy-arn': list('NAME', 'managed policy of AWS for the roles, beside what the code needs (ReadOnlyAccess)'),
  }),
  ...section('As code, in place of writing', {
    'export-to': file('DIR', 'write the same plan as code into this folder, and change nothing: an account each'),
    as: choice(
      ['terraform', 'cloudformation'],
      'terraform',
      'terraform: one module call a workspace, with import blocks for what exists; cloudformation: a template an account, for StackSets',
    ),
  }),
  journal: journalOption,
  format: textOrJson,
} as const;

type MigrateValues = Values<typeof migrateOptions>;

export const migrate = command({
  name: 'migrate',
  group: 'Set up',
  summary: 'set up OIDC for all workspaces of an organization that have static keys, in waves; needs --yes',
  operands: '[PATH]',
  about: `Takes the audit of the organization, finds the account of each workspace (by its roles, by the id of its key, or as --account-of says), groups by account, project and repository, plans all, shows one summary and each plan, and with --yes goes in waves, with everything that "configure" does for each workspace. Two failures in one wave stop it. Called again after any stop it goes on: what is done is left alone.

Workspaces whose code is in PATH get the permissions that it needs; all others get everything but these, and the report says so. Quotas are counted before anything is written.`,
  options: migrateOptions,
  report: `JSON: { "accounts": [{ "accountId", "problem", "roles": { "now", "made" }, "providers", "workspaces": [{ "name", "project", "repository", "code", "changes", "removals", "problems", "notes" }] }], "left": [{ "name", "done", "why" }], "result": { "state": "done|stopped|declined|cancelled", "waves", "why", "units": [{ "name", "accountId", "state": "done|kept keys|failed|not reached|declined", "why" }] } }`,
  examples: [
    'tfc-oidc migrate --organization acme --profile admin --assume-role-in-accounts OrganizationAccountAccessRole',
  ],
  exits: {
    0: 'all that can move has moved',
    1: 'not applied, a workspace failed, or something is left that was not touched',
    2: 'stopped, or could not run',
  },
  async run(context, { values, positionals }) {
    // A thousand plans leave much behind, and the time is HCP Terraform's: memory is what can be saved.
    setFlagsFromString('--optimize-for-size');
    const organization = unwrap(organizationName(values.organization));
    const hostname = hostnameOf(values);
    const client = await new HcpSessions(context).open(hostname, undefined);
    const folder = positionals.length === 0 ? undefined : await readTerraformFolder(context, positionals);
    const journal = journalDir(context, values);
    const store = journals(journal);
    context.progress(`Reading the workspaces of ${organization} …\n`);
    const all = unwrap(await auditWorkspaces(client, organization, {}, context.signal, auditProgress(context)));
    const rows = all.filter(r => values.workspace.length === 0 || values.workspace.includes(r.workspace.name));
    const asking = values.profile ?? (await profileOfPattern(context, values['profile-pattern']));
    const base =
      values['profile-pattern'] === undefined || asking !== undefined
        ? await openAccount(context, { ...values, profile: asking })
        : undefined;
    const finder = await accountFinder(base, givenAccounts(values['account-of']), store, context.signal);
    const code = codeFinder(context, folder);
    const sorted = await sortUnits(rows, client, code, finder);
    const only = new Set(values['only-account']);
    const units = sorted.units.filter(u => only.size === 0 || only.has(u.accountId));
    const services = servicesOf(context, values, { folder, journal, base });
    const json = values.format === 'json';
    const surface = cliSurface(context, { yes: values.yes, account: undefined }, true);
    const plan = await planMigration(units, sorted.left, services, surface, context.signal);
    if (values['export-to'] !== undefined) return exportMigration(context, plan, values['export-to'], values.as);
    if (!json) context.out(migrationText(plan));
    const result = await carryOut(
      plan,
      {
        size: Math.max(1, values.wave ?? 10),
        stopAfter: Math.max(1, values['stop-after'] ?? 2),
        told: (unit, wave) => context.progress(unitLine(unit, wave)),
      },
      services,
      surface,
      context.signal,
    );
    context.out(json ? jsonReport('migrate', migrationJson(plan, result)) : resultText(result));
    if (result.state === 'stopped' || result.state === 'cancelled') return 2;
    const open = result.units.some(u => u.state !== 'done') || plan.left.some(l => !l.done);
    return open ? 1 : 0;
  },
});

/** The root whose cloud block names a workspace. */
function codeFinder(context: CliContext, folder: TerraformFolder | undefined) {
  const roots = new Map<string, Root>();
  for (const root of folder?.project.roots ?? []) {
    const named = workspacesOf(root.cloud);
    if (named.ok && named.value.which.by === 'name')
      roots.set(`${named.value.hostname}/${named.value.organization}/${named.value.which.name}`, root);
  }
  return ({ workspace: w }: AuditRow) => {
    const root = roots.get(`${w.hostname}/${w.organization}/${w.name}`);
    return { code: codeOf(context, root), folder: root === undefined ? undefined : folder?.name(root.dir) };
  };
}

interface Around {
  readonly folder: TerraformFolder | undefined;
  readonly journal: string;
  readonly base: OpenedAccount | undefined;
}

function servicesOf(context: CliContext, values: MigrateValues, { folder, journal, base }: Around): MigrationServices {
  const { region, profile } = values;
  const routes = { profile, pattern: values['profile-pattern'], assume: values['assume-role-in-accounts'] };
  return migrationServices(
    {
      roles: values.roles,
      path: values.path ?? '/',
      boundary: values.boundary,
      attached: values['policy-arn'],
      removeStaticKeys: values['remove-static-keys'],
      proveByRun: values['prove-run'],
    },
    {
      open: accountId =>
        openMember(request => accountOf(context, { ...request, region }), routes, accountId, base, context.signal),
      journals: journals(journal),
      permissions: permissionSources(permissionFile),
      ownedByCode: (folder?.project.roots ?? []).flatMap(r => codeOwners(r, file => folder?.name(file) ?? file)),
      setup: (_unit, own) => setupServices(context, journal, folder, false, own),
    },
  );
}

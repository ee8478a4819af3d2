import { codeOwners } from '../../binding/gather/code';
import { permissionSources } from '../../binding/gather/permissionSources';
import { rolePolicies } from '../../binding/gather/rolePolicies';
import type { OpenedAccount } from '../../binding/setup';
import {
  carryOutShrinking,
  compareUse,
  type Foresight,
  foresee,
  onlyWithoutConditions,
  type Shrinking,
  shrinkRole,
  unusedDays,
  type UseComparison,
} from '../../binding/use';
import { ProblemError, unwrap } from '../../core/problem';
import type { ActualRole } from '../../iam/account/types';
import { permissionFile } from '../../node/permissionFiles';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import type { CliContext } from '../command';
import type { ExitCode } from '../exitCode';
import { UsageError } from '../option';
import { applyText, changeJson, changeText } from '../output/planReport';
import { jsonReport } from '../output/jsonReport';
import type { TerraformFolder } from '../terraformFolder';
import { journalDir } from './journalPlace';
import { useCaseServices } from './services';
import { cliSurface } from './surface';

/** What a role is compared with. */
export interface RoleQuestion {
  readonly opened: OpenedAccount;
  /** Name or ARN. */
  readonly role: string | undefined;
  readonly regions: readonly string[];
  readonly needed: {
    readonly policy: PermissionDocument;
    /** Types of which nothing is known. */
    readonly unmapped: readonly string[];
    /** Code that could not be read. */
    readonly unread: readonly string[];
    /** What runs still refresh and delete was counted too: a policy of the code alone takes nothing away. */
    readonly whole: boolean;
  };
  readonly account: string | undefined;
  readonly yes: boolean;
  readonly journal: string | undefined;
  readonly json: boolean;
}

async function roleOf(context: CliContext, { opened, role: name }: RoleQuestion): Promise<ActualRole> {
  if (name === undefined) throw new UsageError('--role is needed: the name or ARN of the role that runs assume');
  const role = unwrap(await opened.account.readRole(name, context.signal));
  if (role !== undefined) return role;
  throw new ProblemError({
    code: 'role-missing',
    message: `Account ${opened.caller.accountId} has no role ${name}.`,
    nextStep: 'Choose a profile of the account of the role (--profile), or another role (--role).',
  });
}

/** Before the first run: what IAM would decide of the calls that the code needs. */
export async function simulateRole(context: CliContext, question: RoleQuestion): Promise<ExitCode> {
  const { opened, needed, regions } = question;
  const role = await roleOf(context, question);
  const found = await foresee(opened.account, role, needed.policy, regions, context.signal);
  if (found.state === 'unknown')
    throw new ProblemError({
      code: 'simulation-unknown',
      message: `What role ${role.name} may do cannot be asked of IAM: ${found.why}`,
      nextStep: 'Use a profile that may simulate (iam:SimulatePrincipalPolicy); until then it is unknown, not refused.',
    });
  const { calls } = found.value;
  context.out(
    question.json
      ? jsonReport('permissions', {
          role: role.arn,
          calls,
          organization: found.value.organization,
          unmapped: needed.unmapped,
        })
      : foresightText(role.name, found.value),
  );
  return calls.some(c => c.state === 'refused') ? 1 : 0;
}

function foresightText(role: string, { calls }: Foresight): string {
  const of = (state: 'allowed' | 'refused' | 'unknown') => calls.filter(c => c.state === state);
  const out = [
    `Role ${role}: of ${calls.length} calls that the code needs, IAM would allow ${of('allowed').length}, refuse ${of('refused').length}, and does not tell ${of('unknown').length}.`,
  ];
  for (const { action, resource, why } of of('refused')) out.push(`  refused  ${action} on ${resource}: ${why}`);
  // All that would be allowed has the same reason in an organization.
  const open = of('unknown').filter(c => c.why === onlyWithoutConditions);
  for (const { action, resource, why } of of('unknown').filter(c => !open.includes(c)))
    out.push(`  unknown  ${action} on ${resource}: ${why}`);
  if (open.length > 0) out.push(`  unknown  ${names([...new Set(open.map(c => c.action))])}: ${onlyWithoutConditions}`);
  return `${out.join('\n')}\n`;
}

/** After some weeks: granted, used and needed, apart; and the smaller policy as a difference. */
export async function compareRoleWithUse(
  context: CliContext,
  folder: TerraformFolder,
  values: RoleQuestion,
): Promise<ExitCode> {
  const { opened, needed } = values;
  const role = await roleOf(context, values);
  context.progress(`Asking IAM what role ${role.name} used …\n`);
  const services = unwrap(await opened.account.use.lastAccessed(role.arn, context.signal));
  const policies = unwrap(await rolePolicies(opened.account, role, context.signal)).policies;
  const { actions } = permissionSources(permissionFile).reference();
  const use = compareUse(policies, services, needed.policy, actions, Date.now());
  const age = ageOf(role);
  // What a role that is younger than that did not use says nothing.
  const owners = folder.project.roots.flatMap(r => codeOwners(r, file => folder.name(file)));
  const why = whyNothingGoes(age, needed);
  const shrinking: Shrinking =
    why !== undefined
      ? { changes: [], problems: [], notes: [why] }
      : shrinkRole(role, opened.caller.accountId, use, actions, owners);
  if (!values.json) context.out(useText(role.name, use, shrinking, age));
  const services_ = useCaseServices(context, journalDir(context, values));
  const surface = cliSurface(context, { yes: values.yes, account: values.account }, values.json);
  const changes = shrinking.problems.length > 0 ? [] : shrinking.changes;
  const { state, written } = await carryOutShrinking(role.name, changes, opened, services_, surface);
  if (values.json)
    context.out(
      jsonReport('permissions', {
        role: role.arn,
        days: use.days,
        ageDays: age,
        actions: use.actions,
        couldGo: use.couldGo,
        neededUnused: use.neededUnused,
        untold: use.untold,
        changes: shrinking.changes.map(changeJson),
        problems: shrinking.problems,
        notes: shrinking.notes,
        result: { state, journal: written?.journal ?? null },
      }),
    );
  else if (written !== undefined) context.out(`\n${applyText(written)}`);
  else if (state === 'declined') context.out('\nNothing was written: repeat it with --yes.\n');
  return state === 'stopped' ? 2 : state === 'declined' || shrinking.problems.length > 0 ? 1 : 0;
}

const ageOf = (role: ActualRole): number =>
  role.createdAt === undefined ? 0 : Math.floor((Date.now() - Date.parse(role.createdAt)) / 86_400_000);

function whyNothingGoes(age: number, { unread, unmapped, whole }: RoleQuestion['needed']): string | undefined {
  const nothing = 'Nothing is taken from it.';
  if (age < unusedDays)
    return `The role is ${age} days old: what it did not use says something after ${unusedDays} days only. ${nothing}`;
  if (unread.length > 0)
    return `Code could not be read, so what it needs is not known whole. ${nothing} ${unread[0] ?? ''}`;
  if (unmapped.length > 0) return `Nothing is known of what ${unmapped.join(', ')} need. ${nothing}`;
  if (!whole)
    return `What a run still refreshes or deletes, and the code no longer has, was not looked at: give --remote, --state, --plan or --applied. ${nothing}`;
  return undefined;
}

/** How many names stand in a line. */
const most = 12;
const names = (actions: readonly string[]): string =>
  `${actions.slice(0, most).join(', ')}${actions.length > most ? ` and ${actions.length - most} more` : ''}`;

function useText(role: string, use: UseComparison, { changes, problems, notes }: Shrinking, age: number): string {
  const used = use.actions.filter(a => a.used.state === 'used').map(a => a.action);
  const out = [
    `Role ${role}, ${age} days old. Granted: ${use.actions.length} actions.`,
    `Used in the last ${use.days} days, as far as AWS tells: ${used.length}${used.length > 0 ? ` (${names(used)})` : ''}.`,
    `Needed by the code and not used yet: ${use.neededUnused.length}${use.neededUnused.length > 0 ? ` (${names(use.neededUnused)})` : ''}. They stay: create and delete happen rarely.`,
    `Granted, not used in ${use.days} days and not needed by the code: ${use.couldGo.length}${use.couldGo.length > 0 ? ` (${names(use.couldGo)})` : ''}.`,
    ...(use.untold.length > 0
      ? [
          `AWS does not tell which of these services' actions were used, so nothing of them goes: ${use.untold.join(', ')}.`,
        ]
      : []),
    '',
    ...changes.map((c, i) => changeText(c, i + 1).trimEnd()),
    ...problems.map(p => `Not possible: ${p.message} (${p.code})\n  ${p.nextStep}`),
    ...notes.map(n => `Note: ${n}`),
  ];
  return `${out.join('\n').trimEnd()}\n`;
}

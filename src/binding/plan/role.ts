import type { Problem } from '../../core/problem';
import type { ActualRole } from '../../iam/account/types';
import type { IamAction, IamChange, Json } from '../change';
import type { DesiredAccount, DesiredRole } from '../desired/desired';
import { type Drift, isOurs, madeForAnother, ownedElsewhere, type PlanOptions, sortedUnique, tagList } from './model';
import { isGenerated } from '../desired/ownership';
import { compactPolicy, noLongerTrusted, prettyPolicy, samePolicy } from './policy';

interface PlannedRole {
  readonly changes: readonly IamChange[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  readonly drift: readonly Drift[];
}

const defaultDuration = 3600;

export function planRole(
  account: DesiredAccount,
  role: DesiredRole,
  actual: ActualRole | undefined,
  options: PlanOptions,
): PlannedRole {
  if (actual === undefined) return { changes: createRole(account, role), problems: [], notes: [], drift: [] };
  return updateRole(account, role, actual, options);
}

/** Makes changes of one role; the titles name role and account, because the yes that is asked for names them. */
class RoleChanges {
  readonly changes: IamChange[] = [];

  constructor(
    private readonly account: DesiredAccount,
    private readonly roleName: string,
  ) {}

  add(change: {
    id?: string;
    title: string;
    action: IamAction;
    input: Readonly<Record<string, unknown>>;
    before?: string | undefined;
    after?: string | undefined;
    language?: IamChange['language'];
    expected: Json;
    wanted: Json;
    destructive?: boolean;
  }): void {
    this.changes.push({
      kind: 'iam',
      accountId: this.account.accountId,
      id: change.id === undefined ? `role:${this.roleName}` : `role:${this.roleName}:${change.id}`,
      title: `${change.title} in account ${this.account.accountId}`,
      action: change.action,
      input: { RoleName: this.roleName, ...change.input },
      before: change.before,
      after: change.after,
      language: change.language ?? 'json',
      expected: change.expected,
      wanted: change.wanted,
      destructive: change.destructive ?? false,
      undoable: true,
    });
  }

  putPolicy(name: string, text: string, before: string | undefined, destructive: boolean): void {
    this.add({
      id: `policy:${name}`,
      title: `${before === undefined ? 'Put' : 'Replace'} inline policy ${name} of role ${this.roleName}`,
      action: 'PutRolePolicy',
      input: { PolicyName: name, PolicyDocument: text },
      before: before === undefined ? undefined : prettyPolicy(before),
      after: prettyPolicy(text),
      expected: before ?? null,
      wanted: text,
      destructive,
    });
  }

  attach(arn: string): void {
    this.add({
      id: `attach:${arn}`,
      title: `Attach ${arn} to role ${this.roleName}`,
      action: 'AttachRolePolicy',
      input: { PolicyArn: arn },
      after: arn,
      language: 'plaintext',
      expected: false,
      wanted: true,
    });
  }
}

function createRole(account: DesiredAccount, role: DesiredRole): readonly IamChange[] {
  const make = new RoleChanges(account, role.name);
  const trust = compactPolicy(role.trustPolicy);
  const boundary = role.permissionsBoundaryArn;
  const duration = role.maxSessionDuration ?? defaultDuration;
  make.add({
    title: `Create role ${role.name}`,
    action: 'CreateRole',
    input: {
      Path: role.path,
      AssumeRolePolicyDocument: trust,
      ...(role.description === '' ? {} : { Description: role.description }),
      MaxSessionDuration: duration,
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
      Tags: tagList(role.tags),
    },
    after: JSON.stringify(
      {
        name: role.name,
        path: role.path,
        description: role.description,
        maxSessionDuration: duration,
        ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
        tags: role.tags,
        trustPolicy: role.trustPolicy,
      },
      null,
      2,
    ),
    expected: null,
    wanted: {
      trustPolicy: trust,
      description: role.description,
      maxSessionDuration: duration,
      boundary: boundary ?? null,
      tags: role.tags,
    },
  });
  for (const policy of role.inlinePolicies)
    make.putPolicy(policy.name, compactPolicy(policy.document), undefined, false);
  for (const arn of sortedUnique(role.attachedPolicyArns)) make.attach(arn);
  return make.changes;
}

function updateSettings(role: DesiredRole, actual: ActualRole, make: RoleChanges, changed: Changed): void {
  const duration = role.maxSessionDuration ?? actual.maxSessionDuration;
  // A description that somebody else wrote is theirs, also once we have taken the role over.
  const written = actual.description ?? '';
  const description = written === '' || isGenerated(written) ? role.description : written;
  if (duration !== actual.maxSessionDuration || description !== (actual.description ?? '')) {
    const former = { description: actual.description ?? '', maxSessionDuration: actual.maxSessionDuration };
    const next = { description, maxSessionDuration: duration };
    changed('Description or session duration differ.');
    make.add({
      id: 'settings',
      title: `Update description and session duration of role ${actual.name}`,
      action: 'UpdateRole',
      // Both at once: UpdateRole resets what is left out.
      input: { Description: description, MaxSessionDuration: duration },
      before: JSON.stringify(former, null, 2),
      after: JSON.stringify(next, null, 2),
      expected: former,
      wanted: next,
    });
  }
}

function updateTags(role: DesiredRole, actual: ActualRole, make: RoleChanges, changed: Changed): void {
  const missing = Object.fromEntries(Object.entries(role.tags).filter(([key, value]) => actual.tags[key] !== value));
  if (Object.keys(missing).length > 0) {
    const former = Object.fromEntries(Object.keys(missing).map(key => [key, actual.tags[key] ?? null]));
    changed(`Tags differ: ${Object.keys(missing).sort().join(', ')}.`);
    make.add({
      id: 'tags',
      title: `Tag role ${actual.name}`,
      action: 'TagRole',
      input: { Tags: tagList(missing) },
      before: JSON.stringify(former, null, 2),
      after: JSON.stringify(missing, null, 2),
      expected: former,
      wanted: missing,
    });
  }
}

type Changed = (detail: string) => void;

function updateBoundary(role: DesiredRole, actual: ActualRole, make: RoleChanges, changed: Changed): void {
  const boundary = role.permissionsBoundaryArn;
  const before = actual.permissionsBoundaryArn;
  if (boundary === undefined || boundary === before) return;
  changed(`The permissions boundary is ${before ?? 'not set'} instead of ${boundary}.`);
  make.add({
    id: 'boundary',
    title: `Set the permissions boundary of role ${actual.name}`,
    action: 'PutRolePermissionsBoundary',
    input: { PermissionsBoundary: boundary },
    before,
    after: boundary,
    language: 'plaintext',
    expected: before ?? null,
    wanted: boundary,
    destructive: !isOurs(actual.tags) && before !== undefined,
  });
}

/** Notes: whom the role would no longer trust. */
function updateTrust(role: DesiredRole, actual: ActualRole, make: RoleChanges, changed: Changed): readonly string[] {
  const trust = compactPolicy(role.trustPolicy);
  if (samePolicy(actual.trustPolicy, trust)) return [];
  changed('The trust policy has another meaning.');
  make.add({
    id: 'trust',
    title: `Replace the trust policy of role ${actual.name}`,
    action: 'UpdateAssumeRolePolicy',
    input: { PolicyDocument: trust },
    before: prettyPolicy(actual.trustPolicy),
    after: prettyPolicy(trust),
    expected: actual.trustPolicy,
    wanted: trust,
    destructive: !isOurs(actual.tags),
  });
  const lost = noLongerTrusted(actual.trustPolicy, trust);
  return lost.length === 0 ? [] : [`Role ${actual.name} would no longer trust: ${lost.join(', ')}.`];
}

/** The order never grants more than intended: boundary first, then permissions, then who may assume the role. */
function updateRole(account: DesiredAccount, role: DesiredRole, actual: ActualRole, options: PlanOptions): PlannedRole {
  const ours = isOurs(actual.tags);
  const notes: string[] = [];
  const drift: Drift[] = [];
  const make = new RoleChanges(account, actual.name);
  const changed = (detail: string): void => {
    if (ours) drift.push({ on: actual.name, kind: 'changed', detail });
  };

  updateBoundary(role, actual, make, changed);
  for (const policy of role.inlinePolicies) {
    const there = actual.inlinePolicies[policy.name];
    const text = compactPolicy(policy.document);
    if (there !== undefined && samePolicy(there, text)) continue;
    changed(`The inline policy ${policy.name} ${there === undefined ? 'is missing' : 'has another text'}.`);
    make.putPolicy(policy.name, text, there, there !== undefined && !ours);
  }
  for (const arn of sortedUnique(role.attachedPolicyArns)) {
    if (actual.attachedPolicyArns.includes(arn)) continue;
    changed(`${arn} is not attached.`);
    make.attach(arn);
  }
  notes.push(...updateTrust(role, actual, make, changed));
  updateSettings(role, actual, make, changed);
  updateTags(role, actual, make, changed);
  if (ours) drift.push(...extras(role, actual));
  if (actual.path !== role.path && make.changes.length > 0) {
    notes.push(`Role ${actual.name} stays at path ${actual.path}: IAM cannot move a role.`);
  }
  return { changes: make.changes, problems: refusals(role, actual, make.changes, ours, options), notes, drift };
}

function extras(role: DesiredRole, actual: ActualRole): readonly Drift[] {
  const names = new Set(role.inlinePolicies.map(p => p.name));
  const extra = (detail: string): Drift => ({ on: actual.name, kind: 'extra', detail });
  return [
    ...Object.keys(actual.inlinePolicies)
      .filter(name => !names.has(name))
      .map(name => extra(`The inline policy ${name} is there too; it stays.`)),
    ...actual.attachedPolicyArns
      .filter(arn => !role.attachedPolicyArns.includes(arn))
      .map(arn => extra(`${arn} is attached too; it stays.`)),
    ...(role.permissionsBoundaryArn === undefined && actual.permissionsBoundaryArn !== undefined
      ? [extra(`The permissions boundary ${actual.permissionsBoundaryArn} is set; it stays.`)]
      : []),
  ];
}

function refusals(
  role: DesiredRole,
  actual: ActualRole,
  changes: readonly IamChange[],
  ours: boolean,
  options: PlanOptions,
): readonly Problem[] {
  if (changes.length === 0) return [];
  if (actual.path.startsWith('/aws-service-role/')) {
    return [
      {
        code: 'service-linked-role',
        message: `Role ${actual.name} is a service-linked role: only AWS can change it.`,
        nextStep: 'Choose another role name (--role-name).',
      },
    ];
  }
  const owned = ownedElsewhere('role', actual.name, actual.tags, options.ownedByCode ?? []);
  if (owned) return [owned];
  const other = ours && !options.adopt ? madeForAnother(actual.name, role.tags, actual.tags) : undefined;
  if (other) return [other];
  if (!ours && !options.adopt) {
    return [
      {
        code: 'role-not-ours',
        message: `Role ${actual.name} exists and was not made by tfc-oidc; ${changes.length === 1 ? '1 change' : `${changes.length} changes`} would be made to it.`,
        nextStep: 'Look at the changes and take it over (--adopt), or choose another role name (--role-name).',
      },
    ];
  }
  return [];
}

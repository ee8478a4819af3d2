import type { Problem } from '../../core/problem';
import { oidcProviderArn, roleArn } from '../../oidc/arns';
import type { IamChange } from '../change';
import type { DesiredAccount } from '../desired/desired';
import { providerPreconditions, rolePreconditions } from './preconditions';
import {
  type AccountPlan,
  type ActualAccount,
  type Drift,
  isOurs,
  ownedElsewhere,
  type PlanOptions,
  sortedUnique,
  tagList,
} from './model';
import { planRole } from './role';

/** Compares desired and actual and gives the shortest list of changes. Pure: reads nothing, writes nothing. */
export function planAccount(desired: DesiredAccount, actual: ActualAccount, options: PlanOptions): AccountPlan {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const drift: Drift[] = [];
  const changes: IamChange[] = [];
  const host = desired.provider.url.replace(/^https:\/\//, '');
  const providerArn = oidcProviderArn(desired.partition, desired.accountId, host);
  if (actual.accountId !== desired.accountId || actual.partition !== desired.partition) {
    problems.push({
      code: 'other-account',
      message: `The profile belongs to account ${actual.accountId} (${actual.partition}); the plan is for ${desired.accountId} (${desired.partition}).`,
      nextStep: 'Choose a profile of that account (--profile).',
    });
  }
  problems.push(...providerPreconditions(desired, actual, options));
  const providerChanges = planProvider(desired, actual, providerArn);
  if (actual.provider && providerChanges.length > 0) {
    const owned = ownedElsewhere('provider', host, actual.provider.tags, options.ownedByCode ?? []);
    if (owned) problems.push(owned);
  }
  changes.push(...providerChanges);
  const roles = desired.roles.map(role => {
    const there = actual.roles.get(role.name);
    const planned = planRole(desired, role, there, options);
    problems.push(...rolePreconditions(desired, role, there, providerArn, options));
    problems.push(...planned.problems);
    notes.push(...planned.notes);
    drift.push(...planned.drift);
    changes.push(...planned.changes);
    const state = there === undefined ? 'create' : planned.changes.length > 0 ? 'update' : 'unchanged';
    return {
      use: role.use,
      tag: role.tag,
      name: role.name,
      arn: there?.arn ?? roleArn(desired, role.path, role.name),
      state: state as 'create' | 'update' | 'unchanged',
    };
  });
  return {
    accountId: desired.accountId,
    partition: desired.partition,
    provider: {
      arn: providerArn,
      state: actual.provider === undefined ? 'create' : providerChanges.length > 0 ? 'update' : 'unchanged',
    },
    roles,
    changes,
    problems,
    notes,
    drift,
  };
}

function planProvider(desired: DesiredAccount, actual: ActualAccount, arn: string): readonly IamChange[] {
  const { url, audiences, tags } = desired.provider;
  const base = { kind: 'iam', accountId: desired.accountId, undoable: true, destructive: false } as const;
  const there = actual.provider;
  if (there === undefined) {
    return [
      {
        ...base,
        id: 'provider',
        title: `Create the OIDC provider ${url} in account ${desired.accountId}`,
        action: 'CreateOpenIDConnectProvider',
        // No thumbprint: AWS trusts public certificate authorities by itself since April 2024.
        input: { Url: url, ClientIDList: [...audiences], Tags: tagList(tags) },
        before: undefined,
        after: JSON.stringify({ url, audiences, tags }, null, 2),
        language: 'json',
        expected: null,
        wanted: { audiences: sortedUnique(audiences), tags },
      },
    ];
  }
  const changes: IamChange[] = audiences
    .filter(audience => !there.audiences.includes(audience))
    .map((audience, i) => {
      const before = [...there.audiences, ...audiences.filter(a => !there.audiences.includes(a)).slice(0, i)];
      return {
        ...base,
        id: `provider:audience:${audience}`,
        title: `Add the audience ${audience} to the OIDC provider ${url} in account ${desired.accountId}`,
        action: 'AddClientIDToOpenIDConnectProvider',
        input: { OpenIDConnectProviderArn: arn, ClientID: audience },
        before: JSON.stringify({ audiences: before }, null, 2),
        after: JSON.stringify({ audiences: [...before, audience] }, null, 2),
        language: 'json',
        expected: { [audience]: false },
        wanted: { [audience]: true },
      };
    });
  // The tags of a provider that somebody else made are theirs.
  const missing = Object.fromEntries(Object.entries(tags).filter(([key, value]) => there.tags[key] !== value));
  if (isOurs(there.tags) && Object.keys(missing).length > 0) {
    const former = Object.fromEntries(Object.keys(missing).map(key => [key, there.tags[key] ?? null]));
    changes.push({
      ...base,
      id: 'provider:tags',
      title: `Update ${Object.keys(missing).length} tags of the OIDC provider ${url} in account ${desired.accountId}`,
      action: 'TagOpenIDConnectProvider',
      input: { OpenIDConnectProviderArn: arn, Tags: tagList(missing) },
      before: JSON.stringify(former, null, 2),
      after: JSON.stringify(missing, null, 2),
      language: 'json',
      expected: former,
      wanted: missing,
    });
  }
  return changes;
}

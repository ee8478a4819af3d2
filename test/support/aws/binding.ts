import { defaultAudience } from '../../../src/oidc/names';
import { apply, type ApplyResult, resume } from '../../../src/binding/apply/apply';
import { iamExecutor } from '../../../src/binding/apply/iam';
import type { DesiredAccount, DesiredRole, PolicyJson } from '../../../src/binding/desired/desired';
import {
  Journal,
  type JournalRun,
  type JournalStore,
  journalName,
  readJournals,
} from '../../../src/binding/journal/journal';
import { managedByTag, managedByValue, workspaceIdTag } from '../../../src/binding/desired/ownership';
import { planAccount } from '../../../src/binding/plan/plan';
import type { AccountPlan, ActualAccount, PlanOptions } from '../../../src/binding/plan/model';
import { undo, type UndoResult } from '../../../src/binding/undo';
import type { AwsAccount } from '../../../src/iam/account/types';
import { accountId, never, type World } from './world';

export const issuer = 'https://app.terraform.io';
export const tags = { [managedByTag]: managedByValue, [workspaceIdTag]: 'ws-acmeStorefront01' };

export function trustPolicy(partition: string, phase: string, workspace = 'storefront'): PolicyJson {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:${partition}:iam::${accountId}:oidc-provider/app.terraform.io` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'app.terraform.io:aud': 'aws.workload.identity',
            'app.terraform.io:sub': `organization:acme:project:Default Project:workspace:${workspace}:run_phase:${phase}`,
          },
        },
      },
    ],
  };
}

export const readBuckets: PolicyJson = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:ListAllMyBuckets', 's3:GetBucketLocation'], Resource: '*' }],
};

export function role(partition: string, use: 'plan' | 'apply', part: Partial<DesiredRole> = {}): DesiredRole {
  return {
    use,
    name: `tfc-acme-storefront-${use}`,
    path: '/',
    description: `Dynamic credentials of acme/storefront, ${use} phase`,
    trustPolicy: trustPolicy(partition, use),
    inlinePolicies: [{ name: 'permissions', document: readBuckets }],
    attachedPolicyArns: [],
    tags,
    ...part,
  };
}

export function desired(partition = 'aws', part: Partial<DesiredAccount> = {}): DesiredAccount {
  return {
    accountId,
    partition,
    provider: { url: issuer, audiences: [defaultAudience], tags: { [managedByTag]: managedByValue } },
    roles: [role(partition, 'plan'), role(partition, 'apply')],
    ...part,
  };
}

async function readActual(account: AwsAccount, wanted: DesiredAccount): Promise<ActualAccount> {
  const arn = `arn:${wanted.partition}:iam::${accountId}:oidc-provider/${wanted.provider.url.replace('https://', '')}`;
  const provider = await account.readProvider(arn, never);
  if (!provider.ok) throw new Error(provider.problem.message);
  const roles = new Map();
  for (const { name } of wanted.roles) {
    const found = await account.readRole(name, never);
    if (!found.ok) throw new Error(found.problem.message);
    if (found.value) roles.set(name, found.value);
  }
  return { accountId, partition: wanted.partition, provider: provider.value, roles };
}

export async function planFor(
  world: World,
  wanted: DesiredAccount,
  options: Partial<PlanOptions> = {},
): Promise<AccountPlan> {
  return planAccount(wanted, await readActual(world.account, wanted), { adopt: false, ...options });
}

/** A journal in memory. */
export class MemoryJournals implements JournalStore {
  readonly texts = new Map<string, string>();
  names(): Promise<readonly string[]> {
    return Promise.resolve([...this.texts.keys()].sort());
  }
  read(name: string): Promise<string> {
    return Promise.resolve(this.texts.get(name) ?? '');
  }
  append(name: string, line: string): Promise<void> {
    this.texts.set(name, (this.texts.get(name) ?? '') + line);
    return Promise.resolve();
  }
}

const subject = `aws:${accountId}`;
let clock = Date.parse('2026-11-24T09:00:00Z');
const now = (): number => (clock += 10);

function surroundings(world: World, journal: Journal, signal: AbortSignal = never) {
  const executors = {
    iam: iamExecutor({
      account: world.account,
      accountId,
      partition: world.partition,
      wait: (milliseconds, s) => {
        s.throwIfAborted();
        world.waited += milliseconds;
        return Promise.resolve();
      },
    }),
  };
  return { executors, journal, now, progress: () => undefined, signal };
}

export function applyPlan(
  world: World,
  plan: AccountPlan,
  journals: JournalStore = new MemoryJournals(),
  signal?: AbortSignal,
): Promise<ApplyResult> {
  if (plan.problems.length > 0) throw new Error(plan.problems.map(p => p.message).join('\n'));
  const journal = new Journal(journals, journalName(now(), subject), now);
  return apply({ title: 'test', subject, changes: plan.changes }, surroundings(world, journal, signal));
}

export async function lastRun(journals: JournalStore): Promise<JournalRun> {
  const run = (await readJournals(journals)).at(-1);
  if (run === undefined) throw new Error('There is no journal.');
  return run;
}

export async function resumeLast(world: World, journals: JournalStore): Promise<ApplyResult> {
  const run = await lastRun(journals);
  return resume(run, surroundings(world, new Journal(journals, run.name, now)));
}

export async function undoLast(world: World, journals: JournalStore): Promise<UndoResult> {
  const run = await lastRun(journals);
  return undo(run, surroundings(world, new Journal(journals, run.name, now)));
}

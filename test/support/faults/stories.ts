import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from '../../../src/cli/command';
import { keys } from '../../../src/cli/commands/company/keys';
import { migrate } from '../../../src/cli/commands/company/migrate';
import { configure } from '../../../src/cli/commands/configure';
import { permissions } from '../../../src/cli/commands/permissions';
import { exampleKey, exampleSecret } from '../aws/profiles';
import type { FaultWorld, World } from './world';

/**
 * What is written after the setup of one workspace, each from its beginning. `deactivate` and `delete`: an access key that nothing uses
 * any more. `shrink`: a role's policy without what was never used. `migrate`: three workspaces in waves of two.
 */
export const stories = ['deactivate', 'delete', 'shrink', 'migrate'] as const;
export type StoryName = (typeof stories)[number];

export interface Story {
  readonly command: Command;
  readonly args: readonly string[];
  /** Makes what is there before, and gives what undo after undo leads back to. */
  seed(): Promise<World>;
  /** `before`, but for what cannot be taken back and is told beforehand. */
  back(before: World, now: World): World;
}

const oldKey = 'AKIASTOREFRONEXAMPLE';
const user = 'ci-terraform';
const day = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString().replace(/\.\d+Z$/, 'Z');
const roleName = 'tfc-acme-prod-apply';

export function storyOf(name: StoryName, world: FaultWorld): Story {
  const { pair } = world;
  const organization = ['--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile', 'default'];
  const same = (before: World): World => before;
  switch (name) {
    case 'deactivate':
      return {
        command: keys,
        args: [...organization, '--deactivate', 'MPLE', '--yes'],
        seed: () => seedOldKey(world),
        back: withoutStaticKeys,
      };
    case 'delete':
      return {
        command: keys,
        args: [...organization, '--delete', 'MPLE', '--yes'],
        seed: async () => {
          const blank = await seedOldKey(world);
          await ran(world, keys, ...organization, '--deactivate', 'MPLE', '--yes');
          daysLater(world, 8);
          return blank;
        },
        back: (before, now) => withoutDeletedKey(withoutStaticKeys(before, now), now),
      };
    case 'shrink':
      return {
        command: permissions,
        args: [
          ...['project', '--role', roleName, '--profile', 'default'],
          ...['--compare-with-use', '--applied', 'project', '--yes'],
        ],
        seed: () => seedUse(world),
        back: same,
      };
    case 'migrate':
      return {
        command: migrate,
        args: [...organization, '--yes', '--wave', '2', '--policy-arn', 'ReadOnlyAccess'],
        seed: () => Promise.resolve(seedMany(world)),
        back: same,
      };
  }
}

async function ran(world: FaultWorld, command: Command, ...args: readonly string[]): Promise<void> {
  const { code, err, crash } = await world.run(command, ...args);
  if (code > 1 || crash !== undefined) throw new Error(err + (crash ?? ''));
}

function clear({ pair }: FaultWorld): void {
  pair.clear();
  pair.aws.stored.users.delete(user);
  pair.seed();
}

/** Its workspace has moved, and a run was made with the role since. */
async function seedOldKey(world: FaultWorld): Promise<World> {
  clear(world);
  const { pair } = world;
  pair.aws.server.addCaller(pair.aws.stored, oldKey, { user });
  Object.assign(pair.aws.stored.users.get(user)?.keys[0] ?? {}, {
    createDate: ago(700),
    lastUsed: { date: ago(20), service: 's3', region: 'eu-central-1' },
  });
  pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', oldKey);
  pair.hcp.state.variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
  const blank = world.dump();
  const organization = ['--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile', 'default'];
  await ran(world, keys, ...organization);
  const args = ['project', '--profile', 'default', '--plan-policy-arn', 'ReadOnlyAccess', '--yes'];
  await ran(world, configure, ...args, '--remove-static-keys');
  pair.hcp.state.run(pair.workspace, { status: 'applied', at: new Date(Date.now() + 1000).toISOString() });
  return blank;
}

/** The journal says that everything was some days ago. */
function daysLater(world: FaultWorld, days: number): void {
  const folder = world.journalFolder;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.jsonl')) continue;
    const file = path.join(folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/"at":(\d{13})/g, (_, at: string) => `"at":${Number(at) - days * day}`),
    );
  }
}

/** A role of somebody's, older than 90 days, of whose actions some were used, some are needed, and some are neither. */
async function seedUse(world: FaultWorld): Promise<World> {
  clear(world);
  const { pair } = world;
  await pair.configure();
  pair.succeed();
  pair.age(200 * day);
  pair.code('\nresource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n');
  const role = pair.aws.stored.roles.get(roleName);
  if (role === undefined) throw new Error(`there is no role ${roleName}`);
  Object.assign(role, { activity: new Map([['s3:ListAllMyBuckets', { date: ago(3), region: 'eu-central-1' }]]) });
  const allow = (Action: readonly string[]): object => ({ Effect: 'Allow', Action, Resource: '*' });
  role.inline.clear();
  for (const [name, actions] of [
    ['buckets', ['s3:CreateBucket', 's3:DeleteBucket', 's3:ListAllMyBuckets', 's3:PutBucketPolicy']],
    ['machines', ['ec2:RunInstances', 'ec2:DescribeInstances']],
  ] as const)
    role.inline.set(name, JSON.stringify({ Version: '2012-10-17', Statement: [allow(actions)] }));
  // Only what is written from here on is ours to take back.
  rmSync(world.journalFolder, { recursive: true, force: true });
  return world.dump();
}

function seedMany(world: FaultWorld): World {
  clear(world);
  const { state } = world.pair.hcp;
  for (const name of ['api', 'web']) state.variable(state.workspace('acme', name), 'AWS_REGION', 'eu-central-1');
  for (const workspace of state.workspaces) {
    state.variable(workspace, 'AWS_ACCESS_KEY_ID', exampleKey);
    state.variable(workspace, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
  }
  return world.dump();
}

/** Static keys that the setup removed before: nothing keeps their values. */
function withoutStaticKeys(before: World, now: World): World {
  const vars = Object.entries(before.vars).filter(
    ([key]) => !/\/AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(key) || now.vars[key] !== undefined,
  );
  return { ...before, vars: Object.fromEntries(vars) };
}

interface Account {
  readonly users: readonly { readonly arn: string; readonly keys: readonly unknown[] }[];
}

/** A key that was deleted stays so; one that was not is active again. */
function withoutDeletedKey(before: World, now: World): World {
  const users = (world: World): Account['users'] => (world.account as Account[]).flatMap(a => a.users);
  const gone = users(now).find(u => u.arn.endsWith(`/${user}`))?.keys.length === 0;
  if (!gone) return before;
  const account = (before.account as Account[]).map(a => ({
    ...a,
    users: a.users.map(u => (u.arn.endsWith(`/${user}`) ? { ...u, keys: [] } : u)),
  }));
  return { ...before, account };
}

/** The story as a command line of its own process. */
export const storyLine = ({ command, args }: Story): readonly string[] => [command.name, ...args];

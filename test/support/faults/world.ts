import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apply } from '../../../src/cli/commands/apply';
import { configure } from '../../../src/cli/commands/configure';
import { undo } from '../../../src/cli/commands/undo';
import type { Command } from '../../../src/cli/command';
import { UsageError } from '../../../src/cli/option';
import { ProblemError } from '../../../src/core/problem';
import type { AwsAccount } from '../../../src/iam/account/types';
import { readBuckets } from '../aws/binding';
import { exampleKey, exampleSecret } from '../aws/profiles';
import { type ServerPair } from '../binding/serverWorlds';
import { runCommand } from '../runCommand';

/**
 * What is there before, beside static keys. `change`: a role, a provider and variables that have to be changed. `sensitive`: the same
 * variables, marked sensitive, so that nobody can read what they held. `policies`: a role with policies of somebody else. `two`: another
 * workspace that was set up before, with the same provider.
 */
export const starts = ['new', 'change', 'sensitive', 'policies', 'two'] as const;
export type Start = (typeof starts)[number];

/** Where a run of a command may begin; all that the servers, the project and the journal hold. */
export interface Snapshot {
  readonly roles: ReadonlyMap<string, unknown>;
  readonly providers: ReadonlyMap<string, unknown>;
  readonly users: ReadonlyMap<string, unknown>;
  readonly workspaces: readonly unknown[];
  readonly varsets: readonly unknown[];
  readonly files: ReadonlyMap<string, string>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** An error that is none of the ways in which a command may end. */
  readonly crash: string | undefined;
}

const issuer = 'https://127.0.0.1';

const adopted = [
  ...['project', '--profile', 'default', '--yes', '--adopt', '--roles', 'single', '--role-name', 'deploy'],
  ...['--boundary', 'arn:aws:iam::aws:policy/PowerUserAccess', '--max-session', '7200', '--policy', 'policy.json'],
];
const made = [
  ...['project', '--profile', 'default', '--yes', '--policy', 'policy.json', '--plan-policy-arn', 'ReadOnlyAccess'],
];

export const configureArgs: Readonly<Record<Start, readonly string[]>> = {
  new: made,
  change: adopted,
  sensitive: [...made, '--roles', 'single', '--role-name', 'made'].filter(
    word => !['--plan-policy-arn', 'ReadOnlyAccess'].includes(word),
  ),
  policies: adopted,
  two: made,
};

/** The real commands in this process against both servers, with a clock that runs ahead in place of every pause. */
export class FaultWorld {
  private skew = 0;
  /** As it was before anything of ours: where undo after undo leads. */
  blank: World | undefined;
  private readonly time = {
    now: (): number => Date.now() + this.skew,
    wait: async (milliseconds: number, signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted();
      this.skew += milliseconds;
      await new Promise(resolve => setImmediate(resolve));
    },
  };

  constructor(readonly pair: ServerPair) {}

  /** One workspace with static keys of its own and of a variable set. */
  async seed(start: Start): Promise<Snapshot> {
    const { pair } = this;
    pair.clear();
    pair.seed();
    const { state } = pair.hcp;
    state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', exampleKey);
    state.variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
    writeFileSync(path.join(pair.aws.home, 'policy.json'), JSON.stringify(readBuckets));
    if (start === 'change' || start === 'policies') await this.seedOld();
    if (start === 'policies') await this.seedPolicies();
    if (start === 'sensitive') this.seedVariables({ sensitive: true });
    this.blank = this.dump();
    if (start === 'two') await this.seedOther();
    return this.snapshot();
  }

  /** Somebody sets the clock of the machine back by a day. */
  setClockBack(): void {
    this.skew -= 86_400_000;
  }

  /** The workspace `dev`, set up from the same account: the provider is of both. */
  private async seedOther(): Promise<void> {
    const { state, hostname } = this.pair.hcp;
    const other = state.workspace('acme', 'dev');
    state.variable(other, 'AWS_ACCESS_KEY_ID', exampleKey);
    state.variable(other, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
    state.variable(other, 'AWS_REGION', 'eu-central-1');
    this.blank = this.dump();
    const names = ['--organization', 'acme', '--workspace', 'dev', '--hostname', hostname];
    const ran = await this.run(configure, ...names, '--profile', 'default', '--yes', '--policy', 'policy.json');
    if (ran.code > 1 || ran.crash !== undefined) throw new Error(ran.err + (ran.crash ?? ''));
  }

  /** Policies of somebody else on the role that is taken over: nothing of ours, and nothing that may be lost. */
  private async seedPolicies(): Promise<void> {
    for (const [name, action] of [
      ['theirs', 'sqs:ListQueues'],
      ['tfc-oidc', 'sns:ListTopics'],
    ] as const)
      await this.send('PutRolePolicy', {
        RoleName: 'deploy',
        PolicyName: name,
        PolicyDocument: `{ "Version": "2012-10-17",\n "Statement": [{ "Effect": "Allow", "Action": "${action}", "Resource": "*" }] }`,
      });
    await this.send('AttachRolePolicy', { RoleName: 'deploy', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  }

  private seedVariables(more: { readonly sensitive?: boolean } = {}): void {
    const { state } = this.pair.hcp;
    state.variable(this.pair.workspace, 'TFC_AWS_PROVIDER_AUTH', 'false', { description: 'not yet', ...more });
    state.variable(this.pair.workspace, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/former', more);
  }

  private async send(
    action: Parameters<AwsAccount['send']>[0],
    input: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const sent = await this.pair.aws.account.send(action, input, new AbortController().signal);
    if (!sent.ok) throw new Error(sent.problem.message);
  }

  private async seedOld(): Promise<void> {
    await this.send('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
    await this.send('CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument:
        '{"Version": "2012-10-17",  "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}',
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    await this.send('PutRolePolicy', {
      RoleName: 'deploy',
      PolicyName: 'tfc-oidc-permissions',
      PolicyDocument: ` ${JSON.stringify(readBuckets).replace('*', 'arn:aws:s3:::x')} `,
    });
    this.seedVariables();
  }

  configure(start: Start, remove = true): Promise<Ran> {
    return this.run(configure, ...configureArgs[start], ...(remove ? ['--remove-static-keys'] : []));
  }
  resume(): Promise<Ran> {
    return this.run(apply, '--resume', '--yes', '--profile', 'default');
  }
  undo(): Promise<Ran> {
    return this.run(undo, '--yes', '--profile', 'default');
  }

  async run(command: Command, ...args: readonly string[]): Promise<Ran> {
    const { pair, time } = this;
    try {
      return {
        ...(await runCommand(command, args, { cwd: pair.aws.home, env: pair.env, time })),
        crash: undefined,
      };
    } catch (error) {
      if (error instanceof ProblemError)
        return { code: 2, out: '', err: `${error.problem.code}: ${error.message}`, crash: undefined };
      if (error instanceof UsageError) return { code: 2, out: '', err: error.message, crash: undefined };
      return { code: 2, out: '', err: '', crash: error instanceof Error ? String(error.stack) : String(error) };
    }
  }

  get journalFolder(): string {
    return path.join(this.pair.aws.home, 'state');
  }

  snapshot(): Snapshot {
    const { aws, hcp } = this.pair;
    return structuredClone({
      roles: aws.stored.roles,
      providers: aws.stored.providers,
      users: aws.stored.users,
      workspaces: hcp.state.workspaces,
      varsets: hcp.state.varsets,
      files: new Map([...readTree(this.journalFolder), ...readTree(this.pair.project)]),
    });
  }

  restore(snapshot: Snapshot): void {
    const { pair } = this;
    const copy = structuredClone(snapshot) as unknown as {
      roles: typeof pair.aws.stored.roles;
      providers: typeof pair.aws.stored.providers;
      users: typeof pair.aws.stored.users;
      workspaces: typeof pair.hcp.state.workspaces;
      varsets: typeof pair.hcp.state.varsets;
      files: Map<string, string>;
    };
    const { stored } = pair.aws;
    stored.roles.clear();
    for (const [key, role] of copy.roles) stored.roles.set(key, role);
    stored.providers.clear();
    for (const [key, provider] of copy.providers) stored.providers.set(key, provider);
    stored.users.clear();
    for (const [key, user] of copy.users) stored.users.set(key, user);
    pair.hcp.state.workspaces.splice(0, Infinity, ...copy.workspaces);
    pair.hcp.state.varsets.splice(0, Infinity, ...copy.varsets);
    const [workspace] = copy.workspaces;
    const [varset] = copy.varsets;
    if (workspace === undefined || varset === undefined) throw new Error('the snapshot has no workspace');
    pair.workspace = workspace;
    pair.varset = varset;
    for (const folder of [this.journalFolder, pair.project]) rmSync(folder, { recursive: true, force: true });
    for (const [file, text] of copy.files) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** What a person would find in AWS and HCP Terraform. Ids, dates and versions are left out: what is made anew has others. */
  dump(): World {
    const { aws, hcp } = this.pair;
    const vars: Record<string, string> = {};
    for (const owner of [...hcp.state.workspaces, ...hcp.state.varsets])
      for (const v of owner.vars)
        vars[`${owner.name}/${v.category}/${v.key}`] = JSON.stringify([v.value, v.sensitive, v.hcl, v.description]);
    const sorted = Object.fromEntries(Object.entries(vars).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { account: aws.server.dump(false), vars: sorted };
  }
}

export interface World {
  readonly account: unknown;
  readonly vars: Readonly<Record<string, string>>;
}

const staticKey = /\/AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/;

/**
 * A dump as it was, but for what can't be taken back and is told beforehand: static keys that are gone now, and the values of sensitive
 * variables, which stay sensitive. Nothing keeps either.
 */
export function withoutLostValues(before: World, now: World): World {
  const vars = Object.entries(before.vars)
    .filter(([key]) => !staticKey.test(key) || now.vars[key] !== undefined)
    .map(([key, was]) => {
      const is = now.vars[key];
      return [key, is !== undefined && isSensitive(was) && isSensitive(is) ? is : was];
    });
  return { ...before, vars: Object.fromEntries(vars) as Readonly<Record<string, string>> };
}

const isSensitive = (variable: string): boolean => (JSON.parse(variable) as readonly unknown[])[1] === true;

function readTree(folder: string): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return out;
  }
  for (const name of names) {
    const file = path.join(folder, name);
    try {
      out.set(file, readFileSync(file, 'utf8'));
    } catch {
      // A folder.
    }
  }
  return out;
}

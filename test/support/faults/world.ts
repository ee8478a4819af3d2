import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apply } from '../../../src/cli/commands/apply';
import { configure } from '../../../src/cli/commands/configure';
import { undo } from '../../../src/cli/commands/undo';
import type { Command } from '../../../src/cli/command';
import { UsageError } from '../../../src/cli/option';
import { ProblemError } from '../../../src/core/problem';
import { readBuckets } from '../aws/binding';
import { exampleKey, exampleSecret } from '../aws/profiles';
import { type ServerPair } from '../binding/serverWorlds';
import { runCommand } from '../runCommand';

/** What is there before: nothing but keys, or a role, a provider and variables that have to be changed. */
export type Start = 'new' | 'change';

/** Where a run of a command may begin; all that the servers, the project and the journal hold. */
export interface Snapshot {
  readonly roles: ReadonlyMap<string, unknown>;
  readonly providers: ReadonlyMap<string, unknown>;
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

export const configureArgs: Readonly<Record<Start, readonly string[]>> = {
  new: ['project', '--profile', 'default', '--yes', '--policy', 'policy.json', '--plan-policy-arn', 'ReadOnlyAccess'],
  change: [
    ...['project', '--profile', 'default', '--yes', '--adopt', '--roles', 'single', '--role-name', 'deploy'],
    ...['--boundary', 'arn:aws:iam::aws:policy/PowerUserAccess', '--max-session', '7200', '--policy', 'policy.json'],
  ],
};

/** The real commands in this process against both servers, with a clock that runs ahead in place of every pause. */
export class FaultWorld {
  private skew = 0;
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
    if (start === 'change') await this.seedOld();
    return this.snapshot();
  }

  private async seedOld(): Promise<void> {
    const { pair } = this;
    const never = new AbortController().signal;
    const send = async (
      action: Parameters<typeof pair.aws.account.send>[0],
      input: Record<string, unknown>,
    ): Promise<void> => {
      const sent = await pair.aws.account.send(action, input, never);
      if (!sent.ok) throw new Error(sent.problem.message);
    };
    await send('CreateOpenIDConnectProvider', { Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
    await send('CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument:
        '{"Version": "2012-10-17",  "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}',
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    await send('PutRolePolicy', {
      RoleName: 'deploy',
      PolicyName: 'tfc-oidc-permissions',
      PolicyDocument: ` ${JSON.stringify(readBuckets).replace('*', 'arn:aws:s3:::x')} `,
    });
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PROVIDER_AUTH', 'false', { description: 'not yet' });
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/former');
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
      workspaces: typeof pair.hcp.state.workspaces;
      varsets: typeof pair.hcp.state.varsets;
      files: Map<string, string>;
    };
    const { stored } = pair.aws;
    stored.roles.clear();
    for (const [key, role] of copy.roles) stored.roles.set(key, role);
    stored.providers.clear();
    for (const [key, provider] of copy.providers) stored.providers.set(key, provider);
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

interface World {
  readonly account: unknown;
  readonly vars: Readonly<Record<string, string>>;
}

const staticKey = /\/AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/;

/** A dump as it was, but for static keys that are gone now: nothing keeps their values. */
export function withoutLostKeys(before: World, now: World): World {
  const vars = Object.entries(before.vars).filter(([key]) => !staticKey.test(key) || now.vars[key] !== undefined);
  return { ...before, vars: Object.fromEntries(vars) };
}

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

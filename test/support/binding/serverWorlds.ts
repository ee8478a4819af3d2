import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configure } from '../../../src/cli/commands/configure';
import type { CliContext, Command } from '../../../src/cli/command';
import { openWorld, type World } from '../aws/world';
import { HcpServer, type HcpServerOptions } from '../hcp/server';
import type { VarsetState, WorkspaceState } from '../hcp/state';
import { type CommandRun, runCommand } from '../runCommand';

const day = 86_400_000;
const roles = { plan: 'tfc-acme-prod-plan', apply: 'tfc-acme-prod-apply' } as const;

/** A workspace of HCP Terraform, an AWS account, a project and a journal: all real, on loopback. */
export class ServerPair {
  workspace!: WorkspaceState;
  varset!: VarsetState;
  readonly project: string;

  private constructor(
    readonly aws: World,
    readonly hcp: HcpServer,
  ) {
    this.project = path.join(aws.home, 'project');
    hcp.state.organization('acme');
    aws.server.issuers.set(hcp.issuer.url, hcp.origin);
  }

  static async open(options: HcpServerOptions = {}): Promise<ServerPair> {
    return new ServerPair(await openWorld({ region: 'eu-central-1' }), await HcpServer.start(options));
  }

  async close(): Promise<void> {
    await this.hcp.close();
    await this.aws.close();
  }

  get env(): Record<string, string> {
    const { home, env } = this.aws;
    return { ...env, ...this.hcp.environment, HOME: home, XDG_STATE_HOME: path.join(home, 'state') };
  }

  /** For code of the command line that is called without a command; what it says is not heard. */
  quietContext(signal: AbortSignal): CliContext {
    const quiet = (): void => undefined;
    return {
      cwd: this.aws.home,
      env: this.env,
      signal,
      out: quiet,
      err: quiet,
      raw: quiet,
      progress: quiet,
      interactive: false,
    };
  }

  run(command: Command, ...args: readonly string[]): Promise<CommandRun> {
    return runCommand(command, args, { cwd: this.aws.home, env: this.env });
  }

  /** Nothing in the account, nothing in HCP Terraform but the organization. */
  clear(): void {
    const { aws, hcp } = this;
    aws.stored.roles.clear();
    aws.stored.providers.clear();
    aws.server.events.length = 0;
    aws.server.userEvents.length = 0;
    hcp.faults.length = 0;
    hcp.state.workspaces.length = 0;
    hcp.state.varsets.length = 0;
    rmSync(path.join(aws.home, 'state'), { recursive: true, force: true });
    rmSync(this.project, { recursive: true, force: true });
  }

  /** A workspace with a variable set, and code that names it. */
  seed(): void {
    const { state } = this.hcp;
    this.workspace = state.workspace('acme', 'prod');
    this.varset = state.varset('acme', 'shared', { workspaceIds: [this.workspace.id] });
    state.variable(this.workspace, 'AWS_REGION', 'eu-central-1');
    this.code();
  }

  /** Everything new, and set up by `configure`: nothing is wrong here. */
  async healthy(): Promise<void> {
    this.clear();
    this.seed();
    await this.configure();
    this.age();
    this.succeed();
  }

  /** As a person repairs it. */
  async configure(): Promise<void> {
    const { code, err, out } = await this.run(configure, 'project', '--profile', 'default', '--yes');
    assert.notEqual(code, 2, err + out);
  }

  /** Roles are a day old, unless a world says otherwise. */
  age(milliseconds = day): void {
    const { roles: stored } = this.aws.stored;
    for (const [key, role] of stored)
      stored.set(key, { ...role, createDate: new Date(Date.now() - milliseconds).toISOString() });
  }

  code(more = '', workspace = 'prod', provider = ''): void {
    mkdirSync(this.project, { recursive: true });
    writeFileSync(
      path.join(this.project, 'main.tf'),
      `terraform {
  cloud {
    hostname     = "${this.hcp.hostname}"
    organization = "acme"
    workspaces {
      name = "${workspace}"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
${provider}}
${more}`,
    );
  }

  role(phase: 'plan' | 'apply'): { trust: string; tags: Map<string, string> } {
    const found = this.aws.stored.roles.get(roles[phase]);
    assert.ok(found, `there is no role ${roles[phase]}`);
    return found;
  }

  variable(key: string): { key: string; value: string; category: 'env' | 'terraform' } {
    const found = this.workspace.vars.find(v => v.key === key);
    assert.ok(found, `there is no variable ${key}`);
    return found;
  }

  remove(...keys: readonly string[]): void {
    this.workspace.vars = this.workspace.vars.filter(v => !keys.includes(v.key));
  }

  /** The latest run ended so. */
  fail(log: string, phase: 'plan' | 'apply' = 'plan', at = Date.now()): void {
    this.hcp.state.run(this.workspace, { status: 'errored', phase, log, at: new Date(at).toISOString() });
  }

  succeed(): void {
    this.hcp.state.run(this.workspace, { status: 'applied', at: new Date().toISOString() });
  }

  /** What a run does at its start: takes its token to STS. Returns STS's answer. */
  assume(phase: 'plan' | 'apply'): Promise<string> {
    return this.assumeArn(phase, `arn:aws:iam::${this.aws.stored.id}:role/${roles[phase]}`);
  }

  async assumeArn(phase: 'plan' | 'apply', arn: string): Promise<string> {
    const run = this.hcp.state.run(this.workspace);
    const token = this.hcp.issuer.token(
      this.hcp.state,
      this.workspace,
      run,
      phase,
      'aws.workload.identity',
      Date.now(),
    );
    const reply = await fetch(this.aws.server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: arn,
        RoleSessionName: `terraform-run-${run.id}`,
        WebIdentityToken: token,
      }).toString(),
    });
    this.workspace.runs.pop();
    return reply.text();
  }
}

/** One way in which it breaks, through what the servers hold. */
export interface ServerWorld {
  /** Returns an error text that the user pastes, where no run tells of it. */
  break(pair: ServerPair): string | void | Promise<string | void>;
  /** Takes it away where the doctor offers no command: otherwise its own first one is run. */
  fix?(pair: ServerPair): void | Promise<void>;
}

const denied =
  '│ Error: Cannot assume IAM Role with web identity\n│\n│ operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 8f1b2c3d-1111-2222-3333-444455556666, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n';
const injected = (provider: string): readonly [string, string, string] => [
  `
variable "tfc_aws_dynamic_credentials" {
  type = object({
    default = object({ shared_config_file = string })
    aliases = map(object({ shared_config_file = string }))
  })
}
${provider}`,
  'prod',
  '  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]\n',
];
const nothing = (): void => undefined;

/** One for each failure mode of docs/doctor.md, by its number. */
export const serverWorlds: Readonly<Record<number, ServerWorld>> = {
  1: {
    break: p => {
      p.role('plan').trust = p.role('plan').trust.replace('project:Default Project:', 'project::');
      p.fail(denied);
    },
  },
  2: {
    break: p => {
      p.workspace.name = 'production';
      p.code('', 'production');
      p.fail(denied);
    },
  },
  3: {
    break: p => {
      p.role('apply').trust = p.role('plan').trust;
      p.fail(denied, 'apply');
    },
  },
  4: {
    break: p => {
      p.role('plan').trust = p.role('plan').trust.replaceAll('127.0.0.1', 'app.terraform.io');
      p.fail(denied);
    },
  },
  5: {
    break: p => {
      p.aws.stored.providers.clear();
      p.fail('api error InvalidIdentityToken: No OpenIDConnect provider found in your account for https://127.0.0.1');
    },
  },
  6: {
    break: p => {
      for (const provider of p.aws.stored.providers.values()) provider.clientIds = ['sts.amazonaws.com'];
      p.fail('api error InvalidIdentityToken: Incorrect token audience');
    },
  },
  7: {
    break: p => {
      p.hcp.faults.push({ path: /openid-configuration/, status: 503 });
      p.fail("api error InvalidIdentityToken: Couldn't retrieve verification key from your identity provider");
    },
    fix: p => void (p.hcp.faults.length = 0),
  },
  8: {
    break: p => p.fail("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"),
    fix: nothing,
  },
  9: {
    break: p => {
      p.variable('TFC_AWS_PROVIDER_AUTH').key = 'TFC_AWS_PROVIDER_AUTHENTICATION';
      p.fail(
        'Error: No valid credential sources found\n\nError: failed to refresh cached credentials, no EC2 IMDS role found',
      );
    },
  },
  10: {
    break: p => {
      p.workspace.executionMode = 'local';
      return 'Error: No valid credential sources found\n\nno EC2 IMDS role found';
    },
    fix: p => void (p.workspace.executionMode = 'remote'),
  },
  11: {
    break: p => {
      p.hcp.state.variable(p.varset, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
      p.hcp.state.variable(p.varset, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
        sensitive: true,
      });
      p.fail('api error InvalidClientTokenId: The security token included in the request is invalid.');
    },
  },
  12: {
    break: p => {
      const plan = p.variable('TFC_AWS_PLAN_ROLE_ARN').value;
      p.hcp.state.variable(p.workspace, 'TFC_AWS_PROVIDER_AUTH_ARCHIVE', 'true');
      p.hcp.state.variable(p.workspace, 'TFC_AWS_PLAN_ROLE_ARN_ARCHIVE', plan);
      p.hcp.state.variable(p.workspace, 'TFC_AWS_APPLY_ROLE_ARN_ARCHIVE', p.variable('TFC_AWS_APPLY_ROLE_ARN').value);
      const alias = (tag: string): string =>
        `\nprovider "aws" {\n  alias  = "archive"\n  region = "eu-west-1"\n  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["${tag}"].shared_config_file]\n}\n`;
      p.code(...injected(alias('archive')));
      p.fail(
        'Error: Invalid index\n\n  on main.tf line 31, in provider "aws":\n  31:   shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["archive"].shared_config_file]\n',
      );
    },
  },
  13: {
    break: p => {
      p.remove('TFC_AWS_PROVIDER_AUTH', 'TFC_AWS_PLAN_ROLE_ARN', 'TFC_AWS_APPLY_ROLE_ARN');
      p.code(...injected(''));
      p.fail(
        'Error: No value for required variable\n\n  on main.tf line 14:\n  14: variable "tfc_aws_dynamic_credentials" {\n',
      );
    },
  },
  14: {
    break: p => {
      const policy = JSON.parse(p.role('plan').trust) as {
        Statement: { Condition: { StringEquals: Record<string, string> } }[];
      };
      for (const s of policy.Statement) delete s.Condition.StringEquals['127.0.0.1:sub'];
      p.role('plan').trust = JSON.stringify(policy);
      return 'MalformedPolicyDocument: The trust policy must evaluate app.terraform.io:sub';
    },
  },
  15: {
    break: p => {
      const own = 'organization:acme:project:Default Project:workspace:prod:run_phase:plan';
      const many = Array.from({ length: 22 }, (_, i) => own.replace('prod', `service-${i}`));
      p.role('plan').trust = p.role('plan').trust.replace(JSON.stringify(own), JSON.stringify([own, ...many]));
      return 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048';
    },
    fix: p => p.configure(),
  },
  16: {
    break: p =>
      p.fail(
        'api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/tfc-acme-prod-plan/terraform-run-1 is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::acme-logs" because no identity-based policy allows the s3:GetBucketPolicy action',
      ),
    fix: nothing,
  },
  17: {
    break: p => p.fail('api error ExpiredToken: The security token included in the request is expired', 'apply'),
    fix: nothing,
  },
  18: {
    break: p => {
      p.age(30_000);
      p.fail(denied);
    },
    fix: p => p.age(),
  },
  19: {
    break: p => {
      p.workspace.executionMode = 'agent';
      p.workspace.agentPoolId = 'apool-1';
      p.hcp.state.agents.set('apool-1', []);
      p.fail('Error: dial tcp: lookup sts.eu-central-1.amazonaws.com: i/o timeout');
    },
    fix: p => void p.hcp.state.agents.set('apool-1', [{ name: 'agent-1', status: 'idle' }]),
  },
  20: {
    break: p => {
      const role = p.role('plan');
      role.tags.set('aws:cloudformation:stack-name', 'iam-baseline');
      const policy = JSON.parse(role.trust) as { Statement: object[] };
      role.trust = JSON.stringify({
        ...policy,
        Statement: [
          ...policy.Statement,
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::123456789012:root' },
            Action: 'sts:AssumeRole',
          },
        ],
      });
    },
    fix: async p => {
      p.role('plan').tags.delete('aws:cloudformation:stack-name');
      await p.configure();
    },
  },
  21: {
    break: p =>
      p.fail('api error RegionDisabledException: STS is not activated in this region for account:123456789012'),
    fix: nothing,
  },
  22: {
    break: p => p.fail('Error: failed to load shared config file, /home/tfc-agent/.tfc-aws-shared-config'),
    fix: nothing,
  },
  23: {
    // The token of the agent's pod: the workspace's own never came.
    break: () =>
      JSON.stringify({
        eventName: 'AssumeRoleWithWebIdentity',
        eventTime: new Date().toISOString(),
        awsRegion: 'eu-central-1',
        errorCode: 'AccessDenied',
        userIdentity: {
          userName: 'system:serviceaccount:agents:runner',
          identityProvider: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE',
        },
        requestParameters: { roleArn: `arn:aws:iam::123456789012:role/${roles.plan}` },
      }),
    fix: nothing,
  },
  24: {
    break: p => {
      p.hcp.state.variable(p.workspace, 'TFC_VAULT_BACKED_AWS_AUTH', 'true');
      p.fail('Error: configuration for Vault authentication is required for Vault-backed AWS authentication');
    },
    fix: p => {
      p.workspace.vars = p.workspace.vars.filter(v => v.key !== 'TFC_VAULT_BACKED_AWS_AUTH');
    },
  },
};

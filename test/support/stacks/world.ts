import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StoredAccount } from '../aws/account';
import { staticProfile, writeProfiles } from '../aws/profiles';
import { openWorld, type World } from '../aws/world';
import { HcpServer, type HcpServerOptions } from '../hcp/server';
import { type CommandRun, runCli } from '../runCommand';

/** The account that most deployments are in, and the one of the profile `second`. */
export const firstAccount = '123456789012';
export const secondAccount = '210987654321';
const secondKey = 'AKIAI44QH8DHBEXAMPLE';

/** A Stack in a folder, two AWS accounts and an HCP Terraform: all real, on loopback. */
export class StackWorld {
  readonly project: string;

  private constructor(
    readonly aws: World,
    readonly second: StoredAccount,
    readonly hcp: HcpServer,
    private readonly profiles: Readonly<Record<string, string>>,
  ) {
    this.project = path.join(aws.home, 'project');
    hcp.state.organization('acme');
    aws.server.issuers.set(hcp.issuer.url, hcp.origin);
  }

  static async open(options: HcpServerOptions = {}): Promise<StackWorld> {
    const aws = await openWorld({ region: 'eu-central-1' });
    const second = aws.server.addAccount(secondAccount, { accessKeyId: secondKey });
    const one = staticProfile(aws.server.url, { region: 'eu-central-1' });
    const other = staticProfile(aws.server.url, { name: 'second', region: 'eu-central-1', accessKeyId: secondKey });
    const profiles = writeProfiles(aws.home, one.config + other.config, one.credentials + other.credentials);
    return new StackWorld(aws, second, await HcpServer.start(options), profiles);
  }

  async close(): Promise<void> {
    await this.hcp.close();
    await this.aws.close();
  }

  /** Names by the environment of Terraform's own CLI, unless a test leaves them out. */
  env(names: Readonly<Record<string, string>> = stackNames): Record<string, string> {
    const { home } = this.aws;
    return {
      ...this.profiles,
      ...this.hcp.environment,
      TF_STACKS_HOSTNAME: this.hcp.hostname,
      ...names,
      HOME: home,
      XDG_STATE_HOME: path.join(home, 'state'),
    };
  }

  /** Nothing in the accounts, no journal, and these files. */
  start(files: Readonly<Record<string, string>>): void {
    for (const account of [this.aws.stored, this.second]) {
      account.roles.clear();
      account.providers.clear();
    }
    rmSync(path.join(this.aws.home, 'state'), { recursive: true, force: true });
    rmSync(this.project, { recursive: true, force: true });
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.project, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  text(name: string): string {
    return readFileSync(path.join(this.project, name), 'utf8');
  }

  run(...words: readonly string[]): Promise<CommandRun<number>> {
    return this.runWith(stackNames, ...words);
  }

  runWith(names: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<CommandRun<number>> {
    return runCli(words, { cwd: this.aws.home, env: this.env(names) });
  }
}

export const stackNames = {
  TF_STACKS_ORGANIZATION_NAME: 'acme',
  TF_STACKS_PROJECT_NAME: 'Default Project',
  TF_STACKS_STACK_NAME: 'web',
} as const;

export const roleArn = (name: string, account = firstAccount): string => `arn:aws:iam::${account}:role/${name}`;

/** Components with nothing of credentials, and two deployments. */
export const bareStack = {
  'components.tfcomponent.hcl': `provider "aws" "this" {
  config {
    region = var.region
  }
}

component "bucket" {
  source    = "./bucket"
  providers = { aws = provider.aws.this }
}

variable "region" {
  type = string
}
`,
  'deployments.tfdeploy.hcl': `deployment "prod" {
  inputs = {
    region = "eu-central-1"
  }
}

deployment "staging" {
  inputs = {
    region = "eu-central-1"
  }
}
`,
  'bucket/main.tf': 'resource "aws_s3_bucket" "this" {\n  bucket = "acme-web-assets"\n}\n',
} as const;

/** Components whose provider takes `var.role_arn` and `var.identity_token`, with these deployments. */
export const wiredStack = (deployments: string): Readonly<Record<string, string>> => ({
  'components.tfcomponent.hcl': `provider "aws" "this" {
  config {
    region = "eu-central-1"
    assume_role_with_web_identity {
      role_arn           = var.role_arn
      web_identity_token = var.identity_token
    }
  }
}

variable "role_arn" {
  type = string
}

variable "identity_token" {
  type      = string
  ephemeral = true
}
`,
  'deployments.tfdeploy.hcl': `identity_token "aws" {
  audience = ["aws.workload.identity"]
}
${deployments}`,
});

export const deployment = (name: string, role: string): string => `
deployment "${name}" {
  inputs = {
    identity_token = identity_token.aws.jwt
    role_arn       = "${role}"
  }
}
`;

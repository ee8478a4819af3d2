import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Check, worst } from '../../../src/binding/check';
import { overallText } from '../../../src/binding/report';
import { workspaceSummary } from '../../../src/board/summary';
import { trustJudge } from '../../../src/binding/checks/judge';
import type { StackNames } from '../../../src/binding/checks/stack/underCheck';
import { stackChecks } from '../../../src/binding/checks/table';
import { type AccountFacts, type Fact, known, unknown } from '../../../src/binding/facts';
import { rolesOf, wiringOf } from '../../../src/binding/stack/wiring';
import { rootOf } from '../../support/root';

const account = '123456789012';
const arn = (name: string, id = account): string => `arn:aws:iam::${id}:role/${name}`;
const names = {
  hostname: 'app.terraform.io',
  organization: 'acme',
  project: 'Default Project',
  stack: 'web',
} as unknown as StackNames;

const provider = (name: string, role: string, token = 'var.identity_token'): string =>
  `provider "aws" "${name}" {\n  config {\n    region = "eu-central-1"\n    assume_role_with_web_identity {\n      role_arn           = ${role}\n      web_identity_token = ${token}\n    }\n  }\n}\n`;
const variable = (name: string, more = ''): string => `variable "${name}" {\n  type = string\n${more}}\n`;
const token = (name = 'aws', audience = 'aws.workload.identity'): string =>
  `identity_token "${name}" {\n  audience = ["${audience}"]\n}\n`;
const ephemeral = variable('identity_token', '  ephemeral = true\n');

function accountWith(trust: Readonly<Record<string, string>>, audiences?: readonly string[]): AccountFacts {
  const policy = (subject: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/app.terraform.io` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { 'app.terraform.io:aud': audiences?.[0] ?? 'aws.workload.identity' },
            StringLike: { 'app.terraform.io:sub': subject },
          },
        },
      ],
    });
  return {
    accountId: account,
    partition: 'aws',
    provider: known(
      audiences?.length === 0
        ? undefined
        : {
            arn: `arn:aws:iam::${account}:oidc-provider/app.terraform.io`,
            audiences: audiences ?? ['aws.workload.identity'],
          },
    ),
    roles: new Map(
      Object.entries(trust).map(([name, subject]) => [
        arn(name),
        known({
          arn: arn(name),
          name,
          trustPolicy: policy(subject),
          createdAt: undefined,
          managedBy: undefined,
          workspaceIdTag: undefined,
          drifted: undefined,
        }),
      ]),
    ),
  };
}

async function checks(
  files: Readonly<Record<string, string>>,
  accounts: Fact<readonly AccountFacts[]> = unknown('No profile.'),
): Promise<readonly Check[]> {
  const root = await rootOf(files);
  return (root.stack?.deployments ?? []).flatMap(d =>
    stackChecks({
      root,
      wiring: wiringOf(root, d),
      audience: undefined,
      names,
      issuer: 'app.terraform.io',
      accounts,
      judge: trustJudge,
    }),
  );
}
const flagged = (all: readonly Check[]): string =>
  all
    .filter(c => c.state === 'wrong' || c.state === 'warning')
    .map(c => `${c.id} ${c.state}: ${c.evidence.join(' ')}`)
    .join('\n');

const ours = (deployment: string): string =>
  `organization:acme:project:Default Project:stack:web:deployment:${deployment}:operation:*`;

const twoRoles = {
  'c.tfcomponent.hcl':
    ephemeral + variable('app') + variable('dns') + provider('app', 'var.app') + provider('dns', 'var.dns'),
  'd.tfdeploy.hcl': `${token()}deployment "prod" {\n  inputs = {\n    identity_token = identity_token.aws.jwt\n    app = "${arn('app')}"\n    dns = "${arn('dns')}"\n  }\n}\n`,
};

describe('accounts behind a deployment', () => {
  test('each role is judged, not the first one only', async () => {
    const good = await checks(twoRoles, known([accountWith({ app: ours('prod'), dns: ours('prod') })]));
    assert.equal(worst(good), 'ok', flagged(good));
    const bad = await checks(twoRoles, known([accountWith({ app: ours('prod'), dns: ours('staging') })]));
    assert.match(flagged(bad), /role-trusts-run wrong: [^\n]*dns refuses it/);
    assert.doesNotMatch(flagged(bad), /app refuses/);
  });

  test('a role in another account is unknown, and does not hide one that is wrong', async () => {
    const files = {
      ...twoRoles,
      'd.tfdeploy.hcl': twoRoles['d.tfdeploy.hcl'].replace(arn('app'), arn('app', '210987654321')),
    };
    const all = await checks(files, known([accountWith({ dns: ours('staging') })]));
    assert.match(flagged(all), /dns refuses it/);
    assert.equal(all.find(c => c.id === 'account-readable')?.state, 'unknown');
  });

  test('no OIDC provider, and one that does not accept the audience', async () => {
    const trust = { app: ours('prod'), dns: ours('prod') };
    assert.match(flagged(await checks(twoRoles, known([accountWith(trust, [])]))), /provider-exists wrong/);
    const other = accountWith(trust);
    const provider = known({ arn: 'x', audiences: ['sts.amazonaws.com'] });
    assert.match(flagged(await checks(twoRoles, known([{ ...other, provider }]))), /provider-audience wrong/);
  });

  test('a custom audience on which all agree is right', async () => {
    const files = {
      ...twoRoles,
      'd.tfdeploy.hcl': twoRoles['d.tfdeploy.hcl'].replace('aws.workload.identity', 'my.aws'),
    };
    const all = await checks(files, known([accountWith({ app: ours('prod'), dns: ours('prod') }, ['my.aws'])]));
    assert.equal(worst(all), 'ok', flagged(all));
  });

  test('every Stack of the organization is too many; every deployment of this one is told', async () => {
    const open = accountWith({ app: 'organization:acme:project:Default Project:stack:*', dns: ours('*') });
    const all = await checks(twoRoles, known([open]));
    assert.match(flagged(all), /strangers-refused wrong: app can be assumed/);
    assert.ok(all.some(c => c.evidence.includes('dns trusts every deployment of this Stack.')));
  });
});

describe('values of a deployment', () => {
  const one = (deployments: string, more = ''): Readonly<Record<string, string>> => ({
    'c.tfcomponent.hcl': ephemeral + variable('role_arn') + provider('this', 'var.role_arn') + more,
    'd.tfdeploy.hcl': token() + deployments,
  });
  const roles = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const root = await rootOf(files);
    return (root.stack?.deployments ?? []).flatMap(d => rolesOf(wiringOf(root, d)));
  };

  test('locals, templates and merge are evaluated', async () => {
    const inputs = (role: string): string =>
      `deployment "prod" {\n  inputs = {\n    role_arn = ${role}\n    identity_token = identity_token.aws.jwt\n  }\n}\n`;
    assert.deepEqual(await roles(one(`locals {\n  r = "${arn('a')}"\n}\n${inputs('local.r')}`)), [arn('a')]);
    const template = 'arn:aws:iam::${local.id.prod}:role/a';
    assert.deepEqual(await roles(one(`locals {\n  id = { prod = "${account}" }\n}\n${inputs(`"${template}"`)}`)), [
      arn('a'),
    ]);
    const merged = `locals {\n  common = { role_arn = "${arn('m')}" }\n}\ndeployment "prod" {\n  inputs = merge(local.common, { identity_token = identity_token.aws.jwt })\n}\n`;
    assert.deepEqual(await roles(one(merged)), [arn('m')]);
    assert.equal(flagged(await checks(one(merged))), '');
  });

  test('each key of for_each has a role of its own, and embedded Stacks have theirs', async () => {
    const keyed = {
      'c.tfcomponent.hcl':
        ephemeral +
        'variable "accounts" {\n  type = map(string)\n}\n' +
        provider('by', 'each.value').replace('{\n', '{\n  for_each = var.accounts\n'),
      'd.tfdeploy.hcl': `${token()}deployment "prod" {\n  inputs = {\n    accounts = { app = "${arn('app')}", dns = "no-arn" }\n    identity_token = identity_token.aws.jwt\n  }\n}\n`,
    };
    assert.deepEqual(await roles(keyed), [arn('app'), 'no-arn']);
    assert.match(flagged(await checks(keyed)), /stack-provider wrong: "no-arn" is not an ARN/);
    const embedded = {
      'c.tfcomponent.hcl': `${ephemeral}${variable('role_arn')}stack "net" {\n  source = "./net"\n  inputs = { role_arn = var.role_arn, identity_token = var.identity_token }\n}\n`,
      'd.tfdeploy.hcl': one(
        `deployment "prod" {\n  inputs = {\n    role_arn = "${arn('e')}"\n    identity_token = identity_token.aws.jwt\n  }\n}\n`,
      )['d.tfdeploy.hcl'] as string,
      'net/net.tfcomponent.hcl': ephemeral + variable('role_arn') + provider('net', 'var.role_arn'),
    };
    assert.deepEqual(await roles(embedded), [arn('e')]);
  });

  test('a token of another cloud is wrong, and a Stack without AWS is nothing to judge', async () => {
    const deployment =
      'deployment "prod" {\n  inputs = {\n    role_arn = "' +
      arn('a') +
      '"\n    identity_token = identity_token.gcp.jwt\n  }\n}\n';
    const swapped = one(token('gcp', 'gcp.workload.identity') + deployment);
    assert.match(flagged(await checks(swapped)), /stack-identity-token wrong: [^\n]*meant for Google Cloud/);
    const azure = {
      'c.tfcomponent.hcl': 'provider "azurerm" "this" {\n  config {}\n}\n',
      'd.tfdeploy.hcl': `${token('azure', 'api://AzureADTokenExchange')}deployment "prod" {\n  inputs = { t = identity_token.azure.jwt }\n}\n`,
    };
    const none = await checks(azure);
    assert.deepEqual(none, []);
    // Nothing was read of AWS, so nothing is "ok".
    assert.equal(worst(none), 'nothing-to-check');
    assert.match(overallText(none), /nothing to check/);
    assert.equal(workspaceSummary(none, undefined, undefined, 0).state, 'aside');
  });

  test('values of a store are unknown, and ephemeral unless stable', async () => {
    const store = (path: string): Readonly<Record<string, string>> =>
      one(
        `store "varset" "cfg" {\n  name = "cfg"\n  category = "terraform"\n}\ndeployment "prod" {\n  inputs = {\n    role_arn = ${path}\n    identity_token = identity_token.aws.jwt\n  }\n}\n`,
      );
    const plain = await checks(store('store.varset.cfg.role_arn'));
    assert.match(flagged(plain), /stack-inputs wrong: [^\n]*store\.varset\.cfg, which is ephemeral/);
    const stable = await checks(store('store.varset.cfg.stable.role_arn'));
    assert.equal(flagged(stable), '');
    const role = stable.find(c => c.id === 'stack-provider');
    assert.equal(role?.state, 'unknown');
    assert.match(role.nextStep ?? '', /variable set behind store\.varset\.cfg/);
  });
});

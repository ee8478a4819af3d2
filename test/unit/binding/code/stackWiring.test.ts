import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Check } from '../../../../src/binding/check';
import type { StackNames } from '../../../../src/binding/checks/stack/underCheck';
import { rolesOf, wiringOf } from '../../../../src/binding/stack/wiring';
import { stackChecks } from '../../../../src/binding/checks/table';
import { nextStackStep, type StackChoice } from '../../../../src/binding/code/stackWiring';
import { unknown } from '../../../../src/binding/facts';
import { trustJudge } from '../../../../src/binding/checks/judge';
import { lintRoot } from '../../../../src/lint/lint';
import { rootOf } from '../../../support/root';

type Files = Readonly<Record<string, string>>;
const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const audience = 'aws.workload.identity';
const names = {
  hostname: 'app.terraform.io',
  organization: 'acme',
  project: 'Default Project',
  stack: 'platform',
} as unknown as StackNames;

/** All steps, one after the other, each on what the one before left. */
async function wire(files: Files, choice: StackChoice): Promise<{ files: Files; steps: readonly string[] }> {
  let now = files;
  const steps: string[] = [];
  for (let n = 0; n < 50; n++) {
    const step = nextStackStep(await rootOf(now), choice);
    assert.ok(step.ok, step.ok ? '' : step.problem.message);
    if (step.value === undefined) return { files: now, steps };
    steps.push(step.value.what);
    const name = step.value.file.path.replace('/r/', '');
    assert.notEqual(now[name], step.value.text, step.value.what);
    now = { ...now, [name]: step.value.text };
  }
  assert.fail(`it never ends: ${steps.join(', ')}`);
}

async function checks(files: Files, named?: StackNames): Promise<readonly Check[]> {
  const root = await rootOf(files);
  return (root.stack?.deployments ?? []).flatMap(d =>
    stackChecks({
      root,
      wiring: wiringOf(root, d),
      audience,
      names: named,
      issuer: 'app.terraform.io',
      accounts: unknown('not asked'),
      judge: trustJudge,
    }),
  );
}
const wrong = async (files: Files): Promise<readonly string[]> =>
  (await checks(files, names))
    .filter(c => c.state === 'wrong' || c.state === 'warning')
    .map(c => `${c.id}: ${c.evidence.join(' ')}`);

const component = (inner: string): string =>
  `provider "aws" "this" {\n  config {\n    region = "eu-central-1"\n${inner}  }\n}\n`;
const exchange =
  '    assume_role_with_web_identity {\n      role_arn           = var.role_arn\n      web_identity_token = var.identity_token\n    }\n';
const declared =
  'variable "role_arn" {\n  type = string\n}\n\nvariable "identity_token" {\n  type      = string\n  ephemeral = true\n}\n';
const token = 'identity_token "aws" {\n  audience = ["aws.workload.identity"]\n}\n';
const deployment = (inputs: string): string => `${token}\ndeployment "prod" {\n  inputs = {\n${inputs}  }\n}\n`;
const good: Files = {
  'c.tfcomponent.hcl': component(exchange) + declared,
  'd.tfdeploy.hcl': deployment(`    role_arn       = "${arn('p')}"\n    identity_token = identity_token.aws.jwt\n`),
};

describe('credentials of a Stack', () => {
  test('a deployment that is wired is right, with subjects of its own', async () => {
    assert.deepEqual(await wrong(good), []);
    const subject = (await checks(good, names)).find(c => c.id === 'stack-subject');
    assert.deepEqual(subject?.evidence, [
      'organization:acme:project:Default Project:stack:platform:deployment:prod:operation:plan',
      'organization:acme:project:Default Project:stack:platform:deployment:prod:operation:apply',
    ]);
    const root = await rootOf(good);
    const [d] = root.stack?.deployments ?? [];
    assert.deepEqual(d && rolesOf(wiringOf(root, d)), [arn('p')]);
  });

  test('every link of the chain is checked', async () => {
    const broken: readonly (readonly [RegExp, Files])[] = [
      [/no identity_token block/, { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace(token, '') }],
      [
        /which no identity_token block declares/,
        { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace('token.aws.jwt', 'token.other.jwt') },
      ],
      [
        /hands no identity_token/,
        { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace('identity_token.aws.jwt', '"x"') },
      ],
      [
        /has no audience/,
        { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace(/ {2}audience.*\n/, '') },
      ],
      [
        /has the audience "sts.amazonaws.com"/,
        {
          ...good,
          'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace('aws.workload.identity', 'sts.amazonaws.com'),
        },
      ],
      [/is not an ARN/, { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace(arn('p'), 'p') }],
      [
        /gives no role_arn/,
        { ...good, 'd.tfdeploy.hcl': (good['d.tfdeploy.hcl'] ?? '').replace(/ +role_arn.*\n/, '') },
      ],
      [/has no assume_role_with_web_identity/, { ...good, 'c.tfcomponent.hcl': component('') + declared }],
      [
        /hands no token/,
        { ...good, 'c.tfcomponent.hcl': component(exchange.replace('var.identity_token', 'var.jwt')) + declared },
      ],
      [
        /is not ephemeral/,
        { ...good, 'c.tfcomponent.hcl': component(exchange) + declared.replace('  ephemeral = true\n', '') },
      ],
      [/no variable block/, { ...good, 'c.tfcomponent.hcl': component(exchange) }],
    ];
    for (const [expected, files] of broken) assert.match((await wrong(files)).join('\n'), expected);
  });

  test('a subject that is too long is found', async () => {
    const long = { ...names, stack: 's'.repeat(60) } as unknown as StackNames;
    const found = (await checks(good, long)).find(c => c.id === 'stack-subject');
    assert.equal(found?.state, 'wrong');
    assert.match(found.evidence.join(), /characters; HCP Terraform allows 127/);
  });

  test('names that are not known leave the subject unknown', async () => {
    const found = (await checks(good)).find(c => c.id === 'stack-subject');
    assert.equal(found?.state, 'unknown');
  });

  test('a role that is another one is replaced, and a wired deployment is left alone', async () => {
    assert.deepEqual((await wire(good, { audience, roles: { prod: arn('p') } })).steps, []);
    const { files } = await wire(good, { audience, roles: { prod: arn('other') } });
    assert.equal(files['d.tfdeploy.hcl'], (good['d.tfdeploy.hcl'] ?? '').replace(arn('p'), arn('other')));
  });

  test('what cannot be is refused', async () => {
    const refused = async (files: Files, roles: Record<string, string>): Promise<string> => {
      const step = nextStackStep(await rootOf(files), { audience, roles });
      return step.ok ? 'made' : step.problem.code;
    };
    assert.equal(await refused(good, { nope: arn('p') }), 'no-deployment');
    assert.equal(await refused({ 'd.tfdeploy.hcl': good['d.tfdeploy.hcl'] ?? '' }, { prod: arn('p') }), 'no-provider');
    assert.equal(await refused({ 'main.tf': '' }, {}), 'no-stack');
    assert.equal(await refused({ ...good, 'e.tfdeploy.hcl': 'deployment "x" {' }, { prod: arn('p') }), 'syntax');
  });

  test('law: from any half-wired Stack it comes to one that is right, and stays so', async () => {
    const inputs = fc.constantFrom(
      undefined,
      '{}',
      '{ size = 3 }',
      '{ size = 3, }',
      '{\n    size = 3\n  }',
      '{\n    # sizes\n    size = 3\n    more = { a = 1 } # why\n  }',
      `{\n    role_arn = "${arn('old')}"\n  }`,
      '{\n    identity_token = identity_token.aws.jwt\n  }',
    );
    const provider = fc.constantFrom(
      component(''),
      component(exchange),
      'provider "aws" "this" {\n}\n',
      'provider "aws" "this" {\n  config { region = "eu-central-1" }\n}\n',
      'provider "aws" "this" {\n  for_each = var.regions\n\n  config {}\n}\n',
    );
    const variables = fc.constantFrom(
      '',
      declared,
      'variable "identity_token" {\n  type = string\n}\n',
      'variable "identity_token" {}\n',
      'variable "identity_token" { type = string }\n',
    );
    const tokens = fc.constantFrom(
      '',
      token,
      'identity_token "aws" {\n  audience = ["other"]\n}\n',
      'identity_token "aws" {}\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.constantFrom('prod', 'dev', 'test'), inputs), {
          selector: ([n]) => n,
          minLength: 1,
        }),
        provider,
        variables,
        tokens,
        fc.boolean(),
        async (deployments, code, vars, given, crlf) => {
          // The token that some inputs name has to be one that is there, or this is another mistake than a missing one.
          const uses = deployments.some(([, i]) => i?.includes('identity_token.aws') === true);
          const heading = uses ? token : given;
          const eol = (text: string): string => (crlf ? text.replaceAll('\n', '\r\n') : text);
          const files = {
            'c.tfcomponent.hcl': eol(`${code}\n${vars}`),
            'd.tfdeploy.hcl': eol(
              `${heading}\n${deployments.map(([n, i]) => `# ${n}\ndeployment "${n}" {\n${i === undefined ? '' : `  inputs = ${i}\n`}}\n`).join('\n')}`,
            ),
          };
          const roles = Object.fromEntries(deployments.map(([n]) => [n, arn(n)]));
          const done = await wire(files, { audience, roles });
          assert.deepEqual(await wrong(done.files), []);
          const root = await rootOf(done.files);
          for (const d of root.stack?.deployments ?? []) assert.deepEqual(rolesOf(wiringOf(root, d)), [arn(d.name)]);
          assert.deepEqual(
            lintRoot(root, { environment: {} }).filter(f => f.code === 'web-identity'),
            [],
          );
          if (crlf) assert.doesNotMatch(Object.values(done.files).join(''), /[^\r]\n/);
          for (const kept of ['size = 3', '# why', '# sizes', 'for_each = var.regions'])
            assert.equal(
              Object.values(files).join('').split(kept).length,
              Object.values(done.files).join('').split(kept).length,
              kept,
            );
          assert.deepEqual((await wire(done.files, { audience, roles })).steps, []);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('role and token are handed down to the providers of embedded Stacks', async () => {
    const deployments = 'deployment "prod" {\n  inputs = {\n    region = "eu"\n  }\n}\n';
    const embeds = (name: string, inputs: string): string => `stack "${name}" {\n  source = "./${name}"\n${inputs}}\n`;
    const choice = { audience, roles: { prod: arn('prod') } };
    const bare = {
      'main.tfcomponent.hcl': embeds('net', '  inputs = {\n    cidr = "10.0.0.0/16"\n  }\n'),
      'main.tfdeploy.hcl': deployments,
      'net/main.tfcomponent.hcl': `variable "cidr" {\n  type = string\n}\n${embeds('dns', '')}`,
      'net/dns/main.tfcomponent.hcl': component(''),
    };
    const { files } = await wire(bare, choice);
    assert.deepEqual(await wrong(files), []);
    const root = await rootOf(files);
    assert.deepEqual(
      (root.stack?.deployments ?? []).flatMap(d => rolesOf(wiringOf(root, d))),
      [arn('prod')],
    );
    assert.match(files['net/main.tfcomponent.hcl'] ?? '', /inputs = \{ role_arn = var\.role_arn, identity_token = var/);
    assert.match(files['net/dns/main.tfcomponent.hcl'] ?? '', /variable "identity_token" \{[^}]*ephemeral = true/);
    assert.deepEqual((await wire(files, choice)).steps, []);
  });

  test('an embedded Stack keeps its own names, and one whose role is an expression is refused', async () => {
    const inner = component(
      '    assume_role_with_web_identity {\n      role_arn           = var.role\n      web_identity_token = var.jwt\n    }\n',
    );
    const variables =
      'variable "role" {\n  type = string\n}\nvariable "jwt" {\n  type      = string\n  ephemeral = true\n}\n';
    const files = (given: string): Files => ({
      'main.tfcomponent.hcl': `stack "net" {\n  source = "./net"\n  inputs = {\n    role = ${given}\n  }\n}\nvariable "network_role" {\n  type = string\n}\n`,
      'main.tfdeploy.hcl': 'deployment "prod" {\n  inputs = {}\n}\n',
      'net/main.tfcomponent.hcl': inner + variables,
    });
    const choice = { audience, roles: { prod: arn('prod') } };
    const done = await wire(files('var.network_role'), choice);
    assert.deepEqual(await wrong(done.files), []);
    assert.match(done.files['main.tfdeploy.hcl'] ?? '', /network_role += "arn:aws:iam::123456789012:role\/prod"/);
    assert.match(done.files['main.tfcomponent.hcl'] ?? '', /jwt += var\.identity_token/);
    const root = await rootOf(done.files);
    assert.deepEqual(
      (root.stack?.deployments ?? []).flatMap(d => wiringOf(root, d).exchanges.map(e => e.roleInput)),
      ['network_role'],
    );
    const refused = nextStackStep(
      await rootOf({
        ...files('local.role'),
        'main.tfdeploy.hcl': `identity_token "aws" {\n  audience = ["${audience}"]\n}\ndeployment "prod" {\n}\n`,
      }),
      choice,
    );
    assert.equal(refused.ok ? '' : refused.problem.code, 'role-shape');
  });
});

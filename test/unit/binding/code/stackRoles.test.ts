import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapProviders, type MappingChoice } from '../../../../src/binding/code/providerMapping';
import { nextStackStep, type StackChoice } from '../../../../src/binding/code/stackWiring';
import { rootOf } from '../../../support/root';

type Files = Readonly<Record<string, string>>;
const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const component =
  'variable "role_arn" {\n  type = string\n}\nvariable "identity_token" {\n  type      = string\n  ephemeral = true\n}\nprovider "aws" "this" {\n  config {\n    region = "eu-central-1"\n    assume_role_with_web_identity {\n      role_arn           = var.role_arn\n      web_identity_token = var.identity_token\n    }\n  }\n}\n';
const token = 'identity_token "aws" {\n  audience = ["aws.workload.identity"]\n}\n';
const deployment = (inputs: string, name = 'prod'): string => `deployment "${name}" {\n  inputs = ${inputs}\n}\n`;
const given = (role: string): string =>
  `{\n    role_arn       = ${role}\n    identity_token = identity_token.aws.jwt\n  }`;

/** The deployment file when nothing is left to do, or the code of the problem. */
async function wired(text: string, choice: Omit<StackChoice, 'audience'>, code = component): Promise<string> {
  let files: Files = { 'c.tfcomponent.hcl': code, 'd.tfdeploy.hcl': token + text };
  for (let n = 0; n < 20; n++) {
    const step = nextStackStep(await rootOf(files), { audience: 'aws.workload.identity', ...choice });
    if (!step.ok) return `${step.problem.code}: ${step.problem.message}`;
    if (step.value === undefined) return (files['d.tfdeploy.hcl'] ?? '').replace(token, '');
    files = { ...files, [step.value.file.path.replace('/r/', '')]: step.value.text };
  }
  return 'it never ends';
}

describe('roles of a Stack are written where they stand', () => {
  const roles = { roles: { prod: arn('new') } };

  test('in a local of its own; in the input where others use the local too', async () => {
    const local = `locals {\n  r = "${arn('old')}"\n}\n`;
    assert.equal(
      await wired(local + deployment(given('local.r')), roles),
      local.replace('old', 'new') + deployment(given('local.r')),
    );
    const shared = local + deployment(given('local.r')) + deployment(given('local.r'), 'dev');
    assert.equal(
      await wired(shared, roles),
      local + deployment(given(`"${arn('new')}"`)) + deployment(given('local.r'), 'dev'),
    );
  });

  test('in place of a template and of a value of a store; in the last object of merge', async () => {
    const store = 'store "varset" "cfg" {\n  name = "cfg"\n  category = "terraform"\n}\n';
    assert.equal(
      await wired(store + deployment(given('store.varset.cfg.stable.role_arn')), roles),
      store + deployment(given(`"${arn('new')}"`)),
    );
    const common = `locals {\n  common = { role_arn = "${arn('old')}" }\n}\n`;
    const merged = await wired(
      common + deployment('merge(local.common, { identity_token = identity_token.aws.jwt })'),
      roles,
    );
    assert.match(merged, /identity_token = identity_token\.aws\.jwt\s+role_arn = "[^"]*new"/);
    assert.equal(
      await wired(common + deployment('merge({ identity_token = identity_token.aws.jwt }, local.common)'), roles),
      common +
        deployment(`merge({ identity_token = identity_token.aws.jwt }, local.common, { role_arn = "${arn('new')}" })`),
    );
  });

  test('a value that is right already is left alone, however it is written', async () => {
    const text = `locals {\n  r = "${arn('new')}"\n}\n${deployment(given('local.r'))}`;
    assert.equal(await wired(text, roles), text);
  });

  test('what cannot be written says why', async () => {
    assert.match(await wired(deployment(given('"x"')).replace('inputs =', 'inputs'), roles), /^inputs-block: /);
    assert.match(await wired(deployment('local.all'), roles), /^inputs-shape: /);
    const each = component.replace('var.role_arn', 'each.value.role_arn');
    assert.match(await wired(deployment(given('"x"')), roles, each), /^role-shape: .*each\.value\.role_arn/);
    const second =
      component +
      component.slice(component.indexOf('provider')).replace('"this"', '"dns"').replace('var.role_arn', 'var.dns_role');
    assert.match(
      await wired(deployment(given('"x"')), roles, second),
      /^several-roles: .*var\.role_arn, var\.dns_role/,
    );
    const named = await wired(
      deployment(given(`"${arn('a')}"`)),
      { roles: {}, variables: { prod: { dns_role: arn('d') } } },
      second,
    );
    assert.match(named, /dns_role = "[^"]*role\/d"/);
    assert.match(
      await wired(deployment(given('"x"')), { roles: {}, variables: { prod: { nope: arn('d') } } }),
      /^no-role-variable/,
    );
  });
});

describe('aliases, tags and child modules', () => {
  const map = async (files: Files, tags: readonly string[], more: Partial<MappingChoice> = {}) => {
    const made = mapProviders(await rootOf(files), { tags, ...more });
    assert.ok(made.ok);
    const { texts, notes, open } = made.value;
    return { texts, text: texts.map(t => t.text).join('\n'), notes: notes.join('\n'), open };
  };
  const two = (alias: string, more = ''): string =>
    `provider "aws" {\n  region = "eu-central-1"\n}\nprovider "aws" {\n  alias  = "${alias}"\n${more}  region = "us-east-1"\n}\n`;

  test('an alias with hyphens is the tag that is written with underscores', async () => {
    const { text } = await map({ 'main.tf': two('us-east-1') }, ['us_east_1']);
    assert.match(text, /alias {2}= "us-east-1"[^}]*aliases\["us_east_1"\]/);
    assert.equal(text.match(/provider "aws"/g)?.length, 2);
  });

  test('an alias that fits no tag is told, with how to say which it is', async () => {
    const { notes } = await map({ 'main.tf': two('dns') }, ['LEDGER']);
    assert.match(notes, /alias dns\) fits no tag and keeps the default configuration.*--map dns=TAG/);
  });

  test('a block of a child module is told; one that only names a provider is not', async () => {
    const child = (body: string): Files => ({
      'main.tf': `${two('ledger')}module "m" {\n  source = "./m"\n}\n`,
      'm/main.tf': `provider "aws" {\n  alias = "dns"\n${body}}\n`,
    });
    assert.match(
      (await map(child('  region = "us-east-1"\n'), ['LEDGER'])).notes,
      /alias dns\) in .*m\/main\.tf belongs to a child module/,
    );
    assert.doesNotMatch((await map(child(''), ['LEDGER'])).notes, /child module/);
  });

  test('an alias that fits no tag is for a person: it is named, and left where nobody looks', async () => {
    const files = { 'main.tf': two('dns') };
    assert.deepEqual((await map(files, ['LEDGER'])).open, ['dns']);
    assert.deepEqual((await map(files, ['LEDGER'], { aliases: { dns: 'default' } })).open, []);
    const left = await map(files, ['LEDGER'], { open: 'leave' });
    assert.doesNotMatch(left.text, /alias {2}= "dns"[^}]*shared_config_files/);
    assert.match(left.text, /provider "aws" \{\s+region[^}]*default\.shared_config_file/);
  });

  test('a block of a child module is mapped, and each call on the way hands the variable on', async () => {
    const files: Files = {
      'main.tf': `${two('ledger')}module "a" {\n  source = "./a"\n}\nmodule "b" {\n  source = "./a/b"\n}\n`,
      'a/main.tf': 'module "b" {\n  source = "./b"\n}\n',
      'a/b/main.tf': 'provider "aws" {\n  alias  = "ledger"\n  region = "us-east-1"\n}\n',
    };
    const { texts, notes } = await map(files, ['LEDGER']);
    const at = (name: string): string => texts.find(t => t.file.path.endsWith(name))?.text ?? '';
    assert.match(notes, /alias ledger\) in .*a\/b\/main\.tf belongs to a child module: it uses aliases\["LEDGER"\]/);
    assert.match(at('/a/b/main.tf'), /aliases\["LEDGER"\]\.shared_config_file/);
    for (const name of ['/a/b/main.tf', '/a/main.tf']) assert.match(at(name), /variable "tfc_aws_dynamic_credentials"/);
    const handed = /tfc_aws_dynamic_credentials\s*= var\.tfc_aws_dynamic_credentials/g;
    assert.equal(at('/a/main.tf').match(handed)?.length, 1);
    const [root] = texts;
    assert.equal(root?.text.match(handed)?.length, 2);
    // What was written is a mapping: nothing is left to do.
    const written = Object.fromEntries(
      texts.map((t, i) => [i === 0 ? 'main.tf' : t.file.path.replace(/^.*?\/(?=a\/)/, ''), t.text]),
    );
    assert.deepEqual((await map({ ...files, ...written }, ['LEDGER'])).texts, []);
  });

  test('a block of a module that another root may call is named, with the reason', async () => {
    const made = await map(
      {
        'main.tf': 'provider "aws" {}\nmodule "m" {\n  source = "./m"\n}\n',
        'm/main.tf.json': '{ "provider": { "aws": { "region": "us-east-1" } } }',
      },
      ['LEDGER'],
    );
    assert.match(made.notes, /is not mapped: its code is JSON\. Move the block to the root/);
  });

  test('a new block takes no region that means something only with for_each', async () => {
    const { text } = await map(
      {
        'main.tf':
          'provider "aws" {\n  alias    = "by"\n  for_each = toset(["eu-central-1"])\n  region   = each.value\n}\n',
      },
      ['PROD'],
    );
    assert.equal(text.match(/each\.value/g)?.length, 1);
  });
});

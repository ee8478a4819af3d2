import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { lintProject } from '../../../src/lint/lint';
import { filesOf, projectOf } from '../../support/lintFixtures';

/** The text after the fix `id` of the first finding of `code`. */
async function fixed(text: string, code: string, id: string, name = 'main.tf'): Promise<string> {
  const project = await projectOf({ [name]: text });
  const finding = lintProject(project).find(f => f.code === code);
  const fix = finding?.fixes.find(f => f.id === id);
  const [file] = filesOf(project);
  assert.ok(fix && file, `${code} offers ${id}`);
  return applyToFile(file, fix.edits);
}

const removed = (text: string, name?: string): Promise<string> =>
  fixed(text, 'provider-profile', 'remove-argument', name);

test('an argument goes with the comments above and behind it', async () => {
  assert.equal(
    await removed('provider "aws" {\n  region = "x"\n  # a\n  // b\n  /* c\n     d */\n  profile = "p" # e\n}\n'),
    'provider "aws" {\n  region = "x"\n}\n',
  );
});

test('comments after a blank line, or behind another argument, stay', async () => {
  assert.equal(
    await removed('provider "aws" {\n  # head\n\n  region = "x" # mine\n  profile = "p"\n  # tail\n}\n'),
    'provider "aws" {\n  # head\n\n  region = "x" # mine\n  # tail\n}\n',
  );
});

test('no two blank lines stay behind, and none at the braces', async () => {
  assert.equal(
    await removed('provider "aws" {\n  profile = "p"\n\n  region = "x"\n}\n'),
    'provider "aws" {\n  region = "x"\n}\n',
  );
  assert.equal(
    await removed('provider "aws" {\n  region = "x"\n\n  profile = "p"\n\n  max_retries = 1\n}\n'),
    'provider "aws" {\n  region = "x"\n\n  max_retries = 1\n}\n',
  );
  assert.equal(
    await removed('provider "aws" {\n  region = "x"\n\n  profile = "p"\n\n}\n'),
    'provider "aws" {\n  region = "x"\n}\n',
  );
});

test('one-line blocks, heredocs and Windows line ends keep their form', async () => {
  assert.equal(await removed('provider "aws" { profile = "p" }\n'), 'provider "aws" {}\n');
  assert.equal(
    await removed('provider "aws" {\r\n  profile = <<EOT\r\n}\r\nEOT\r\n  region = "x"\r\n}\r\n'),
    'provider "aws" {\r\n  region = "x"\r\n}\r\n',
  );
});

test('a group that was aligned to the removed name closes the gap; another stays as it is', async () => {
  assert.equal(
    await removed('provider "aws" {\n  region  = "x"\n  profile = "p"\n}\n'),
    'provider "aws" {\n  region = "x"\n}\n',
  );
  assert.equal(
    await removed('provider "aws" {\n  region      = "x"\n  max_retries = 1\n  profile     = "p"\n}\n'),
    'provider "aws" {\n  region      = "x"\n  max_retries = 1\n}\n',
  );
});

test('JSON: commas stay right for the first, a middle, the last and the only property', async () => {
  const json = async (members: string): Promise<string> =>
    removed(`{"provider": {"aws": {${members}}}}`, 'main.tf.json');
  assert.equal(await json('"profile": "p", "region": "x"'), '{"provider": {"aws": {"region": "x"}}}');
  assert.equal(await json('"a": 1, "profile": "p", "b": 2'), '{"provider": {"aws": {"a": 1, "b": 2}}}');
  assert.equal(await json('"region": "x", "profile": "p"'), '{"provider": {"aws": {"region": "x"}}}');
  assert.equal(await json(' "profile": "p" '), '{"provider": {"aws": {}}}');
});

test('JSON: the last block of an array takes its property along', async () => {
  const text = (roles: string): string => `{"provider": {"aws": {"region": "x", "assume_role": ${roles}}}}`;
  const remove = (roles: string): Promise<string> => fixed(text(roles), 'assume-role', 'remove-block', 'main.tf.json');
  assert.equal(await remove('[{"role_arn": "a"}]'), '{"provider": {"aws": {"region": "x"}}}');
  assert.equal(await remove('{"role_arn": "a"}'), '{"provider": {"aws": {"region": "x"}}}');
  assert.equal(await remove('[{"role_arn": "a"}, {"role_arn": "b"}]'), text('[{"role_arn": "b"}]'));
});

test('the ignore comment takes the indent and the line ends of the block', async () => {
  assert.equal(
    await fixed(
      'provider "aws" {\r\n\tregion = "x"\r\n\tassume_role {\r\n\t\trole_arn = var.r\r\n\t}\r\n}\r\n',
      'assume-role',
      'keep-as-role-chaining',
    ),
    'provider "aws" {\r\n\tregion = "x"\r\n\t# tfc-oidc:ignore assume-role role chaining into another account\r\n\tassume_role {\r\n\t\trole_arn = var.r\r\n\t}\r\n}\r\n',
  );
});

test('mapping a one-line provider and declaring the variable', async () => {
  const text =
    'provider "aws" { region = "x" }\n\nprovider "aws" {\n  alias = "d"\n  region = "x"\n  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["D"].shared_config_file]\n}\n';
  assert.equal(
    (await fixed(text, 'dynamic-credentials-variable', 'map-provider')).split('\n\nprovider')[0],
    'provider "aws" {\n  region = "x"\n\n  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]\n}',
  );
  assert.match(
    await fixed(text, 'dynamic-credentials-variable', 'map-provider'),
    /\nvariable "tfc_aws_dynamic_credentials" \{\n  type = object\(\{\n    default = object\(\{ shared_config_file = string \}\)\n    aliases = map/,
  );
});

test('the heading of a group of which a member stays is kept, and so is what was commented out', async () => {
  const block = (lines: string): string => `provider "aws" {\n${lines.replace(/^(?=.)/gm, '  ')}}\n`;
  const left = async (lines: string, stays: string): Promise<void> =>
    assert.equal(await removed(block(lines)), block(stays));
  await left('# Account\nprofile = "p"\nregion  = "x"\n', '# Account\nregion = "x"\n');
  await left('a = 1\n\n# Account\nprofile = "p"\nassume_role {\n}\n', 'a = 1\n\n# Account\nassume_role {\n}\n');
  await left('# profile and region\nprofile = "p"\nregion  = "x"\n', '# profile and region\nregion = "x"\n');
  await left('# Account\nprofile = "p"\n# Ireland\nregion = "x"\n', '# Account\n# Ireland\nregion = "x"\n');
  await left('# profile = "old"\nprofile = "p"\nregion = "x"\n', '# profile = "old"\nregion = "x"\n');
  await left(
    '# profile = "old"\n# Account\nprofile = "p"\nregion  = "x"\n',
    '# profile = "old"\n# Account\nregion = "x"\n',
  );
  await left(
    '# assume_role {\n#   role_arn = "x"\n# }\nprofile = "p"\n\nregion = "x"\n',
    '# assume_role {\n#   role_arn = "x"\n# }\n\nregion = "x"\n',
  );
  await left('/* profile = "old" */\nprofile = "p"\n', '/* profile = "old" */\n');
  // Nothing stays of the group, or the comment speaks of what goes alone.
  await left('# Account\nprofile = "p"\n\nregion = "x"\n', 'region = "x"\n');
  await left('# The profile of this machine.\nprofile = "p"\nregion  = "x"\n', 'region = "x"\n');
});

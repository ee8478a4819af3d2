import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mapProviders, type MappingChoice } from '../../../../src/binding/code/providerMapping';
import { trustJudge } from '../../../../src/binding/checks/judge';
import { tagsAndAliases } from '../../../../src/binding/checks/tags';
import { codeFacts } from '../../../../src/binding/gather/code';
import { known } from '../../../../src/binding/facts';
import { lintRoot } from '../../../../src/lint/lint';
import { healthy, variables } from '../../../support/binding/world';
import { rootOf } from '../../../support/root';

type Files = Readonly<Record<string, string>>;

async function map(files: Files, choice: MappingChoice): Promise<{ files: Files; notes: readonly string[] }> {
  const made = mapProviders(await rootOf(files), choice);
  assert.ok(made.ok, made.ok ? '' : made.problem.message);
  const texts = Object.fromEntries(made.value.texts.map(t => [t.file.path.replace('/r/', ''), t.text]));
  return { files: { ...files, ...texts }, notes: made.value.notes };
}
const refused = async (files: Files, choice: MappingChoice): Promise<string> => {
  const made = mapProviders(await rootOf(files), choice);
  return made.ok ? 'made' : made.problem.code;
};

/** What the check of tags and aliases says of the code, with these tags in the workspace. */
async function joined(files: Files, tags: readonly string[]): Promise<string> {
  const root = await rootOf(files);
  const [configuration] = variables.configurations;
  assert.ok(configuration);
  const configurations = [configuration, ...tags.map(tag => ({ ...configuration, tag }))];
  const facts = { ...healthy, code: codeFacts(root, []), variables: known({ ...variables, configurations }) };
  const [check] = tagsAndAliases.run({ facts, judge: trustJudge });
  return check === undefined ? 'none' : `${check.state}: ${check.evidence.join(' ')}`;
}

const two = `provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "archive"
  region = "eu-west-1"
}
`;

describe('mapping of provider blocks to tagged configurations', () => {
  test('a block that has the tag of another configuration stays with it, and somebody is asked', async () => {
    const mapped = `provider "aws" {\n  alias               = "audit"\n  shared_config_files = try([var.tfc_aws_dynamic_credentials.aliases["audit"].shared_config_file], null)\n}\n`;
    const files = { 'main.tf': two + mapped };
    const made = await map(files, { tags: ['ARCHIVE'] });
    assert.ok(made.files['main.tf']?.includes(mapped), made.files['main.tf']);
    assert.match(made.notes.join('\n'), /uses tag audit, which is none of the tags here[^\n]*--tag audit/);
    const again = mapProviders(await rootOf(files), { tags: ['ARCHIVE'] });
    assert.deepEqual(again.ok && again.value.open, ['audit']);
    const said = await map(files, { tags: ['ARCHIVE'], aliases: { audit: 'default' } });
    assert.doesNotMatch(said.files['main.tf'] ?? '', /aliases\["audit"\]/);
  });

  test('the default provider is mapped as soon as a tag exists, an alias to the tag of its name', async () => {
    const { files, notes } = await map({ 'main.tf': two }, { tags: ['ARCHIVE'] });
    const text = files['main.tf'] ?? '';
    assert.match(
      text,
      /region = "eu-central-1"\n\n {2}shared_config_files = \[var\.tfc_aws_dynamic_credentials\.default\.shared_config_file\]/,
    );
    assert.match(
      text,
      /shared_config_files = \[var\.tfc_aws_dynamic_credentials\.aliases\["ARCHIVE"\]\.shared_config_file\]/,
    );
    assert.match(text, /variable "tfc_aws_dynamic_credentials" \{\n {2}type = object\(\{/);
    assert.deepEqual(notes, [
      'Provider "aws" uses the default configuration.',
      'Provider "aws" (alias archive) uses tag ARCHIVE.',
    ]);
    assert.match(await joined(files, ['ARCHIVE']), /^ok/);
    assert.match(await joined({ 'main.tf': two }, ['ARCHIVE']), /^wrong/);
  });

  test('without a tag nothing is to do', async () => {
    assert.deepEqual((await map({ 'main.tf': two }, { tags: [] })).files, { 'main.tf': two });
  });

  test('an alias of another name stays with the default, unless a person says otherwise', async () => {
    const code = two.replace('"archive"', '"dns"');
    const { files } = await map({ 'main.tf': code }, { tags: ['ARCHIVE'] });
    // The tag that nobody used gets a block of its own.
    assert.match(files['main.tf'] ?? '', /alias {15}= "ARCHIVE"/);
    assert.match(await joined(files, ['ARCHIVE']), /^ok/);
    const said = await map({ 'main.tf': code }, { tags: ['ARCHIVE'], aliases: { dns: 'ARCHIVE' } });
    assert.equal(said.files['main.tf']?.match(/provider "aws"/g)?.length, 2);
    assert.match(await joined(said.files, ['ARCHIVE']), /^ok/);
  });

  test('a tag written in the wrong case is put right', async () => {
    const { files } = await map({ 'main.tf': two }, { tags: ['archive'] });
    const again = await map(files, { tags: ['ARCHIVE'] });
    assert.match(again.files['main.tf'] ?? '', /aliases\["ARCHIVE"\]/);
    assert.doesNotMatch(again.files['main.tf'] ?? '', /aliases\["archive"\]/);
  });

  test('resources of the default provider without a block get one', async () => {
    const { files } = await map({ 'main.tf': 'resource "aws_s3_bucket" "b" {}\n' }, { tags: ['T'] });
    assert.equal(files['main.tf']?.match(/provider "aws"/g)?.length, 2);
    assert.match(await joined(files, ['T']), /^ok/);
  });

  test('a literal file argument is replaced, a Vault-backed one is left alone', async () => {
    const { files } = await map(
      {
        'main.tf':
          'provider "aws" {\n  shared_config_files = ["~/.aws/config"]\n}\n\nprovider "aws" {\n  alias = "v"\n  shared_credentials_files = [var.tfc_vault_backed_aws_dynamic_credentials.default.shared_credentials_file]\n}\n\nvariable "tfc_vault_backed_aws_dynamic_credentials" {}\n',
      },
      { tags: ['T'] },
    );
    assert.doesNotMatch(files['main.tf'] ?? '', /~\/\.aws\/config/);
    assert.match(files['main.tf'] ?? '', /tfc_vault_backed_aws_dynamic_credentials\.default/);
  });

  test('JSON blocks are mapped too', async () => {
    const { files } = await map(
      { 'main.tf.json': '{"provider":{"aws":[{"region":"eu-central-1"},{"alias":"T","region":"eu-west-1"}]}}' },
      { tags: ['T'] },
    );
    assert.match(await joined(files, ['T']), /^ok/);
  });

  test('what cannot be is refused', async () => {
    assert.equal(await refused({ 'main.tf': two }, { tags: ['T'], aliases: { archive: 't' } }), 'unknown-tag');
    assert.equal(await refused({ 'main.tf': two }, { tags: ['TYPE'] }), 'invalid-name');
    assert.equal(await refused({ 'main.tf': 'provider "aws" {\n' }, { tags: ['T'] }), 'syntax');
  });

  test('law: afterwards code and variables fit both ways, the lint finds nothing, and a second time there is nothing to do', async () => {
    const tag = fc.constantFrom('A', 'b', 'Blue_2', '9');
    const block = fc.tuple(
      fc.option(fc.constantFrom('a', 'b', 'blue_2', 'other')),
      fc.constantFrom('', '  region = "eu-west-1"\n', '  region = var.r\n', '  shared_config_files = null\n'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(block, { selector: ([alias]) => alias, maxLength: 4 }),
        fc.uniqueArray(tag, { minLength: 1 }),
        fc.boolean(),
        async (blocks, tags, crlf) => {
          const text = [
            ...blocks.map(
              ([alias, inner]) => `provider "aws" {\n${alias === null ? '' : `  alias = "${alias}"\n`}${inner}}\n`,
            ),
            'variable "r" {\n  default = "eu-west-1"\n}\n',
            'resource "aws_s3_bucket" "b" {}\n',
          ].join('\n');
          const before = { 'main.tf': crlf ? text.replaceAll('\n', '\r\n') : text };
          const { files } = await map(before, { tags });
          assert.match(await joined(files, tags), /^ok/);
          const findings = lintRoot(await rootOf(files), { environment: {} });
          assert.deepEqual(
            findings.filter(f => f.code === 'dynamic-credentials-variable' || f.code === 'shared-files'),
            [],
          );
          if (crlf) assert.doesNotMatch(files['main.tf'] ?? '', /[^\r]\n/);
          assert.deepEqual((await map(files, { tags })).files, files);
        },
      ),
      { numRuns: 100 },
    );
  });
});

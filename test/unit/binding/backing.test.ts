import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backingConfigured } from '../../../src/binding/checks/backed';
import { trustJudge } from '../../../src/binding/checks/judge';
import { tagsAndAliases } from '../../../src/binding/checks/tags';
import { known } from '../../../src/binding/facts';
import { codeFacts } from '../../../src/binding/gather/code';
import { credentialFacts } from '../../../src/hcp/variables/credentials';
import type { EffectiveVariable } from '../../../src/hcp/variables/precedence';
import { healthy } from '../../support/binding/world';
import { rootOf } from '../../support/root';

type Variables = Readonly<Record<string, string>>;

const effectiveOf = (variables: Variables): readonly EffectiveVariable[] =>
  Object.entries(variables).map(
    ([key, value]) =>
      ({
        key,
        value,
        category: 'env',
        sensitive: false,
        origin: { kind: 'workspace' },
      }) as unknown as EffectiveVariable,
  );

/** What the rows say of a workspace with these environment variables, and of code that maps its providers so. */
async function judged(variables: Variables, code = ''): Promise<string> {
  const facts = {
    ...healthy,
    variables: known(credentialFacts(effectiveOf(variables))),
    code: codeFacts(await rootOf({ 'main.tf': code }), []),
  };
  const world = { facts, judge: trustJudge };
  return [...[backingConfigured.run(world)].flat(), ...[tagsAndAliases.run(world)].flat()]
    .map(
      r => `${r.configuration ?? '-'} ${r.state}: ${r.evidence.join(' ')}${r.state === 'ok' ? '' : ` → ${r.nextStep}`}`,
    )
    .join('\n');
}

const vault = {
  TFC_VAULT_PROVIDER_AUTH: 'true',
  TFC_VAULT_ADDR: 'https://vault.example.test',
  TFC_VAULT_RUN_ROLE: 'runs',
};
const backed = (tag = ''): Variables => ({
  [`TFC_VAULT_BACKED_AWS_AUTH${tag}`]: 'true',
  [`TFC_VAULT_BACKED_AWS_AUTH_TYPE${tag}`]: 'iam_user',
  [`TFC_VAULT_BACKED_AWS_RUN_VAULT_ROLE${tag}`]: 'reader',
});
const declared = (name: string): string =>
  `variable "${name}" {\n  type = object({\n    default = object({ shared_credentials_file = string })\n    aliases = map(object({ shared_credentials_file = string }))\n  })\n}\n`;
const ofVault = 'tfc_vault_backed_aws_dynamic_credentials';
const block = (part: string, alias = ''): string =>
  `provider "aws" {\n${alias === '' ? '' : `  alias = "${alias}"\n`}  shared_credentials_files = [var.${ofVault}.${part}.shared_credentials_file]\n}\n`;
const two = declared(ofVault) + block('default') + block('aliases["LEDGER"]', 'ledger');

describe('configurations that Vault or HVS stands behind', () => {
  test('two Vault-backed configurations have tags and a variable of their own', async () => {
    const said = await judged({ ...vault, ...backed(), ...backed('_LEDGER') }, two);
    assert.doesNotMatch(said, /wrong|warning/);
    assert.match(said, /tags: LEDGER \(Vault-backed\)/);
  });

  test('a tag that only the code knows is missing as what it is', async () => {
    const said = await judged({ ...vault, ...backed() }, two);
    assert.match(said, /no TFC_VAULT_BACKED_AWS_AUTH_LEDGER is set/);
    assert.doesNotMatch(said, /TFC_AWS_PROVIDER_AUTH/);
  });

  test('the whole configuration is looked at', async () => {
    const alone = await judged({ TFC_VAULT_BACKED_AWS_AUTH: 'true' });
    for (const name of ['PROVIDER_AUTH', 'ADDR', 'RUN_ROLE', 'BACKED_AWS_AUTH_TYPE', 'BACKED_AWS_RUN_VAULT_ROLE'])
      assert.match(alone, new RegExp(`TFC_VAULT_${name} is not set`));
    const bad = await judged({
      ...vault,
      ...backed(),
      TFC_VAULT_BACKED_AWS_AUTH_TYPE: 'user',
      TFC_VAULT_BACKED_AWS_SLEEP_SECONDS: '9000',
    });
    assert.match(bad, /AUTH_TYPE has a value that cannot be right; it takes iam_user/);
    assert.match(bad, /SLEEP_SECONDS has a value that cannot be right/);
    assert.match(
      await judged({ ...vault, ...backed(), TFC_VAULT_BACKED_AWS_AUTH_TYPE: 'assumed_role' }),
      /default warning: .*RUN_ROLE_ARN/,
    );
  });

  test('one role for each phase, defaults and a Vault configuration with a tag count', async () => {
    const { TFC_VAULT_BACKED_AWS_RUN_VAULT_ROLE: _, ...rest } = backed() as Record<string, string>;
    const phases = { TFC_VAULT_BACKED_AWS_PLAN_VAULT_ROLE: 'p', TFC_VAULT_BACKED_AWS_APPLY_VAULT_ROLE: 'a' };
    assert.match(await judged({ ...vault, ...rest, ...phases }), /default ok/);
    assert.match(await judged({ ...vault, ...rest, TFC_DEFAULT_VAULT_BACKED_AWS_RUN_VAULT_ROLE: 'd' }), /default ok/);
    const named = { ...backed(), TFC_VAULT_BACKED_AWS_VAULT_CONFIG: 'EAST' };
    assert.match(await judged({ ...vault, ...named }), /TFC_VAULT_ADDR_EAST is not set/);
    const east = Object.fromEntries(Object.entries(vault).map(([key, value]) => [`${key}_EAST`, value]));
    assert.match(await judged({ ...east, ...named }), /default ok/);
  });

  test('native credentials beside those of Vault are a warning, a native default beside a Vault tag is not', async () => {
    const native = { TFC_AWS_PROVIDER_AUTH: 'true', TFC_AWS_RUN_ROLE_ARN: 'arn:aws:iam::123456789012:role/r' };
    assert.match(
      await judged({ ...vault, ...backed(), ...native }),
      /default warning: TFC_AWS_PROVIDER_AUTH and TFC_VAULT_BACKED_AWS_AUTH/,
    );
    const code =
      declared(ofVault) +
      declared('tfc_aws_dynamic_credentials').replaceAll('shared_credentials_file', 'shared_config_file') +
      'provider "aws" {\n  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]\n}\n' +
      block('aliases["LEDGER"]', 'ledger');
    assert.doesNotMatch(await judged({ ...vault, ...native, ...backed('_LEDGER') }, code), /wrong|warning/);
  });

  test('a default that is mapped and not configured is wrong', async () => {
    assert.match(
      await judged({ ...vault, ...backed('_LEDGER') }, two),
      /\.default, and TFC_VAULT_BACKED_AWS_AUTH is not set/,
    );
  });
});

describe('tags in another case', () => {
  const names = {
    TFC_AWS_PROVIDER_AUTH: 'true',
    TFC_AWS_PROVIDER_AUTH_ARCHIVE: 'true',
    TFC_AWS_PROVIDER_AUTH_west: 'true',
  };
  const using = (tag: string): string =>
    `provider "aws" {\n  alias = "${tag}"\n  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["${tag}"].shared_config_file]\n}\n`;
  const code = `variable "tfc_aws_dynamic_credentials" {}\nprovider "aws" {\n  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]\n}\n`;
  const remedies = async (...tags: string[]): Promise<readonly unknown[]> => {
    const root = await rootOf({ 'main.tf': code + tags.map(using).join('') });
    const facts = { ...healthy, variables: known(credentialFacts(effectiveOf(names))), code: codeFacts(root, []) };
    return [tagsAndAliases.run({ facts, judge: trustJudge })]
      .flat()
      .map(r => (r.state === 'ok' ? 'ok' : r.remedy?.kind));
  };

  test('are spelled by map-providers', async () => {
    assert.deepEqual(await remedies('archive', 'west'), ['map-providers']);
  });

  test('and a tag that no configuration has is left to a person, whose block would lose it', async () => {
    assert.deepEqual(await remedies('archive', 'west', 'east'), [undefined]);
    assert.deepEqual(await remedies('ARCHIVE', 'west'), ['ok']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check } from '../../../src/binding/check';
import { trustJudge } from '../../../src/binding/checks/judge';
import { runChecks } from '../../../src/binding/checks/table';
import { codeFacts } from '../../../src/binding/gather/code';
import { known, type WorkspaceFacts } from '../../../src/binding/facts';
import { readSharedFiles } from '../../../src/iam/identity';
import { localCredentials, type Machine } from '../../../src/binding/gather/localChain';
import { lintRoot } from '../../../src/lint/lint';
import { healthy } from '../../support/binding/world';
import { rootOf } from '../../support/root';

const key = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

const config = '[profile dev]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = x\n';

async function machine(environment: Readonly<Record<string, string>>): Promise<Machine> {
  const read = (file: string): Promise<string | undefined> =>
    Promise.resolve(file.endsWith('config') ? config : undefined);
  return { environment, sharedFiles: await readSharedFiles(environment, { home: '/home/me', read }) };
}

async function source(env: Readonly<Record<string, string>>, provider = ''): Promise<string> {
  const root = await rootOf({ 'main.tf': `provider "aws" {\n  region = "eu-west-1"\n${provider}}\n` });
  return localCredentials(await machine(env), codeFacts(root, lintRoot(root, { environment: env }))).source;
}

describe('what commands on this machine take', () => {
  test('in the order of the AWS provider', async () => {
    assert.match(await source({ AWS_PROFILE: 'dev' }), /the access key of profile "dev" in the config file/);
    assert.match(await source({ AWS_DEFAULT_PROFILE: 'dev' }), /profile "dev"/);
    assert.match(await source({ AWS_PROFILE: 'nobody' }), /^nothing: There is no AWS profile "nobody"/);
    assert.match(
      await source({ AWS_PROFILE: 'dev', AWS_ROLE_ARN: 'r', AWS_WEB_IDENTITY_TOKEN_FILE: 'f' }),
      /AWS_ROLE_ARN/,
    );
    assert.match(await source({ AWS_PROFILE: 'dev', ...key }), /AWS_ACCESS_KEY_ID/);
    assert.match(await source(key, '  profile = "acme"\n'), /the profile that the provider block names/);
    assert.match(
      await source(key, `  access_key = "${key.AWS_ACCESS_KEY_ID}"\n  secret_key = "x"\n`),
      /the static credentials in the provider block/,
    );
    assert.match(await source({ AWS_PROFILE: '' }), /the role of this machine, where it has one/);
    assert.match(await source({ AWS_ACCESS_KEY_ID: 'only half' }), /the role of this machine/);
  });

  test('no value of the environment is told', async () => {
    assert.doesNotMatch(await source(key), /AKIA|wJalr/);
  });
});

describe('execution mode', () => {
  const workspace = healthy.workspace.state === 'known' ? healthy.workspace.value : undefined;
  const ask = async (
    part: Partial<WorkspaceFacts>,
    env: Readonly<Record<string, string>>,
  ): Promise<Check | undefined> => {
    assert.ok(workspace);
    const facts = {
      ...healthy,
      workspace: known({ ...workspace, ...part }),
      local: localCredentials(await machine(env), undefined),
    };
    return runChecks(facts, trustJudge).find(c => c.id === 'execution-mode');
  };

  test('local: nothing is delivered, and what the machine has is used', async () => {
    const check = await ask({ executionMode: 'local' }, { AWS_PROFILE: 'dev' });
    assert.equal(check?.state, 'wrong');
    assert.match(
      check.evidence.join('\n'),
      /are not delivered, and the role is not used.\nOn this machine the AWS provider takes the access key of profile "dev"/,
    );
  });

  test('remote: the commands that run here all the same are named', async () => {
    const check = await ask({}, {});
    assert.equal(check?.state, 'ok');
    assert.match(check.evidence.join('\n'), /terraform import, console, state, output/);
  });

  test('TF_FORCE_LOCAL_BACKEND makes remote ones local', async () => {
    const check = await ask({}, { TF_FORCE_LOCAL_BACKEND: '1' });
    assert.deepEqual([check?.state, check?.failureModes], ['warning', ['local-execution']]);
  });
});

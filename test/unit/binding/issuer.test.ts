import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runChecks } from '../../../src/binding/checks/table';
import { trustJudge } from '../../../src/binding/checks/judge';
import { type BindingFacts, type IssuerFacts, known } from '../../../src/binding/facts';
import { issuerFacts } from '../../../src/binding/gather/issuer';
import { trustPolicy } from '../../../src/iam/policy/trust';
import {
  defaultAudience,
  hostname,
  issuerProblem,
  organizationName,
  projectName,
  workspaceName,
} from '../../../src/oidc/names';
import { accountId } from '../../../src/oidc/partition';
import { unwrap } from '../../../src/core/problem';
import { healthy } from '../../support/binding/world';

const { signal } = new AbortController();

/** The check of the signing keys where the host says this of itself. */
function check(issuer: IssuerFacts, host?: string) {
  const { workspace } = healthy;
  assert.ok(workspace.state === 'known');
  const facts: BindingFacts = {
    ...healthy,
    issuer: known(issuer),
    ...(host !== undefined && { workspace: known({ ...workspace.value, hostname: unwrap(hostname(host)) }) }),
  };
  const found = runChecks(facts, trustJudge).find(c => c.id === 'issuer-readable');
  assert.ok(found !== undefined);
  return found;
}

describe('signing keys of a host', () => {
  test('each thing that is wrong has its own way out', () => {
    const right = { issuer: 'https://app.terraform.io', keys: 1, problem: undefined };
    assert.equal(check(right).state, 'ok');
    const unreachable = check({ issuer: undefined, keys: 0, problem: 'It could not be read from here.' });
    const otherName = check({ ...right, issuer: 'https://tfe.acme.example' });
    const noKeys = check({ ...right, keys: 0 });
    const port = check({ ...right, issuer: 'https://tfe.acme.example:8443' }, 'tfe.acme.example:8443');
    for (const { state } of [unreachable, otherName, noKeys, port]) assert.equal(state, 'wrong');
    assert.match(unreachable.nextStep ?? '', /^Let AWS reach /);
    assert.match(otherName.nextStep ?? '', /its tokens name another issuer.*TFE_OIDC_HOSTNAME_CHOICE/);
    assert.match(noKeys.nextStep ?? '', /publish its signing keys/);
    assert.match(port.evidence[0] ?? '', /IAM takes no port/);
    assert.match(port.nextStep ?? '', /port 443/);
  });

  test('a host with a port is asked at that port, and nobody else is', async () => {
    const asked: string[] = [];
    const fetch = (url: string) => {
      asked.push(url);
      return Promise.resolve({ status: 404, body: null, text: () => Promise.resolve('') });
    };
    for (const host of ['TFE.acme.example:8443', 'tfe.acme.example:443', 'tfe.acme.example'])
      await issuerFacts(host, fetch, signal);
    assert.deepEqual(asked, [
      'https://tfe.acme.example:8443/.well-known/openid-configuration',
      'https://tfe.acme.example/.well-known/openid-configuration',
      'https://tfe.acme.example/.well-known/openid-configuration',
    ]);
  });
});

describe('IAM takes no port', () => {
  const policyFor = (host: string) =>
    trustPolicy({
      hostname: unwrap(hostname(host)),
      partition: 'aws',
      accountId: unwrap(accountId('123456789012')),
      audience: defaultAudience,
      identities: [
        {
          kind: 'workspace',
          organization: unwrap(organizationName('acme')),
          project: unwrap(projectName('Default Project')),
          workspace: unwrap(workspaceName('prod')),
        },
      ],
      phases: ['plan'],
    });

  test('no trust policy is made for a host with a port, except on this machine', () => {
    const refused = policyFor('tfe.acme.example:8443');
    assert.ok(!refused.ok);
    assert.equal(refused.problem.code, 'issuer-with-port');
    assert.match(refused.problem.message, /with port 8443/);
    for (const host of ['tfe.acme.example', 'tfe.acme.example:443', '127.0.0.1:8443', 'localhost:8080']) {
      assert.ok(policyFor(host).ok, host);
      assert.equal(issuerProblem(host), undefined);
    }
  });
});

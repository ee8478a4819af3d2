import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Analysis } from '../../../src/lint/analysis';
import { baselineText } from '../../../src/lint/baseline';
import { type EditorSettings, folderSettings } from '../../../src/lint/folderSettings';
import { memoryFiles } from '../../support/memoryFiles';

const code = `terraform {
  cloud {
    workspaces { name = "web" }
  }
}
provider "aws" {
  region  = "eu-central-1"
  profile = "dev"
}
`;
const entry = { code: 'provider-profile', file: 'a/main.tf', at: 'provider.aws.profile', count: 1 };
const settings = {
  rules: { 'missing-region': 'off', 'provider-profile': 'warning' },
  ignoredFolders: ['app/old'],
  organization: 'acme',
};
const plain: EditorSettings = { severities: {}, ignoredFolders: undefined };

const files = (own: object | string): Readonly<Record<string, string>> => ({
  '/repo/.git/HEAD': '',
  '/repo/tfc-oidc.json': typeof own === 'string' ? own : JSON.stringify(own),
  '/repo/known.json': baselineText([{ ...entry, file: 'app/a/main.tf' }]),
  '/repo/app/a/main.tf': code,
  '/repo/app/old/main.tf': code,
});

async function seen(
  own: object | string,
  editor: EditorSettings,
  trusted: boolean,
): Promise<{ readonly findings: readonly string[]; readonly organization: string; readonly problem?: string }> {
  const host = memoryFiles(files(own));
  const { options, problem } = await folderSettings(host, '/repo/app', editor, trusted);
  const analysis = new Analysis(host, {}, '/repo/app', options);
  await analysis.readAll(() => undefined);
  return {
    findings: analysis.roots.flatMap(r => r.findings.map(f => `${f.location.file} ${f.code} ${f.severity}`)),
    organization: analysis.roots
      .map(({ root: { cloud } }) => (cloud.organization.state === 'known' ? cloud.organization.value : '-'))
      .join(),
    ...(problem !== undefined && { problem: `${problem.file}:${problem.at.line}:${problem.at.character}` }),
  };
}

test('the editor reads the file of the repository, above the folder that is open, too', async () => {
  assert.deepEqual(await seen(settings, plain, true), {
    findings: ['/repo/app/a/main.tf provider-profile warning'],
    organization: 'acme',
  });
});

test('a setting wins over the file', async () => {
  const editor = { severities: { 'provider-profile': 'error' }, ignoredFolders: ['a'] } as const;
  assert.deepEqual(await seen(settings, editor, true), {
    findings: ['/repo/app/old/main.tf provider-profile error'],
    organization: 'acme',
  });
});

test('in a window that is not trusted only its ignored folders count', async () => {
  const all = { ...settings, rules: { 'provider-profile': 'off' }, baseline: 'known.json' };
  assert.deepEqual(await seen(all, plain, false), {
    findings: ['/repo/app/a/main.tf provider-profile error'],
    organization: '-',
  });
  assert.deepEqual((await seen(all, plain, true)).findings, []);
});

test('a baseline leaves out what it names, and one that cannot be read leaves nothing out and is told', async () => {
  const { rules: _, ...others } = settings;
  assert.deepEqual(await seen({ ...others, baseline: 'known.json' }, plain, true), {
    findings: [],
    organization: 'acme',
  });
  const missing = await seen({ ...others, baseline: 'other.json' }, plain, true);
  assert.equal(missing.findings.length, 1);
  assert.equal(missing.problem, '/repo/tfc-oidc.json:0:0');
});

test('a broken file counts for nothing and says where', async () => {
  const broken = await seen('{\n  "rules": { "nothing": "off" }\n}', plain, true);
  assert.equal(broken.findings.length, 2);
  assert.equal(broken.problem, '/repo/tfc-oidc.json:1:13');
});

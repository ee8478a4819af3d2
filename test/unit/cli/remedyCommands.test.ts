import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, Remedy } from '../../../src/binding/check';
import { remedyCommands, type RemedyPlace } from '../../../src/cli/binding/remedyCommands';

const place: RemedyPlace = {
  path: '.',
  organization: 'acme',
  workspace: 'prod',
  hostname: 'app.terraform.io',
  profile: 'admin',
  inCode: true,
};
const check = (remedy: Remedy | undefined): Check => ({
  id: 'enabled',
  title: 'X',
  state: 'wrong',
  evidence: [],
  why: '',
  failureModes: [],
  ...(remedy !== undefined && { remedy }),
});
const commands = (remedies: readonly (Remedy | undefined)[], part: Partial<RemedyPlace> = {}): readonly string[] =>
  remedyCommands(remedies.map(check), { ...place, ...part });

test('several remedies of one cause are one command, and what stands is put right by the smallest change', () => {
  assert.deepEqual(
    commands([
      { kind: 'configure', tag: undefined },
      { kind: 'update-trust', change: 'add', roleArn: 'r', phases: ['plan'], tag: undefined },
      { kind: 'rewrite-variables', keys: ['A'] },
      { kind: 'remove-variables', keys: ['B'] },
      { kind: 'configure', tag: 'T' },
    ]),
    [
      'tfc-oidc configure . --workspace prod --profile admin --tag T --yes',
      'tfc-oidc repair . --workspace prod --profile admin --check enabled --yes',
    ],
  );
});

test('what the code does not say is said, and words are quoted for the shell', () => {
  assert.deepEqual(
    commands([{ kind: 'configure', tag: undefined }], {
      path: "my folder/o'hare",
      inCode: false,
      hostname: 'tfe.acme.example',
      profile: undefined,
    }),
    [
      "tfc-oidc configure 'my folder/o'\\''hare' --organization acme --hostname tfe.acme.example --workspace prod --profile NAME --yes",
    ],
  );
});

test('code, pages, and checks without a remedy', () => {
  assert.deepEqual(
    commands([
      { kind: 'fix-code', codes: ['static-credentials'] },
      { kind: 'map-providers' },
      { kind: 'open-page', url: 'https://app.terraform.io/app/acme/workspaces/prod/settings/general' },
      { kind: 'open-file', location: { file: 'main.tf', span: { start: 0, end: 1 } } },
      undefined,
    ]),
    [
      'tfc-oidc fix .',
      'tfc-oidc map-providers . --yes',
      'https://app.terraform.io/app/acme/workspaces/prod/settings/general',
    ],
  );
});

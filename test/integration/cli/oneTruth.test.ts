import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Check } from '../../../src/binding/check';
import { failureModes } from '../../../src/binding/failureModes';
import { journalFolder } from '../../../src/binding/journal/folder';
import { openAwsAccount } from '../../../src/cli/binding/accounts';
import { HcpSessions } from '../../../src/cli/binding/hcpSession';
import { doctor } from '../../../src/cli/commands/doctor';
import { status } from '../../../src/cli/commands/status';
import { readTerraformFolder } from '../../../src/cli/terraformFolder';
import { ok } from '../../../src/core/problem';
import { nodeFiles } from '../../../src/node/files';
import { lintRoot } from '../../../src/lint/lint';
import { BindingChecker } from '../../../src/vscode/board/bindingChecker';
import type { AnalysedRoot } from '../../../src/vscode/projectStore';
import { ServerPair, serverWorlds } from '../../support/binding/serverWorlds';

/**
 * Each world of the doctor, read from the same two servers by `status`, by `doctor` and by what stands behind the sidebar and the pages
 * of the editor: the same checks, in the same states, with the same evidence.
 */

type Told = Pick<Check, 'id' | 'configuration' | 'phase' | 'state' | 'evidence'>;
interface Report {
  readonly bindings: readonly { readonly checks: readonly Told[] }[];
}

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());

const lines = (checks: readonly Told[]): readonly string[] =>
  checks.map(c => [c.id, c.configuration ?? '', c.phase ?? '', c.state, ...c.evidence].join(' | ')).sort();

async function inTerminal(command: typeof status | typeof doctor): Promise<readonly Told[]> {
  const { out, err } = await pair.run(command, 'project', '--profile', 'default', '--format', 'json');
  assert.notEqual(out, '', err);
  return (JSON.parse(out) as Report).bindings.flatMap(b => b.checks);
}

/** As the editor checks a root once a profile is chosen. */
async function inEditor(): Promise<readonly Told[]> {
  const { signal } = new AbortController();
  const context = pair.quietContext(signal);
  const { project } = await readTerraformFolder(context, ['project']);
  const [root] = project.roots;
  assert.ok(root);
  const findings = lintRoot(root, { environment: pair.env });
  const sessions = new HcpSessions(context);
  const open = (hostname: string): ReturnType<HcpSessions['open']> => sessions.open(hostname, root.cloud);
  const memory = new Map<string, unknown>();
  const checker = new BindingChecker(
    { find: open, open: async hostname => ok(await open(hostname)) },
    {
      keys: () => [...memory.keys()],
      get: <T>(key: string, other?: T) => (memory.get(key) ?? other) as T,
      update: (key, value) => Promise.resolve(void memory.set(key, value)),
    },
    journalFolder(fs, path.join(pair.aws.home, 'state', 'tfc-oidc', 'journal'), path.join),
    pair.env,
    nodeFiles,
    fetch,
  );
  const opened = await openAwsAccount(context, { profile: 'default', region: undefined, account: undefined });
  const analysed = { root, findings, folder: {} } as unknown as AnalysedRoot;
  const found = await checker.checkRoot(analysed, { ...opened, alias: undefined }, signal, context.err, []);
  return found.workspaces.flatMap(w => w.checks);
}

async function same(): Promise<void> {
  const said = lines(await inTerminal(status));
  assert.ok(said.length > 0);
  assert.deepEqual(lines(await inTerminal(doctor)), said, 'doctor');
  assert.deepEqual(lines(await inEditor()), said, 'editor');
}

describe('one world, whoever asks', () => {
  test('as configure leaves it', async () => {
    await pair.healthy();
    await same();
  });

  for (const mode of failureModes)
    test(`${mode.number} ${mode.id}`, async () => {
      await pair.healthy();
      await serverWorlds[mode.number]?.break(pair);
      await same();
    });
});

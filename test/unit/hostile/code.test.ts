import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addCloudBlock } from '../../../src/binding/code/cloudBlock';
import { remoteToCloud } from '../../../src/binding/code/remoteToCloud';
import { lineEdits, unifiedDiff } from '../../../src/core/diff';
import type { NewText } from '../../../src/binding/code/draft';
import { mapProviders } from '../../../src/binding/code/providerMapping';
import { nextStackStep } from '../../../src/binding/code/stackWiring';
import { parseSource } from '../../../src/terraform/folders';
import { codeChange, isBroken, planFixes } from '../../../src/binding/plan/code';
import { resourceReference } from '../../../src/cli/permissionData';
import { applyEdits } from '../../../src/core/text';
import { generatePermissions } from '../../../src/iam/needs/generate';
import { lintPermissionsInCode } from '../../../src/iam/lint/permissions/lintPermissions';
import { lintRoot } from '../../../src/lint/lint';
import type { Root } from '../../../src/terraform/model';
import { mutate, seededRandom } from '../../support/hcl/corpus';
import { fixtureNames, fixtureTexts, projectOf } from '../../support/lintFixtures';
import { fuzz } from '../../support/hostile/mutate';
import { mapping } from '../../support/permissions';

/** Projects with a few characters changed, through everything that reads or writes code. Nothing throws; what is written parses. */

type Texts = Readonly<Record<string, string>>;

async function corpus(): Promise<readonly Texts[]> {
  const projects = await Promise.all(fixtureNames.map(fixtureTexts));
  const stack = path.join(__dirname, '../../fixtures/company/platform-stack');
  const texts: Record<string, string> = {};
  for (const name of readdirSync(stack, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(stack, name);
    if (statSync(file).isFile()) texts[name.replaceAll(path.sep, '/')] = readFileSync(file, 'utf8');
  }
  const permissions = readFileSync(path.join(__dirname, '../../fixtures/policies/main.tf'), 'utf8');
  return [...projects, texts, { 'main.tf': permissions }];
}

const reference = resourceReference();
const cloud = { hostname: 'app.terraform.io', organization: 'acme', workspaces: { by: 'name', name: 'prod' } } as const;

/** Every text that a command would write is one that the reader takes without a problem. */
function holds(root: Root, texts: readonly NewText[]): void {
  const findings = lintRoot(root);
  for (const { file, text } of texts) {
    if (isBroken(file)) continue;
    assert.equal(isBroken({ ...file, text, parsed: parseSource(file, text) }), false, `broken: ${file.path}\n${text}`);
    const change = codeChange(file, lineEdits(file.path, file.text, text), 'x', findings);
    assert.equal(applyEdits(file.text, change.edits), text);
    unifiedDiff(file.path, change.before ?? '', change.after ?? '');
  }
}

async function use(texts: Texts): Promise<void> {
  const project = await projectOf(texts);
  for (const root of project.roots) {
    const files = [...root.modules.flatMap(m => m.files), ...root.otherFiles];
    const findings = lintRoot(root);
    for (const { location, message, fixes } of findings) {
      const text = files.find(f => f.path === location.file)?.text ?? '';
      assert.ok(location.span.start <= location.span.end && location.span.end <= text.length, message);
      for (const fix of fixes) for (const edit of fix.edits) assert.ok(files.some(f => f.path === edit.file));
    }
    for (const named of [false, true]) planFixes(files, findings, findings, f => f.path, { named });
    for (const phase of ['plan', 'apply'] as const)
      generatePermissions(root, mapping, {
        phase,
        place: { partition: 'aws', region: undefined, account: undefined },
        guesses: true,
      });
    for (const file of files) lintPermissionsInCode(file.parsed, file.text, reference);
    for (const made of [addCloudBlock(root, cloud), remoteToCloud(root), remoteToCloud(root, cloud)])
      if (made.ok) holds(root, [made.value]);
    const mapped = mapProviders(root, { tags: ['west'], aliases: {} });
    if (mapped.ok) holds(root, mapped.value.texts);
    const deployments = (root.stack?.deployments ?? []).map(d => d.name);
    const step = nextStackStep(root, {
      audience: 'aws.workload.identity',
      roles: Object.fromEntries(deployments.map(name => [name, 'arn:aws:iam::123456789012:role/x'])),
    });
    if (step.ok && step.value !== undefined) holds(root, [step.value]);
  }
}

test('projects with a few characters changed: every reader and writer of code holds', async () => {
  const { seed, numRuns } = fuzz(600);
  const random = seededRandom(seed);
  const projects = await corpus();
  for (let round = 0; round < numRuns; round++) {
    const texts = projects[round % projects.length] ?? {};
    const names = Object.keys(texts);
    const chosen = names[random(names.length)] ?? '';
    const changed = round < projects.length ? texts : { ...texts, [chosen]: mutate(texts[chosen] ?? '', random) };
    try {
      await use(changed);
    } catch (error) {
      throw new Error(`round ${round}, ${chosen}: ${JSON.stringify(changed)}`, { cause: error });
    }
  }
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { version } from '../../../package.json';
import { fileKind } from '../../../src/terraform/fileKinds';
import { bundleCli } from '../../support/aws/cliProcess';

const root = path.join(__dirname, '../../..');

/** The step of action.yml in a runner's environment, as far as that can be had without an account. */
describe('the action', { skip: process.platform === 'win32' && 'bash' }, () => {
  let folder: string;
  let tool: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'action-'));
    const cli = await bundleCli();
    tool = path.join(folder, 'tfc-oidc');
    writeFileSync(tool, `#!/usr/bin/env bash\nexec "${process.execPath}" "${cli}" "$@"\n`, { mode: 0o755 });
    for (const [name, text] of Object.entries({
      'bad/main.tf': 'provider "aws" {\n  region = "eu-central-1"\n  profile = "dev"\n}\n',
      'two words/main.tf': 'provider "aws" {\n  region = "eu-central-1"\n}\n',
    })) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  interface Step {
    readonly status: number | null;
    readonly out: string;
    readonly summary: string;
    readonly outputs: Readonly<Record<string, string>>;
  }
  function step(inputs: Readonly<Record<string, string>>): Step {
    const temp = mkdtempSync(path.join(folder, 'runner-'));
    const files = { GITHUB_STEP_SUMMARY: path.join(temp, 'summary.md'), GITHUB_OUTPUT: path.join(temp, 'output') };
    const { status, stdout } = spawnSync('bash', [path.join(root, 'scripts/ci/action.sh')], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', RUNNER_TEMP: temp, TFC_OIDC: tool, ...files, ...inputs },
    });
    const outputs = Object.fromEntries(
      readFileSync(files.GITHUB_OUTPUT, 'utf8')
        .split('\n')
        .filter(line => line.includes('='))
        .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    return { status, out: stdout, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'), outputs };
  }

  test('annotates, writes the summary and SARIF, and leaves the exit code to a later step', () => {
    const done = step({ INPUT_PATH: 'bad\ntwo words\n', INPUT_FAIL_ON: 'error' });
    assert.equal(done.status, 0);
    assert.match(done.out, /^::error file=bad\/main\.tf,line=3,/m);
    assert.match(done.summary, /^## TFC OIDC\n\n```text\n[^]*bad\/main\.tf:3:3: error[^]*two words[^]*\n```\n$/);
    assert.equal(done.outputs['exit-code'], '1');
    const log = JSON.parse(readFileSync(done.outputs['sarif'] ?? '', 'utf8')) as { runs: { results: unknown[] }[] };
    assert.equal(log.runs[0]?.results.length, 1);
  });

  test('takes a baseline, and fails on what it is told to', () => {
    const written = spawnSync(tool, ['check', '.', '--write-baseline'], { cwd: folder, encoding: 'utf8' });
    assert.equal(written.status, 0, written.stderr);
    const known = step({ INPUT_PATH: 'bad', INPUT_BASELINE: 'tfc-oidc-baseline.json' });
    assert.equal(known.outputs['exit-code'], '0');
    assert.doesNotMatch(known.out, /::error/);
    assert.match(known.summary, /leaves out 1 known finding/);
    assert.equal(step({ INPUT_PATH: 'bad', INPUT_FAIL_ON: 'never' }).outputs['exit-code'], '0');
  });

  test('a folder that is not there is exit 2, without SARIF to upload', () => {
    const none = step({ INPUT_PATH: 'nowhere' });
    assert.equal(none.outputs['exit-code'], '2');
    assert.equal(none.outputs['sarif'], undefined);
    assert.equal(existsSync(path.join(folder, 'nowhere')), false);
  });
});

test('action, hooks and component name the version that is released, and the inputs that the script reads', () => {
  const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
  const action = parse(read('action.yml')) as {
    readonly inputs: Readonly<Record<string, { readonly default: string }>>;
    readonly runs: { readonly steps: readonly { readonly env?: Readonly<Record<string, string>> }[] };
  };
  assert.equal(action.inputs['version']?.default, version);
  const passed = Object.values(action.runs.steps[0]?.env ?? {}).join(' ');
  for (const name of Object.keys(action.inputs))
    if (name !== 'sarif') assert.match(passed, new RegExp(`inputs\\.${name} `));
  const script = read('scripts/ci/action.sh');
  for (const name of Object.keys(action.runs.steps[0]?.env ?? {})) assert.ok(script.includes(name), name);
  assert.match(read('.pre-commit-hooks.yaml'), new RegExp(`tfc-oidc@${version.replaceAll('.', '\\.')} check`));
  assert.match(read('templates/tfc-oidc.yml'), new RegExp(`default: ${version.replaceAll('.', '\\.')}\n`));
  assert.match(
    read('templates/tfc-oidc-nightly.yml'),
    new RegExp(`tfc-oidc@${version.replaceAll('.', '\\.')} watch-report`),
  );
});

test('the hooks are given every kind of file that check has findings in', () => {
  const hooks = parse(readFileSync(path.join(root, '.pre-commit-hooks.yaml'), 'utf8')) as readonly {
    readonly files: string;
  }[];
  const names = ['main.tf', 'main.tf.json', 'main.tofu', 'main.tofu.json', 'prod.tfvars', 'x.auto.tfvars.json'];
  const stacks = ['a.tfcomponent.hcl', 'a.tfcomponent.json', 'a.tfstack.hcl', 'a.tfdeploy.hcl', 'a.tfdeploy.json'];
  const others = ['prod.tfbackend', 'terragrunt.hcl', 'root.hcl'];
  for (const { files } of hooks)
    for (const name of [...names, ...stacks, ...others]) {
      assert.notEqual(fileKind(name), undefined, name);
      assert.match(`live/${name}`, new RegExp(files));
      assert.doesNotMatch(`${name}.md`, new RegExp(files));
    }
});

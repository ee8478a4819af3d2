import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { printable } from '../../../src/cli/output/printable';
import { bundleCli, type CliRun, startCli } from '../../support/aws/cliProcess';
import { hostileNames } from '../../support/hostile/mutate';
import { HcpServer } from '../../support/hcp/server';

/** Names that come from a project or from HCP Terraform, in all that the CLI prints. The process is the real one. */

let cli = '';
let folder = '';
let hcp: HcpServer;
before(async () => {
  cli = await bundleCli();
  folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-hostile-'));
  hcp = await HcpServer.start();
});
after(async () => {
  await hcp.close();
  rmSync(folder, { recursive: true, force: true });
});
const run = (...args: readonly string[]): Promise<CliRun> =>
  startCli(cli, args, { ...hcp.environment, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' }, folder).ended;

/** What a terminal could take for an instruction. */
const unsafe = /(?!\t|\n|\f|\r\n)[\p{Cc}\p{Bidi_Control}]/u;
const harmless = ({ out, err }: CliRun): void => {
  for (const text of [out, err]) {
    assert.doesNotMatch(text, unsafe);
    assert.doesNotMatch(text, /^::/m, 'no line may begin with a command to GitHub Actions');
    assert.doesNotMatch(text, /a bug, please report it/);
  }
};
const inFileNames = hostileNames.filter(n => n.trim() !== '' && !/[/\u0000\ud800]/.test(n));

test('control characters become visible, and JSON stays the same value', () => {
  for (const name of hostileNames) {
    assert.doesNotMatch(printable(`${name}x`), unsafe);
    assert.deepEqual(JSON.parse(printable(JSON.stringify({ name }))), { name });
  }
  const usual = 'Tab\there, Größe, 日本語, emoji 🎉, a line\r\nand\n';
  assert.equal(printable(usual), usual);
});

describe('names of files and folders, and strings of the code', () => {
  const provider = 'provider "aws" {\n  access_key = "AKIAIOSFODNN7EXAMPLE"\n  region = "x"\n}\n';
  before(() => {
    for (const [i, name] of inFileNames.entries()) {
      const dir = path.join(folder, 'tree', name);
      mkdirSync(dir, { recursive: true });
      const quoted = JSON.stringify(name)
        .replaceAll('${', () => '$${')
        .replaceAll('%{', '%%{');
      writeFileSync(
        path.join(dir, `${name}.tf`),
        `${provider}terraform {\n  cloud {\n    organization = ${quoted}\n    workspaces {\n      name = ${quoted}\n    }\n  }\n}\nresource "aws_instance" ${quoted} {\n  ${i}\n`,
      );
      writeFileSync(path.join(dir, `${name}.tf.json`), `{"provider": {"aws": {"secret_key": ${JSON.stringify(name)}`);
    }
  });
  test('check as text, JSON and SARIF, and fix', async () => {
    const asText = await run('check', 'tree');
    assert.equal(asText.code, 1, asText.err);
    harmless(asText);
    const asJson = await run('check', 'tree', '--format', 'json');
    harmless(asJson);
    const { roots } = JSON.parse(asJson.out) as { roots: { dir: string; findings: { file: string }[] }[] };
    assert.deepEqual(
      new Set(roots.map(r => r.dir)),
      new Set(inFileNames.map(n => `tree/${n}`)),
      'each folder is reported by its true name',
    );
    const asSarif = await run('check', 'tree', '--format', 'sarif');
    harmless(asSarif);
    const { runs } = JSON.parse(asSarif.out) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
    };
    for (const result of runs[0]?.results ?? []) {
      const uri = result.locations[0]?.physicalLocation.artifactLocation.uri ?? '';
      assert.match(uri, /^[!-~]+$/);
      const [tree, dir = ''] = decodeURIComponent(uri).split('/');
      assert.equal(tree, 'tree');
      assert.ok(inFileNames.includes(dir), uri);
    }
    harmless(await run('fix', 'tree'));
    harmless(await run('permissions', 'tree', '--format', 'text'));
    harmless(await run('status', 'tree'));
    harmless(await run('map-providers', 'tree'));
  });
});

describe('names that HCP Terraform answers', () => {
  test('audit as text, JSON and CSV, and variables', async () => {
    const { state } = hcp;
    state.organization('acme');
    for (const name of hostileNames.filter(n => n !== '\ud800' && n !== '')) {
      const project = state.project('acme', name);
      const workspace = state.workspace('acme', name, { projectId: project.id, tags: [name] });
      state.variable(workspace, name, name);
      state.variable(workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
      state.variable(workspace, 'TFC_AWS_PROVIDER_AUTH', name);
      state.variable(state.varset('acme', name, { workspaceIds: [workspace.id] }), 'AWS_PROFILE', name);
    }
    const usual = state.workspace('acme', 'prod');
    state.variable(usual, 'evil\u001b[31m', '\u001b[2J\n::error::forged', { description: '\u202e' });
    state.run(usual, {
      status: 'errored',
      log: 'Error: No valid credential sources found \u001b]0;owned\u0007 <script>alert(1)</script> [x](javascript:alert(1))\n\n::error::forged\n',
    });
    const at = ['--hostname', hcp.hostname, '--organization', 'acme'];
    for (const format of ['text', 'json', 'csv', 'markdown']) {
      const audited = await run('audit', ...at, '--format', format);
      assert.equal(audited.code, 1, audited.err);
      harmless(audited);
      if (format === 'json') JSON.parse(audited.out);
      if (format === 'csv') {
        const cells = [...audited.out.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/gm)];
        for (const [, quoted, plain] of cells) assert.doesNotMatch(quoted ?? plain ?? '', /^[=+@\t]/);
      }
      if (format === 'markdown') assert.doesNotMatch(audited.out, /(?<!\\)(?:<script|\]\()/);
    }
    harmless(await run('variables', ...at, '--workspace', 'prod'));
    for (const format of ['text', 'markdown', 'json']) {
      const told = await run('doctor', ...at, '--workspace', 'prod', '--format', format);
      harmless(told);
      if (format === 'markdown') assert.doesNotMatch(told.out, /(?<!\\)(?:<script|\]\(javascript)/);
      if (format === 'json') JSON.parse(told.out);
    }
  });
  test('messages of errors', async () => {
    hcp.faults.push({
      path: /vars/,
      status: 403,
      body: { errors: [{ status: '403', title: '\u001b[2J', detail: 'x\n::error::forged\u202e' }] },
    });
    harmless(await run('variables', '--hostname', hcp.hostname, '--organization', 'acme', '--workspace', 'prod'));
    harmless(await run('audit', '--hostname', hcp.hostname, '--organization', 'acme'));
    harmless(await run('check', '\u001b[2Jnowhere'));
    harmless(await run('subject', '--organization', '\u001b[2J', '--project', 'p', '--workspace', 'w'));
    hcp.faults.length = 0;
  });
});

describe('files that are too much', () => {
  test('50 MB, links in a circle, pipes, nesting and bytes that are no text: all is read or named', async () => {
    const dir = path.join(folder, 'much');
    mkdirSync(path.join(dir, 'deep'), { recursive: true });
    writeFileSync(path.join(dir, 'main.tf'), 'provider "aws" {\n  access_key = "AKIAIOSFODNN7EXAMPLE"\n}\n');
    writeFileSync(path.join(dir, 'big.tf'), `# ${'x'.repeat(99)}\n`.repeat(520_000));
    writeFileSync(path.join(dir, 'long.tf'), `locals {\n  x = "${'y'.repeat(4_000_000)}"\n}\n`);
    writeFileSync(path.join(dir, 'nested.tf'), `locals {\n  x = ${'['.repeat(100_000)}${']'.repeat(100_000)}\n}\n`);
    writeFileSync(path.join(dir, 'nested.tf.json'), `{"locals":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`);
    writeFileSync(path.join(dir, 'bytes.tf'), Buffer.from([0xff, 0xfe, 0x00, 0x61, 0x80, 0xc3, 0x28, 0x0a]));
    symlinkSync(dir, path.join(dir, 'deep', 'loop'));
    symlinkSync(path.join(dir, 'self.tf'), path.join(dir, 'self.tf'));
    symlinkSync('/dev/zero', path.join(dir, 'endless.tf'));
    symlinkSync('/proc/self/mem', path.join(dir, 'unreadable.tf'));
    mkdirSync(path.join(dir, 'folder.tf'));
    const checked = await run('check', 'much', '--format', 'json');
    harmless(checked);
    // Not everything could be read, and a key was found in what was: what is wrong wins over what is not known.
    assert.equal(checked.code, 1, checked.err);
    const { roots } = JSON.parse(checked.out) as {
      roots: { dir: string; findings: { code: string; file: string }[]; problems: { message: string }[] }[];
    };
    assert.ok(roots.some(r => r.findings.some(f => f.file.endsWith('main.tf'))));
    assert.ok(
      roots.some(r => r.problems.some(p => /MiB/.test(p.message))),
      'the file that is too big is named',
    );
  });
});

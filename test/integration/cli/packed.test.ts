import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { commands } from '../../../src/cli/commands';
import { helpText } from '../../../src/cli/helpText';
import { ServerPair } from '../../support/binding/serverWorlds';

const root = path.join(__dirname, '../../..');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What somebody gets who installs the package into an empty folder: of the build that `npm run build` left. */
describe('the packed CLI, installed from its file without a network', () => {
  let folder: string;
  let pair: ServerPair;
  let bin: string;
  let tarball: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'packed-'));
    const { makeCliPackage } = (await import(pathToFileURL(path.join(root, 'scripts/package-cli.mjs')).href)) as {
      makeCliPackage(options: { readonly out: string; readonly production: boolean }): Promise<string>;
    };
    const packed = await makeCliPackage({ out: folder, production: false });
    tarball = packed;
    const { status, stderr } = spawnSync(
      'npm',
      ['install', packed, '--offline', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', folder],
      { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' },
    );
    assert.equal(status, 0, stderr);
    bin = path.join(folder, 'node_modules/.bin/tfc-oidc');
    pair = await ServerPair.open();
    pair.clear();
    pair.seed();
  });
  after(async () => {
    await pair.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], cwd = folder, env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    new Promise(resolve => {
      const child = spawn(bin, [...args], {
        cwd,
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.once('close', code => resolve({ code, out, err }));
    });

  test('brings nothing else with it, and has its pages', () => {
    assert.deepEqual(
      readdirSync(path.join(folder, 'node_modules')).filter(name => !name.startsWith('.')),
      ['tfc-oidc'],
    );
    const own = path.join(folder, 'node_modules/tfc-oidc');
    for (const file of ['README.md', 'LICENSE', 'man/tfc-oidc.1', 'tfc-oidc.schema.json', 'THIRD-PARTY-NOTICES.md'])
      assert.ok(existsSync(path.join(own, file)), file);
    const { dependencies, bin: programs } = JSON.parse(readFileSync(path.join(own, 'package.json'), 'utf8')) as {
      readonly dependencies?: unknown;
      readonly bin: unknown;
    };
    assert.equal(dependencies, undefined);
    assert.deepEqual(programs, { 'tfc-oidc': 'dist/cli.js' });
  });

  test("prints every command's help", async () => {
    for (const command of commands) {
      const { code, out, err } = await run([command.name, '--help']);
      assert.deepEqual({ code, err }, { code: 0, err: '' }, command.name);
      assert.equal(out, helpText(command), command.name);
    }
  });

  test('reads a template of CloudFormation with the library that it loads for it', async () => {
    const role =
      'Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Statement:\n' +
      '          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}\n';
    writeFileSync(path.join(folder, 'role.yaml'), role);
    const { code, out } = await run(['lint-trust', 'role.yaml', '--format', 'json']);
    assert.deepEqual([code, (JSON.parse(out) as { verdict: string }).verdict], [0, 'not-judged']);
  });

  test('checks code, generates permissions, and answers over the Model Context Protocol', async () => {
    const code = path.join(folder, 'code');
    mkdirSync(code);
    writeFileSync(
      path.join(code, 'main.tf'),
      'provider "aws" {\n  region  = "eu-central-1"\n  profile = "dev"\n}\n\nresource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n',
    );
    const checked = await run(['check', 'code']);
    assert.equal(checked.code, 1);
    assert.match(checked.out, /code\/main\.tf:3:\d+: error/);
    const needed = await run(['permissions', 'code', '--format', 'json']);
    assert.equal(needed.code, 0, needed.err);
    assert.match(needed.out, /s3:CreateBucket/);
    const served = await run(['mcp', 'code']);
    assert.equal(served.code, 0, served.err);
  });

  test('sets up a workspace against the test servers', async () => {
    const { code, out, err } = await run(
      ['configure', 'project', '--profile', 'default', '--yes', '--format', 'json'],
      pair.aws.home,
      pair.env,
    );
    assert.notEqual(code, 2, err);
    const report = JSON.parse(out) as { readonly schemaVersion: number; readonly proven: boolean };
    assert.deepEqual([report.schemaVersion, report.proven], [1, true]);
    assert.ok(pair.aws.stored.roles.size > 0);
  });

  // There may be no Docker: what the image does is done here, by its own words, in folders in place of its own.
  test(
    'is what the Dockerfile unpacks and starts, as a user who is not root',
    { skip: process.platform === 'win32' && 'tar' },
    async () => {
      const lines = readFileSync(path.join(root, 'Dockerfile'), 'utf8')
        .split('\n')
        .filter(line => /^[A-Z]+ /.test(line));
      const given = (name: string): readonly string[] =>
        lines.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1));
      const [build = '', final = ''] = given('FROM');
      assert.match(build, /^node:\d+-slim AS build$/);
      assert.match(final, /^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
      const [source, result] = given('COPY');
      assert.deepEqual([source, result], ['. .', '--from=build /app /app']);
      const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
      for (const name of ['dist', 'node_modules', '.git', '.cache']) assert.ok(ignored.includes(name), name);
      for (const name of ['package.json', 'package-lock.json', 'scripts', 'src', 'media', 'LICENSE'])
        assert.ok(existsSync(path.join(root, name)) && !ignored.includes(name), name);
      const [command = ''] = given('RUN');
      const [packs, makes, unpacks = ''] = command.split(' && ');
      assert.deepEqual([packs, makes], ['npm run package:cli', 'mkdir /app']);
      const image = path.join(folder, 'image');
      mkdirSync(path.join(image, 'app'), { recursive: true });
      mkdirSync(path.join(image, 'dist'));
      cpSync(tarball, path.join(image, 'dist', path.basename(tarball)));
      const unpacked = spawnSync('sh', ['-c', unpacks.replaceAll('/app', './app')], { cwd: image, encoding: 'utf8' });
      assert.equal(unpacked.status, 0, unpacked.stderr);
      const [program, ...args] = JSON.parse(given('ENTRYPOINT')[0] ?? '') as readonly string[];
      assert.equal(program, '/nodejs/bin/node');
      const start = args.map(arg => arg.replace(/^\/app\//, `${image}/app/`));
      const ran = spawnSync(process.execPath, [...start, ...(JSON.parse(given('CMD')[0] ?? '') as string[])], {
        encoding: 'utf8',
      });
      assert.equal(ran.status, 0, ran.stderr);
      assert.match(ran.stdout, /^Usage: tfc-oidc COMMAND/m);
    },
  );
});

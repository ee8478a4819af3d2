import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exampleKey, exampleSecret, staticProfile, writeProfiles } from '../aws/profiles';
import { AwsServer } from '../aws/server';
import { HcpServer } from '../hcp/server';

/**
 * The main job on the example company, told on the terminal: the CLI as a person calls it, against a strict IAM server on loopback.
 * Everything it writes is below .cache/demo.
 */
const root = path.resolve(__dirname, '../../..');
const demo = path.join(root, '.cache/demo');
const company = path.join(demo, 'company');
const account = '123456789012';

async function main(): Promise<void> {
  rmSync(demo, { recursive: true, force: true });
  mkdirSync(demo, { recursive: true });
  cpSync(path.join(root, 'test/fixtures/company'), company, { recursive: true });
  const server = await new AwsServer().start();
  server.addAccount(account, { partition: 'aws', alias: 'acme', accessKeyId: exampleKey });
  const { config, credentials } = staticProfile(server.url, { region: 'eu-central-1' });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: path.join(demo, 'home'),
    ...writeProfiles(path.join(demo, 'home'), config, credentials),
  };
  const hcp = await shop();
  Object.assign(env, { [`TF_TOKEN_${hcp.hostname}`]: hcp.token });
  const tell = (text: string): void => void process.stdout.write(`\n── ${text}\n`);
  const run = (expected: number, ...args: string[]): Promise<string> => cli(env, expected, args);
  try {
    tell('What stands in the way of OIDC in the five roots of the example company?');
    await run(1, 'check', '.');
    tell('The fixes for one of them, first as a difference, then for real.');
    await run(0, 'fix', 'storefront', '--dry-run');
    await run(0, 'fix', 'storefront');
    await run(0, 'check', 'storefront');
    tell('The text that AWS compares, for each run phase.');
    const names = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'storefront-prod'];
    const subjects = (await run(0, 'subject', ...names)).trim().split('\n');
    tell('A trust policy for plans, and its proof: this workspace gets in, a stranger does not.');
    const policy = await run(0, 'trust', ...names, '--account', account, '--phases', 'plan');
    writeFileSync(path.join(company, 'storefront-plan-trust.json'), policy);
    await run(0, 'prove', 'storefront-plan-trust.json', '--subject', subjects[0] ?? '', '--format', 'text');
    await run(
      1,
      'prove',
      'storefront-plan-trust.json',
      '--subject',
      (subjects[0] ?? '').replace('acme', 'acme-evil'),
      '--format',
      'text',
    );
    tell('A trust policy from a popular how-to. It never matches.');
    await run(
      1,
      'lint-trust',
      'payments/trust-policy.json',
      '--organization',
      'acme',
      '--project',
      'Payments',
      '--workspace',
      'payments-prod',
      '--format',
      'text',
    );
    tell(`The IAM setup in account ${account} (a strict IAM server on this machine): plan, apply, plan again, undo.`);
    const binding = [
      'storefront',
      '--project',
      'Default Project',
      '--plan-policy-arn',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
      '--journal',
      path.join(demo, 'journal'),
    ];
    await run(0, 'plan', ...binding);
    await run(0, 'apply', ...binding, '--yes');
    await run(0, 'plan', ...binding);
    await run(0, 'undo', '--yes', '--journal', path.join(demo, 'journal'));
    tell('From static keys to a proven binding in one command, against an HCP Terraform on this machine.');
    await run(1, 'status', 'shop', '--profile', 'default');
    await run(
      0,
      'configure',
      'shop',
      '--profile',
      'default',
      '--plan-policy-arn',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
      '--journal',
      path.join(demo, 'journal'),
      '--remove-static-keys',
      '--yes',
    );
    await run(0, 'doctor', 'shop', '--profile', 'default');
    await run(1, 'audit', '--organization', 'acme', '--hostname', hcp.hostname);
    tell(`That is the main job. The project it worked on is in ${path.relative(root, company)}.`);
  } finally {
    await server.stop();
    await hcp.close();
  }
}

/** An HCP Terraform with a workspace that still has keys of its own and from a variable set, and a project that belongs to it. */
async function shop(): Promise<HcpServer> {
  const hcp = await HcpServer.start();
  hcp.state.organization('acme');
  const project = hcp.state.project('acme', 'Shop Front');
  const workspace = hcp.state.workspace('acme', 'shop-prod', { projectId: project.id });
  const legacy = hcp.state.varset('acme', 'legacy keys', { workspaceIds: [workspace.id] });
  hcp.state.variable(workspace, 'AWS_ACCESS_KEY_ID', exampleKey);
  hcp.state.variable(legacy, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
  hcp.state.variable(hcp.state.workspace('acme', 'forgotten'), 'AWS_ACCESS_KEY_ID', exampleKey);
  mkdirSync(path.join(company, 'shop'));
  writeFileSync(
    path.join(company, 'shop/main.tf'),
    `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n\n    workspaces {\n      name = "shop-prod"\n    }\n  }\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n`,
  );
  return hcp;
}

/** Shows a call and its output; another exit code than the expected one ends the story. */
function cli(env: Record<string, string>, expected: number, args: readonly string[]): Promise<string> {
  process.stdout.write(`\n$ tfc-oidc ${args.map(a => (/[^\w./:@=-]/.test(a) ? `"${a}"` : a)).join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'dist/cli.js'), ...args], {
      cwd: company,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => process.stdout.write(chunk));
    child.on('error', reject);
    child.on('close', code => {
      if (code === expected) resolve(out);
      else reject(new Error(`"tfc-oidc ${args[0] ?? ''}" ended with ${code}, not ${expected}`));
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});

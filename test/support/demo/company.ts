import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exampleKey, exampleSecret, writeProfiles } from '../aws/profiles';
import { AwsServer } from '../aws/server';
import { advance } from '../hcp/runner';
import { HcpServer } from '../hcp/server';
import type { WorkspaceState } from '../hcp/state';

/** The account of acme's production, and the one that `analytics` writes its archive to. */
export const production = '123456789012';
export const archive = '210987654321';

/**
 * The example company beside an IAM server and an HCP Terraform of its own, all on loopback: five roots, each in a state that teams
 * really are in, and accounts, variables, runs, profiles and a token that match. What is set up is set up by the product itself.
 */
export interface Company {
  readonly aws: AwsServer;
  readonly hcp: HcpServer;
  /** The folder with the five roots. */
  readonly folder: string;
  readonly home: string;
  /** With this environment every tool finds the profile, the token and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  readonly storefront: WorkspaceState;
  close(): Promise<void>;
}

const root = path.resolve(__dirname, '../../..');

/** Everything it writes is below `base`, which is emptied first. */
export async function startCompany(base: string): Promise<Company> {
  rmSync(base, { recursive: true, force: true });
  const folder = path.join(base, 'company');
  const home = path.join(base, 'home');
  mkdirSync(home, { recursive: true });
  cpSync(path.join(root, 'test/fixtures/company'), folder, { recursive: true });
  const aws = await new AwsServer().start();
  const hcp = await HcpServer.start();
  // Runs take a token of the workspace to STS, as an agent of HCP Terraform does.
  hcp.runner = { awsUrl: aws.url };
  aws.issuers.set(hcp.issuer.url, hcp.origin);
  const close = async (): Promise<void> => {
    await aws.stop();
    await hcp.close();
  };
  try {
    nameHost(folder, hcp.hostname);
    const env = { ...profiles(aws, home), [`TF_TOKEN_${hcp.hostname}`]: hcp.token };
    const workspaces = seed(hcp);
    await setUp({ aws, hcp, folder, env, base }, workspaces);
    return { aws, hcp, folder, home, env, storefront: workspaces.storefront, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The company's HCP Terraform is the server on loopback, so every `cloud` block names it. */
function nameHost(folder: string, hostname: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.tf'));
  for (const file of files.map(f => path.join(folder, f))) {
    const text = readFileSync(file, 'utf8');
    const named = text.replace('  cloud {\n', `  cloud {\n    hostname     = "${hostname}"\n`);
    if (named !== text) writeFileSync(file, named);
  }
}

/** Of a user that has had it for two years; made up, and as long as IAM's. */
export const storefrontKey = 'AKIADEMOSTOREFRONT01';

/** The key of the workspace with its history, and the user that it leaves behind. */
function keyWithHistory(aws: AwsServer): void {
  const account = aws.store.account(production);
  aws.addCaller(account, storefrontKey, { user: 'ci-storefront' });
  const user = account.users.get('ci-storefront');
  Object.assign(user ?? {}, { groups: ['deployers'], attached: ['arn:aws:iam::aws:policy/PowerUserAccess'] });
  Object.assign(user?.keys[0] ?? {}, {
    createDate: '2024-11-18T09:12:00Z',
    lastUsed: { date: '2026-11-20T10:01:00Z', service: 's3', region: 'eu-central-1' },
  });
}

/** AWS's documented example keys; each profile leads to the server on loopback. */
function profiles(aws: AwsServer, home: string): Record<string, string> {
  const archiveKey = 'AKIAI44QH8DHBEXAMPLE';
  aws.addAccount(production, { partition: 'aws', alias: 'acme-prod', accessKeyId: exampleKey });
  aws.addAccount(archive, { partition: 'aws', alias: 'acme-archive', accessKeyId: archiveKey });
  keyWithHistory(aws);
  const config = ['acme-prod', 'acme-archive']
    .map(name => `[profile ${name}]\nregion = eu-central-1\nendpoint_url = ${aws.url}\n`)
    .join('\n');
  const credentials = [
    ['acme-prod', exampleKey],
    ['acme-archive', archiveKey],
  ]
    .map(
      ([name, key]) => `[${name ?? ''}]\naws_access_key_id = ${key ?? ''}\naws_secret_access_key = ${exampleSecret}\n`,
    )
    .join('\n');
  return writeProfiles(home, config, credentials);
}

interface Workspaces {
  readonly storefront: WorkspaceState;
  readonly payments: WorkspaceState;
  readonly network: WorkspaceState;
  readonly analytics: WorkspaceState;
}

function seed(hcp: HcpServer): Workspaces {
  const { state } = hcp;
  state.organization('acme');
  const project = (name: string): string => state.project('acme', name).id;
  const storefront = state.workspace('acme', 'storefront-prod', { tags: ['web'] });
  const payments = state.workspace('acme', 'payments-prod', { projectId: project('Payments') });
  const network = state.workspace('acme', 'network-prod', { projectId: project('Network') });
  const analytics = state.workspace('acme', 'analytics-eu', { projectId: project('Analytics'), tags: ['analytics'] });
  state.variable(storefront, 'AWS_ACCESS_KEY_ID', storefrontKey);
  const legacy = state.varset('acme', 'legacy AWS keys', { workspaceIds: [storefront.id] });
  state.variable(legacy, 'AWS_SECRET_ACCESS_KEY', exampleSecret, { sensitive: true });
  state.run(storefront);
  for (const workspace of [storefront, payments, network]) state.configuration(workspace);
  return { storefront, payments, network, analytics };
}

interface Surroundings {
  readonly aws: AwsServer;
  readonly hcp: HcpServer;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly base: string;
}

/** What was done before today: `network` whole, `payments` by a how-to that writes `project::`, `analytics` by tag and alias. */
async function setUp(at: Surroundings, { payments, network, analytics }: Workspaces): Promise<void> {
  const set = (...args: string[]): Promise<void> => configure(at, args);
  await set('network', '--profile', 'acme-prod', '--permissions', 'code');
  at.hcp.state.run(network, { status: 'planned_and_finished' });
  // A how-to's setup: one role, its subject with an empty project.
  await set(
    'payments',
    '--profile',
    'acme-prod',
    '--roles',
    'single',
    '--role-name',
    'tfc-payments',
    '--permissions',
    'code',
  );
  const role = at.aws.store.account(production).roles.get('tfc-payments');
  if (role === undefined) throw new Error('the role of payments was not made');
  role.trust = role.trust.replaceAll('project:Payments:', 'project::');
  role.tags.clear();
  // It was made long before that run.
  Object.assign(role, { createDate: '2026-03-02T09:30:00Z' });
  // Its last run took a real token to STS, and was refused.
  const refused = at.hcp.state.run(payments, { status: 'planning', ahead: ['planned_and_finished'], at: now() });
  await advance(at.hcp.state, at.hcp.issuer, at.hcp.runner, refused.id);
  const both = ['analytics', '--workspace', 'analytics-eu', '--project', 'Analytics', '--roles', 'single'];
  await set(...both, '--profile', 'acme-prod', '--policy-arn', 'arn:aws:iam::aws:policy/AmazonS3FullAccess');
  await set(...both, '--profile', 'acme-archive', '--tag', 'ARCHIVE');
  // Its code came to HCP Terraform after that: with unmapped code there, configure leaves the switch of a tag out.
  at.hcp.state.configuration(analytics);
  at.hcp.state.run(analytics);
}

const now = (): string => new Date().toISOString();

function configure(at: Surroundings, args: readonly string[]): Promise<void> {
  const journal = path.join(at.base, 'home', 'journal');
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.join(root, 'dist/cli.js'), 'configure', ...args, '--yes', '--journal', journal],
      { cwd: at.folder, env: { PATH: process.env['PATH'] ?? '', ...at.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    // 1: it was made, and a check of the code still speaks. The setup itself is looked at by what it left.
    child.on('close', code => {
      if (code === 0 || code === 1) resolve();
      else reject(new Error(`configure ${args.join(' ')} ended with ${String(code)}:\n${said}`));
    });
  });
}

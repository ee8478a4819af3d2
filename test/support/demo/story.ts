import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterwards } from './afterwards';
import { type Company, production } from './company';
import { stackStory } from './stack';

const root = path.resolve(__dirname, '../../..');

/**
 * The main job on the example company, told on the terminal: the CLI as a person calls it, from static keys to a proven binding, with
 * everything that it found, proved, changed and took back. An exit code that is not the expected one ends the story with an error.
 */
export async function tellStory(company: Company): Promise<void> {
  const tell = (text: string): void => void process.stdout.write(`\n── ${text}\n`);
  const run = (expected: number, ...args: string[]): Promise<string> => cli(company, expected, args);
  const host = ['--hostname', company.hcp.hostname];
  const profile = ['--profile', 'acme-prod'];
  const journal = ['--journal', path.join(company.home, 'journal')];
  tell('What stands in the way of OIDC in the five roots of the example company?');
  await run(1, 'check', '.');
  await run(1, 'status', 'storefront', ...profile);
  tell('And in the whole organization?');
  await run(1, 'audit', '--organization', 'acme', ...host);
  tell('The text that AWS compares, for each run phase.');
  const names = ['--organization', 'acme', '--project', 'Default Project', '--workspace', 'storefront-prod'];
  const subjects = (await run(0, 'subject', ...names)).trim().split('\n');
  tell('A trust policy for plans, and its proof: this workspace gets in, a stranger does not.');
  const policy = await run(0, 'trust', ...names, '--account', production, '--phases', 'plan');
  writeFileSync(path.join(company.folder, 'storefront-plan-trust.json'), policy);
  const prove = ['prove', 'storefront-plan-trust.json', '--format', 'text', '--subject'];
  await run(0, ...prove, subjects[0] ?? '');
  await run(1, ...prove, (subjects[0] ?? '').replace('acme', 'acme-evil'));
  tell('A trust policy from a popular how-to. It never matches.');
  const payments = ['--organization', 'acme', '--project', 'Payments', '--workspace', 'payments-prod'];
  await run(1, 'lint-trust', 'payments/trust-policy.json', ...payments, '--format', 'text');
  tell(`The IAM setup alone in account ${production}: plan, apply, plan again, undo to the same account as before.`);
  const before = JSON.stringify(company.aws.dump());
  const binding = ['storefront', ...profile, '--permissions', 'code', ...journal];
  await run(0, 'plan', ...binding);
  await run(0, 'apply', ...binding, '--yes');
  await run(0, 'plan', ...binding);
  await run(0, 'undo', ...profile, ...journal, '--yes');
  if (JSON.stringify(company.aws.dump()) !== before) throw new Error('undo did not restore the account');
  tell('From static keys to a proven binding in one command: IAM, variables, proof, and only then the keys.');
  await run(1, 'configure', ...binding, '--remove-static-keys', '--yes');
  tell('The keys in the code go last: first as a difference, then for real.');
  await run(0, 'fix', 'storefront', '--dry-run');
  await run(0, 'fix', 'storefront');
  await run(0, 'status', 'storefront', ...profile);
  tell('What does the code really need? A starting policy, with the lines that need it.');
  await run(0, 'permissions', 'storefront', '--phase', 'plan', '--account', production, '--format', 'text');
  tell('Why was the last run of payments-prod refused?');
  await run(1, 'doctor', 'payments', ...profile);
  tell('Which workspaces of the organization still hold keys?');
  await run(0, 'audit', '--organization', 'acme', ...host);
  await afterwards(company, tell, run);
  await stackStory(company, tell, run);
}

/** Shows a call and its output; another exit code than the expected one ends the story. */
function cli(company: Company, expected: number, args: readonly string[]): Promise<string> {
  process.stdout.write(`\n$ tfc-oidc ${args.map(a => (/[^\w./:@=-]/.test(a) ? `"${a}"` : a)).join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'dist/cli.js'), ...args], {
      cwd: company.folder,
      env: { PATH: process.env['PATH'] ?? '', ...company.env },
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
      else reject(new Error(`"tfc-oidc ${args[0] ?? ''}" ended with ${String(code)}, not ${expected}`));
    });
  });
}

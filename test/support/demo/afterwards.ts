import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { memberRole, seedOrganization } from '../company/organization';
import { type Company, production } from './company';

type Run = (expected: number, ...args: string[]) => Promise<string>;

/**
 * After the setup: the old key dies, a role shrinks to what is used and needed, and a whole organization follows in waves, one of its
 * workspaces failing.
 */
export async function afterwards(company: Company, tell: (text: string) => void, run: Run): Promise<void> {
  const host = ['--hostname', company.hcp.hostname];
  const profile = ['--profile', 'acme-prod'];
  const folder = path.join(company.home, 'journal');
  const journal = ['--journal', folder];
  const keys = ['keys', '--organization', 'acme', ...host, ...profile, ...journal];
  tell('The key itself lives on in AWS. Whose is it, and does anything still use it? First a run with the role.');
  company.hcp.state.run(company.storefront, { at: new Date(Date.now() + 1000).toISOString() });
  await run(1, ...keys);
  tell('Deactivated with a yes of its own, taken back, and deactivated for good.');
  await run(1, ...keys, '--deactivate', 'NT01');
  await run(0, ...keys, '--deactivate', 'NT01', '--yes');
  await run(0, 'undo', ...profile, ...journal, '--yes');
  await run(0, ...keys, '--deactivate', 'NT01', '--yes');
  tell('Eight days later nobody has missed it: it is deleted. What is left of its user is a list for a person.');
  daysPass(folder, 8);
  await run(1, ...keys);
  await run(0, ...keys, '--delete', 'NT01', '--yes');
  tell('Months later: what was the role of network-prod granted, what did it use, what does the code need?');
  monthsOfUse(company);
  const use = ['permissions', 'network', '--role', 'tfc-acme-network-prod-apply', ...profile, ...journal];
  await run(1, ...use, '--compare-with-use', '--applied', 'network');
  await run(0, ...use, '--compare-with-use', '--applied', 'network', '--yes');
  await run(0, ...use, '--simulate');
  tell('Another organization: forty workspaces in four accounts, in waves. One of them may not be written.');
  company.hcp.state.organization('globex');
  const many = seedOrganization(company.aws, company.hcp.state, {
    organization: 'globex',
    workspaces: 40,
    accounts: 4,
  });
  const failing = many.workspaces[17];
  if (failing !== undefined) failing.mayUpdateVariables = false;
  const migrate = ['migrate', '--organization', 'globex', ...host, ...profile, ...journal, '--remove-static-keys'];
  const reached = ['--assume-role-in-accounts', memberRole, '--policy-arn', 'ReadOnlyAccess', '--format', 'json'];
  await run(1, ...migrate, ...reached, '--output', 'migration.json', '--yes');
  tell('The permission is given, and the same call goes on with the one that is left.');
  if (failing !== undefined) failing.mayUpdateVariables = true;
  await run(0, ...migrate, ...reached, '--output', 'migration.json', '--yes');
}

/** The journals' times lie back by that many days, as if these had passed; the key was used long before. */
function daysPass(folder: string, days: number): void {
  for (const name of readdirSync(folder).filter(n => n.endsWith('.jsonl'))) {
    const file = path.join(folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/"at":(\d{13})/g, (_, at: string) => `"at":${Number(at) - days * 86_400_000}`),
    );
  }
}

/** A role that somebody gave too much, with a record of what it did. */
function monthsOfUse(company: Company): void {
  const { roles } = company.aws.store.account(production);
  const name = 'tfc-acme-network-prod-apply';
  const role = roles.get(name);
  if (role === undefined) throw new Error(`there is no role ${name}`);
  const statement = { Effect: 'Allow', Action: ['lambda:CreateFunction', 'lambda:DeleteFunction'], Resource: '*' };
  role.inline.set('team-extras', JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  const used = { date: new Date(Date.now() - 3 * 86_400_000).toISOString(), region: 'eu-central-1' };
  roles.set(name, {
    ...role,
    createDate: '2026-03-02T09:30:00Z',
    activity: new Map([['ec2:DescribeVpcs', used]]),
  });
}

import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { deploy, type StackState } from '../hcp/stacks';
import { archive, type Company, production } from './company';

type Run = (expected: number, ...args: string[]) => Promise<string>;

const roleOf = (deployment: string): string =>
  `arn:aws:iam::${deployment === 'archive' ? archive : production}:role/platform-${deployment}`;

/** The Stack of the company: two deployments in two accounts, set up, broken in one of them, found by its run, and healed. */
export async function stackStory(company: Company, tell: (text: string) => void, run: Run): Promise<void> {
  appendFileSync(
    path.join(company.folder, 'platform-stack/deployments.tfdeploy.hcl'),
    `\ndeployment "archive" {\n  inputs = {\n    role_arn       = "${roleOf('archive')}"\n    identity_token = identity_token.aws.jwt\n  }\n}\n`,
  );
  const { state } = company.hcp;
  const stack = state.stack('acme', 'platform', { projectId: state.project('acme', 'Platform').id });
  const names = ['--organization', 'acme', '--project', 'Platform', '--stack', 'platform'];
  const host = ['--hostname', company.hcp.hostname];
  const journal = ['--journal', path.join(company.home, 'journal')];
  const both = ['--profile', 'acme-prod', '--profile', 'acme-archive'];
  const setUp = ['configure', 'platform-stack', ...names, ...host, '--permissions', 'code', ...journal, '--yes'];
  const judge = ['stack', 'platform-stack', ...names, ...host, ...both];
  tell('A Stack with two deployments in two accounts. Neither account knows its tokens yet.');
  await run(1, ...judge);
  tell('Each account is set up with its own profile; what is in the other one is left alone.');
  for (const profile of ['acme-prod', 'acme-archive']) await run(0, ...setUp, '--profile', profile);
  await run(0, ...judge);
  tell('Its code is pushed: both deployments run, with tokens of their own.');
  await push(company, stack);
  tell('Somebody renames the deployment in one trust policy. The next run of that deployment is refused.');
  const role = company.aws.store.account(archive).roles.get('platform-archive');
  if (role === undefined) throw new Error('the role of the archive was not made');
  role.trust = role.trust.replaceAll('deployment:archive:', 'deployment:archives:');
  await push(company, stack);
  await run(1, ...judge);
  tell('Set up again, it is healed: the same command puts the trust policy right, and the next run gets its role.');
  await run(0, ...setUp, '--profile', 'acme-archive');
  await push(company, stack);
  await run(0, ...judge);
}

/** What happens in HCP Terraform when the code of the Stack is pushed. */
async function push({ hcp, aws }: Company, stack: StackState): Promise<void> {
  for (const name of ['production', 'archive']) {
    const { id, status } = await deploy(hcp.state, hcp.issuer, aws.url, stack, name, { roleArn: roleOf(name) });
    process.stdout.write(`   deployment ${name}: run ${id} ${status}\n`);
  }
}

import { HcpServer } from '../support/hcp/server';
import { measured } from './cliRun';

/** `audit` of an organization with a thousand workspaces on the test server. Prints JSON for scripts/bench.mjs. */
async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 1000);
  const server = await HcpServer.start();
  const { state } = server;
  state.organization('acme');
  const projects = Array.from({ length: 20 }, (_, i) => state.project('acme', `Project ${i}`));
  for (let i = 0; i < count; i++) {
    const projectId = projects[i % projects.length]?.id;
    const workspace = state.workspace('acme', `w${i}`, { ...(projectId !== undefined && { projectId }) });
    if (i % 2 === 0) {
      state.variable(workspace, 'TFC_AWS_PROVIDER_AUTH', 'true');
      state.variable(workspace, 'TFC_AWS_RUN_ROLE_ARN', `arn:aws:iam::123456789012:role/w${i}`);
    } else {
      state.variable(workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    }
  }
  const run = await measured(
    ['audit', '--organization', 'acme', '--hostname', server.hostname, '--format', 'json'],
    process.cwd(),
    { ...server.environment, PATH: process.env['PATH'] ?? '' },
  );
  const rows = (JSON.parse(run.out) as { readonly workspaces: readonly unknown[] }).workspaces.length;
  const requests = server.apiRequests.length;
  await server.close();
  if (rows !== count || server.violations.length > 0) throw new Error(`${rows} rows; ${server.violations.join(', ')}`);
  console.log(JSON.stringify({ workspaces: rows, requests, ...run.figures }));
}

void main();

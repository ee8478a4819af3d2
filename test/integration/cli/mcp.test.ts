import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { agentToolIds } from '../../../src/binding/agents/toolIds';
import { bundleCli } from '../../support/aws/cliProcess';
import { ServerPair } from '../../support/binding/serverWorlds';
import { plantedPolicies, plantedRoot } from '../../support/hostile/plantedFiles';
import { Plants } from '../../support/hostile/plants';

/** The server as programs with a language model start it: a process, driven by the SDK's own client. */
describe('tfc-oidc mcp', () => {
  const plants = new Plants();
  let pair: ServerPair;
  let client: Client;
  let cli: string;
  let planted: string;

  async function connect(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Client> {
    const made = new Client({ name: 'test', version: '1' });
    await made.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [cli, 'mcp', ...args],
        cwd,
        env: { PATH: process.env['PATH'] ?? '', ...env },
        stderr: 'ignore',
      }),
    );
    return made;
  }

  const ask = async (
    name: string,
    input: Readonly<Record<string, unknown>>,
    from = client,
  ): Promise<{ readonly text: string; readonly failed: boolean }> => {
    const { content, isError } = await from.callTool({ name, arguments: input });
    const parts = content as readonly { readonly type: string; readonly text: string }[];
    return { text: parts.map(part => part.text).join('\n'), failed: isError === true };
  };

  before(async () => {
    pair = await ServerPair.open();
    pair.clear();
    pair.seed();
    cli = await bundleCli();
    planted = path.join(pair.aws.home, 'planted');
    for (const [name, text] of Object.entries(plantedRoot(plants, pair.hcp.hostname))) {
      mkdirSync(path.dirname(path.join(planted, name)), { recursive: true });
      writeFileSync(path.join(planted, name), text);
    }
    const { state } = pair.hcp;
    state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', plants.keyId('id in a variable'));
    state.variable(pair.workspace, 'AWS_SECRET_ACCESS_KEY', plants.secret('sensitive variable'), { sensitive: true });
    plants.known('token of HCP Terraform', pair.hcp.token);
    client = await connect(['planted', '--profile', 'default'], pair.aws.home, pair.env);
  });
  after(async () => {
    await client.close();
    await pair.close();
  });

  test('offers the tools of the table, all of them read-only', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(t => t.name),
      agentToolIds,
    );
    for (const { name, annotations, description, inputSchema } of tools) {
      assert.equal(annotations?.readOnlyHint, true, name);
      assert.equal(annotations?.destructiveHint, false, name);
      assert.equal(annotations?.openWorldHint, name === 'explain_binding', name);
      assert.match(description ?? '', /Read-only/, name);
      assert.equal(inputSchema.type, 'object');
    }
  });

  const policy = (subject: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity', 'app.terraform.io:sub': subject },
          },
        },
      ],
    });
  const subject = 'organization:acme:project:Default Project:workspace:prod:run_phase:plan';

  test('each tool answers, writes nothing, and holds no secret', async () => {
    const before = snapshot(pair.aws.home);
    const texts: string[] = [];
    const has = async (name: string, input: Readonly<Record<string, unknown>>, pattern: RegExp): Promise<void> => {
      const { text, failed } = await ask(name, input);
      assert.equal(failed, false, text);
      assert.match(text, pattern);
      texts.push(text);
    };
    await has('inspect_project', {}, /Root planted:\n- cloud block on .*, organization acme/);
    await has('lint', {}, /- error static-credentials at planted\/main\.tf:\d+: /);
    await has('lint', { root: 'planted' }, /hard-coded-key|static-credentials/);
    await has('lint', { root: 'nowhere' }, /There is no Terraform root "nowhere"\. The roots are: planted/);
    await has('explain_binding', {}, /Workspace acme\/prod on [^]*(?:ok|wrong|warning|unknown) /);
    await has(
      'lint_trust',
      { policy: policy('organization:acme:project::workspace:prod:run_phase:plan') },
      /Verdict: broken/,
    );
    await has(
      'lint_trust',
      { policy: policy(subject), organization: 'acme', project: 'Default Project', workspace: 'prod' },
      /Verdict: /,
    );
    await has('prove', { policy: policy(subject), subject }, /^allow\n/);
    await has('prove', { policy: policy(subject), subject: subject.replace('prod', 'evil') }, /^deny\n/);
    await has('permissions', { root: 'planted', phase: 'plan' }, /"Version": "2012-10-17"/);
    await has(
      'explain_denial',
      { message: plantedPolicies(plants)['error.txt'] ?? '' },
      /s3:CreateBucket on .* was refused/,
    );
    await has(
      'explain_denial',
      { message: plantedPolicies(plants)['error.txt'] ?? '', policy: plantedPolicies(plants)['policy.json'] ?? '' },
      /Smallest change: /,
    );
    for (const text of texts) assert.deepEqual(plants.foundIn('an answer', text), []);
    assert.deepEqual(snapshot(pair.aws.home), before);
    assert.deepEqual([pair.aws.stored.roles.size, pair.aws.stored.providers.size], [0, 0]);
  });

  test('an input that cannot be used is told, and the server goes on', async () => {
    for (const [name, input, pattern] of [
      ['prove', { policy: '{}' }, /prove needs the input "subject"/],
      ['prove', { policy: 7, subject: 'x' }, /"policy" must be a text/],
      ['permissions', { phase: 'destroy' }, /"phase" must be one of plan, apply/],
      ['lint', { path: '/etc' }, /lint takes no input "path"/],
      ['explain_binding', { profile: 'admin' }, /takes no input "profile"/],
      ['apply', {}, /There is no tool "apply"/],
    ] as const) {
      const { text, failed } = await ask(name, input);
      assert.equal(failed, true, text);
      assert.match(text, pattern);
    }
    assert.equal((await ask('lint', {})).failed, false);
  });

  test('a folder that is not there is an answer, not the end', async () => {
    const other = await connect(['no-such-folder'], pair.aws.home, {});
    const { text, failed } = await ask('lint', {}, other);
    assert.equal(failed, true);
    assert.match(text, /no-such-folder/);
    assert.equal((await ask('prove', { policy: policy(subject), subject }, other)).failed, false);
    await other.close();
  });
});

/** Every file below a folder, but for the caches of tokens. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => path.join(entry.parentPath, entry.name))
      .map(file => [file, readFileSync(file, 'latin1')]),
  );
}

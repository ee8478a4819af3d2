import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { commands } from '../../../src/cli/commands';
import { exampleKey } from '../../support/aws/profiles';
import { ServerPair } from '../../support/binding/serverWorlds';
import { FaultWorld, type Ran } from '../../support/faults/world';

/** A secret of its own in every input; then every command in every format; then a search of all that came out. */

/** Forty characters, as AWS's secrets have them; made here, so that no file holds one. */
const planted = new Map<string, string>();
function plant(place: string): string {
  const secret = createHash('sha256').update(place).digest('base64').slice(0, 40);
  planted.set(place, secret);
  return secret;
}

let pair: ServerPair;
let world: FaultWorld;
let env: Record<string, string>;
before(async () => {
  pair = await ServerPair.open();
  world = new FaultWorld(pair);
  pair.clear();
  pair.seed();
  const { hcp, aws, workspace, varset } = pair;
  const { state } = hcp;
  hcp.runner = { awsUrl: aws.server.url };
  state.configuration(workspace);
  state.nextRun = ['planned_and_finished'];

  const inProvider = plant('provider block');
  pair.code(
    `variable "secret" {\n  type    = string\n  default = "${plant('default of a variable')}"\n}\nlocals {\n  key = "${plant('a local')}"\n}\nterraform {\n  backend "s3" {\n    bucket     = "state"\n    access_key = "${exampleKey}"\n    secret_key = "${plant('backend')}"\n  }\n}\nprovider "aws" {\n  alias      = "second"\n  secret_key = var.secret\n  token      = "${plant('session token of a provider')}"\n}\nresource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n`,
    'prod',
    `  access_key = "${exampleKey}"\n  secret_key = "${inProvider}"\n`,
  );
  writeFileSync(path.join(pair.project, 'terraform.tfvars'), `secret = "${plant('tfvars')}"\n`);
  writeFileSync(
    path.join(pair.project, 'broken.tf'),
    `provider "aws" {\n  secret_key = "${plant('a file with an error')}"\n  x = = \n`,
  );
  writeFileSync(
    path.join(pair.project, 'more.tf.json'),
    `{"provider":{"aws":[{"alias":"third","access_key":"${exampleKey}","secret_key":"${plant('tf.json')}"}]}}`,
  );

  state.variable(workspace, 'AWS_ACCESS_KEY_ID', exampleKey);
  state.variable(workspace, 'AWS_SECRET_ACCESS_KEY', plant('sensitive variable'), { sensitive: true });
  state.variable(workspace, 'AWS_SESSION_TOKEN', plant('variable that nobody marked as sensitive'));
  state.variable(workspace, 'db_password', plant('Terraform variable with a telling name'), { category: 'terraform' });
  state.variable(varset, 'AWS_SECRET_ACCESS_KEY', plant('variable set'));
  const at = new Date().toISOString();
  state.run(workspace, {
    status: 'errored',
    at,
    log: `Terraform v1.11.4\nInitializing...\nexport AWS_SECRET_ACCESS_KEY=${plant('log of a run')}\n\n│ Error: No valid credential sources found\n│\n│   with provider["registry.terraform.io/hashicorp/aws"],\n│   on main.tf line 11, in provider "aws":\n│   11:   secret_key = "${plant('code that a log quotes')}"\n│\n│ Error: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n`,
  });

  const { home } = aws;
  const config = path.join(home, '.aws', 'config');
  writeFileSync(
    config,
    `${readFileSync(config, 'utf8')}\n[profile process]\nregion = eu-central-1\nendpoint_url = ${aws.server.url}\ncredential_process = ${process.execPath} ${path.join(home, 'creds.js')}\n\n[profile broken]\nregion = eu-central-1\ncredential_process = ${process.execPath} ${path.join(home, 'broken.js')}\n`,
  );
  writeFileSync(
    path.join(home, 'creds.js'),
    `console.log(JSON.stringify({Version: 1, AccessKeyId: ${JSON.stringify(exampleKey)}, SecretAccessKey: ${JSON.stringify(plant('output of credential_process'))}}))`,
  );
  writeFileSync(
    path.join(home, 'broken.js'),
    `console.error(${JSON.stringify(plant('error output of credential_process'))}); console.log('{"Version": 1, "SecretAccessKey": "${plant('broken output of credential_process')}"}'); process.exit(3)`,
  );
  const credentials = path.join(home, '.aws', 'credentials');
  writeFileSync(
    credentials,
    readFileSync(credentials, 'utf8').replace(
      /aws_secret_access_key = .*/,
      `aws_secret_access_key = ${plant('credentials file')}`,
    ),
  );
  mkdirSync(path.join(home, '.terraform.d'), { recursive: true });
  writeFileSync(
    path.join(home, '.terraform.d', 'credentials.tfrc.json'),
    JSON.stringify({ credentials: { 'app.terraform.io': { token: plant('credentials.tfrc.json') } } }),
  );
  writeFileSync(
    path.join(home, '.terraformrc'),
    `credentials "tfe.example.com" {\n  token = "${plant('.terraformrc')}"\n}\ncredentials "broken" {\n  token = "${plant('.terraformrc with an error')}\n`,
  );
  planted.set('token of HCP Terraform', hcp.token);
  env = {
    ...pair.env,
    TF_VAR_secret: plant('environment, TF_VAR'),
    TF_TOKEN_other_example_com: plant('environment, TF_TOKEN'),
    GITHUB_TOKEN: plant('environment, GITHUB_TOKEN'),
    AWS_DEBUG: '1',
    DEBUG: '*',
    TF_LOG: 'TRACE',
    NODE_DEBUG: 'http',
  };
});
after(() => pair.close());

const outputs: { readonly what: string; readonly text: string }[] = [];

async function run(name: string, ...args: readonly string[]): Promise<Ran> {
  const command = commands.find(c => c.name === name);
  assert.ok(command, name);
  const ran = await world.run(command, ...args);
  outputs.push({ what: `${name} ${args.join(' ')}`, text: `${ran.out}\n${ran.err}\n${ran.crash ?? ''}` });
  assert.equal(ran.crash, undefined, `${name} ${args.join(' ')}`);
  return ran;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

test('no secret of any input comes out of any command, nor stays in what it leaves', async () => {
  Object.defineProperty(pair, 'env', { get: () => env });
  const inputs = new Set(filesBelow(pair.aws.home));
  const at = ['--hostname', pair.hcp.hostname, '--organization', 'acme', '--workspace', 'prod'];
  const aws = ['--profile', 'default'];
  const many = ['--policy-arn', 'arn:aws:iam::aws:policy/ReadOnlyAccess'];
  for (const format of ['text', 'json', 'sarif']) await run('check', 'project', '--format', format);
  for (const format of ['text', 'json']) {
    const as = ['--format', format];
    await run('fix', 'project', '--dry-run');
    await run('cloud', 'project', '--organization', 'acme', '--workspace', 'prod', ...as);
    await run('map-providers', 'project', ...as);
    await run('permissions', 'project', ...as);
    await run('status', 'project', ...aws, ...as);
    await run('doctor', 'project', ...aws, ...as);
    await run('variables', ...at, ...as);
    await run('plan', 'project', ...aws, ...many, '--project', 'Default Project', ...as);
    await run('configure', 'project', ...aws, ...many, '--remove-static-keys', '--fix-code', ...as);
    await run('configure', 'project', '--profile', 'process', ...as);
    await run('configure', 'project', '--profile', 'broken', ...as);
  }
  await run('doctor', 'project', ...aws, '--format', 'markdown');
  for (const format of ['text', 'json', 'csv', 'markdown'])
    await run('audit', '--hostname', pair.hcp.hostname, '--organization', 'acme', '--format', format);
  for (const as of ['terraform', 'cloudformation', 'aws-cli']) await run('export', 'project', ...aws, '--as', as);
  await run('variables', '--hostname', 'tfe.example.com', '--organization', 'acme', '--workspace', 'prod');

  // Errors of services that repeat what they were sent, or more.
  const told = plant('error body of the API');
  pair.hcp.faults.push({
    path: /vars/,
    status: 403,
    body: { errors: [{ status: '403', title: 'forbidden', detail: `Bearer ${pair.hcp.token} may not` }] },
    times: 2,
  });
  await run('variables', ...at);
  await run('status', 'project', ...aws);
  pair.hcp.faults.length = 0;
  pair.hcp.faults.push({ path: /workspaces/, status: 500, text: `<html>token=${told}</html>` });
  await run('variables', ...at);
  pair.hcp.faults.length = 0;

  // With a syntax error nothing is written.
  rmSync(path.join(pair.project, 'broken.tf'));
  await run('configure', 'project', ...aws, ...many, '--yes', '--fix-code', '--remove-static-keys', '--prove-run');
  await run('undo', ...aws);
  await run('undo', ...aws, '--yes', '--format', 'json');
  await run('undo', ...aws, '--yes');

  assert.ok(planted.size > 20);
  const left = filesBelow(pair.aws.home)
    .filter(file => !inputs.has(file))
    .map(file => ({ what: file, text: readFileSync(file, 'utf8') }));
  assert.ok(
    left.some(f => f.what.endsWith('.jsonl')),
    'there is a journal to look at',
  );
  const found: string[] = [];
  for (const { what, text } of [...outputs, ...left]) {
    for (const [place, secret] of planted) {
      const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
      if (forms.some(form => text.includes(form))) found.push(`${place}: in ${what}`);
    }
  }
  assert.deepEqual(found, []);
});

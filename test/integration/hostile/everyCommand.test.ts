import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { consult } from '../../../src/binding/doctor/consult';
import { doctorReport } from '../../../src/binding/report';
import { doctorPage } from '../../../src/board/page/doctor';
import { renderPage } from '../../../src/board/page/render';
import { checkBindings, statusOptions } from '../../../src/cli/binding/checkedBindings';
import { type Command, command } from '../../../src/cli/command';
import { readTerraformFolder } from '../../../src/cli/terraformFolder';
import { commands } from '../../../src/cli/commands';
import { exampleKey } from '../../support/aws/profiles';
import { ServerPair } from '../../support/binding/serverWorlds';
import { FaultWorld, type Ran } from '../../support/faults/world';
import { plantedPolicies, plantedRoot } from '../../support/hostile/plantedFiles';
import { Plants } from '../../support/hostile/plants';

/**
 * Every command of the table, in every format that its help names, on input that holds secrets in places where people put them. A
 * command that is new has to be given its runs here.
 */

const plants = new Plants();
let pair: ServerPair;
let world: FaultWorld;

const id = (place: string): string => plants.keyId(place);
const key = (place: string): string => plants.secret(place);

before(async () => {
  pair = await ServerPair.open();
  world = new FaultWorld(pair);
  pair.clear();
  pair.seed();
  const { hcp, aws, workspace, varset, project } = pair;
  const { state } = hcp;
  for (const [name, text] of Object.entries(plantedRoot(plants, hcp.hostname))) {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  }
  for (const [name, text] of Object.entries(plantedPolicies(plants))) writeFileSync(path.join(aws.home, name), text);
  writeFileSync(
    path.join(aws.home, 'plain.json'),
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}',
  );
  const company = path.join(__dirname, '../../fixtures/company');
  cpSync(path.join(company, 'platform-stack'), path.join(aws.home, 'stack'), { recursive: true });
  const deployments = path.join(aws.home, 'stack', 'deployments.tfdeploy.hcl');
  writeFileSync(
    deployments,
    `${readFileSync(deployments, 'utf8')}
store "varset" "keys" {
  id       = "${plants.password('a store of a Stack')}"
  category = "env"
}

deployment "second" {
  inputs = {
    role_arn    = "arn:aws:iam::123456789012:role/platform-second"
    access_key  = "${id('id in a deployment')}"
    secret_key  = "${key('key in a deployment')}"
    db_password = "${plants.password('password in a deployment')}"
  }
}
`,
  );
  mkdirSync(path.join(aws.home, 'backend'));
  writeFileSync(
    path.join(aws.home, 'backend', 'main.tf'),
    `terraform {
  backend "remote" {
    hostname     = "${hcp.hostname}"
    organization = "acme"
    token        = "${plants.token('token in a backend')}"
    workspaces {
      name = "prod"
    }
  }
}

provider "aws" {
  region     = "eu-central-1"
  secret_key = "${key('key in a root without a cloud block')}"
}

variable "db_password" {
  default = "${plants.password('default beside a backend')}"
}
`,
  );
  mkdirSync(path.join(aws.home, 'tokened'));
  writeFileSync(
    path.join(aws.home, 'tokened', 'main.tf'),
    `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    token        = "${plants.token('token in the cloud block')}"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n`,
  );
  const broken = path.join(aws.home, 'broken');
  mkdirSync(broken);
  for (const [name, text] of Object.entries(brokenFiles())) writeFileSync(path.join(broken, name), text);
  // A key of the reader's own, outside of the repository.
  mkdirSync(path.join(broken, '.git'));
  writeFileSync(
    path.join(aws.home, 'id_ed25519'),
    `${plants.password('linked file')}\n-----BEGIN OPENSSH PRIVATE KEY-----\n`,
  );
  symlinkSync('../id_ed25519', path.join(broken, 'linked.tf'));
  symlinkSync('../id_ed25519', path.join(broken, 'linked.auto.tfvars'));
  symlinkSync('..', path.join(broken, 'above'));
  state.variable(workspace, 'AWS_ACCESS_KEY_ID', id('id in a variable'));
  state.variable(workspace, 'AWS_SECRET_ACCESS_KEY', key('sensitive variable'), { sensitive: true });
  state.variable(workspace, 'AWS_SESSION_TOKEN', plants.session('session token in a variable'));
  state.variable(workspace, 'db_password', plants.password('Terraform variable'), { category: 'terraform' });
  state.variable(workspace, 'TF_VAR_token', plants.token('variable that is not sensitive'));
  state.variable(workspace, 'aws_keys', `{ id = "${id('id in HCL')}", secret = "${key('key in HCL')}" }`, {
    category: 'terraform',
    hcl: true,
  });
  state.variable(workspace, 'ENDPOINT', `https://admin:${plants.password('userinfo in a variable')}@example.com`);
  state.variable(workspace, 'TFC_AWS_PROVIDER_AUTH_west', 'true');
  state.variable(workspace, 'TFC_AWS_RUN_ROLE_ARN_west', key('a key in the place of a role'));
  state.variable(varset, 'AWS_SECRET_ACCESS_KEY', key('variable set'));
  state.run(workspace, {
    status: 'errored',
    at: new Date().toISOString(),
    log: `Terraform v1.11.4\n${plantedPolicies(plants)['error.txt'] ?? ''}\n│ Error: No valid credential sources found\n`,
  });
  hcp.runner = { awsUrl: aws.server.url };
  state.configuration(workspace);

  const config = path.join(aws.home, '.aws', 'config');
  writeFileSync(
    config,
    `${readFileSync(config, 'utf8')}
[profile userinfo]
region = eu-central-1
endpoint_url = http://admin:${plants.password('userinfo of endpoint_url')}@127.0.0.1:1

[profile unknown]
region = eu-central-1
endpoint_url = ${aws.server.url}
aws_access_key_id = ${id('id that AWS does not know')}
aws_secret_access_key = ${key('key that AWS does not know')}
aws_session_token = ${plants.session('session token that AWS does not know')}
`,
  );
  const credentials = path.join(aws.home, '.aws', 'credentials');
  writeFileSync(
    credentials,
    readFileSync(credentials, 'utf8').replace(
      /aws_secret_access_key = .*/,
      `aws_secret_access_key = ${key('credentials file')}`,
    ),
  );
  plants.known('token of HCP Terraform', hcp.token);
  const env = {
    ...pair.env,
    TF_VAR_secret: plants.password('environment, TF_VAR'),
    TF_TOKEN_other_example_com: plants.token('environment, TF_TOKEN'),
    TF_CLI_ARGS: `-var=x=${plants.password('environment, TF_CLI_ARGS')}`,
    HTTPS_PROXY: '',
    AWS_DEBUG: '1',
    DEBUG: '*',
    TF_LOG: 'TRACE',
    NODE_DEBUG: 'http',
  };
  Object.defineProperty(pair, 'env', { get: () => env });
});
after(() => pair.close());

/** Mistakes that leave a secret where a name, a sign or nothing should stand. */
function brokenFiles(): Readonly<Record<string, string>> {
  const pass = (place: string): string => plants.password(place);
  return {
    'bare.tf': `provider "aws" {\n  secret_key = ${pass('a value without quotes')}\n}\n`,
    'behind.tf': `provider "aws" {\n  region = "x" ${pass('behind an argument')}\n}\n`,
    'pem.tf': `locals {\n  key = -----BEGIN RSA PRIVATE KEY-----\n${key('line of a private key')}\n-----END RSA PRIVATE KEY-----\n}\n`,
    'open.tf': `locals {\n  a = "${pass('a string without an end')}\n  b = 1\n}\n`,
    'heredoc.tf': `locals {\n  a = <<EOT\n${pass('a heredoc without an end')}\n`,
    'escape.tf': `locals {\n  a = "\\q${pass('behind an escape that is none')}"\n}\n`,
    'template.tf': `locals {\n  a = "\${${pass('in a template')}"\n}\n`,
    'twice.tf': `locals {\n  a = "${pass('the first of two')}" "${pass('the second of two')}"\n}\n`,
    'block.tf': `provider ${pass('in place of a label')} {\n}\n`,
    'lost.tf': `${pass('a line of its own')}\n`,
    'broken.tf.json': `{"provider":{"aws":[{"secret_key":"${key('JSON that ends')}",${pass('JSON without quotes')}`,
    'number.tf.json': '6',
    'bare.auto.tfvars': `secret = ${pass('tfvars without quotes')}\n${pass('a line of tfvars')}\n`,
    'broken.auto.tfvars.json': `{"secret": ${pass('tfvars.json without quotes')}}`,
  };
}

const inAccount = ['--profile', 'default'];
const managed = ['--policy-arn', 'arn:aws:iam::aws:policy/ReadOnlyAccess'];
const named = ['--organization', 'acme', '--workspace', 'prod'];
const full = [...named, '--project', 'Default Project'];

/** What each command is run with; without `--format`, which is added. */
const runs: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  configure: () => [
    ['project', ...inAccount, ...managed],
    ['project', ...inAccount, '--permissions', 'code', '--fix-code', '--remove-static-keys', '--fix-variables'],
    ['project', ...inAccount, '--policy', 'plain.json', '--yes', '--prove-run', '--adopt'],
    ['project', '--profile', 'unknown'],
    ['project', '--profile', 'userinfo'],
  ],
  check: () => [['project'], ['.'], ['tokened'], ['broken'], ['broken/bare.tf']],
  fix: () => [
    ['project', '--dry-run'],
    ['project', '--dry-run', '--code', 'hard-coded-key'],
    ['backend', '--dry-run'],
    ['broken', '--dry-run'],
    ['tokened', '--dry-run'],
  ],
  cloud: () => [
    ['backend', ...named],
    ['backend', '--from-remote', ...named],
    ['project', ...named],
  ],
  'map-providers': () => [
    ['project'],
    ['project', '--tag', 'west', '--map', 'escaped=west'],
    ['backend', '--tag', 'w'],
  ],
  stack: () => [
    ['stack'],
    ['stack', '--organization', 'acme', '--project', 'p', '--stack', 's', ...inAccount],
    ['stack', '--role-arn', 'arn:aws:iam::123456789012:role/new'],
  ],
  subject: () => [full],
  trust: () => [[...full, '--account', '123456789012']],
  prove: () => [['trust.json', '--subject', 'organization:acme:project:p:workspace:prod:run_phase:plan']],
  'lint-trust': () => [['trust.json', ...full], ['project/more.tf']],
  permissions: () => [['project'], ['project', '--phase', 'plan', '--guesses']],
  'lint-policy': () => [['policy.json'], ['project/more.tf'], ['policy.json', '--aws', ...inAccount]],
  denied: () => [
    ['error.txt'],
    ['error.txt', '--policy', 'plain.json', '--boundary', 'boundary.json'],
    ['error.txt', ...inAccount],
  ],
  plan: () => [
    ['project', ...inAccount, ...managed, ...full],
    ['project', '--profile', 'unknown', ...full],
  ],
  apply: () => [
    ['project', ...inAccount, ...managed, ...full],
    ['project', ...inAccount, '--resume'],
  ],
  undo: () => [inAccount, ['--profile', 'unknown'], [...inAccount, '--yes']],
  export: () => [
    ['project', ...inAccount, ...managed, '--as', 'terraform'],
    ['project', ...managed, '--as', 'terraform', '--account', '123456789012'],
    ['project', ...inAccount, ...managed, '--as', 'cloudformation'],
    ['project', ...inAccount, ...managed, '--as', 'aws-cli'],
  ],
  status: () => [['project', ...inAccount], ['backend'], ['tokened'], ['project', '--profile', 'unknown']],
  doctor: () => [
    ['project', ...inAccount],
    ['project', '--error', 'error.txt'],
    ['project', ...inAccount, '--cloudtrail'],
    ['--only-error', '--error', 'error.txt'],
  ],
  'prove-run': () => [['project'], ['project', '--yes']],
  repair: () => [
    ['project', ...inAccount],
    ['project', '--profile', 'unknown'],
    ['tokened', ...inAccount],
    ['--hostname', pair.hcp.hostname, ...named, ...inAccount],
    ['project', ...inAccount, '--yes'],
  ],
  variables: () => [['project'], ['tokened'], ['--hostname', pair.hcp.hostname, ...named]],
  whoami: () => [
    ['project', ...inAccount],
    ['backend', '--profile', 'userinfo'],
    ['tokened', '--profile', 'unknown'],
    ['--hostname', pair.hcp.hostname, '--hostname', 'other.example.com'],
  ],
  audit: () => [['--hostname', pair.hcp.hostname, '--organization', 'acme']],
  keys: () => [
    ['project', ...inAccount],
    ['--hostname', pair.hcp.hostname, '--organization', 'acme', ...inAccount],
  ],
  migrate: () => [
    ['--hostname', pair.hcp.hostname, '--organization', 'acme', ...inAccount],
    ['--hostname', pair.hcp.hostname, '--organization', 'acme', ...inAccount, '--yes'],
  ],
  'watch-report': () => [
    ['--hostname', pair.hcp.hostname, '--organization', 'acme', ...inAccount],
    ['--hostname', pair.hcp.hostname, '--organization', 'acme', ...inAccount, '--keep'],
  ],
  // What it answers is searched in test/integration/cli/mcp.test.ts: it would read this process's standard input.
  mcp: () => [['--no-such-option']],
  completions: () => [['bash'], ['zsh'], ['fish'], ['powershell'], ['nushell']],
};

/** The formats that a command's help names. */
function formatsOf(options: Command['options']): readonly (readonly string[])[] {
  const listed = options['format']?.choices ?? [];
  return listed.length === 0 ? [[]] : listed.map(format => ['--format', format]);
}

async function run(name: string, args: readonly string[]): Promise<Ran> {
  const command = commands.find(c => c.name === name);
  assert.ok(command, name);
  const ran = await world.run(command, ...args);
  assert.equal(ran.crash, undefined, `${name} ${args.join(' ')}`);
  return ran;
}

const searched = ({ out, err }: Ran, what: string): readonly string[] => plants.foundIn(what, `${out}\n${err}`);

/** What the commands have left in the user's folder, beside what was planted there. */
function left(before: ReadonlySet<string>): readonly string[] {
  return filesBelow(pair.aws.home)
    .filter(file => !before.has(file))
    .flatMap(file => plants.foundIn(file, readFileSync(file, 'utf8')));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

test('every command of the table has runs here', () => {
  assert.deepEqual(
    Object.keys(runs),
    commands.map(c => c.name),
  );
});

describe('no secret comes out of', () => {
  for (const { name, options } of commands) {
    test(name, async () => {
      const before = new Set(filesBelow(pair.aws.home));
      const found: string[] = [];
      let told = 0;
      for (const args of runs[name]?.() ?? []) {
        for (const format of formatsOf(options)) {
          const ran = await run(name, [...args, ...format]);
          told += ran.out.length + ran.err.length;
          found.push(...searched(ran, [name, ...args, ...format].join(' ')));
        }
      }
      assert.ok(told > 0);
      assert.deepEqual([...found, ...left(before)], []);
    });
  }
});

/** Servers that repeat in their errors what they were sent, and more. */
const echoes = (): readonly { readonly status: number; readonly body?: object; readonly text?: string }[] => [
  {
    status: 403,
    body: {
      errors: [{ status: '403', title: `Bearer ${pair.hcp.token}`, detail: `authorization: Bearer ${pair.hcp.token}` }],
    },
  },
  {
    status: 422,
    body: { errors: [{ status: '422', title: 'invalid', detail: `key ${plants.keyId('id in an error reply')}` }] },
  },
  { status: 500, text: `<html>Authorization: Bearer ${pair.hcp.token}, cookie ${plants.token('error page')}</html>` },
];

/** What the editor shows of the same facts: the reasons of the board, the doctor's page and what it copies. */
const surfaces = command({
  name: 'surfaces',
  group: 'State',
  summary: 'what the editor shows',
  operands: '[PATH]',
  about: '',
  options: statusOptions,
  exits: {},
  async run(context, { values, positionals }) {
    const folder = await readTerraformFolder(context, positionals);
    const pastedError = plantedPolicies(plants)['error.txt'] ?? '';
    for (const b of await checkBindings(context, values, folder, { pastedError })) {
      const report = { subject: `${b.organization}/${b.workspace}`, ...consult(b.facts, b.checks) };
      for (const busy of [undefined, 'Asking …']) {
        const state = {
          report,
          pasted: '',
          accountId: '123456789012',
          trailAsked: true,
          ...(busy !== undefined && { busy }),
        };
        const page = doctorPage(state);
        context.out(JSON.stringify(page) + renderPage(page));
      }
      for (const redact of [true, false])
        context.out(doctorReport({ ...report, redact, fixesOf: () => [] }, 'markdown'));
      context.out(b.checks.map(c => c.reason ?? c.title).join('\n'));
    }
    return 0;
  },
});

test('no secret is on the board or the page of the doctor, nor in what it copies', async () => {
  const ran = await world.run(surfaces, 'project', ...inAccount);
  assert.equal(ran.crash, undefined);
  assert.match(ran.out, /Doctor for acme\/prod/);
  assert.match(ran.out, /# .*acme\/prod/, 'what is copied');
  assert.deepEqual(searched(ran, 'the surfaces of the editor'), []);
});

describe('no secret comes out of errors of', () => {
  for (const name of ['configure', 'status', 'doctor', 'variables', 'audit', 'prove-run', 'export', 'map-providers'])
    test(`HCP Terraform, in ${name}`, async () => {
      for (const echo of echoes()) {
        for (const where of [/vars/, /workspaces/, /runs/, /organizations/]) {
          pair.hcp.faults.length = 0;
          pair.hcp.faults.push({ path: where, ...echo });
          for (const args of runs[name]?.() ?? [])
            assert.deepEqual(searched(await run(name, args), `${name} ${args.join(' ')} (${where.source})`), []);
        }
      }
      pair.hcp.faults.length = 0;
    });

  for (const name of [
    'configure',
    'plan',
    'apply',
    'undo',
    'status',
    'doctor',
    'export',
    'denied',
    'lint-policy',
    'stack',
  ])
    test(`AWS, in ${name}`, async () => {
      const message = `The request signature we calculated does not match. Authorization: AWS4-HMAC-SHA256 Credential=${exampleKey}/20260101/us-east-1/iam/aws4_request, AWSAccessKeyId=${plants.keyId('id in an error of AWS')} x-amz-security-token: ${plants.session('session token in an error of AWS')} ${plants.secret('key in an error of AWS')}`;
      for (const action of ['*', 'GetCallerIdentity', 'GetRole', 'ValidatePolicy', 'LookupEvents']) {
        pair.aws.server.faults.clear();
        pair.aws.server.faults.add({ action, kind: 'refuse', code: 'SignatureDoesNotMatch', message, times: 1000 });
        for (const args of runs[name]?.() ?? []) {
          const ran = await run(name, args);
          assert.deepEqual(searched(ran, `${name} ${args.join(' ')} (${action})`), []);
        }
      }
      pair.aws.server.faults.clear();
    });
});

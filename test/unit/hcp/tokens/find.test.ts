import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Environment } from '../../../../src/core/host';
import { parseCliConfig } from '../../../../src/hcp/tokens/cliConfig';
import { findToken, type FoundToken, type RunHelper } from '../../../../src/hcp/tokens/find';
import { encodedHost } from '../../../../src/hcp/tokens/find';
import { comparable, meansHost } from '../../../../src/hcp/tokens/hosts';
import { noTokenProblem, tokenReport } from '../../../../src/hcp/tokens/report';
import { helperRunner } from '../../../../src/hcp/tokens/runHelper';
import { readProject } from '../../../../src/terraform/read';
import { memoryFiles } from '../../../support/memoryFiles';

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Environment;
  readonly hostname?: string;
  readonly opentofu?: boolean;
  readonly platform?: NodeJS.Platform;
  readonly runHelper?: RunHelper;
}

async function find(given: Given): Promise<FoundToken> {
  const files = memoryFiles(given.files ?? {});
  const project = await readProject(files, {}, '/project', '/project');
  return findToken({
    hostname: given.hostname ?? 'app.terraform.io',
    files,
    env: given.env ?? {},
    platform: given.platform ?? 'linux',
    home: '/home/me',
    opentofu: given.opentofu ?? false,
    cloud: project.roots[0]?.cloud,
    runHelper: given.runHelper,
    signal: new AbortController().signal,
  });
}

const credentials = (token: string, host = 'app.terraform.io'): string =>
  `credentials "${host}" {\n  token = "${token}"\n}\n`;
const json = (token: string, host = 'app.terraform.io'): string =>
  JSON.stringify({ credentials: { [host]: { token } } });

describe('the order of sources', () => {
  const files = {
    '/project/main.tf':
      'terraform {\n  cloud {\n    organization = "acme"\n    token = "from-block"\n    workspaces { name = "app" }\n  }\n}\n',
    '/home/me/.terraformrc': credentials('from-main') + 'credentials_helper "vault" {\n  args = ["--one"]\n}\n',
    '/home/me/.terraform.d/a.tfrc': credentials('from-a'),
    '/home/me/.terraform.d/credentials.tfrc.json': json('from-login'),
    '/home/me/.terraform.d/plugins/terraform-credentials-vault': '',
    '/home/me/.tofurc': credentials('from-tofu'),
  };
  const env = { TF_TOKEN_app_terraform_io: 'from-env' };
  const runHelper: RunHelper = (program, args) => {
    assert.equal(program, '/home/me/.terraform.d/plugins/terraform-credentials-vault');
    assert.deepEqual(args, ['--one', 'get', 'app.terraform.io']);
    return Promise.resolve({ code: 0, stdout: '{"token":"from-helper"}\n' });
  };
  const order: readonly (readonly [string, string])[] = [
    ['from-block', '/project/main.tf'],
    ['from-env', ''],
    ['from-login', '/home/me/.terraform.d/credentials.tfrc.json'],
    ['from-a', '/home/me/.terraform.d/a.tfrc'],
    ['from-main', '/home/me/.terraformrc'],
    ['from-tofu', '/home/me/.tofurc'],
    ['from-helper', ''],
  ];
  for (const [index, [token]] of order.entries()) {
    test(`${token} is used when nothing stronger is there`, async () => {
      const left: Record<string, string> = { ...files };
      for (const [, file] of order.slice(0, index)) delete left[file];
      // The helper's own declaration has to stay.
      if (index > 4) left['/home/me/.terraformrc'] = 'credentials_helper "vault" {\n  args = ["--one"]\n}\n';
      const found = await find({ files: left, env: index > 1 ? {} : env, runHelper });
      assert.equal(found.token?.reveal(), token);
      assert.equal(found.checked.filter(s => s.state === 'used').length, 1);
      const said = [tokenReport(found), found, noTokenProblem('app.terraform.io', found)].map(v => JSON.stringify(v));
      for (const [secret] of order) for (const text of said) assert.ok(!text.includes(`"${secret}"`));
    });
  }

  test('TF_CLI_CONFIG_FILE takes the place of the main file and of the whole folder', async () => {
    const found = await find({
      files: { ...files, '/project/main.tf': '', '/etc/tf.rc': 'disable_checkpoint = true\n' },
      env: { TF_CLI_CONFIG_FILE: '/etc/tf.rc' },
    });
    assert.equal(found.token, undefined);
    assert.ok(tokenReport(found).some(line => line.endsWith('.terraform.d: is not read (TF_CLI_CONFIG_FILE is set)')));
  });

  test('OpenTofu reads ~/.tofurc in place of ~/.terraformrc', async () => {
    const found = await find({
      opentofu: true,
      files: { '/home/me/.tofurc': credentials('from-tofu'), '/home/me/.terraformrc': credentials('from-main') },
    });
    assert.equal(found.token?.reveal(), 'from-tofu');
    const legacy = await find({ opentofu: true, files: { '/home/me/.terraformrc': credentials('from-main') } });
    assert.equal(legacy.token?.reveal(), 'from-main');
  });

  test('Windows keeps them in APPDATA', async () => {
    const found = await find({
      platform: 'win32',
      env: { APPDATA: '/appdata', HOME: '/home/me' },
      files: {
        '/appdata/terraform.rc': credentials('main'),
        '/appdata/terraform.d/credentials.tfrc.json': json('login'),
      },
    });
    assert.equal(found.token?.reveal(), 'login');
  });

  test('an empty variable is named and, as in Terraform, no other place counts', async () => {
    const found = await find({
      env: { TF_TOKEN_app_terraform_io: '' },
      files: { '/home/me/.terraformrc': credentials('main') },
    });
    assert.equal(found.token, undefined);
    assert.equal(found.checked.find(s => s.kind === 'environment')?.state, 'empty');
    assert.equal(found.checked.find(s => s.where === '/home/me/.terraformrc')?.state, 'also');
    assert.match(noTokenProblem('app.terraform.io', found).nextStep, /^Unset TF_TOKEN_app_terraform_io/);
  });
});

describe('host names', () => {
  test('every spelling of TF_TOKEN_* that Terraform takes', () => {
    for (const [variable, host] of [
      ['TF_TOKEN_app_terraform_io', 'app.terraform.io'],
      ['TF_TOKEN_APP_TERRAFORM_IO', 'app.terraform.io'],
      ['TF_TOKEN_app.terraform.io', 'App.Terraform.io:443'],
      ['TF_TOKEN_my__tfe_example_com', 'my-tfe.example.com'],
      ['TF_TOKEN_my-tfe.example.com', 'my-tfe.example.com'],
      ['TF_TOKEN_xn____caf__dma_fr', 'café.fr'],
      ['TF_TOKEN_café_fr', 'xn--caf-dma.fr'],
      ['TF_TOKEN_tfe_example_com:8443', 'tfe.example.com:8443'],
      ['TF_TOKEN_127_0_0_1_8080', '127.0.0.1:8080'],
    ] as const) {
      assert.ok(meansHost(variable, host), `${variable} for ${host}`);
    }
    for (const [variable, host] of [
      ['TF_TOKEN_app_terraform_io', 'app.eu.terraform.io'],
      ['TF_TOKEN_', 'app.terraform.io'],
      ['TF_TOKEN_tfe_example_com_8443', 'tfe.example.com:8443'],
      ['TF_TOKEN_tfe_example_com', 'tfe.example.com:8443'],
      ['XTF_TOKEN_app_terraform_io', 'app.terraform.io'],
    ] as const) {
      assert.ok(!meansHost(variable, host), `${variable} for ${host}`);
    }
  });

  test('the encoded name of a host always means that host', () => {
    fc.assert(
      fc.property(fc.domain(), host => {
        assert.ok(meansHost(`TF_TOKEN_${encodedHost(host)}`, host));
        assert.equal(comparable(host.toUpperCase()), comparable(host));
      }),
    );
  });
});

describe('CLI configuration', () => {
  const token = (text: string, host = 'app.terraform.io'): string | undefined =>
    parseCliConfig(text).credentials.get(host)?.reveal();

  test('HCL 1 and JSON shapes', () => {
    for (const text of [
      credentials('t'),
      '# comment\n"credentials" "app.terraform.io" { "token" = "t" }',
      'credentials "App.Terraform.IO" { token = "t" }',
      'credentials { "app.terraform.io" { token = "t" } }',
      'credentials = { "app.terraform.io" = { token = "t" } }',
      'plugin_cache_dir = "$HOME/.terraform.d/plugin-cache"\n// old\nproviders {\n  aws = "/x"\n}\ncredentials "app.terraform.io" {\n  token = "t"\n}',
      json('t'),
      `\uFEFF${json('t')}`,
      '{"credentials":[{"app.terraform.io":[{"token":"t"}]}]}',
    ]) {
      assert.equal(token(text), 't', text);
    }
  });

  test('the last of two blocks for one host wins; several hosts stay apart', () => {
    const text = credentials('one') + credentials('two') + credentials('other', 'tfe.example.com');
    assert.equal(token(text), 'two');
    assert.equal(token(text, 'tfe.example.com'), 'other');
  });

  test('host blocks give the API of a host', () => {
    const { services } = parseCliConfig(
      'host "tfe.example.com" {\n  services = {\n    "tfe.v2" = "https://tfe.example.com/x/"\n  }\n}',
    );
    assert.equal(services.get('tfe.example.com'), 'https://tfe.example.com/x/');
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string(), text => void parseCliConfig(text)));
    assert.equal(parseCliConfig('{"credentials":').state, 'unreadable');
  });
});

describe('credentials helpers', () => {
  const files = {
    '/home/me/.terraformrc': 'credentials_helper "x" {}\n',
    '/home/me/.terraform.d/plugins/terraform-credentials-x_v1.9.0': '',
    '/home/me/.terraform.d/plugins/terraform-credentials-x_v1.10.0': '',
  };
  const result = async (runHelper: RunHelper | undefined): Promise<string | undefined> => {
    const found = await find({ files, ...(runHelper === undefined ? {} : { runHelper }) });
    assert.equal(found.token, undefined);
    return found.checked.at(-1)?.detail;
  };

  test('the newest version runs; {} is no token; what goes wrong is said without its output', async () => {
    const seen: string[] = [];
    const answer =
      (code: number, stdout: string): RunHelper =>
      program => {
        seen.push(program);
        return Promise.resolve({ code, stdout });
      };
    assert.equal(await result(answer(0, '{}')), undefined);
    assert.deepEqual(seen, ['/home/me/.terraform.d/plugins/terraform-credentials-x_v1.10.0']);
    assert.equal(await result(answer(3, 'secret')), 'it ended with exit code 3');
    assert.equal(await result(answer(0, 'secret')), 'what it printed is not JSON');
    assert.equal(await result(undefined), 'not run, because this folder is not trusted');
  });

  test('a child process that answers, one that never ends, and one that does not exist', async () => {
    const run = helperRunner(spawn, process.env);
    const { signal } = new AbortController();
    const answered = await run(process.execPath, ['-e', 'console.log("{}")'], 20_000, signal);
    assert.deepEqual(answered, { code: 0, stdout: '{}\n' });
    await assert.rejects(run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], 50, signal), /not answered/);
    await assert.rejects(run('/does/not/exist', [], 1000, signal), /ENOENT/);
  });
});

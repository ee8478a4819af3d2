/**
 * Set-ups of Terraform's CLI, with the token that `terraform init` sends and the host that gets it; `none`: no token is sent.
 * `npm run matrix tokens` asks terraform itself.
 */
export interface TokenShape {
  readonly name: string;
  /** As the block has it; default `tfe.example.test`. */
  readonly host?: string;
  /** By path below the home folder; what begins with `#!` may be executed. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The `token` of the block. */
  readonly token?: string;
  /** A folder that PATH begins with. */
  readonly path?: string;
  /** `TOKEN@HOST` or `none`. */
  readonly terraform: string;
  /** What this product sends where that is something else, and why that is no harm. */
  readonly ours?: readonly [sends: string, why: string];
}

const host = 'tfe.example.test';
const at = (token: string, name = host): string => `${token}@${name}`;
const hcl = (token: string, name = host): string => `credentials "${name}" {\n  token = "${token}"\n}\n`;
const json = (token: string, name = host): string => JSON.stringify({ credentials: { [name]: { token } } });
const login = '.terraform.d/credentials.tfrc.json';
const helperFile = '#!/bin/sh\nfor word in "$@"; do [ "$word" = get ] && echo \'{"token":"t-helper"}\'; done; exit 0\n';
const helperBlock = 'credentials_helper "fake" {}\n';
const helper = '.terraform.d/plugins/terraform-credentials-fake';
const arch = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

const variables: readonly (readonly [name: string, env: Record<string, string>, terraform: string, host?: string])[] = [
  ['with underscores', { TF_TOKEN_tfe_example_test: 't-1' }, at('t-1')],
  ['with dots', { 'TF_TOKEN_tfe.example.test': 't-1' }, at('t-1')],
  ['in capitals', { TF_TOKEN_TFE_EXAMPLE_TEST: 't-1' }, at('t-1')],
  ['with the prefix in small letters', { tf_token_tfe_example_test: 't-1' }, 'none'],
  [
    'with __ for a dash',
    { TF_TOKEN_my__tfe_example_test: 't-1' },
    at('t-1', 'my-tfe.example.test'),
    'my-tfe.example.test',
  ],
  [
    'with the dash itself',
    { 'TF_TOKEN_my-tfe_example_test': 't-1' },
    at('t-1', 'my-tfe.example.test'),
    'my-tfe.example.test',
  ],
  [
    'with two dashes',
    { TF_TOKEN_a__b_c__d_example_test: 't-1' },
    at('t-1', 'a-b.c-d.example.test'),
    'a-b.c-d.example.test',
  ],
  [
    'in punycode',
    { TF_TOKEN_xn____caf__dma_example_test: 't-1' },
    at('t-1', 'xn--caf-dma.example.test'),
    'café.example.test',
  ],
  [
    'in punycode, the block in capitals',
    { TF_TOKEN_xn____caf__dma_example_test: 't-1' },
    at('t-1', 'xn--caf-dma.example.test'),
    'CAFÉ.example.test',
  ],
  ['for another host', { TF_TOKEN_tfe2_example_test: 't-1' }, 'none'],
  ['for the domain above', { TF_TOKEN_example_test: 't-1' }, 'none'],
  ['with nothing behind the prefix', { TF_TOKEN_: 't-1' }, 'none'],
  ['beside one for another host', { TF_TOKEN_tfe2_example_test: 't-2', TF_TOKEN_tfe_example_test: 't-1' }, at('t-1')],
];
const byVariable = variables.map(([name, env, terraform, of]): TokenShape => ({
  name: `a variable ${name}`,
  env,
  terraform,
  ...(of !== undefined && { host: of }),
}));

const files: readonly (readonly [name: string, files: Record<string, string>, terraform: string, host?: string])[] = [
  ['credentials.tfrc.json', { [login]: json('t-1') }, at('t-1')],
  ['credentials.tfrc.json with the host in capitals', { [login]: json('t-1', 'TFE.Example.Test') }, at('t-1')],
  ['credentials.tfrc.json with port 443', { [login]: json('t-1', `${host}:443`) }, at('t-1')],
  ['credentials.tfrc.json with another port', { [login]: json('t-1', `${host}:8443`) }, 'none'],
  ['credentials.tfrc.json for another host', { [login]: json('t-1', 'tfe2.example.test') }, 'none'],
  [
    'credentials.tfrc.json with letters beyond ASCII',
    { [login]: json('t-1', 'café.example.test') },
    at('t-1', 'xn--caf-dma.example.test'),
    'café.example.test',
  ],
  ['.terraformrc', { '.terraformrc': hcl('t-1') }, at('t-1')],
  ['.terraformrc with Windows line ends', { '.terraformrc': hcl('t-1').replaceAll('\n', '\r\n') }, at('t-1')],
  ['.terraformrc with two blocks for the host', { '.terraformrc': hcl('t-1') + hcl('t-2') }, at('t-2')],
  ['.terraformrc with $NAME in the token', { '.terraformrc': hcl('$MYTOKEN') }, at('$MYTOKEN')],
  ['.terraformrc with comments', { '.terraformrc': `# a\n// b\n/* c */\n${hcl('t-1')}` }, at('t-1')],
  ['two files, by name', { '.terraform.d/a.tfrc': hcl('t-a'), '.terraform.d/z.tfrc': hcl('t-z') }, at('t-z')],
  [
    'a file before credentials.tfrc.json, by name',
    { '.terraform.d/a.tfrc': hcl('t-a'), [login]: json('t-c') },
    at('t-c'),
  ],
  [
    'a file after credentials.tfrc.json, by name',
    { '.terraform.d/d.tfrc': hcl('t-d'), [login]: json('t-c') },
    at('t-d'),
  ],
  ['a file of another ending', { '.terraform.d/a.rc': hcl('t-a') }, 'none'],
  ['a file in a folder below', { '.terraform.d/more/a.tfrc': hcl('t-a') }, 'none'],
  ['.terraformrc and credentials.tfrc.json', { '.terraformrc': hcl('t-rc'), [login]: json('t-c') }, at('t-c')],
  [
    'a broken .terraformrc beside a good file',
    { '.terraformrc': 'credentials "x" {\n', [login]: json('t-c') },
    at('t-c'),
  ],
  [
    'a host block that leads to another host',
    {
      '.terraformrc': `host "${host}" {\n  services = {\n    "tfe.v2" = "https://tfe2.example.test/api/v2/"\n    "tfe.v2.1" = "https://tfe2.example.test/api/v2/"\n    "tfe.v2.2" = "https://tfe2.example.test/api/v2/"\n  }\n}\n${hcl('t-1')}`,
    },
    at('t-1', 'tfe2.example.test'),
  ],
  ['a helper', { '.terraformrc': helperBlock, [helper]: helperFile }, at('t-helper')],
  [
    'a helper in the folder of the machine',
    { '.terraformrc': helperBlock, [`.terraform.d/plugins/${arch}/terraform-credentials-fake`]: helperFile },
    at('t-helper'),
  ],
  [
    'a helper beside a token of a file',
    { '.terraformrc': helperBlock + hcl('t-rc'), [helper]: helperFile },
    at('t-rc'),
  ],
  ['a helper that is not there', { '.terraformrc': helperBlock }, 'none'],
  ['a helper that may not be executed', { '.terraformrc': helperBlock, [helper]: helperFile.slice(2) }, 'none'],
  ['no token at all', {}, 'none'],
];
const byFile = files.map(([name, given, terraform, of]): TokenShape => ({
  name,
  files: given,
  terraform,
  ...(of !== undefined && { host: of }),
}));

const together: readonly TokenShape[] = [
  {
    name: 'the token of the block before a variable',
    token: 't-block',
    env: { TF_TOKEN_tfe_example_test: 't-env' },
    terraform: at('t-block'),
  },
  {
    name: 'a variable before the files',
    env: { TF_TOKEN_tfe_example_test: 't-env' },
    files: { [login]: json('t-c') },
    terraform: at('t-env'),
  },
  {
    name: 'an empty variable before a file',
    env: { TF_TOKEN_tfe_example_test: '' },
    files: { [login]: json('t-c') },
    terraform: 'none',
  },
  {
    name: 'an empty token in a file before a helper',
    files: { '.terraformrc': helperBlock, [helper]: helperFile, [login]: json('') },
    terraform: 'none',
  },
  {
    name: 'a variable before a helper',
    env: { TF_TOKEN_tfe_example_test: 't-env' },
    files: { '.terraformrc': helperBlock, [helper]: helperFile },
    terraform: at('t-env'),
  },
  {
    name: 'a helper on PATH alone',
    path: '{{HOME}}/bin',
    files: { '.terraformrc': helperBlock, 'bin/terraform-credentials-fake': helperFile },
    terraform: 'none',
  },
  {
    name: 'TF_CLI_CONFIG_FILE without credentials',
    env: { TF_CLI_CONFIG_FILE: '{{HOME}}/other.tfrc' },
    files: { 'other.tfrc': 'disable_checkpoint = true\n', [login]: json('t-c') },
    terraform: 'none',
  },
  {
    name: 'TF_CLI_CONFIG_FILE that is missing',
    env: { TF_CLI_CONFIG_FILE: '{{HOME}}/none.tfrc' },
    files: { [login]: json('t-c') },
    terraform: 'none',
  },
  {
    name: 'TF_CLI_CONFIG_FILE in JSON',
    env: { TF_CLI_CONFIG_FILE: '{{HOME}}/other.json' },
    files: { 'other.json': json('t-json') },
    terraform: at('t-json'),
  },
  {
    name: 'TF_CLI_CONFIG_FILE from the folder of the project',
    env: { TF_CLI_CONFIG_FILE: 'rel.tfrc' },
    files: { 'project/rel.tfrc': hcl('t-rel') },
    terraform: at('t-rel'),
  },
  {
    name: 'TF_CLI_CONFIG_FILE with ~, which nobody fills in',
    env: { TF_CLI_CONFIG_FILE: '~/other.tfrc' },
    files: { 'other.tfrc': hcl('t-1') },
    terraform: 'none',
  },
  {
    name: 'TERRAFORM_CONFIG, the old name',
    env: { TERRAFORM_CONFIG: '{{HOME}}/other.tfrc' },
    files: { 'other.tfrc': hcl('t-1') },
    terraform: at('t-1'),
  },
  {
    name: 'both names of the file',
    env: { TF_CLI_CONFIG_FILE: '{{HOME}}/one.tfrc', TERRAFORM_CONFIG: '{{HOME}}/two.tfrc' },
    files: { 'one.tfrc': hcl('t-1'), 'two.tfrc': hcl('t-2') },
    terraform: at('t-1'),
  },
  {
    name: "a token of OpenTofu's configuration",
    files: { '.tofurc': hcl('t-tofu') },
    terraform: 'none',
    ours: [at('t-tofu'), 'it goes to the host that it is for'],
  },
  {
    name: 'blanks around the token',
    env: { TF_TOKEN_tfe_example_test: ' t-1 ' },
    terraform: at(' t-1'),
    ours: [at('t-1'), 'the host is the same'],
  },
  {
    name: 'a variable with letters beyond ASCII',
    host: 'xn--caf-dma.example.test',
    env: { TF_TOKEN_café_example_test: 't-1' },
    terraform: 'none',
    ours: [at('t-1', 'xn--caf-dma.example.test'), 'its name means that host, as the documentation of terraform has it'],
  },
];

export const tokenShapes: readonly TokenShape[] = [...byVariable, ...byFile, ...together];

import type { Environment } from '../../../src/core/host';

/**
 * A shape of `~/.aws` and of the environment, with who the AWS CLI (version 2) and Terraform's AWS provider are by it. Keys are named
 * after their owner; `none`: it stops. `npm run matrix` asks the programs themselves.
 */
export interface Shape {
  readonly name: string;
  readonly config?: string;
  readonly credentials?: string;
  readonly env?: Environment;
  readonly profile?: string;
  readonly aws: string;
  readonly terraform: string;
  /** Why version 1 of the AWS CLI, which PyPI has, answers something else. */
  readonly version1?: string;
}

/** AWS's documented example keys, one for each caller. */
export const owners: Readonly<Record<string, string>> = {
  AKIAIOSFODNN7EXAMPLE: 'alice',
  AKIAI44QH8DHBEXAMPLE: 'bob',
  AKIAI55QH8DHCEXAMPLE: 'carol',
  AKIAI66QH8DHDEXAMPLE: 'dave',
};
const idOf = (owner: string): string => Object.entries(owners).find(([, name]) => name === owner)?.[0] ?? '';
export const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const keys = (owner: string): string => `aws_access_key_id = ${idOf(owner)}\naws_secret_access_key = ${secretKey}\n`;
const envKeys = (owner: string) => ({ AWS_ACCESS_KEY_ID: idOf(owner), AWS_SECRET_ACCESS_KEY: secretKey });
const region = 'region = eu-west-1\n';
const role = (name: string): string => `role_arn = arn:aws:iam::123456789012:role/${name}\n`;
/** `{{DIR}}` is the folder of the shape; a program that prints the keys of a caller stands in it. */
const process = (owner: string): string => `credential_process = sh {{DIR}}/${owner}.sh\n`;
const token = 'web_identity_token_file = {{DIR}}/token\n';

const both = (who: string) => ({ aws: who, terraform: who });
const work = (body: string): string => `[profile work]\n${region}${body}`;

/** Names of profiles, and who finds them: the AWS CLI splits like a shell, Terraform takes the text as it stands. */
const names: readonly (readonly [header: string, profile: string, aws: boolean, terraform: boolean])[] = [
  ['profile work', 'work', true, true],
  ['profile "work"', 'work', true, false],
  ["profile 'work'", 'work', true, false],
  ['profile\twork', 'work', true, true],
  ['profile   work', 'work', true, true],
  [' profile work ', 'work', false, true],
  ['profile "my work"', 'my work', true, false],
  ["profile 'my work'", 'my work', true, false],
  ['profile my work', 'my work', false, true],
  ['profile my\\ work', 'my work', true, false],
  ['profile büro', 'büro', true, true],
  ['profile "büro süd"', 'büro süd', true, false],
  ['profile 仕事', '仕事', true, true],
  ['profile a/b@c.d:e+f', 'a/b@c.d:e+f', true, true],
  ['profile a=b', 'a=b', true, true],
  ['profile "a#b"', 'a#b', true, false],
  ['profile a#b', 'a#b', true, false],
  ['profile "a;b"', 'a;b', true, false],
  ['profile a,b', 'a,b', true, true],
  ['profile 1', '1', true, true],
  ['profile Work', 'work', false, false],
  ['Profile work', 'work', false, false],
  ['work', 'work', false, false],
  ['profilework', 'work', false, false],
  ['profile default', 'default', true, true],
  ['default', 'default', true, true],
];

const named = names.map(([header, profile, aws, terraform]): Shape => ({
  name: `section [${header}]`,
  config: `[${header}]\n${region}${keys('bob')}`,
  profile,
  aws: aws ? 'bob' : 'none',
  terraform: terraform ? 'bob' : 'none',
}));

const inCredentials: readonly (readonly [header: string, profile: string, found: boolean])[] = [
  ['work', 'work', true],
  ['my work', 'my work', true],
  ['büro', 'büro', true],
  ['a/b', 'a/b', true],
  ['Work', 'work', false],
  ['default', 'default', true],
];
const secretNames = inCredentials.map(([header, profile, found]): Shape => ({
  name: `section [${header}] of the credentials file`,
  credentials: `[${header}]\n${keys('carol')}`,
  env: { AWS_DEFAULT_REGION: 'eu-west-1' },
  profile,
  ...both(found ? 'carol' : 'none'),
}));

/** Two kinds of credentials in one profile: the order of the AWS CLI and that of aws-sdk-go-v2. */
const several: readonly Shape[] = [
  {
    name: 'keys and a process in the config file',
    config: work(keys('bob') + process('dave')),
    profile: 'work',
    aws: 'dave',
    terraform: 'bob',
  },
  {
    name: 'keys in the credentials file, a process in the config file',
    config: work(process('dave')),
    credentials: `[work]\n${keys('carol')}`,
    profile: 'work',
    ...both('carol'),
  },
  {
    name: 'keys and a web identity',
    config: work(keys('bob') + role('three') + token),
    profile: 'work',
    aws: 'three',
    terraform: 'three',
  },
  {
    name: 'a process and a web identity',
    config: work(process('dave') + role('three') + token),
    profile: 'work',
    aws: 'three',
    terraform: 'none',
  },
  {
    name: 'a role and keys, and no source',
    config: work(keys('bob') + role('one')),
    profile: 'work',
    aws: 'none',
    terraform: 'one',
  },
  {
    name: 'a role and a process, and no source',
    config: work(process('dave') + role('one')),
    profile: 'work',
    aws: 'none',
    terraform: 'one',
  },
  { name: 'a role and nothing else', config: work(role('one')), profile: 'work', ...both('none') },
  {
    name: 'a role with its own keys as source',
    config: work(keys('bob') + role('one') + 'source_profile = work\n'),
    profile: 'work',
    ...both('one'),
  },
  {
    name: 'a source and no role',
    config: `${work('source_profile = base\n' + keys('bob'))}[profile base]\n${keys('carol')}`,
    profile: 'work',
    aws: 'bob',
    terraform: 'none',
  },
  { name: 'a web identity without a role', config: work(token + keys('bob')), profile: 'work', ...both('none') },
  {
    name: 'both a source and a credential_source',
    config: `${work(role('one') + 'source_profile = base\ncredential_source = Environment\n')}[profile base]\n${keys('carol')}`,
    profile: 'work',
    ...both('none'),
  },
];

const sources: readonly Shape[] = [
  ['keys', keys('carol'), 'one'],
  ['a process', process('dave'), 'one'],
  ['nothing', region, 'none'],
  ['half a key', 'aws_access_key_id = AKIAI55QH8DHCEXAMPLE\n', 'none'],
  ['a role of its own', `${role('two')}source_profile = root\n`, 'one'],
  ['a role that leads back', `${role('two')}source_profile = work\n`, 'none'],
  ['a role that leads to itself', `${role('two')}source_profile = base\n`, 'none'],
].map(([what, body, who]): Shape => ({
  name: `a source_profile with ${what ?? ''}`,
  config: `${work(`${role('one')}source_profile = base\n`)}[profile base]\n${body ?? ''}[profile root]\n${keys('alice')}`,
  profile: 'work',
  ...both(who ?? ''),
}));

const namedSources: readonly Shape[] = [
  {
    name: 'credential_source Environment',
    config: work(role('one') + 'credential_source = Environment\n'),
    profile: 'work',
    env: envKeys('dave'),
    ...both('one'),
  },
  {
    name: 'credential_source Environment without keys',
    config: work(role('one') + 'credential_source = Environment\n'),
    profile: 'work',
    ...both('none'),
  },
  {
    name: 'credential_source in small letters',
    config: work(role('one') + 'credential_source = environment\n'),
    profile: 'work',
    env: envKeys('dave'),
    ...both('none'),
  },
  {
    name: 'credential_source of another word',
    config: work(role('one') + 'credential_source = Nowhere\n'),
    profile: 'work',
    env: envKeys('dave'),
    ...both('none'),
  },
];

const twoProfiles = `${work(keys('bob'))}[profile other]\n${region}${keys('carol')}[default]\n${region}${keys('alice')}`;
const environments: readonly (readonly [Environment, string, string, string?])[] = [
  [{}, 'alice', 'alice'],
  [{ AWS_PROFILE: 'work' }, 'bob', 'bob'],
  [{ AWS_DEFAULT_PROFILE: 'work' }, 'bob', 'bob'],
  [{ AWS_PROFILE: 'work', AWS_DEFAULT_PROFILE: 'other' }, 'bob', 'bob', 'version 1 reads AWS_DEFAULT_PROFILE first'],
  [{ AWS_PROFILE: 'nobody' }, 'none', 'none'],
  [{ AWS_DEFAULT_PROFILE: 'nobody' }, 'none', 'none'],
  [{ ...envKeys('dave') }, 'dave', 'dave'],
  [{ ...envKeys('dave'), AWS_PROFILE: 'work' }, 'dave', 'dave'],
  [{ ...envKeys('dave'), AWS_DEFAULT_PROFILE: 'work' }, 'dave', 'dave'],
  [{ ...envKeys('dave'), AWS_PROFILE: 'nobody' }, 'none', 'none'],
  [{ AWS_ACCESS_KEY_ID: idOf('dave') }, 'none', 'alice'],
  [{ AWS_SECRET_ACCESS_KEY: secretKey }, 'alice', 'alice'],
  [{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: secretKey }, 'alice', 'alice'],
  [{ AWS_ACCESS_KEY: idOf('dave'), AWS_SECRET_KEY: secretKey }, 'alice', 'dave'],
  [{ AWS_ACCESS_KEY_ID: idOf('dave'), AWS_SECRET_KEY: secretKey }, 'none', 'dave'],
  [{ ...envKeys('dave'), AWS_SESSION_TOKEN: 'session' }, 'dave', 'dave'],
  [{ AWS_REGION: 'ap-south-1' }, 'alice', 'alice'],
  [
    { AWS_WEB_IDENTITY_TOKEN_FILE: '{{DIR}}/token', AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/three' },
    'three',
    'three',
  ],
  [
    {
      AWS_WEB_IDENTITY_TOKEN_FILE: '{{DIR}}/token',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/three',
      ...envKeys('dave'),
    },
    'dave',
    'dave',
  ],
  [
    {
      AWS_WEB_IDENTITY_TOKEN_FILE: '{{DIR}}/token',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/three',
      AWS_PROFILE: 'work',
    },
    'three',
    'three',
  ],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: '{{DIR}}/token' }, 'none', 'none'],
];
const byEnvironment = environments.map(([env, aws, terraform, version1]): Shape => ({
  name: `environment with ${Object.keys(env).join(', ') || 'nothing'}${env['AWS_PROFILE'] === 'nobody' || env['AWS_DEFAULT_PROFILE'] === 'nobody' ? ' of a profile that is not there' : ''}${env['AWS_ACCESS_KEY_ID'] === '' ? ' (empty)' : ''}`,
  config: twoProfiles,
  env,
  aws,
  terraform,
  ...(version1 !== undefined && { version1 }),
}));

/** The text of a file: what one reader forgives the other does not. */
const texts: readonly (readonly [name: string, config: string, aws: string, terraform: string])[] = [
  ['CRLF', work(keys('bob')).replaceAll('\n', '\r\n'), 'bob', 'bob'],
  ['all settings indented', work(keys('bob')).replaceAll(/^(?=[ar])/gm, '  '), 'bob', 'bob'],
  // The AWS CLI takes what is indented deeper for more of the region.
  ['settings indented below another', work(keys('bob')).replaceAll(/^(?=a)/gm, '  '), 'none', 'bob'],
  ['settings in capitals', work(keys('bob').replaceAll(/^aws\w+/gm, k => k.toUpperCase())), 'bob', 'bob'],
  ['a colon in place of =', work(keys('bob').replaceAll(' = ', ': ')), 'bob', 'bob'],
  ['no blanks around =', work(keys('bob').replaceAll(' = ', '=')), 'bob', 'bob'],
  ['comments between', `# one\n; two\n${work(`# three\n${keys('bob')}`)}`, 'bob', 'bob'],
  ['a comment after the section', `[profile work] # mine\n${region}${keys('bob')}`, 'bob', 'bob'],
  ['a quoted region', `[profile work]\nregion = "eu-west-1"\n${keys('bob')}`, 'none', 'bob'],
  ['a comment after the region', `[profile work]\nregion = eu-west-1 # here\n${keys('bob')}`, 'none', 'bob'],
  ['quoted keys', work(keys('bob').replaceAll(/= (.*)$/gm, '= "$1"')), 'none', 'bob'],
  [
    'the default section twice, in two spellings',
    `[default]\n${region}${keys('alice')}[profile default]\n${region}${keys('bob')}`,
    'bob',
    'bob',
  ],
  [
    'the same, the other way round',
    `[profile default]\n${region}${keys('bob')}[default]\n${region}${keys('alice')}`,
    'alice',
    'bob',
  ],
  ['an empty line in a section', work(`\n${keys('bob')}`), 'bob', 'bob'],
  ['no line end at the end', work(keys('bob')).trimEnd(), 'bob', 'bob'],
];
const byText = texts.map(([name, config, aws, terraform]): Shape => ({
  name: `a file with ${name}`,
  config,
  profile: config.includes('profile work') ? 'work' : 'default',
  aws,
  terraform,
}));

const merging: readonly Shape[] = [
  {
    name: 'keys in both files',
    config: work(keys('bob')),
    credentials: `[work]\n${keys('carol')}`,
    profile: 'work',
    ...both('carol'),
  },
  {
    name: 'the id in one file and the secret in the other',
    config: work('aws_access_key_id = AKIAI44QH8DHBEXAMPLE\n'),
    credentials: `[work]\naws_secret_access_key = ${secretKey}\n`,
    profile: 'work',
    ...both('none'),
  },
  {
    name: 'a role in the config file, its keys in the credentials file',
    config: work(`${role('one')}source_profile = work\n`),
    credentials: `[work]\n${keys('carol')}`,
    profile: 'work',
    ...both('one'),
  },
  {
    name: 'a profile of the credentials file alone',
    credentials: `[work]\n${region}${keys('carol')}`,
    profile: 'work',
    ...both('carol'),
  },
  { name: 'a profile without credentials', config: work(''), profile: 'work', ...both('none') },
  { name: 'only an id', config: work('aws_access_key_id = AKIAI44QH8DHBEXAMPLE\n'), profile: 'work', ...both('none') },
  { name: 'only a secret', config: work(`aws_secret_access_key = ${secretKey}\n`), profile: 'work', ...both('none') },
  {
    name: 'a profile beside keys of the environment',
    config: work(keys('bob')),
    env: envKeys('dave'),
    profile: 'work',
    ...both('bob'),
  },
  {
    name: 'a profile beside AWS_PROFILE',
    config: twoProfiles,
    env: { AWS_PROFILE: 'other' },
    profile: 'work',
    ...both('bob'),
  },
  {
    name: 'a profile beside a web identity of the environment',
    config: work(keys('bob')),
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: '{{DIR}}/token', AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/three' },
    profile: 'work',
    ...both('bob'),
  },
  {
    name: 'AWS_CONFIG_FILE with ~',
    config: '',
    env: { AWS_CONFIG_FILE: '~/elsewhere', AWS_PROFILE: 'else' },
    aws: 'bob',
    terraform: 'none',
  },
  {
    name: 'AWS_CONFIG_FILE as a whole path',
    config: '',
    env: { AWS_CONFIG_FILE: '{{DIR}}/elsewhere', AWS_PROFILE: 'else' },
    ...both('bob'),
  },
  { name: 'a process', config: work(process('dave')), profile: 'work', ...both('dave') },
  { name: 'a process that fails', config: work('credential_process = false\n'), profile: 'work', ...both('none') },
  { name: 'a web identity', config: work(role('three') + token), profile: 'work', ...both('three') },
];

export const shapes: readonly Shape[] = [
  ...named,
  ...secretNames,
  ...several,
  ...sources,
  ...namedSources,
  ...byEnvironment,
  ...byText,
  ...merging,
];

/** What lies in the folder of each shape. */
export const besides: Readonly<Record<string, string>> = {
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln',
  elsewhere: `[profile else]\n${region}${keys('bob')}`,
  'dave.sh': `echo '{"Version": 1, "AccessKeyId": "${idOf('dave')}", "SecretAccessKey": "${secretKey}"}'\n`,
};

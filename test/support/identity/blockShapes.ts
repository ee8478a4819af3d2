/**
 * Roots with an environment, and what `terraform init` asks the host for by them: the organization, and the workspace or the tags.
 * `refused`: it asks for nothing. `npm run matrix blocks` asks terraform itself.
 */
export interface BlockShape {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly terraform: 'refused' | Asked;
}

export interface Asked {
  readonly hostname: string;
  readonly organization: string;
  /** The one workspace, or the one that is selected among those of tags or a prefix. */
  readonly workspace?: string;
  readonly tags?: readonly string[];
  readonly prefix?: string;
}

const host = 'tfe.example.test';
const usual = `hostname = "${host}"\norganization = "acme"\n`;
const cloud = (workspaces: string, settings = usual): string =>
  `terraform {\ncloud {\n${settings}workspaces {\n${workspaces}\n}\n}\n}\n`;
const remote = (workspaces: string, settings = usual): string =>
  `terraform {\nbackend "remote" {\n${settings}workspaces {\n${workspaces}\n}\n}\n}\n`;
const net = 'name = "net"';
const asked = (more: Partial<Asked>): Asked => ({ hostname: host, organization: 'acme', ...more });

type Row = readonly [
  name: string,
  files: string | Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  terraform: 'refused' | Asked,
];

const rows: readonly Row[] = [
  ['a name', cloud(net), {}, asked({ workspace: 'net' })],
  [
    'the organization by a variable',
    cloud(net, `hostname = "${host}"\n`),
    { TF_CLOUD_ORGANIZATION: 'env' },
    asked({ organization: 'env', workspace: 'net' }),
  ],
  [
    'an empty organization',
    cloud(net, `hostname = "${host}"\norganization = ""\n`),
    { TF_CLOUD_ORGANIZATION: 'env' },
    asked({ organization: 'env', workspace: 'net' }),
  ],
  [
    'the organization of the block before the variable',
    cloud(net),
    { TF_CLOUD_ORGANIZATION: 'env' },
    asked({ workspace: 'net' }),
  ],
  ['no organization', cloud(net, `hostname = "${host}"\n`), {}, 'refused'],
  [
    'the host of the block before the variable',
    cloud(net),
    { TF_CLOUD_HOSTNAME: 'tfe2.example.test' },
    asked({ workspace: 'net' }),
  ],
  [
    'the host by a variable',
    cloud(net, 'organization = "acme"\n'),
    { TF_CLOUD_HOSTNAME: 'tfe2.example.test' },
    asked({ hostname: 'tfe2.example.test', workspace: 'net' }),
  ],
  [
    'everything by variables',
    'terraform {\ncloud {}\n}\n',
    { TF_CLOUD_HOSTNAME: host, TF_CLOUD_ORGANIZATION: 'env', TF_WORKSPACE: 'w' },
    asked({ organization: 'env', workspace: 'w' }),
  ],
  ['no workspace', 'terraform {\ncloud {}\n}\n', { TF_CLOUD_HOSTNAME: host, TF_CLOUD_ORGANIZATION: 'env' }, 'refused'],
  ['TF_WORKSPACE beside another name', cloud(net), { TF_WORKSPACE: 'other' }, 'refused'],
  ['TF_WORKSPACE of the same name', cloud(net), { TF_WORKSPACE: 'net' }, asked({ workspace: 'net' })],
  [
    'TF_WORKSPACE with tags',
    cloud('tags = ["a", "b"]'),
    { TF_WORKSPACE: 'one' },
    asked({ workspace: 'one', tags: ['a', 'b'] }),
  ],
  ['no tags', cloud('tags = []'), {}, 'refused'],
  ['no tags, and TF_WORKSPACE', cloud('tags = []'), { TF_WORKSPACE: 'one' }, asked({ workspace: 'one' })],
  ['tags and a name', cloud(`${net}\ntags = ["a"]`), {}, 'refused'],
  ['tags of other types', cloud('tags = [1, true]'), {}, 'refused'],
  ['a project alone, and TF_WORKSPACE', cloud('project = "My P"'), { TF_WORKSPACE: 'w' }, asked({ workspace: 'w' })],
  ['two blocks of workspaces', cloud(`${net}\n}\nworkspaces {\nname = "b"`), {}, 'refused'],
  ['a prefix, which cloud does not know', cloud('prefix = "net-"'), {}, 'refused'],
  [
    'an override without an organization',
    { 'main.tf': cloud(net), 'x_override.tf': cloud('name = "over"', `hostname = "${host}"\n`) },
    {},
    'refused',
  ],
  [
    'two overrides, by name',
    { 'main.tf': cloud(net), 'a_override.tf': cloud('name = "a"'), 'b_override.tf': cloud('name = "b"') },
    {},
    asked({ workspace: 'b' }),
  ],
  [
    'an override over another backend',
    { 'main.tf': 'terraform {\nbackend "s3" {}\n}\n', 'override.tf': cloud(net) },
    {},
    asked({ workspace: 'net' }),
  ],
  ['two cloud blocks', { 'main.tf': cloud(net), 'b.tf': cloud('name = "b"') }, {}, 'refused'],
  ['cloud beside a backend', { 'main.tf': cloud(net), 'b.tf': 'terraform {\nbackend "local" {}\n}\n' }, {}, 'refused'],
  [
    'a variable as organization',
    `variable "o" {\ndefault = "acme"\n}\n${cloud(net, `hostname = "${host}"\norganization = var.o\n`)}`,
    {},
    'refused',
  ],
  [
    'a template without a reference',
    cloud(net, `hostname = "${host}"\norganization = "ac\${"me"}"\n`),
    {},
    asked({ workspace: 'net' }),
  ],
  ['a function', cloud('name = lower("NET")'), {}, 'refused'],
  ['a heredoc', cloud(net, `hostname = "${host}"\norganization = <<E\nacme\nE\n`), {}, 'refused'],
  ['an address as host', cloud(net, `hostname = "https://${host}"\norganization = "acme"\n`), {}, 'refused'],
  [
    'a host in capitals',
    cloud(net, 'hostname = "TFE.Example.Test"\norganization = "acme"\n'),
    {},
    asked({ workspace: 'net' }),
  ],
  [
    'JSON',
    {
      'main.tf.json': JSON.stringify({
        terraform: { cloud: { hostname: host, organization: 'acme', workspaces: { name: 'net' } } },
      }),
    },
    {},
    asked({ workspace: 'net' }),
  ],
  [
    'JSON with lists',
    {
      'main.tf.json': JSON.stringify({
        terraform: [{ cloud: [{ hostname: host, organization: 'acme', workspaces: [{ name: 'net' }] }] }],
      }),
    },
    {},
    asked({ workspace: 'net' }),
  ],
  [
    'the workspace that was selected',
    { 'main.tf': cloud('tags = ["a"]'), '.terraform/environment': 'chosen' },
    {},
    asked({ workspace: 'chosen', tags: ['a'] }),
  ],
  [
    'TF_WORKSPACE before the one that was selected',
    { 'main.tf': cloud('tags = ["a"]'), '.terraform/environment': 'chosen' },
    { TF_WORKSPACE: 'w' },
    asked({ workspace: 'w', tags: ['a'] }),
  ],
  ['remote with a name', remote(net), {}, asked({ workspace: 'net' })],
  [
    'remote with a prefix',
    remote('prefix = "net-"'),
    { TF_WORKSPACE: 'prod' },
    asked({ workspace: 'net-prod', prefix: 'net-' }),
  ],
  ['remote with a name and a prefix', remote(`${net}\nprefix = "net-"`), {}, 'refused'],
  [
    'remote without an organization',
    remote(net, `hostname = "${host}"\n`),
    { TF_CLOUD_ORGANIZATION: 'env' },
    'refused',
  ],
  [
    'the cloud block in the second terraform block',
    `terraform {\nrequired_version = ">= 1.0"\n}\n${cloud(net)}`,
    {},
    asked({ workspace: 'net' }),
  ],
  [
    "OpenTofu's file beside it",
    { 'main.tf': cloud(net), 'main.tofu': cloud('name = "tofu"') },
    {},
    asked({ workspace: 'net' }),
  ],
  [
    'hidden files and copies of editors',
    { 'main.tf': cloud(net), '.x.tf': cloud(net), 'b.tf~': cloud(net), '#c.tf#': cloud(net) },
    {},
    asked({ workspace: 'net' }),
  ],
];

export const blockShapes = rows.map(([name, files, env, terraform]): BlockShape => ({
  name,
  files: typeof files === 'string' ? { 'main.tf': files } : files,
  env,
  terraform,
}));

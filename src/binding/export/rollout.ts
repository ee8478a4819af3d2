import type { Problem } from '../../core/problem';
import type { DesiredBinding, DesiredRole } from '../desired/desired';
import { exportCloudFormation } from './cloudFormation';
import { type Existing, identifier, providerArn } from './existing';
import { attribute, blank, block, comment, type HclItem, type HclValue, JsonEncode, printHcl, Raw } from './hclPrinter';
import { imported, providerItems, referring, requiredProviders, resource } from './terraform';

/** The workspaces of one account, for teams that roll out through code: the same plans as those that would be applied. */
export interface AccountRollout {
  readonly accountId: string;
  readonly workspaces: readonly { readonly desired: DesiredBinding; readonly existing: Existing }[];
}

/** Files by their paths. */
export type RolloutFiles = ReadonlyMap<string, string>;

const moduleFolder = 'modules/tfc-oidc-workspace';
const provider = 'aws_iam_openid_connect_provider.hcp_terraform';

/** A folder for each account with one module call a workspace, and the module. `import` blocks stand for what exists. */
export function rolloutTerraform(accounts: readonly AccountRollout[]): RolloutFiles {
  const files = new Map<string, string>([[`${moduleFolder}/main.tf`, moduleText]]);
  for (const account of accounts) files.set(`${account.accountId}/main.tf`, accountText(account));
  return files;
}

/** One template for each account, to be deployed as a StackSet or a stack of its own. */
export function rolloutCloudFormation(accounts: readonly AccountRollout[]): {
  readonly files: RolloutFiles;
  readonly problems: readonly Problem[];
} {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { accountId, workspaces } of accounts) {
    const [first] = workspaces;
    if (first === undefined) continue;
    const roles = workspaces.flatMap(w => w.desired.account.roles);
    const desired: DesiredBinding = {
      account: { ...first.desired.account, roles },
      variables: workspaces.flatMap(w => w.desired.variables),
      inputs: [],
      testConfigurations: [],
    };
    const existing = { ...first.existing, roles: workspaces.flatMap(w => w.existing.roles) };
    const text = exportCloudFormation(desired, existing);
    if (text.ok) files.set(`${accountId}.yaml`, text.value);
    else problems.push(text.problem);
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    if (roles.length >= 500)
      problems.push({
        code: 'template-too-large',
        message: `The template of account ${accountId} would have ${roles.length + 1} resources; CloudFormation takes 500.`,
        nextStep: 'Export fewer workspaces at a time (--workspace).',
      });
  }
  return { files, problems };
}

function accountText({ accountId, workspaces }: AccountRollout): string {
  const [first] = workspaces;
  if (first === undefined) return '';
  const { account, variables } = first.desired;
  const [hostname = 'app.terraform.io'] = variables.map(v => v.hostname);
  const federated = providerArn(account.partition, account.accountId, account.provider.url);
  const references = new Map([[federated, new Raw(`${provider}.arn`)]]);
  const taken = new Set<string>();
  return printHcl([
    comment(
      `Dynamic provider credentials for ${workspaces.length === 1 ? '1 workspace' : `${workspaces.length} workspaces`} of HCP Terraform in AWS account ${accountId}.`,
    ),
    comment('Apply it with credentials that may write IAM of this account, and a token that may write variables.'),
    blank,
    requiredProviders(true),
    blank,
    block('provider', ['aws'], [attribute('allowed_account_ids', [accountId])]),
    ...(hostname === 'app.terraform.io' ? [] : [blank, block('provider', ['tfe'], [attribute('hostname', hostname)])]),
    blank,
    ...providerItems(provider, account.provider, first.existing.providerArn),
    ...workspaces.flatMap(w => callOf(w.desired, w.existing, references, taken)),
  ]);
}

/** The module call of one workspace, behind the imports of what it has. */
function callOf(
  { account, variables }: DesiredBinding,
  existing: Existing,
  references: ReadonlyMap<string, Raw>,
  taken: Set<string>,
): readonly HclItem[] {
  const [set] = variables;
  if (set === undefined) return [];
  const name = identifier(set.scope.name, taken);
  const inModule = (address: string): string => `module.${name}.${address}`;
  return [
    ...account.roles.flatMap(role => importsOf(role, existing, inModule)),
    ...set.variables.flatMap(v => {
      const found = existing.variables.find(e => e.key === v.key && e.scopeName === set.scope.name);
      const id = found && `${set.organization}/${set.scope.name}/${found.id}`;
      return id === undefined ? [] : [blank, ...imported(inModule(`tfe_variable.this["${v.key}"]`), id).slice(0, 1)];
    }),
    blank,
    block(
      'module',
      [name],
      [
        attribute('source', `../${moduleFolder}`),
        attribute('organization', set.organization),
        attribute('workspace', set.scope.name),
        blank,
        attribute('roles', Object.fromEntries(account.roles.map(role => [role.use, roleValue(role, references)]))),
        attribute('environment', Object.fromEntries(set.variables.map(v => [v.key, v.value]))),
      ],
    ),
  ];
}

function importsOf(role: DesiredRole, existing: Existing, inModule: (address: string) => string): readonly HclItem[] {
  const found = existing.roles.find(r => r.name === role.name);
  if (found === undefined) return [];
  const one = (address: string, id: string): readonly HclItem[] => [
    blank,
    ...imported(inModule(address), id).slice(0, 1),
  ];
  return [
    ...one(`aws_iam_role.this["${role.use}"]`, role.name),
    ...role.inlinePolicies
      .filter(p => found.inlinePolicyNames.includes(p.name))
      .flatMap(p => one(`aws_iam_role_policy.this["${role.use}/${p.name}"]`, `${role.name}:${p.name}`)),
    ...role.attachedPolicyArns
      .filter(arn => found.attachedPolicyArns.includes(arn))
      .flatMap(arn => one(`aws_iam_role_policy_attachment.this["${role.use}/${arn}"]`, `${role.name}/${arn}`)),
  ];
}

const roleValue = (role: DesiredRole, references: ReadonlyMap<string, Raw>): HclValue => ({
  name: role.name,
  path: role.path,
  description: role.description,
  max_session_duration: role.maxSessionDuration ?? null,
  permissions_boundary: role.permissionsBoundaryArn ?? null,
  trust_policy: new JsonEncode(referring(role.trustPolicy, references)),
  policies: Object.fromEntries(
    role.inlinePolicies.map(p => [p.name, new JsonEncode(referring(p.document, references))]),
  ),
  policy_arns: role.attachedPolicyArns,
  tags: role.tags,
});

const flat = (inner: string): Raw => new Raw(`merge([for use, role in var.roles : { for ${inner} }]...)`);
const each = (field: string): Raw => new Raw(`each.value.${field}`);

/** The roles and variables of one workspace: what each account's calls have in common. */
const moduleText = printHcl([
  comment('The roles of one workspace and the variables that make its runs assume them.'),
  blank,
  block(
    'terraform',
    [],
    [
      block(
        'required_providers',
        [],
        [attribute('aws', { source: 'hashicorp/aws' }), attribute('tfe', { source: 'hashicorp/tfe' })],
      ),
    ],
  ),
  blank,
  block('variable', ['organization'], [attribute('type', new Raw('string'))]),
  blank,
  block('variable', ['workspace'], [attribute('type', new Raw('string'))]),
  blank,
  block(
    'variable',
    ['roles'],
    [
      attribute(
        'type',
        new Raw(
          [
            'map(object({',
            '    name                 = string',
            '    path                 = string',
            '    description          = string',
            '    max_session_duration = number',
            '    permissions_boundary = string',
            '    trust_policy         = string',
            '    policies             = map(string)',
            '    policy_arns          = list(string)',
            '    tags                 = map(string)',
            '  }))',
          ].join('\n'),
        ),
      ),
    ],
  ),
  blank,
  block('variable', ['environment'], [attribute('type', new Raw('map(string)'))]),
  blank,
  block(
    'data',
    ['tfe_workspace', 'this'],
    [attribute('name', new Raw('var.workspace')), attribute('organization', new Raw('var.organization'))],
  ),
  blank,
  resource('aws_iam_role.this', [
    attribute('for_each', new Raw('var.roles')),
    blank,
    attribute('name', each('name')),
    attribute('path', each('path')),
    attribute('description', each('description')),
    attribute('max_session_duration', each('max_session_duration')),
    attribute('permissions_boundary', each('permissions_boundary')),
    attribute('assume_role_policy', each('trust_policy')),
    attribute('tags', each('tags')),
  ]),
  blank,
  resource('aws_iam_role_policy.this', [
    attribute(
      'for_each',
      flat('name, text in role.policies : "${use}/${name}" => { use = use, name = name, text = text }'),
    ),
    blank,
    attribute('name', each('name')),
    attribute('role', new Raw('aws_iam_role.this[each.value.use].name')),
    attribute('policy', each('text')),
  ]),
  blank,
  resource('aws_iam_role_policy_attachment.this', [
    attribute('for_each', flat('arn in role.policy_arns : "${use}/${arn}" => { use = use, arn = arn }')),
    blank,
    attribute('role', new Raw('aws_iam_role.this[each.value.use].name')),
    attribute('policy_arn', each('arn')),
  ]),
  blank,
  resource('tfe_variable.this', [
    attribute('for_each', new Raw('var.environment')),
    blank,
    attribute('workspace_id', new Raw('data.tfe_workspace.this.id')),
    attribute('category', 'env'),
    attribute('key', new Raw('each.key')),
    attribute('value', new Raw('each.value')),
    comment('The roles first: a run must not be told of one that is not there.'),
    attribute('depends_on', [
      new Raw('aws_iam_role.this'),
      new Raw('aws_iam_role_policy.this'),
      new Raw('aws_iam_role_policy_attachment.this'),
    ]),
  ]),
]);

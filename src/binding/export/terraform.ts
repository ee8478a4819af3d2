import type { DesiredAccount, DesiredBinding, DesiredRole, DesiredVariables } from '../desired/desired';
import { roleArn } from '../../oidc/arns';
import { type Existing, identifier, providerArn } from './existing';
import { attribute, blank, block, comment, type HclItem, type HclValue, JsonEncode, printHcl, Raw } from './hclPrinter';

/**
 * The desired state as Terraform for the AWS and tfe providers, formatted as `terraform fmt` leaves it, with `import` blocks for
 * what exists already. Import ids: https://registry.terraform.io/providers/hashicorp/aws and …/hashicorp/tfe (section Import).
 */
export function exportTerraform(desired: DesiredBinding, existing: Existing): string {
  const { account } = desired;
  const taken = new Set<string>();
  const provider = `aws_iam_openid_connect_provider.${identifier(new URL(account.provider.url).hostname, taken)}`;
  const federated = providerArn(account.partition, account.accountId, account.provider.url);
  const references = new Map<string, Raw>([[federated, new Raw(`${provider}.arn`)]]);
  const items: HclItem[] = [
    comment(`Dynamic provider credentials for HCP Terraform in AWS account ${account.accountId}.`),
    comment('Apply it with credentials that may write IAM, not from the workspace that it is for.'),
    blank,
    requiredProviders(desired.variables.length > 0),
    blank,
    ...hostOf(desired),
    ...providerItems(provider, account.provider, existing.providerArn),
  ];
  for (const role of account.roles) {
    const name = identifier(role.name, taken);
    references.set(roleArn(account, role.path, role.name), new Raw(`aws_iam_role.${name}.arn`));
    items.push(...roleItems(role, name, existing, references));
  }
  for (const set of desired.variables) items.push(...variableItems(set, existing, references, taken));
  items.push(...outputItems(desired, references));
  return printHcl(items);
}

/** The roles that no provider writes down: those of deployments are inputs of a Stack's code, those of tests are set in the registry. */
function outputItems({ inputs, testConfigurations }: DesiredBinding, references: ReadonlyMap<string, Raw>): HclItem[] {
  const taken = new Set<string>();
  const output = (name: string, description: string, arn: string): HclItem[] => [
    blank,
    block(
      'output',
      [identifier(name, taken)],
      [attribute('description', description), attribute('value', references.get(arn) ?? arn)],
    ),
  ];
  return [
    ...inputs.flatMap(({ stack, deployment, roleArn: arn }) =>
      output(`role_arn_${deployment}`, `Input of deployment ${deployment} of the Stack ${stack}`, arn),
    ),
    ...testConfigurations.flatMap(({ module, roleArn: arn }) =>
      output(`role_arn_${module}`, `Role in the test configuration of module ${module}`, arn),
    ),
  ];
}

/** The tfe provider speaks to app.terraform.io unless it is told another host. */
function hostOf(desired: DesiredBinding): HclItem[] {
  const [hostname = 'app.terraform.io'] = desired.variables.map(v => v.hostname);
  if (hostname === 'app.terraform.io') return [];
  return [block('provider', ['tfe'], [attribute('hostname', hostname)]), blank];
}

function roleItems(
  role: DesiredRole,
  name: string,
  existing: Existing,
  references: ReadonlyMap<string, Raw>,
): HclItem[] {
  const found = existing.roles.find(r => r.name === role.name);
  const items: HclItem[] = [
    blank,
    ...imported(`aws_iam_role.${name}`, found?.name),
    resource(`aws_iam_role.${name}`, [
      attribute('name', role.name),
      attribute('path', role.path),
      attribute('description', role.description),
      ...(role.maxSessionDuration === undefined ? [] : [attribute('max_session_duration', role.maxSessionDuration)]),
      ...(role.permissionsBoundaryArn === undefined
        ? []
        : [attribute('permissions_boundary', role.permissionsBoundaryArn)]),
      blank,
      attribute('assume_role_policy', new JsonEncode(referring(role.trustPolicy, references))),
      ...tagged(role.tags),
    ]),
  ];
  const taken = new Set<string>();
  for (const policy of role.inlinePolicies) {
    const label = `aws_iam_role_policy.${name}_${identifier(policy.name, taken)}`;
    const there = found?.inlinePolicyNames.includes(policy.name) === true ? `${role.name}:${policy.name}` : undefined;
    items.push(
      blank,
      ...imported(label, there),
      resource(label, [
        attribute('name', policy.name),
        attribute('role', new Raw(`aws_iam_role.${name}.name`)),
        attribute('policy', new JsonEncode(referring(policy.document, references))),
      ]),
    );
  }
  for (const arn of role.attachedPolicyArns) {
    const label = `aws_iam_role_policy_attachment.${name}_${identifier(arn.slice(arn.lastIndexOf('/') + 1), taken)}`;
    const there = found?.attachedPolicyArns.includes(arn) === true ? `${role.name}/${arn}` : undefined;
    items.push(
      blank,
      ...imported(label, there),
      resource(label, [attribute('role', new Raw(`aws_iam_role.${name}.name`)), attribute('policy_arn', arn)]),
    );
  }
  return items;
}

function variableItems(
  set: DesiredVariables,
  existing: Existing,
  references: ReadonlyMap<string, Raw>,
  taken: Set<string>,
): HclItem[] {
  const name = identifier(set.scope.name, taken);
  const [data, argument] =
    set.scope.type === 'workspace'
      ? (['tfe_workspace', 'workspace_id'] as const)
      : (['tfe_variable_set', 'variable_set_id'] as const);
  const items: HclItem[] = [
    blank,
    block('data', [data, name], [attribute('name', set.scope.name), attribute('organization', set.organization)]),
  ];
  for (const variable of set.variables) {
    const label = `tfe_variable.${name}_${identifier(variable.key, new Set())}`;
    const found = existing.variables.find(v => v.key === variable.key && v.scopeName === set.scope.name);
    const scope = set.scope.type === 'workspace' ? set.scope.name : found?.scopeId;
    items.push(
      blank,
      ...imported(label, found && scope ? `${set.organization}/${scope}/${found.id}` : undefined),
      resource(label, [
        attribute(argument, new Raw(`data.${data}.${name}.id`)),
        attribute('category', 'env'),
        attribute('key', variable.key),
        attribute('value', references.get(variable.value) ?? variable.value),
        attribute('description', variable.description),
      ]),
    );
  }
  return items;
}

export function resource(address: string, items: readonly HclItem[]): HclItem {
  const [type = '', name = ''] = address.split('.');
  return block('resource', [type, name], items);
}

/** The tfe provider is needed where variables are written. */
export const requiredProviders = (tfe: boolean): HclItem =>
  block(
    'terraform',
    [],
    [
      block(
        'required_providers',
        [],
        [
          // Earlier ones ask for thumbprints: https://github.com/hashicorp/terraform-provider-aws/pull/37255
          attribute('aws', { source: 'hashicorp/aws', version: '>= 5.81' }),
          ...(tfe ? [attribute('tfe', { source: 'hashicorp/tfe', version: '>= 0.60' })] : []),
        ],
      ),
    ],
  );

/** The OIDC provider, and its import where it is there. `address`: `TYPE.NAME`. */
export const providerItems = (
  address: string,
  { url, audiences, tags }: DesiredAccount['provider'],
  there: string | undefined,
): readonly HclItem[] => [
  ...imported(address, there),
  resource(address, [attribute('url', url), attribute('client_id_list', audiences), ...tagged(tags)]),
];

export function imported(address: string, id: string | undefined): HclItem[] {
  if (id === undefined) return [];
  return [block('import', [], [attribute('to', new Raw(address)), attribute('id', id)]), blank];
}

function tagged(tags: Readonly<Record<string, string>>): HclItem[] {
  return Object.keys(tags).length === 0 ? [] : [blank, attribute('tags', tags)];
}

/** The policy with the ARNs of resources of this file as references, so that Terraform knows the order. */
export function referring(value: unknown, references: ReadonlyMap<string, Raw>): HclValue {
  if (typeof value === 'string') return references.get(value) ?? value;
  if (Array.isArray(value)) return value.map(item => referring(item, references));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, referring(item, references)]));
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

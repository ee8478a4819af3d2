import { Document } from 'yaml';
import { fail, ok, type Result } from '../../core/problem';
import type { DesiredBinding, DesiredRole } from '../desired/desired';
import { type Existing, providerArn } from './existing';

/**
 * The AWS half of the desired state as a CloudFormation template (YAML).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-oidcprovider.html and …-iam-role.html.
 * Variables of HCP Terraform are outside of CloudFormation's reach: they stand as outputs named after them.
 */
export function exportCloudFormation(desired: DesiredBinding, existing: Existing): Result<string> {
  const { account } = desired;
  const arn = providerArn(account.partition, account.accountId, account.provider.url);
  const hasProvider = existing.providerArn !== undefined;
  const federated: unknown = hasProvider ? arn : { Ref: 'OidcProvider' };
  const resources: Record<string, unknown> = {};
  if (!hasProvider) {
    resources['OidcProvider'] = {
      Type: 'AWS::IAM::OIDCProvider',
      // The provider serves every role of the account that trusts this host: removing the stack must not take it away.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Url: account.provider.url,
        ClientIdList: account.provider.audiences,
        ...tags(account.provider.tags),
      },
    };
  }
  const outputs: Record<string, unknown> = {};
  const taken = new Set(Object.keys(resources));
  for (const role of account.roles) {
    const id = logicalId(role, taken);
    resources[id] = { Type: 'AWS::IAM::Role', Properties: roleProperties(role, arn, federated) };
    outputs[`${id}Arn`] = {
      Description: useOf(role, desired),
      Value: { 'Fn::GetAtt': [id, 'Arn'] },
    };
  }
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Dynamic provider credentials for HCP Terraform',
    Resources: resources,
    Outputs: outputs,
  };
  const dynamic = resolvedBy(template);
  if (dynamic !== undefined)
    return fail({
      code: 'dynamic-reference',
      message: `A name, description, tag or policy holds "{{resolve:", at ${dynamic} of the template. CloudFormation puts a parameter or a secret of the account in its place, and knows no way to write the words themselves.`,
      nextStep: 'Take it out of the value, or export as Terraform or AWS CLI.',
    });
  // CloudFormation reads YAML 1.1, where a bare 2012-10-17 is a date, and knows no aliases.
  const document = new Document(template, { version: '1.1', aliasDuplicateObjects: false });
  document.commentBefore = [
    ` For AWS account ${account.accountId}. Deploy with: aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM`,
    ...(hasProvider
      ? [
          ` The account has the OIDC provider ${arn} already; check that its audiences hold ${account.provider.audiences.join(', ')}.`,
        ]
      : []),
    ...(existing.roles.some(e => account.roles.some(r => r.name === e.name))
      ? [
          ' Roles of the same name exist: import them into the stack instead of creating them (aws cloudformation create-change-set --change-set-type IMPORT).',
        ]
      : []),
  ].join('\n');
  return ok(document.toString({ lineWidth: 0 }));
}

/** Where a text holds what CloudFormation takes for a dynamic reference, wherever it stands (AWS CloudFormation User Guide, dynamic references). */
function resolvedBy(value: unknown, place: readonly string[] = []): string | undefined {
  const resolves = (text: string): boolean => /\{\{\s{0,100}resolve\s{0,100}:/i.test(text);
  if (typeof value === 'string') return resolves(value) ? place.join('.') : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (resolves(key)) return place.join('.');
    const found = resolvedBy(item, [...place, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function roleProperties(role: DesiredRole, arn: string, federated: unknown): Record<string, unknown> {
  return {
    RoleName: role.name,
    Path: role.path,
    Description: role.description,
    ...(role.maxSessionDuration === undefined ? {} : { MaxSessionDuration: role.maxSessionDuration }),
    ...(role.permissionsBoundaryArn === undefined ? {} : { PermissionsBoundary: role.permissionsBoundaryArn }),
    AssumeRolePolicyDocument: replaced(role.trustPolicy, arn, federated),
    ...(role.attachedPolicyArns.length === 0 ? {} : { ManagedPolicyArns: role.attachedPolicyArns }),
    ...(role.inlinePolicies.length === 0
      ? {}
      : { Policies: role.inlinePolicies.map(p => ({ PolicyName: p.name, PolicyDocument: p.document })) }),
    ...tags(role.tags),
  };
}

function tags(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = Object.entries(values);
  return entries.length === 0 ? {} : { Tags: entries.map(([Key, Value]) => ({ Key, Value })) };
}

function replaced(value: unknown, arn: string, by: unknown): unknown {
  if (value === arn) return by;
  if (Array.isArray(value)) return value.map(item => replaced(item, arn, by));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, arn, by)]));
  }
  return value;
}

/** Logical ids are letters and digits only. */
function logicalId(role: DesiredRole, taken: Set<string>): string {
  const words = [role.tag ?? '', role.use, 'role'].filter(word => word !== '');
  const base = words
    .map(word => word.replace(/[^A-Za-z0-9]/g, ''))
    .map(w => w.charAt(0).toUpperCase() + w.slice(1))
    .join('');
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}${n}`;
  taken.add(id);
  return id;
}

/** What the ARN of a role is for. */
function useOf(role: DesiredRole, { inputs, testConfigurations }: DesiredBinding): string {
  const fits = ({ roleArn }: { readonly roleArn: string }): boolean =>
    roleArn.endsWith(`:role${role.path}${role.name}`);
  const deployments = inputs.filter(fits).map(i => `${i.stack}/${i.deployment}`);
  if (deployments.length > 0) return `Role of the deployments ${deployments.join(', ')}: an input of their code`;
  const modules = testConfigurations.filter(fits).map(t => t.module);
  if (modules.length > 0) return `Role in the test configuration of ${modules.join(', ')}`;
  return `Value of ${variableOf(role)} in the workspace`;
}

function variableOf(role: DesiredRole): string {
  return `TFC_AWS_${role.use.toUpperCase()}_ROLE_ARN${role.tag === undefined ? '' : `_${role.tag}`}`;
}

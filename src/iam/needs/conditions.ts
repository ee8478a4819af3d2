import { attributeOf, type ResourceBlock } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { patternOf } from '../reference/arnFormat';
import { resourceArns } from './arns';
import type { Conditions } from '../policy/permissionDocument';
import { providerOf } from './providers';
import type { Owner } from './scopes';
import type { Place, Scope } from './scope';
import { instancesOf, knownText, resourceBehind } from './values';

/**
 * Limits that the code decides: which policies may be attached, and which boundary a role or user is made with.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
export function conditionOf(
  action: string,
  resource: ResourceBlock,
  scope: Scope,
  place: Place,
): Conditions | undefined {
  if (/^iam:(?:Attach|Detach)(?:Role|User|Group)Policy$/.test(action) && /_policy_attachment$/.test(resource.type)) {
    const argument = attributeOf(resource.body, 'policy_arn');
    const arns = argument === undefined ? undefined : policyArns(argument.value, resource, scope, place);
    return arns === undefined ? undefined : { ArnEquals: { 'iam:PolicyARN': oneOrAll(arns) } };
  }
  if (/^iam:(?:Create(?:Role|User)|Put(?:Role|User)PermissionsBoundary)$/.test(action)) {
    const argument = attributeOf(resource.body, 'permissions_boundary');
    const arns = argument === undefined ? undefined : policyArns(argument.value, resource, scope, place);
    return arns === undefined ? undefined : { ArnEquals: { 'iam:PermissionsBoundary': oneOrAll(arns) } };
  }
  if (action === 'iam:CreateServiceLinkedRole') {
    const service = attributeOf(resource.body, 'aws_service_name');
    const known = service === undefined ? undefined : knownText(service.value, scope);
    return known?.open === false ? { StringEquals: { 'iam:AWSServiceName': known.text } } : undefined;
  }
  return undefined;
}

/**
 * Deletes in EC2, where names are not known, only of what carries the provider's default tags: all that this code makes does.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
export function tagCondition(
  action: string,
  resource: ResourceBlock,
  scope: Scope,
  owner: Owner,
  resources: readonly string[],
): Conditions | undefined {
  if (!/^ec2:(?:Delete(?!Tags)|Terminate|Release)/.test(action)) return undefined;
  // The type's own kind alone: what else a delete touches may not be of this code.
  const kinds = [...owner.kinds].map(kind => patternOf(kind, owner.place));
  if (resources.length !== 1 || !kinds.includes(resources[0] ?? '')) return undefined;
  const own = attributeOf(resource.body, 'tags')?.value;
  // Tags that are computed may replace a default one.
  if (own !== undefined && own.kind !== 'object') return undefined;
  const replaced = new Set(own?.items.map(item => item.keyText));
  if (replaced.has(undefined)) return undefined;
  const tags = [...providerOf(resource, scope).literalTags].filter(([key]) => !replaced.has(key)).sort();
  if (tags.length === 0) return undefined;
  return { StringEquals: Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])) };
}

function policyArns(
  value: Expression,
  resource: ResourceBlock,
  scope: Scope,
  place: Place,
): readonly string[] | undefined {
  const behind = resourceBehind(value, scope);
  if (behind?.resource.mode === 'resource' && behind.resource.type === 'aws_iam_policy')
    return ['arn', 'id'].includes(behind.attribute ?? '')
      ? resourceArns(behind.resource, behind.scope, place)
      : undefined;
  const texts = instancesOf(resource.body, scope).map(instance => knownText(value, instance));
  const arns = texts.flatMap(t =>
    t?.open === false && /^arn:[^*?$\s]+:policy\/[^*?$\s]+$/.test(t.text) ? [t.text] : [],
  );
  return arns.length === texts.length ? [...new Set(arns)].sort() : undefined;
}

function oneOrAll(arns: readonly string[]): string | readonly string[] {
  const [first = '', ...more] = arns;
  return more.length === 0 ? first : arns;
}

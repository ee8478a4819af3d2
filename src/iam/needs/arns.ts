import { arnPattern } from './arnPattern';
import { attributeOf, type ResourceBlock } from '../../terraform/model';
import type { Attribute, Expression } from '../../terraform/syntax/ast';
import { namedByProvider, templates, type Template } from './tables/arns';
import type { Place, Scope } from './scope';
import { blockName } from './wanted';
import {
  instancesOf,
  isNull,
  knownName,
  knownText,
  type KnownText,
  namePattern,
  referencedName,
  resourceBehind,
} from './values';

/** The ARN that AWS gave a resource that the state holds: no argument of Terraform's. */
export const heldArn = 'arn_in_state';

const bucket: Template = ['bucket', 's3', 'bare', ['{}']];

/** Services where an action's further ARN kinds are alternatives, not things that one call needs at the same time. */
export const alternativeKinds: ReadonlySet<string> = new Set([
  's3',
  'sqs',
  'sns',
  'lambda',
  'dynamodb',
  'logs',
  'ecr',
  'ecs',
  'secretsmanager',
  'ssm',
  'eks',
  'events',
  'cloudwatch',
  'states',
  'kinesis',
  'codebuild',
  'ses',
  'iam',
]);

/** The ARNs of a resource's instances by the names in its code; undefined where a name is not known here. */
export function resourceArns(resource: ResourceBlock, scope: Scope, place: Place): readonly string[] | undefined {
  const all = instancesOf(resource.body, scope).flatMap(instance =>
    placesOf(resource, instance, place).map(where => instanceArns(resource, instance, where)),
  );
  return all.some(arns => arns === undefined) ? undefined : [...new Set(all.flatMap(arns => arns ?? []))];
}

/** A table of DynamoDB is also where its replicas are: any Region, where one is not known. */
function placesOf(resource: ResourceBlock, scope: Scope, place: Place): readonly Place[] {
  if (resource.type !== 'aws_dynamodb_table' || resource.mode !== 'resource') return [place];
  const replicas = resource.body.blocks.filter(block => blockName(block) === 'replica');
  const regions = replicas.map(block => {
    const named = attributeOf(block.body, 'region_name')?.value;
    const known = named === undefined ? undefined : knownText(named, scope);
    return known?.open === false ? known.text : undefined;
  });
  return [place, ...regions.map(region => ({ ...place, region }))];
}

function instanceArns(resource: ResourceBlock, scope: Scope, place: Place): readonly string[] | undefined {
  const found = namedByArn(resource, scope) ?? principalArns(resource, scope, place);
  if (found !== undefined) return found;
  const template = templateOf(resource.type);
  const [argument, service] = template ?? [];
  const written = argument === undefined ? undefined : attributeOf(resource.body, argument.split('+')[0] ?? '');
  const arn = written === undefined ? undefined : knownText(written.value, scope);
  // An ARN as it is written; AWS adds six letters to a secret's name, which may be left out.
  if (arn?.open === false && new RegExp(`^arn:[^*?$\\s]+:${service ?? ''}:[^*?$\\s]+$`).test(arn.text))
    return service === 'secretsmanager' ? [arn.text, `${arn.text}-*`] : [arn.text];
  const names = argument?.split('+').flatMap(name => nameOf(resource, scope, name) ?? []) ?? [];
  if (template !== undefined && names.length === argument?.split('+').length)
    return filledTemplate(template, names, resource, scope, place);
  return heldArns(resource, scope);
}

/** The ARN that a resource had, where it is known from elsewhere. */
function heldArns({ body }: ResourceBlock, scope: Scope): readonly string[] | undefined {
  const given = attributeOf(body, heldArn);
  const held = given === undefined ? undefined : knownText(given.value, scope)?.text;
  return held === undefined ? undefined : [held];
}

/** A data source that is asked for by its ARN. */
function namedByArn({ mode, body }: ResourceBlock, scope: Scope): readonly string[] | undefined {
  const direct = mode === 'resource' ? undefined : attributeOf(body, 'arn');
  const exact = direct === undefined ? undefined : knownText(direct.value, scope);
  return exact?.open === false && /^arn:[^*?$\s]+$/.test(exact.text) ? [exact.text] : undefined;
}

/** The ARNs of a resource whose names are known; `undefined` where its path is not. */
function filledTemplate(
  [, service, where, rests]: Template,
  names: readonly KnownText[],
  resource: ResourceBlock,
  scope: Scope,
  place: Place,
): readonly string[] | undefined {
  const path = attributeOf(resource.body, 'path');
  const isRoot = path === undefined || isNull(path.value, scope);
  const pathText = isRoot ? { text: '/', open: false } : knownText(path.value, scope);
  if (rests.some(rest => rest.includes('{path}')) && (pathText === undefined || pathText.open)) return undefined;
  const ownerless = names[0] !== undefined && isPublic(resource.type, names[0]);
  const at = ownerless ? { ...place, account: '' } : place;
  const all = restsOf(resource, rests);
  const buses = all.some(rest => rest.includes('{bus}')) ? busesOf(resource, scope) : [''];
  const each = all.flatMap(rest => buses.map(bus => rest.replace('{bus}', () => bus)));
  return each.map(rest => {
    let text = rest
      .replace('{path}', () => pathText?.text ?? '/')
      .replace('{lb}', () => balancerKind(resource, scope))
      .replace('{group}', () => scheduleGroup(resource, scope))
      .replace('{scope}', () => aclScope(resource, scope));
    for (const name of names) text = text.replace('{}', () => inArn(service, name));
    return arnPattern(service, where, at, text);
  });
}

/** The objects belong to the bucket where emptying it was asked for; a function's versions and aliases to the function. */
function restsOf(resource: ResourceBlock, rests: readonly string[]): readonly string[] {
  if (resource.type === 'aws_s3_bucket') return [...rests, '{}/*'];
  return ofVersion(resource) ? rests.flatMap(rest => [rest, `${rest}:*`]) : rests;
}

/**
 * AWS's own parameters belong to no account: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html
 */
function isPublic(type: string, name: KnownText): boolean {
  return /^aws_ssm_parameters?(?:_by_path)?$/.test(type) && /^\/?aws\/service\//.test(name.text);
}

/** Functions have ARNs of their own for versions and aliases; the data source reads the newest version. */
function ofVersion({ type, mode, body }: ResourceBlock): boolean {
  if (!type.startsWith('aws_lambda_') || templateOf(type)?.[3].length !== 1) return false;
  if (type === 'aws_lambda_function' && (mode === 'data' || attributeOf(body, 'publish') !== undefined)) return true;
  return attributeOf(body, 'qualifier') !== undefined;
}

/**
 * A role, user or group that an argument names by name alone: its ARN has a path, which a resource of this code has, and which
 * nothing tells for others.
 */
function principalArns(resource: ResourceBlock, scope: Scope, place: Place): readonly string[] | undefined {
  if (resource.mode !== 'resource') return foundByName(resource, scope, place);
  const match =
    /^aws_iam_(role|user|group)_(?!.*login)/.exec(resource.type) ?? /^aws_iam_access_(?:key)/.exec(resource.type);
  const kind = match?.[1] ?? (match === null ? undefined : 'user');
  if (kind === undefined) return undefined;
  const argument = attributeOf(resource.body, kind) ?? attributeOf(resource.body, `${kind}_name`);
  if (argument === undefined) return undefined;
  const owner = resourceBehind(argument.value, scope);
  if (owner?.resource.mode === 'resource' && owner.resource.type === `aws_iam_${kind}`)
    return resourceArns(owner.resource, owner.scope, place);
  const known = nameOf(resource, scope, argument.name);
  return known === undefined ? undefined : anyPath(kind, known, place.account ?? '*', place);
}

/** Data sources of IAM find by name, whatever the path; a policy may be AWS's own. */
function foundByName(resource: ResourceBlock, scope: Scope, place: Place): readonly string[] | undefined {
  const kind = /^aws_iam_(role|user|policy|instance_profile)$/.exec(resource.type)?.[1]?.replace('_', '-');
  const known = kind === undefined ? undefined : nameOf(resource, scope, kind === 'user' ? 'user_name' : 'name');
  if (kind === undefined || known === undefined) return undefined;
  const accounts = [place.account ?? '*', ...(kind === 'policy' ? ['aws'] : [])];
  return accounts.flatMap(account => anyPath(kind, known, account, place));
}

function anyPath(kind: string, name: KnownText, account: string, place: Place): readonly string[] {
  const text = namePattern(name);
  const at = { ...place, account };
  return [`${kind}/${text}`, `${kind}/*/${text}`].map(rest => arnPattern('iam', 'global', at, rest));
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
function balancerKind(resource: ResourceBlock, scope: Scope): string {
  const type = attributeOf(resource.body, 'load_balancer_type');
  if (type === undefined) return 'app';
  const known = knownText(type.value, scope)?.text;
  return known === 'application' ? 'app' : known === 'network' ? 'net' : known === 'gateway' ? 'gwy' : '*';
}

/** Schedules without a group are in the group "default". */
function scheduleGroup(resource: ResourceBlock, scope: Scope): string {
  if (attributeOf(resource.body, 'group_name') === undefined) return 'default';
  const name = nameOf(resource, scope, 'group_name');
  return name === undefined ? '*' : namePattern(name);
}

/** Rules on a bus of one's own have its name in their ARNs; those on the default bus do not. */
function busesOf(resource: ResourceBlock, scope: Scope): readonly string[] {
  const written = attributeOf(resource.body, 'event_bus_name')?.value;
  if (written === undefined || isNull(written, scope)) return [''];
  const name = nameOf(resource, scope, 'event_bus_name');
  if (name === undefined) return ['', '*/'];
  return name.text === 'default' && !name.open ? [''] : [`${namePattern(name)}/`];
}

function aclScope(resource: ResourceBlock, scope: Scope): string {
  const value = attributeOf(resource.body, 'scope');
  const known = value === undefined ? undefined : knownText(value.value, scope)?.text;
  return known === 'CLOUDFRONT' ? 'global' : known === 'REGIONAL' ? 'regional' : '*';
}

function inArn(service: string, name: KnownText | undefined): string {
  const text = name === undefined ? '' : namePattern(name);
  // Parameter names may begin with the slash that the ARN has anyway; SageMaker writes its ARNs in small letters.
  const written = service === 'ssm' ? text.replace(/^\//, '') : service === 'sagemaker' ? text.toLowerCase() : text;
  return written;
}

/** How a type's ARNs are made, where a table says so. */
export function templateOf(type: string): Template | undefined {
  if (Object.hasOwn(templates, type)) return templates[type];
  return /^aws_s3_bucket(?:_|$)/.test(type) ? bucket : undefined;
}

/** The name that an argument gives: known text that can stand in an ARN, or the beginning of it. */
export function nameOf(resource: ResourceBlock, scope: Scope, argument: string): KnownText | undefined {
  const isGiven = (name: string): boolean => {
    const written = attributeOf(resource.body, name);
    return written !== undefined && !isNull(written.value, scope);
  };
  // name = var.use_name_prefix ? null : var.name
  const direct = isGiven(argument) ? attributeOf(resource.body, argument) : undefined;
  const prefix = isGiven(`${argument}_prefix`) ? attributeOf(resource.body, `${argument}_prefix`) : undefined;
  const text = direct === undefined ? beginning(prefix, resource, scope) : writtenName(direct.value, scope);
  const name = text === undefined ? undefined : withoutAddress(text, argument);
  // Signs of a pattern would say something else in a policy.
  if (name === undefined || namePattern(name) === '' || namePattern(name) === '*') return undefined;
  return /[*?$\s]/.test(`${name.text}${name.ends ?? ''}`) ? undefined : name;
}

/** `queue_url = aws_sqs_queue.jobs.url`, or the name itself. */
function writtenName(value: Expression, scope: Scope): KnownText | undefined {
  const asked = resourceBehind(value, scope)?.attribute ?? '';
  return ['arn', 'url', 'invoke_arn'].includes(asked) ? referencedName(value, scope) : knownName(value, scope);
}

/** How a name begins that the provider makes up. */
function beginning(prefix: Attribute | undefined, resource: ResourceBlock, scope: Scope): KnownText | undefined {
  if (prefix === undefined) return isNamedByProvider(resource) ? { text: 'terraform-', open: true } : undefined;
  const start = knownText(prefix.value, scope);
  return start && { text: start.text, open: true };
}

/** What a removed block speaks of had a name that the code no longer tells. */
const isNamedByProvider = ({ mode, block, type }: ResourceBlock): boolean =>
  mode === 'resource' && block.type !== 'removed' && namedByProvider.has(type);

/** A URL or ARN of the same thing (queue_url, function_name = an ARN): its last word is the name. */
function withoutAddress(text: KnownText, argument: string): KnownText {
  if (text.open || !/^(?:https:|arn:)/.test(text.text)) return text;
  const word = (argument === 'url' ? /^https:\/\/(.*?)\/?$/ : /([^:/]*)$/).exec(text.text)?.[1];
  return { text: word ?? '', open: false };
}

/** The ARNs that a role has that an argument names: an ARN as written, the role's name, or a role of this code; else undefined. */
export function roleArns(value: Expression, at: Scope, place: Place): readonly string[] | undefined {
  const behind = resourceBehind(value, at);
  // Its path counts: the name alone does not make the ARN.
  if (behind?.resource.type === 'aws_iam_role' && ['arn', 'id', 'name', undefined].includes(behind.attribute))
    return resourceArns(behind.resource, behind.scope, place);
  const text = knownText(value, at);
  if (text === undefined || text.open || /[*?$\s]/.test(text.text) || text.text === '') return undefined;
  return [text.text.startsWith('arn:') ? text.text : arnPattern('iam', 'global', place, `role/${text.text}`)];
}

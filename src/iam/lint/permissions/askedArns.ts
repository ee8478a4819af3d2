import type { ActionFact } from '../../reference/actions';
import { overlaps } from '../../policy/patterns/resourcePattern';

/** ARNs that AWS asks for although its reference names none for the action, or others. */

/** Stands for a "*" that AWS itself writes: a pattern that names one thing does not match it. */
const star = '~';

/** What IAM asks for in its lists, with the path that somebody filters by: "…:iam::ACCOUNT:role/" (as its refusals say). */
const iamLists: Readonly<Record<string, string>> = {
  'iam:ListRoles': 'role/',
  'iam:ListUsers': 'user/',
  'iam:ListGroups': 'group/',
  'iam:ListInstanceProfiles': 'instance-profile/',
  'iam:ListServerCertificates': 'server-certificate/',
  'iam:ListVirtualMFADevices': 'mfa/',
};

/**
 * As refusals of AWS name them ("is not authorized to perform: dynamodb:ListTables on resource: arn:…:table/*"); of DescribeLogGroups see
 * hashicorp/terraform-provider-aws #8804. Zonal shifts are of clusters and groups too
 * (https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.resource-types.html).
 */
const alsoAsked: readonly (readonly [action: RegExp, service: string, rest: string])[] = [
  [/^logs:DescribeLogGroups$/, 'logs', 'log-group::log-stream:'],
  [/^arc-zonal-shift:/, 'eks', 'cluster/*'],
  [/^arc-zonal-shift:/, 'autoscaling', 'autoScalingGroup:*'],
  [/^dynamodb:ListTables$/, 'dynamodb', `table/${star}`],
  [/^events:ListRules$/, 'events', `rule/${star}`],
  [/^guardduty:ListDetectors$/, 'guardduty', `detector/${star}`],
  [/^states:ListStateMachines$/, 'states', `stateMachine:${star}`],
  [/^sns:List(?:Topics|Subscriptions)$/, 'sns', star],
  [/^ssm:DescribeParameters$/, 'ssm', star],
];

export function isAskedOf(action: string, resource: string): boolean {
  const [service, rest] = parts(resource);
  const list = service === 'iam' && Object.hasOwn(iamLists, action) ? iamLists[action] : undefined;
  if (list !== undefined) return overlaps(rest, list) || overlaps(rest, `${list}*/`);
  return alsoAsked.some(([name, of, wanted]) => name.test(action) && service === of && overlaps(rest, wanted));
}

/**
 * A list, on all things of a kind of its service (`rule/*`): AWS's reference names no resource, and what it asks for is not known here
 * for each list.
 */
export function isWholeKind(fact: ActionFact, resource: string): boolean {
  if (Object.hasOwn(iamLists, fact.name) || alsoAsked.some(([name]) => name.test(fact.name))) return false;
  const [service, rest] = parts(resource);
  return /\bList\b/.test(fact.level) && fact.name.startsWith(`${service}:`) && /^(?:\*|[\w-]{1,60}[/:]\*?)$/.test(rest);
}

function parts(resource: string): readonly [service: string, rest: string] {
  const [, , service = '', , , ...rest] = resource.split(':');
  return [service, rest.join(':')];
}

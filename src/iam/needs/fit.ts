import { compact, policySize } from '../policy/document';
import { fitsFormat } from '../reference/arnFormat';
import type { PermissionDocument, PermissionStatement } from '../policy/permissionDocument';
import type { TypeMapping } from './mapping';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters, without white space. */
const managedQuota = 6144;
const inlineQuota = 10_240;
/** Managed policies of one role, unless AWS raises it. */
const attachedQuota = 10;

/**
 * How a policy fits: in one managed policy, in the role's inline policies, split into several managed policies, or (where these would
 * be more than a role can have) with safe prefixes instead of single actions.
 */
export interface Fit {
  readonly how: 'managed' | 'inline' | 'split' | 'compressed' | 'too-large';
  /** The documents to use, in order; together they hold the same as the policy (compressed: and reads of the same services). */
  readonly policies: readonly PermissionDocument[];
  /** Characters of the whole policy, as IAM counts them. */
  readonly characters: number;
  readonly sentence: string;
}

const charactersOf = (policy: PermissionDocument): number => policySize(compact(policy));

export function fit(policy: PermissionDocument, mapping: TypeMapping): Fit {
  const characters = charactersOf(policy);
  const found = (how: Fit['how'], policies: readonly PermissionDocument[], sentence: string): Fit => ({
    how,
    policies,
    characters,
    sentence,
  });
  if (characters <= managedQuota)
    return found('managed', [policy], `It fits in one managed policy (${managedQuota} characters).`);
  if (characters <= inlineQuota)
    return found(
      'inline',
      [policy],
      `It is too large for one managed policy (${managedQuota} characters); it fits as the role's inline policy (${inlineQuota}).`,
    );
  const parts = split(policy);
  if (fitsRole(parts))
    return found(
      'split',
      parts,
      `It is split into ${parts.length} managed policies of at most ${managedQuota} characters.`,
    );
  const reads = withPrefixes(policy, mapping);
  const small = split(reads);
  if (fitsRole(small))
    return found(
      'compressed',
      small,
      `Actions that only read are written as prefixes (ec2:Describe*), in ${small.length} managed policies: the single actions would need ${parts.length}, and a role can have ${attachedQuota}.`,
    );
  const names = withNamePrefixes(reads);
  const smaller = split(names.policy);
  if (names.prefixes.length > 0 && fitsRole(smaller))
    return found(
      'compressed',
      smaller,
      `Names with the same beginning are written as prefixes, which also match others that begin so: ${names.prefixes.join(', ')}. Single names would need ${parts.length} managed policies, and a role can have ${attachedQuota}.`,
    );
  return found(
    'too-large',
    small,
    `It needs ${small.length} managed policies, and a role can have ${attachedQuota}: divide the configuration, or ask AWS for a higher quota.`,
  );
}

function fitsRole(policies: readonly PermissionDocument[]): boolean {
  return policies.length <= attachedQuota && policies.every(p => charactersOf(p) <= managedQuota);
}

/** More names than this of one kind in one statement become their common beginning. */
const manyNames = 10;

/** ARNs of one kind that begin alike become one pattern, where at least four characters of the name are the same. */
function withNamePrefixes(policy: PermissionDocument): { policy: PermissionDocument; prefixes: readonly string[] } {
  const prefixes = new Set<string>();
  const shorter = (resources: readonly string[]): readonly string[] => {
    const kinds = new Map<string, string[]>();
    for (const arn of resources) {
      const rest = arn.split(':').slice(5).join(':');
      // The kind, and whether it is what is in a bucket: `bucket/*`.
      const kind = `${arn.split(':').slice(0, 5).join(':')}:${/^[a-zA-Z-]+[:/](?!\*)/.exec(rest)?.[0] ?? ''}${rest.endsWith('/*') ? ' /*' : ''}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), arn]);
    }
    return [...kinds].flatMap(([kind, arns]) => {
      const [start = '', inside] = kind.split(' ');
      const begin = commonStart(arns);
      if (arns.length <= manyNames || begin.length < start.length + 4) return arns;
      const pattern = `${begin}*${inside ?? ''}`;
      prefixes.add(pattern);
      return [pattern];
    });
  };
  const Statement = policy.Statement.map(s => ({ ...s, Resource: [...new Set(shorter(s.Resource))].sort() }));
  return { policy: { ...policy, Statement }, prefixes: [...prefixes].sort() };
}

function commonStart(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--;
  const fields = first.slice(0, length).split(':');
  const rest = fields.slice(5).join(':').replace(/\*.*$/, '');
  return [...fields.slice(0, 5), rest].join(':');
}

/**
 * A policy that is too large for one managed policy, with statements joined where that allows nothing more: an action does nothing on
 * kinds of resources that it does not take.
 */
export function fitting(policy: PermissionDocument, mapping: TypeMapping): PermissionDocument {
  if (charactersOf(policy) <= managedQuota) return policy;
  // Only statements of one service with one condition can be joined: a policy may have thousands, most of them apart.
  const groups = new Map<string, Joined[]>();
  const all: Joined[] = [];
  for (const statement of policy.Statement) {
    const key = `${statement.Action[0]?.split(':')[0] ?? ''} ${JSON.stringify(statement.Condition)}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const next = joinedOf(statement, mapping);
    const other = group.find(g => joinable(g, next));
    if (other === undefined) {
      group.push(next);
      all.push(next);
      continue;
    }
    for (const set of ['actions', 'resources', 'formats'] as const) for (const one of next[set]) other[set].add(one);
  }
  const Statement = all.map(({ statement, actions, resources }) => ({
    ...statement,
    Action: [...actions].sort(),
    Resource: [...resources].sort(),
  }));
  return { ...policy, Statement };
}

interface Joined {
  readonly statement: PermissionStatement;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
  /** Of all kinds of resources that its actions take. */
  readonly formats: Set<string>;
  /** Actions without a format, or `*`, keep it apart. */
  readonly apart: boolean;
}

function joinedOf(statement: PermissionStatement, mapping: TypeMapping): Joined {
  const formats = statement.Action.map(action => mapping.formats(action));
  return {
    statement,
    actions: new Set(statement.Action),
    resources: new Set(statement.Resource),
    formats: new Set(formats.flatMap(list => list.map(f => f.format))),
    apart: statement.Resource.includes('*') || formats.some(list => list.length === 0),
  };
}

function joinable(a: Joined, b: Joined): boolean {
  if (a.apart || b.apart) return false;
  const nothingMore = (from: Joined, to: Joined): boolean => {
    for (const r of to.resources) {
      if (from.resources.has(r)) continue;
      // Paths of API Gateway and the like are not told apart by their formats.
      if (!isKind(r)) return false;
      for (const format of from.formats) if (fitsFormat(r, format)) return false;
    }
    return true;
  };
  return nothingMore(a, b) && nothingMore(b, a);
}

/** Does a pattern stay inside of one kind: `…:subnet/*`, but not `…:*`? */
function isKind(arn: string): boolean {
  return /^[a-z][a-zA-Z-]*[:/]/.test(arn.split(':').slice(5).join(':'));
}

/** Documents that each keep to the quota, in the order of the statements; a long statement is cut between its actions. */
export function split(policy: PermissionDocument): readonly PermissionDocument[] {
  const document = (Statement: readonly PermissionStatement[]): PermissionDocument => ({
    Version: '2012-10-17',
    Statement,
  });
  // A document is as long as its statements, with a comma between two.
  const frame = charactersOf(document([]));
  const sizeOf = (statement: PermissionStatement): number => charactersOf(document([statement])) - frame;
  const pieces: { readonly statement: PermissionStatement; readonly size: number }[] = [];
  const cut = (statement: PermissionStatement): void => {
    const list = statement.Action.length > 1 ? 'Action' : 'Resource';
    const size = sizeOf(statement);
    if (frame + size <= managedQuota || statement[list].length < 2) {
      pieces.push({ statement, size });
      return;
    }
    const middle = statement[list].length >> 1;
    cut({ ...statement, Sid: `${statement.Sid}A`, [list]: statement[list].slice(0, middle) });
    cut({ ...statement, Sid: `${statement.Sid}B`, [list]: statement[list].slice(middle) });
  };
  policy.Statement.forEach(cut);
  const parts: PermissionStatement[][] = [];
  let length = Infinity;
  for (const { statement, size } of pieces) {
    const last = parts.at(-1);
    if (last !== undefined && length + 1 + size <= managedQuota) {
      last.push(statement);
      length += 1 + size;
    } else {
      parts.push([statement]);
      length = frame + size;
    }
  }
  return parts.map(document);
}

/**
 * Reads of one service with the same first word become one pattern (`ec2:Describe*`), where every action that is known here and
 * begins so is a read too, and none of them brings a secret.
 */
function withPrefixes(policy: PermissionDocument, mapping: TypeMapping): PermissionDocument {
  const safe = (prefix: string): boolean =>
    mapping.actionsFrom(prefix).every(a => ['read', 'list'].includes(mapping.level(a) ?? '')) &&
    !/^(?:secretsmanager|ssm|s3|kms|sts|lambda|ecr|codeartifact|dynamodb|sqs|kinesis):/.test(prefix);
  const shorter = (actions: readonly string[]): readonly string[] => {
    const groups = new Map<string, string[]>();
    for (const action of actions) {
      const prefix = /^[a-z0-9-]+:(?:Describe|List)/.exec(action)?.[0] ?? action;
      groups.set(prefix, [...(groups.get(prefix) ?? []), action]);
    }
    return [...groups].flatMap(([prefix, list]) => (list.length > 2 && safe(prefix) ? [`${prefix}*`] : list)).sort();
  };
  return { ...policy, Statement: policy.Statement.map(s => ({ ...s, Action: shorter(s.Action) })) };
}

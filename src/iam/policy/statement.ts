import type { Span } from '../../core/text';
import { filledArn, hasHole } from './patterns/holes';
import { entry, listOf, type PolicyEntry, type PolicyNode } from './node';

/** A statement of a policy, in one shape whatever it was written like. */
export interface Statement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly span: Span;
  readonly effect: 'Allow' | 'Deny' | undefined;
  readonly principal: Principals | undefined;
  readonly notPrincipal: Principals | undefined;
  readonly actions: readonly StringAt[] | undefined;
  readonly notActions: readonly StringAt[] | undefined;
  /** There are actions that only Terraform knows. */
  readonly openActions: boolean;
  /** A trust policy has none: the role is the resource. */
  readonly resources: readonly StringAt[] | undefined;
  readonly notResources: readonly StringAt[] | undefined;
  readonly openResources: boolean;
  readonly clauses: readonly Clause[];
  /** There may be more conditions than `clauses`: only Terraform knows. */
  readonly openConditions: boolean;
  readonly node: PolicyNode;
  /** What IAM would refuse, or what can't be known before Terraform runs. */
  readonly problems: readonly (Span & { readonly message: string; readonly fatal: boolean })[];
}

export interface StringAt extends Span {
  readonly value: string;
}

export interface Principals extends Span {
  /** `"*"`, or `{"AWS": "*"}`, which is the same. */
  readonly any: boolean;
  readonly federated: readonly StringAt[];
  /** The principal can't be known here. */
  readonly unknown: boolean;
}

export interface Clause {
  /** As written: `ForAnyValue:StringLike`. */
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly key: string;
  readonly keySpan: Span;
  /** Those that are known in part only have marks in them (see `Holes`). */
  readonly values: readonly StringAt[];
  readonly valueSpan: Span;
  /** Of some value nothing is known here. */
  readonly unknown: boolean;
}

/** Conditions on the token's subject and on its audience, whichever issuer's key has them. */
export const isSubjectClause = ({ key }: Pick<Clause, 'key'>): boolean => /:sub$/i.test(key);
export const isAudienceClause = ({ key }: Pick<Clause, 'key'>): boolean => /:aud$/i.test(key);

export interface Policy {
  readonly statements: readonly Statement[];
  /** `2008-10-17` (also when absent) has no policy variables: `${` is text there. */
  readonly version: string | undefined;
  readonly problems: readonly (Span & { readonly message: string; readonly fatal: boolean })[];
}

/** What a policy hangs on decides what its statements need: on a role as its trust, or on who calls. */
export type PolicyKind = 'trust' | 'permissions';

/** Reads a document's tree. Never throws: what is not a policy yields problems. */
export function readPolicy(root: PolicyNode | undefined, kind: PolicyKind = 'trust'): Policy {
  if (root?.kind !== 'object') {
    return {
      statements: [],
      version: undefined,
      problems: [
        {
          start: root?.start ?? 0,
          end: root?.end ?? 0,
          message: 'A policy is an object with Version and Statement.',
          fatal: true,
        },
      ],
    };
  }
  const problems: (Span & { message: string; fatal: boolean })[] = [];
  const version = entry(root, 'Version')?.value;
  const versionText = version?.kind === 'string' ? version.value : undefined;
  const bad = ({ start, end }: Span, message: string): void => {
    problems.push({ start, end, message, fatal: true });
  };
  if (version !== undefined && version.kind !== 'unknown' && !versions.includes(versionText))
    bad(version, 'The Version is "2012-10-17" (or the old "2008-10-17"); IAM refuses any other.');
  const statement = entry(root, 'Statement')?.value;
  if (statement === undefined) bad(root, 'The policy has no Statement.');
  for (const { key, keySpan } of root.entries)
    if (!['Version', 'Statement', 'Id'].includes(key))
      bad(keySpan, `"${key}" is not an element of a policy; IAM refuses it.`);
  for (const { key, keySpan } of repeated(root)) bad(keySpan, `"${key}" stands twice in the policy; IAM refuses it.`);
  const statements = listOf(statement).map((node, index) => readStatement(node, index, kind));
  for (const { sid, span } of sameSids(statements))
    bad(span, `Two statements have the Sid "${sid}"; IAM wants each once.`);
  return { statements, version: versionText, problems };
}

const versions: readonly (string | undefined)[] = ['2012-10-17', '2008-10-17'];

/** Statements whose Sid was there before. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html */
function sameSids(statements: readonly Statement[]): readonly { readonly sid: string; readonly span: Span }[] {
  const seen = new Set<string>();
  return statements.flatMap(({ sid = '', span }) => {
    if (sid === '' || !seen.has(sid)) {
      seen.add(sid);
      return [];
    }
    return [{ sid, span }];
  });
}

/** Entries of an object whose key was there before. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html */
function repeated(node: PolicyNode): readonly PolicyEntry[] {
  if (node.kind !== 'object') return [];
  const seen = new Set<string>();
  return node.entries.filter(({ key }) => seen.has(key) || !seen.add(key));
}

const elements: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Condition']);
const elementsOf: Readonly<Record<PolicyKind, ReadonlySet<string>>> = {
  trust: new Set(['Principal', 'NotPrincipal']),
  permissions: new Set(['Resource', 'NotResource']),
};

type Bad = (span: Span, message: string) => void;

function elementProblems(node: PolicyNode, kind: PolicyKind, bad: Bad): void {
  if (node.kind !== 'object') {
    bad(node, 'A statement is an object.');
    return;
  }
  for (const e of node.entries) {
    if (elements.has(e.key) || elementsOf[kind].has(e.key)) continue;
    // What only Terraform knows may be null, and then the element is not written.
    if (e.value.kind === 'unknown' && elementsOf.permissions.has(e.key)) continue;
    bad(
      e.keySpan,
      kind === 'trust' && elementsOf.permissions.has(e.key)
        ? `A trust policy has no ${e.key}: the role itself is the resource. IAM refuses it.`
        : `"${e.key}" is not an element of a statement; IAM refuses it.`,
    );
  }
  for (const twice of repeated(node))
    bad(twice.keySpan, `"${twice.key}" stands twice in the statement; IAM refuses it.`);
}

function readStatement(node: PolicyNode, index: number, kind: PolicyKind): Statement {
  const problems: (Span & { message: string; fatal: boolean })[] = [];
  const bad = (span: Span, message: string): void => {
    problems.push({ start: span.start, end: span.end, message, fatal: true });
  };
  elementProblems(node, kind, bad);
  const get = (key: string): PolicyNode | undefined => entry(node, key)?.value;
  const sid = get('Sid');
  const effect = effectOf(node, bad);
  const people = pairOf(node, 'Principal', bad);
  const actions = pairOf(node, 'Action', bad);
  if (kind === 'trust' && !people.any) bad(node, 'A statement of a trust policy needs a Principal.');
  if (!actions.any) bad(node, 'A statement needs an Action.');
  const [resource, notResource] = [get('Resource'), get('NotResource')];
  return {
    index,
    sid: sid?.kind === 'string' ? sid.value : undefined,
    span: { start: node.start, end: node.end },
    effect,
    principal: people.own && principals(people.own),
    notPrincipal: people.not && principals(people.not),
    actions: stringsOf(actions.own),
    notActions: stringsOf(actions.not),
    openActions: isOpenList(actions.own ?? actions.not),
    resources: stringsOf(resource),
    notResources: stringsOf(notResource),
    openResources: isOpenList(resource ?? notResource),
    clauses: readCondition(get('Condition'), bad),
    openConditions: isOpen(get('Condition')),
    node,
    problems,
  };
}

function effectOf(node: PolicyNode, bad: Bad): Statement['effect'] {
  const effect = entry(node, 'Effect')?.value;
  if (effect?.kind === 'string' && (effect.value === 'Allow' || effect.value === 'Deny')) return effect.value;
  if (effect?.kind !== 'unknown') bad(effect ?? node, 'The Effect is "Allow" or "Deny", written so.');
  return undefined;
}

/**
 * An element and its opposite, which exclude each other (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html).
 * `any`: one of them is there; of what is no object it is not asked.
 */
function pairOf(
  node: PolicyNode,
  key: 'Action' | 'Principal',
  bad: Bad,
): { readonly own: PolicyNode | undefined; readonly not: PolicyNode | undefined; readonly any: boolean } {
  const [own, not] = [entry(node, key)?.value, entry(node, `Not${key}`)?.value];
  const a = key === 'Action' ? 'an' : 'a';
  if (own !== undefined && not !== undefined)
    bad(not, `A statement has ${a} ${key} or a Not${key}; IAM refuses both in one.`);
  return { own, not, any: node.kind !== 'object' || own !== undefined || not !== undefined };
}

function principals(node: PolicyNode): Principals {
  const span = { start: node.start, end: node.end };
  if (node.kind === 'string') return { any: node.value === '*', federated: [], unknown: false, ...span };
  if (node.kind !== 'object') return { any: false, federated: [], unknown: node.kind === 'unknown', ...span };
  const aws = listOf(entry(node, 'AWS')?.value);
  const federated = listOf(entry(node, 'Federated')?.value);
  return {
    any: aws.some(n => n.kind === 'string' && n.value === '*'),
    federated: federated.flatMap(n => {
      const value = n.kind === 'string' ? n.value : partlyKnown(n);
      return value === undefined ? [] : [{ value, start: n.start, end: n.end }];
    }),
    unknown: federated.some(n => n.kind === 'unknown' && partlyKnown(n) === undefined),
    ...span,
  };
}

/** The ARN of a provider in an account that only Terraform knows. */
function partlyKnown(n: PolicyNode): string | undefined {
  const arn = n.kind === 'unknown' && n.shape !== undefined ? filledArn(n.shape) : undefined;
  return arn === undefined || hasHole(arn) ? undefined : arn;
}

function readCondition(node: PolicyNode | undefined, bad: (span: Span, message: string) => void): readonly Clause[] {
  if (node === undefined) return [];
  if (node.kind !== 'object') {
    if (node.kind !== 'unknown') bad(node, 'A Condition is an object of operators.');
    return [];
  }
  for (const twice of [node, ...node.entries.map(e => e.value)].flatMap(repeated))
    bad(twice.keySpan, `"${twice.key}" stands twice here, and only one of the two can count.`);
  return node.entries.flatMap(operator => {
    if (operator.value.kind === 'unknown') return [];
    if (operator.value.kind !== 'object') {
      bad(operator.value, `The operator ${operator.key} takes an object of condition keys.`);
      return [];
    }
    return operator.value.entries.map(key => {
      const items = listOf(key.value);
      return {
        operator: operator.key,
        operatorSpan: operator.keySpan,
        key: key.key,
        keySpan: key.keySpan,
        values: items.flatMap(n =>
          n.kind === 'string'
            ? [{ value: n.value, start: n.start, end: n.end }]
            : n.kind === 'literal' && n.value !== null
              ? [{ value: String(n.value), start: n.start, end: n.end }]
              : n.kind === 'unknown' && n.shape !== undefined
                ? [{ value: n.shape, start: n.start, end: n.end }]
                : [],
        ),
        valueSpan: { start: key.value.start, end: key.value.end },
        unknown: items.some(n => n.kind === 'unknown' && n.shape === undefined),
      };
    });
  });
}

/** What is no object of operators says nothing that could be asked. */
function isOpen(condition: PolicyNode | undefined): boolean {
  if (condition === undefined) return false;
  return condition.kind !== 'object' || condition.entries.some(e => e.value.kind !== 'object');
}

function stringsOf(node: PolicyNode | undefined): readonly StringAt[] | undefined {
  if (node === undefined) return undefined;
  return listOf(node).flatMap(n => (n.kind === 'string' ? [{ value: n.value, start: n.start, end: n.end }] : []));
}

function isOpenList(node: PolicyNode | undefined): boolean {
  return listOf(node).some(n => n.kind === 'unknown');
}

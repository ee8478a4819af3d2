import type { Span } from '../../core/text';
import { type Answer, judgeClause, type KeyValue } from './conditions';
import { coversAction, matchesText } from './patterns/partly';
import type { Policy, Principals, Statement, StringAt } from './statement';
import { all, any, not, type Truth } from './truth';

/**
 * What policies say to one request, by themselves
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html): the one evaluator, for trust policies
 * (`webIdentity.ts`) and for permission policies (`permissions.ts`). What only Terraform or AWS can know is "unknown" with its reason,
 * never guessed.
 */
export interface PolicyRequest {
  /** `s3:PutObject`. */
  readonly action: string;
  /** `undefined`: not known, only `*` is sure to match it. */
  readonly resource: string | undefined;
  /** Who asks, for policies that hang on a resource and name principals; `undefined`: the policies hang on who asks. */
  readonly principal?: PrincipalQuestion;
  readonly valueOf: (key: string) => KeyValue;
}

export interface PrincipalQuestion {
  /** In words. */
  readonly who: string;
  readonly isNamed: (principals: Principals) => Truth;
}

export type Decision = 'allow' | 'deny' | 'undecided';

/** A part of a statement, and what it says to the request. */
export interface PartResult extends Answer {
  /** As a person calls it: `Action`, `StringEquals app.terraform.io:sub`. */
  readonly clause: string;
  readonly part: 'principal' | 'action' | 'resource' | 'condition';
  /** The condition key. */
  readonly key?: string;
}

export interface StatementResult {
  /** The policy's name, where there are several. */
  readonly policy: string;
  readonly index: number;
  readonly sid: string | undefined;
  readonly span: Span;
  readonly effect: 'Allow' | 'Deny' | 'invalid';
  readonly applies: Truth;
  readonly clauses: readonly PartResult[];
}

export interface Evaluation {
  readonly decision: Decision;
  /** A statement denies it; without one a "deny" says that no statement allows it. */
  readonly explicit: boolean;
  readonly statements: readonly StatementResult[];
  readonly why: readonly string[];
}

/** Which of several policies a statement is of, and whether all of it is about a request. */
export interface NamedStatements {
  readonly name: string;
  readonly policy: Policy;
}

export function evaluatePolicies(policies: readonly NamedStatements[], request: PolicyRequest): Evaluation {
  const statements = policies.flatMap(({ name, policy }) =>
    policy.statements.map(s => ask(s, name, request, policy.version === '2012-10-17')),
  );
  return { ...decide(statements), statements };
}

function decide(statements: readonly StatementResult[]): Omit<Evaluation, 'statements'> {
  const of = (effect: 'Allow' | 'Deny', applies: Truth): readonly StatementResult[] =>
    statements.filter(s => s.effect === effect && s.applies === applies);
  const denied = of('Deny', 'yes');
  if (denied.length > 0)
    return { decision: 'deny', explicit: true, why: denied.map(s => `${title(s)} denies it, and a Deny always wins.`) };
  const allowed = of('Allow', 'yes');
  const maybeDenied = of('Deny', 'unknown');
  if (allowed.length > 0 && maybeDenied.length === 0)
    return { decision: 'allow', explicit: false, why: allowed.map(s => `${title(s)} allows it.`) };
  const [open, may] = allowed.length > 0 ? [maybeDenied, 'deny'] : [of('Allow', 'unknown'), 'allow'];
  if (open.length > 0)
    return {
      decision: 'undecided',
      explicit: false,
      why: open.flatMap(s => [`${title(s)} may ${may} it.`, ...unknowns(s)]),
    };
  const reasons = statements
    .filter(s => s.effect === 'Allow')
    .flatMap(s => s.clauses.filter(c => c.result === 'no').map(c => `${title(s)}: ${c.why}`));
  return { decision: 'deny', explicit: false, why: reasons.length > 0 ? reasons : ['No statement allows it.'] };
}

const title = (s: StatementResult): string =>
  s.sid === undefined ? `Statement ${s.index + 1}` : `Statement ${s.index + 1} (${s.sid})`;
const unknowns = (s: StatementResult): readonly string[] =>
  s.clauses.filter(c => c.result === 'unknown').map(c => c.why);

/** What a kind of a statement's parts says together. */
export function partOf(s: StatementResult, part: PartResult['part']): Truth {
  return all(s.clauses.filter(c => c.part === part).map(c => c.result));
}

/** The keys of the conditions that do not hold, or are not known to. */
export function openKeys(s: StatementResult): readonly string[] {
  return s.clauses.flatMap(c => (c.key === undefined || c.result === 'yes' ? [] : [c.key]));
}

function ask(s: Statement, policy: string, request: PolicyRequest, variables: boolean): StatementResult {
  const clauses: PartResult[] = [
    ...(request.principal === undefined ? [] : [principalPart(s, request.principal)]),
    actionPart(s, request.action),
    // A policy that hangs on a resource and names none is about that resource.
    ...(request.principal === undefined ? [resourcePart(s, request.resource, variables)] : []),
    ...s.clauses.map((c): PartResult => ({
      clause: `${c.operator} ${c.key}`,
      part: 'condition',
      key: c.key,
      ...judgeClause(c, request.valueOf(c.key), variables),
    })),
    ...(s.openConditions ? [openConditions] : []),
  ];
  return {
    policy,
    index: s.index,
    sid: s.sid,
    span: s.span,
    effect: s.effect ?? 'invalid',
    applies: all(clauses.map(c => c.result)),
    clauses,
  };
}

const openConditions: PartResult = {
  clause: 'Condition',
  part: 'condition',
  result: 'unknown',
  why: 'There are conditions that only Terraform knows.',
};

function principalPart(s: Statement, { who, isNamed }: PrincipalQuestion): PartResult {
  if (s.notPrincipal !== undefined) {
    const named = isNamed(s.notPrincipal);
    const why = named === 'yes' ? `NotPrincipal names ${who}.` : `NotPrincipal does not name ${who}.`;
    return { clause: 'NotPrincipal', part: 'principal', result: not(named), why };
  }
  if (s.principal === undefined)
    return { clause: 'Principal', part: 'principal', result: 'no', why: 'It has no Principal.' };
  const result = isNamed(s.principal);
  const seen = s.principal.federated.map(f => f.value).join(', ') || 'no federated provider';
  const why = {
    yes: `The Principal is ${who}.`,
    no: `The Principal is ${seen}; the token comes from ${who}.`,
    unknown: 'The Principal is known only when Terraform runs.',
  }[result];
  return { clause: 'Principal', part: 'principal', result, why };
}

function listed(list: readonly StringAt[], open: boolean, covers: (text: string) => Truth): Truth {
  const truths = list.map(item => covers(item.value));
  return any(open ? [...truths, 'unknown'] : truths);
}

function actionPart(s: Statement, action: string): PartResult {
  const covers = (text: string): Truth => coversAction(text, action);
  if (s.actions !== undefined) {
    const result = listed(s.actions, s.openActions, covers);
    const why = {
      yes: `The Action covers ${action}.`,
      no: `The Action ${s.actions.map(a => a.value).join(', ')} is not ${action}.`,
      unknown: 'The Action is known only when Terraform runs.',
    }[result];
    return { clause: 'Action', part: 'action', result, why };
  }
  // Without an Action and a NotAction a statement says nothing of any action.
  const result = s.notActions === undefined ? 'no' : not(listed(s.notActions, s.openActions, covers));
  const why = {
    yes: `NotAction does not name ${action}.`,
    no: `NotAction leaves ${action} out.`,
    unknown: 'The NotAction is known only when Terraform runs.',
  }[result];
  return { clause: 'NotAction', part: 'action', result, why };
}

function resourcePart(s: Statement, resource: string | undefined, variables: boolean): PartResult {
  const covers = (text: string): Truth => {
    if (resource === undefined) return /^\*+$/.test(text) ? 'yes' : 'unknown';
    return matchesText(text, resource, { variables, wildcards: true });
  };
  const { resources, notResources } = s;
  const positive = resources !== undefined;
  const found = listed(resources ?? notResources ?? [], s.openResources, covers);
  const result = positive ? found : notResources === undefined ? 'no' : not(found);
  const shown = resource ?? 'a resource that is not named';
  const why = {
    yes: `The ${positive ? 'Resource' : 'NotResource'} ${positive ? 'covers' : 'does not name'} ${shown}.`,
    no: positive ? `The Resource does not cover ${shown}.` : `NotResource leaves ${shown} out.`,
    unknown: 'Whether the resource fits is not known here.',
  }[result];
  return { clause: positive ? 'Resource' : 'NotResource', part: 'resource', result, why };
}

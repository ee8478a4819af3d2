import { headNextStep, headReasons } from './headRequests';
import type { Denial, DenyingPolicy } from './message';
import { openKeys, partOf, type StatementResult } from '../policy/evaluate';
import {
  evaluatePermissions,
  type NamedPolicy,
  type PermissionAnswer,
  type PermissionRequest,
} from '../policy/permissions';
import type { Truth } from '../policy/truth';
import { type DenialChange, smallestChange, statementTitle } from './change';
import type { ResourceReference } from '../reference/reference';

/** A "deny" is told apart: a statement denies it, or none allows it. */
export type DenialDecision = 'allow' | 'explicit-deny' | 'implicit-deny' | 'undecided';

function decisionOf({ decision, explicit }: PermissionAnswer): DenialDecision {
  return decision === 'deny' ? (explicit ? 'explicit-deny' : 'implicit-deny') : decision;
}

export interface DenialExplanation {
  /** What AWS says where it says it, else what the given policies say; `undefined` where neither is known. */
  readonly decision: DenialDecision | undefined;
  /** What is lacking, one sentence each, the nearest statement first. */
  readonly lacks: readonly string[];
  /** Whose policy decided, and what to do. */
  readonly nextStep: string;
  readonly change: DenialChange | undefined;
}

const elsewhere: Readonly<Record<NonNullable<DenyingPolicy>, string>> = {
  identity: 'an identity-based policy of the caller',
  resource: "the resource's own policy (of the bucket, the key, the queue …)",
  scp: 'a service control policy of the organization',
  rcp: 'a resource control policy of the organization',
  session: 'the policy that was passed when the session was made',
  'vpc-endpoint': 'the policy of a VPC endpoint',
  trust: 'the trust policy of the role that was to be assumed',
  boundary: 'the permissions boundary of the caller',
};

/** The subject of "… was refused". */
export const whatWasRefused = (action: string | undefined, encoded: boolean): string =>
  action ?? (encoded ? 'An encoded action' : 'A call that the message does not name');

/** Who can change each, and where it is found. */
const whoChanges: Readonly<Record<NonNullable<DenyingPolicy>, string>> = {
  identity: 'Look at every policy of the caller: inline ones, attached ones, and for a user those of its groups.',
  resource: 'It is changed where the resource is, by the owner of its account.',
  scp: "Only the organization's management account, or who it delegated that to, can change it.",
  rcp: "Only the organization's management account, or who it delegated that to, can change it.",
  session: 'Whoever makes the session passes it: look at the code or the tool that assumes the role.',
  'vpc-endpoint': 'It is changed in the account that owns the VPC endpoint.',
  trust: 'It is changed in the account of the role; the doctor says what it lacks (tfc-oidc doctor, tfc-oidc prove).',
  boundary: 'It is a managed policy; whoever delegates the administration of roles owns it.',
};

/** Whose policy decided, in words, and what to do: that no policy of the role can allow it, or that a Deny has to go. */
export function decidedBy(denial: Pick<Denial, 'kind' | 'policy' | 'policyArn'>): string | undefined {
  const { kind, policy, policyArn } = denial;
  if (policy === undefined || (policy === 'identity' && kind !== 'explicit')) return undefined;
  const named = policyArn === undefined ? '' : ` (${policyArn})`;
  const change = `Change ${elsewhere[policy]}${named}`;
  const first = kind === 'explicit' ? `A Deny always wins. ${change}` : `${change}: no policy of the role can allow it`;
  return `${first}. ${whoChanges[policy]}`;
}

/** Says which statement lacks what, and what would be enough. `boundary`: the caller's permissions boundary, where it is known. */
export function explainDenial(
  denial: Denial,
  policies: readonly NamedPolicy[],
  boundary: NamedPolicy | undefined,
  reference: ResourceReference,
): DenialExplanation {
  const { head } = denial;
  const told = explain(denial, policies, boundary, reference);
  if (head === undefined) return told;
  const lacks = [...headReasons(head), ...(policies.length === 0 ? [] : told.lacks)];
  const open = told.decision === undefined || told.decision === 'allow';
  return { ...told, lacks, ...(open && { nextStep: headNextStep(head) }) };
}

function explain(
  denial: Denial,
  policies: readonly NamedPolicy[],
  boundary: NamedPolicy | undefined,
  reference: ResourceReference,
): DenialExplanation {
  const { action } = denial;
  if (action === undefined) {
    const nextStep =
      denial.encoded === undefined
        ? 'The message does not say which action was refused. Give the whole error message, or the event of CloudTrail.'
        : 'The message is encoded. Only AWS can decode it: read the account, which needs sts:DecodeAuthorizationMessage (--profile), or give what "aws sts decode-authorization-message" prints.';
    return { decision: undefined, lacks: [], nextStep, change: undefined };
  }
  const request = { action, resource: denial.resource, context: denial.context };
  const decisive = denial.policy === 'boundary' ? (boundary === undefined ? [] : [boundary]) : policies;
  if (denial.kind === 'explicit') return explicitly(denial, policies, boundary, request);
  const webIdentity = action.toLowerCase() === 'sts:assumerolewithwebidentity';
  const policy = denial.policy ?? (webIdentity ? 'trust' : undefined);
  if (policy !== undefined && policy !== 'identity' && policy !== 'boundary') {
    const named = denial.policyArn === undefined ? '' : ` (${denial.policyArn})`;
    const lacks = [`${upper(elsewhere[policy])}${named} does not allow ${action}.`];
    const own = evaluatePermissions(policies, request);
    if (policies.length > 0 && decisionOf(own) === 'implicit-deny' && !webIdentity)
      lacks.push(`Besides, no policy of the caller that was given allows ${action}${on(denial)}.`);
    const nextStep = `Change ${elsewhere[policy]}${named}: no policy of the role can allow it. ${whoChanges[policy]}`;
    return { decision: 'implicit-deny', lacks, nextStep, change: undefined };
  }
  if (decisive.length === 0) {
    const what = denial.policy === 'boundary' ? 'the permissions boundary' : "the role's policies";
    const lacks = [
      denial.policy === 'boundary'
        ? `${upper(elsewhere.boundary)} does not allow ${action}${on(denial)}.`
        : denial.kind === 'implicit'
          ? `No policy of the caller allows ${action}${on(denial)}.`
          : `The message does not say whose policy refused ${action}${on(denial)}: none may allow it, or one may deny it.`,
      ...trustToo(denial),
    ];
    const option = denial.policy === 'boundary' ? '--boundary FILE' : '--policy FILE';
    return {
      decision: denial.kind === 'implicit' ? 'implicit-deny' : undefined,
      lacks,
      nextStep: `Give ${what} (${option}), or read the account (--profile), to see which statement it is.`,
      change: undefined,
    };
  }
  const verdict = evaluatePermissions(decisive, request);
  const lacks = sentences(verdict, denial);
  const decision = decisionOf(verdict);
  switch (decision) {
    case 'explicit-deny':
      return {
        decision,
        lacks,
        nextStep:
          'A Deny always wins. Take the request out of that statement (a narrower Resource, or a condition), if it should be allowed.',
        change: undefined,
      };
    case 'allow':
      return {
        decision,
        lacks,
        nextStep: [after(boundary, request), ...trustToo(denial)].join(' '),
        change: undefined,
      };
    case 'undecided':
      return {
        decision,
        lacks,
        nextStep:
          denial.resource === undefined
            ? 'The message does not say for which resource it was refused. The event of CloudTrail says it; give that instead.'
            : verdict.statements.some(s => partOf(s, 'action') === 'yes' && partOf(s, 'resource') === 'unknown')
              ? `Compare the resource of that statement with ${denial.resource}: the policy in the account, or "terraform plan", holds its value.`
              : 'Compare the conditions with the request: CloudTrail and the decoded authorization message hold its values.',
        change: undefined,
      };
    case 'implicit-deny': {
      const change = smallestChange(decisive, verdict, denial, action, reference);
      return {
        decision,
        lacks: lacks.length > 0 ? lacks : [`No statement names ${action}.`],
        nextStep: change === undefined ? `Allow ${action}${on(denial)} in one of the policies.` : `${change.title}.`,
        change,
      };
    }
  }
}

/** AWS names a Deny: no Allow anywhere helps, so none is offered. */
function explicitly(
  denial: Denial,
  policies: readonly NamedPolicy[],
  boundary: NamedPolicy | undefined,
  request: PermissionRequest,
): DenialExplanation {
  const { policy, policyArn } = denial;
  // Which of the policies at hand may be the one that AWS means.
  const own =
    policy === 'boundary'
      ? boundary === undefined
        ? []
        : [boundary]
      : policy === 'identity'
        ? policies
        : policy === undefined
          ? [...policies, ...(boundary === undefined ? [] : [boundary])]
          : [];
  const verdict = evaluatePermissions(own, request);
  const denying = verdict.statements.filter(s => s.effect === 'Deny' && s.applies !== 'no');
  const named = policyArn === undefined ? '' : ` (${policyArn})`;
  const kind = policy === undefined ? 'a policy of a kind that the message does not name' : elsewhere[policy];
  const lacks = [
    `An explicit Deny in ${kind}${named} refuses ${denial.action ?? 'it'}${on(denial)}.`,
    ...sentences({ ...verdict, statements: denying }, denial),
  ];
  const decision = 'explicit-deny';
  if (denying.length > 0) {
    const nextStep =
      'A Deny always wins. Take the request out of that statement (a narrower Resource, or a condition), if it should be allowed.';
    return { decision, lacks, nextStep, change: undefined };
  }
  if (own.length > 0) lacks.push('None of the policies that were given has this Deny.');
  const where =
    policy === undefined
      ? 'Look for it in the policies of the caller and its boundary, in the service and resource control policies of the organization, in the policy of the resource, of the session, and of the VPC endpoint; CloudTrail and the decoded authorization message may name it.'
      : `Change ${kind}${named}. ${whoChanges[policy]}`;
  const nextStep = `A Deny always wins: no statement that allows ${denial.action ?? 'it'} helps. ${where}`;
  return { decision, lacks, nextStep, change: undefined };
}

/** A role is assumed only where both sides say so; AWS often does not say which one did not. */
function trustToo(denial: Denial): readonly string[] {
  if (denial.action?.toLowerCase() !== 'sts:assumerole' || denial.policy !== undefined) return [];
  const role = denial.resource ?? 'the role';
  return [`Or the trust policy of ${role} does not name the caller: both have to allow it.`];
}

function after(boundary: NamedPolicy | undefined, request: PermissionRequest): string {
  if (boundary !== undefined && evaluatePermissions([boundary], request).decision !== 'allow')
    return `The policies allow it, the permissions boundary ${boundary.name} does not: change the boundary.`;
  return 'These policies allow it now. If the role has no other policies, they were changed after the refusal, or the change is still on its way (IAM takes up to some minutes): try again. Otherwise look at the permissions boundary, at the policies of the organization and of the resource.';
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const on = (denial: Denial): string => (denial.resource === undefined ? '' : ` on ${denial.resource}`);

function sentences(verdict: PermissionAnswer, denial: Denial): readonly string[] {
  const out: string[] = [];
  const { statements } = verdict;
  for (const s of statements.filter(x => x.effect === 'Deny' && x.applies === 'yes'))
    out.push(`${statementTitle(s)} denies ${denial.action ?? ''}${on(denial)}.`);
  for (const s of statements.filter(x => x.effect === 'Deny' && x.applies === 'unknown'))
    out.push(
      `${statementTitle(s)} may deny it, by its condition on ${openKeys(s).join(', ') || 'what is not known here'}.`,
    );
  const allow = statements.filter(s => s.effect === 'Allow');
  for (const s of allow.filter(x => x.applies === 'yes')) out.push(`${statementTitle(s)} allows it.`);
  const is = (s: StatementResult, action: Truth, ...resource: readonly Truth[]): boolean =>
    partOf(s, 'action') === action && resource.includes(partOf(s, 'resource'));
  for (const s of allow.filter(x => is(x, 'yes', 'yes', 'unknown') && x.applies !== 'yes')) {
    const condition = partOf(s, 'condition');
    if (condition !== 'yes')
      out.push(
        `${statementTitle(s)} allows ${denial.action ?? ''} only where its condition on ${openKeys(s).join(', ') || 'other keys'} holds${condition === 'no' ? '; it does not' : ', which is not known here'}.`,
      );
    else if (denial.resource === undefined)
      out.push(
        `${statementTitle(s)} allows ${denial.action ?? ''} on some resources; the message does not say on which one it was refused.`,
      );
    else
      out.push(
        `${statementTitle(s)} allows ${denial.action ?? ''} on a resource that is known only when Terraform runs, or depends on a policy variable.`,
      );
  }
  for (const s of allow.filter(x => is(x, 'yes', 'no')))
    out.push(`${statementTitle(s)} allows ${denial.action ?? ''}, but not${on(denial)}: the resource is lacking.`);
  for (const s of allow.filter(x => is(x, 'no', 'yes') && denial.resource !== undefined))
    out.push(`${statementTitle(s)} names the resource, but not ${denial.action ?? ''}: the action is lacking.`);
  for (const name of verdict.unreadable) out.push(`${name} cannot be read as JSON.`);
  return out.slice(0, 10);
}

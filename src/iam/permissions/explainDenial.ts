import type { Denial } from './accessDenied';
import {
  evaluatePermissions,
  type NamedPolicy,
  type PermissionVerdict,
  type StatementVerdict,
} from './evaluatePermissions';
import { entry, listOf, type PolicyNode, readPolicyText } from '../policy/node';
import { listText, type PolicyEdit } from './permissionFinding';
import type { ResourceReference } from './reference';

/** The smallest change to one policy after which the request is allowed by it. */
export interface DenialChange {
  readonly policy: string;
  readonly title: string;
  /** The statement as it will be. */
  readonly statement: unknown;
  readonly edits: readonly PolicyEdit[];
}

export interface DenialExplanation {
  /** Of the policies that were given; `undefined` where none was, or the action is not known. */
  readonly decision: PermissionVerdict['decision'] | undefined;
  /** What is lacking, one sentence each, the nearest statement first. */
  readonly lacks: readonly string[];
  /** Whose policy decided, and what to do. */
  readonly nextStep: string;
  readonly change: DenialChange | undefined;
}

const elsewhere: Readonly<Record<string, string>> = {
  resource: "the resource's own policy (of the bucket, the key, the queue …)",
  scp: 'a service control policy of the organization',
  rcp: 'a resource control policy of the organization',
  session: 'the policy that was passed when the session was made',
  'vpc-endpoint': 'the policy of a VPC endpoint',
  trust: 'the trust policy of the role that was to be assumed',
  boundary: 'the permissions boundary of the caller',
};

/** Says which statement lacks what, and what would be enough. `boundary`: the caller's permissions boundary, where it is known. */
export function explainDenial(
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
        : 'The message is encoded. Only AWS can decode it: repeat with --profile (needs sts:DecodeAuthorizationMessage), or give what "aws sts decode-authorization-message" prints.';
    return { decision: undefined, lacks: [], nextStep, change: undefined };
  }
  const request = { action, resource: denial.resource, context: denial.context };
  const decisive = denial.policy === 'boundary' ? (boundary === undefined ? [] : [boundary]) : policies;
  if (denial.policy !== undefined && denial.policy !== 'identity' && denial.policy !== 'boundary') {
    const named = denial.policyArn === undefined ? '' : ` (${denial.policyArn})`;
    const how = denial.kind === 'explicit' ? 'denies' : 'does not allow';
    const lacks = [`${upper(elsewhere[denial.policy] ?? 'another policy')}${named} ${how} ${action}.`];
    const own = evaluatePermissions(policies, request);
    if (policies.length > 0 && own.decision === 'implicit-deny')
      lacks.push(`Besides, no policy of the caller that was given allows ${action}${on(denial)}.`);
    const nextStep = `Change ${elsewhere[denial.policy] ?? 'that policy'}${named}: no policy of the role can allow it.`;
    return { decision: policies.length === 0 ? undefined : own.decision, lacks, nextStep, change: undefined };
  }
  if (decisive.length === 0) {
    const what = denial.policy === 'boundary' ? 'the permissions boundary' : "the role's policies";
    const lacks = [
      `${upper(denial.policy === 'boundary' ? (elsewhere['boundary'] ?? '') : 'no policy of the caller')} ${denial.policy === 'boundary' && denial.kind === 'explicit' ? 'denies' : denial.policy === 'boundary' ? 'does not allow' : 'allows'} ${action}${on(denial)}.`,
    ];
    const option = denial.policy === 'boundary' ? '--boundary FILE' : '--policy FILE';
    return {
      decision: undefined,
      lacks,
      nextStep: `Give ${what} with ${option}, or read the account with --profile, to see which statement it is.`,
      change: undefined,
    };
  }
  const verdict = evaluatePermissions(decisive, request);
  const lacks = sentences(verdict, denial);
  switch (verdict.decision) {
    case 'explicit-deny':
      return {
        decision: verdict.decision,
        lacks,
        nextStep:
          'A Deny always wins. Take the request out of that statement (a narrower Resource, or a condition), if it should be allowed.',
        change: undefined,
      };
    case 'allow':
      return {
        decision: verdict.decision,
        lacks,
        nextStep: after(denial, boundary, request),
        change: undefined,
      };
    case 'undecided':
      return {
        decision: verdict.decision,
        lacks,
        nextStep:
          denial.resource === undefined
            ? 'The message does not say for which resource it was refused. The event of CloudTrail says it; give that instead.'
            : 'Compare the conditions with the request: CloudTrail and the decoded authorization message hold its values.',
        change: undefined,
      };
    case 'implicit-deny': {
      const change = smallestChange(decisive, verdict, denial, action, reference);
      return {
        decision: verdict.decision,
        lacks: lacks.length > 0 ? lacks : [`No statement names ${action}.`],
        nextStep: change === undefined ? `Allow ${action}${on(denial)} in one of the policies.` : `${change.title}.`,
        change,
      };
    }
  }
}

function after(
  denial: Denial,
  boundary: NamedPolicy | undefined,
  request: Parameters<typeof evaluatePermissions>[1],
): string {
  if (boundary !== undefined && evaluatePermissions([boundary], request).decision !== 'allow')
    return `The policies allow it, the permissions boundary ${boundary.name} does not: change the boundary.`;
  if (denial.kind === 'explicit')
    return 'These policies allow it. The Deny stands in another policy of the role, or of the organization.';
  return 'These policies allow it now. If the role has no other policies, they were changed after the refusal, or the change is still on its way (IAM takes up to some minutes): try again. Otherwise look at the permissions boundary, at the policies of the organization and of the resource.';
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const on = (denial: Denial): string => (denial.resource === undefined ? '' : ` on ${denial.resource}`);
const title = (s: StatementVerdict): string =>
  `${s.policy}, statement ${s.index + 1}${s.sid === undefined || s.sid === '' ? '' : ` (${s.sid})`}`;

function sentences(verdict: PermissionVerdict, denial: Denial): readonly string[] {
  const out: string[] = [];
  const { statements } = verdict;
  for (const s of statements.filter(x => x.effect === 'Deny' && x.applies === 'yes'))
    out.push(`${title(s)} denies ${denial.action ?? ''}${on(denial)}.`);
  for (const s of statements.filter(x => x.effect === 'Deny' && x.applies === 'unknown'))
    out.push(`${title(s)} may deny it, by its condition on ${s.conditionKeys.join(', ') || 'what is not known here'}.`);
  const allow = statements.filter(s => s.effect === 'Allow');
  for (const s of allow.filter(x => x.applies === 'yes')) out.push(`${title(s)} allows it.`);
  for (const s of allow.filter(x => x.action === 'yes' && x.resource !== 'no' && x.applies !== 'yes')) {
    if (s.condition !== 'yes')
      out.push(
        `${title(s)} allows ${denial.action ?? ''} only where its condition on ${s.conditionKeys.join(', ') || 'other keys'} holds${s.condition === 'no' ? '; it does not' : ', which is not known here'}.`,
      );
    else
      out.push(
        `${title(s)} allows ${denial.action ?? ''} on some resources; the message does not say on which one it was refused.`,
      );
  }
  for (const s of allow.filter(x => x.action === 'yes' && x.resource === 'no'))
    out.push(`${title(s)} allows ${denial.action ?? ''}, but not${on(denial)}: the resource is lacking.`);
  for (const s of allow.filter(x => x.action === 'no' && x.resource === 'yes' && denial.resource !== undefined))
    out.push(`${title(s)} names the resource, but not ${denial.action ?? ''}: the action is lacking.`);
  for (const name of verdict.unreadable) out.push(`${name} can not be read as JSON.`);
  return out.slice(0, 10);
}

function smallestChange(
  policies: readonly NamedPolicy[],
  verdict: PermissionVerdict,
  denial: Denial,
  action: string,
  reference: ResourceReference,
): DenialChange | undefined {
  const name = reference.actions.find(action)?.name ?? action;
  const scoped = reference.actions.find(action)?.scoped ?? true;
  const resource = scoped ? denial.resource : '*';
  const readable = policies.filter(p => p.fixed !== true && !verdict.unreadable.includes(p.name));
  if (readable.length === 0 || resource === undefined) return undefined;
  for (const s of verdict.statements) {
    if (s.effect !== 'Allow' || s.condition !== 'yes') continue;
    const found = statementOf(readable, s);
    if (found === undefined) continue;
    const { node, policy } = found;
    // The statement has just this resource: one more action for it grants nothing else.
    if (s.action === 'no' && s.resource === 'yes' && only(node, 'Resource', resource)) {
      const change = added(policy, node, 'Action', name);
      if (change !== undefined) return { ...change, title: `Add ${name} to ${title(s)}` };
    }
    // The statement has just this action: one more resource for it grants nothing else.
    if (s.action === 'yes' && s.resource === 'no' && only(node, 'Action', name)) {
      const change = added(policy, node, 'Resource', resource);
      if (change !== undefined) return { ...change, title: `Add ${resource} to ${title(s)}` };
    }
  }
  const [target] = readable;
  return target === undefined ? undefined : appended(target, name, resource);
}

function statementOf(
  policies: readonly NamedPolicy[],
  s: StatementVerdict,
): { node: PolicyNode; policy: NamedPolicy } | undefined {
  const policy = policies.find(p => p.name === s.policy);
  const root = policy === undefined ? undefined : readPolicyText(policy.text).root;
  const node = root === undefined ? undefined : listOf(entry(root, 'Statement')?.value)[s.index];
  return policy === undefined || node === undefined ? undefined : { node, policy };
}

/** Is the value the one thing that the element has? */
function only(statement: PolicyNode, key: string, value: string): boolean {
  const items = listOf(entry(statement, key)?.value);
  const same = (text: string): boolean =>
    key === 'Action' ? text.toLowerCase() === value.toLowerCase() : text === value;
  return items.length > 0 && items.every(i => i.kind === 'string' && same(i.value));
}

function added(
  policy: NamedPolicy,
  statement: PolicyNode,
  key: 'Action' | 'Resource',
  value: string,
): Omit<DenialChange, 'title'> | undefined {
  const { text } = readPolicyText(policy.text);
  const list = entry(statement, key)?.value;
  if (list === undefined || text.charAt(statement.start) !== '{') return undefined;
  const items = listOf(list).map(i => text.slice(i.start, i.end));
  const wanted = [...items, JSON.stringify(value)];
  const newText = list.kind === 'array' ? listText(wanted, list, text) : `[${wanted.join(', ')}]`;
  const edits = [{ span: { start: list.start, end: list.end }, newText }];
  const local = text.slice(statement.start, list.start) + newText + text.slice(list.end, statement.end);
  return { policy: policy.name, statement: plain(local), edits };
}

function appended(policy: NamedPolicy, action: string, resource: string): DenialChange | undefined {
  const { root, text } = readPolicyText(policy.text);
  const list = root === undefined ? undefined : entry(root, 'Statement')?.value;
  if (root === undefined || list === undefined || text.charAt(root.start) !== '{') return undefined;
  const sids = new Set(
    listOf(list).flatMap(s => {
      const sid = entry(s, 'Sid')?.value;
      return sid?.kind === 'string' ? [sid.value] : [];
    }),
  );
  const base = action
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  let Sid = base;
  for (let n = 2; sids.has(Sid); n++) Sid = `${base}${n}`;
  const statement = { Sid, Effect: 'Allow', Action: action, Resource: resource };
  const written = (indent: string): string => JSON.stringify(statement, null, 2).replace(/\n/g, `\n${indent}`);
  const items = listOf(list);
  const last = items.at(-1);
  let edit: PolicyEdit;
  if (list.kind === 'array' && last !== undefined) {
    const indent = indentOf(text, last.start);
    const multi = text.slice(list.start, list.end).includes('\n');
    edit = {
      span: { start: last.end, end: last.end },
      newText: multi ? `,\n${indent}${written(indent)}` : `,${JSON.stringify(statement)}`,
    };
  } else if (list.kind === 'array') {
    edit = { span: { start: list.start, end: list.end }, newText: `[${JSON.stringify(statement)}]` };
  } else {
    const old = text.slice(list.start, list.end);
    edit = { span: { start: list.start, end: list.end }, newText: `[${old}, ${JSON.stringify(statement)}]` };
  }
  return {
    policy: policy.name,
    title: `Add a statement for ${action} on ${resource} to ${policy.name}`,
    statement,
    edits: [edit],
  };
}

function indentOf(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, offset))?.[0] ?? '';
}

function plain(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

import type { Span } from '../../core/text';
import { policySize } from '../policy/document';
import { entry, listOf, type PolicyNode, readPolicyText } from '../policy/node';
import type { ActionList } from './actions';
import { escalations } from './escalation';

/** One thing found in a permission policy. Offsets count in the text of the report. */
export interface PermissionFinding extends Span {
  readonly code:
    | 'syntax'
    | 'not-a-policy'
    | 'comment'
    | 'too-large'
    | 'unknown-service'
    | 'unknown-action'
    | 'action-without-resource'
    | 'resource-could-be-scoped'
    | 'allow-not-action'
    | 'allow-not-resource'
    | 'pass-role-any'
    | 'escalation'
    | 'invalid-sid'
    | 'duplicate-sid'
    | 'duplicate-action';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly span: Span; readonly newText: string }[];
  };
}

/** IAM's quotas, in characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. */
const managedQuota = 6144;
const inlineQuota = 10240;

interface Statement {
  readonly node: PolicyNode;
  readonly allow: boolean;
  readonly anyResource: boolean;
  readonly actions: readonly string[];
}

/** Lints a permission policy that is written as JSON, with or without comments. `text` is what the spans count in. */
export function lintPermissionText(
  input: string,
  actions: ActionList,
): { readonly text: string; readonly size: number; readonly findings: readonly PermissionFinding[] } {
  const { root, syntax, comments, text } = readPolicyText(input);
  const findings: PermissionFinding[] = syntax.map(s => ({ ...s, code: 'syntax', severity: 'error' }));
  for (const c of comments) {
    findings.push({
      code: 'comment',
      severity: 'error',
      message: 'IAM refuses a policy with comments.',
      ...span(c),
      fix: { title: 'Remove the comment', edits: [{ span: span(c), newText: '' }] },
    });
  }
  const bare = [...comments]
    .sort((a, b) => b.start - a.start)
    .reduce((t, c) => t.slice(0, c.start) + t.slice(c.end), text);
  const size = policySize(bare);
  if (size > managedQuota) {
    const inline = size > inlineQuota;
    findings.push({
      code: 'too-large',
      severity: inline ? 'error' : 'warning',
      message: `The policy has ${size} characters; a managed policy takes ${managedQuota}, the inline policies of a role together ${inlineQuota}. Split it.`,
      start: 0,
      end: 1,
    });
  }
  findings.push(...lintPermissions(root, actions));
  return { text, size, findings: findings.sort((a, b) => a.start - b.start) };
}

/** Lints a permission policy that was read already. Values that are known only when Terraform runs are left alone. */
function lintPermissions(root: PolicyNode | undefined, list: ActionList): readonly PermissionFinding[] {
  const statementsNode = root === undefined ? undefined : entry(root, 'Statement')?.value;
  if (root === undefined || statementsNode === undefined) {
    const place = root ?? { start: 0, end: 1 };
    const message = 'This is no policy: it has no "Statement".';
    return [{ code: 'not-a-policy', severity: 'error', message, ...span(place) }];
  }
  const findings: PermissionFinding[] = [];
  const sids = new Set<string>();
  const statements: Statement[] = [];
  for (const node of listOf(statementsNode)) {
    if (node.kind !== 'object') continue;
    findings.push(...lintSid(node, sids));
    const statement = readStatement(node);
    statements.push(statement);
    findings.push(...lintStatement(statement, list));
  }
  return [...findings, ...lintEscalation(statements, list)];
}

function readStatement(node: PolicyNode): Statement {
  const resources = listOf(entry(node, 'Resource')?.value);
  const effect = entry(node, 'Effect')?.value;
  return {
    node,
    allow: effect?.kind === 'string' && effect.value === 'Allow',
    anyResource: resources.some(isAny),
    actions: listOf(entry(node, 'Action')?.value).flatMap(n => (n.kind === 'string' ? [n.value] : [])),
  };
}

function lintStatement({ node, allow, anyResource }: Statement, list: ActionList): PermissionFinding[] {
  const findings: PermissionFinding[] = [];
  const seen = new Set<string>();
  const resources = listOf(entry(node, 'Resource')?.value);
  const narrow = resources.length > 0 && resources.every(r => r.kind === 'string') && !anyResource;
  for (const action of [...listOf(entry(node, 'Action')?.value), ...listOf(entry(node, 'NotAction')?.value)]) {
    if (action.kind !== 'string' || action.value === '*') continue;
    const name = action.value;
    const add = (code: PermissionFinding['code'], message: string, severity: 'error' | 'warning' = 'warning'): void => {
      findings.push({ code, severity, message, ...span(action) });
    };
    const [service = ''] = name.split(':');
    if (!list.hasService(service) || list.matching(name).length === 0) {
      findings.push(unknown(action, name, list));
      continue;
    }
    if (seen.has(name.toLowerCase())) add('duplicate-action', `${name} stands twice in this statement.`);
    seen.add(name.toLowerCase());
    if (!allow || entry(node, 'Action') === undefined) continue;
    const fact = list.find(name);
    if (fact === undefined) continue;
    if (narrow && !fact.scoped)
      add(
        'action-without-resource',
        `${fact.name} takes no resource ARN: only "Resource": "*" allows it. Move it to an own statement.`,
        'error',
      );
    if (anyResource && fact.name === 'iam:PassRole')
      add(
        'pass-role-any',
        'iam:PassRole on "*" passes every role of the account. Name the roles and set iam:PassedToService.',
      );
    else if (anyResource && fact.scoped)
      add('resource-could-be-scoped', `${fact.name} can be limited to resource ARNs; "*" allows it on all of them.`);
  }
  if (allow) {
    for (const [key, code] of [
      ['NotAction', 'allow-not-action'],
      ['NotResource', 'allow-not-resource'],
    ] as const) {
      const found = entry(node, key);
      if (found === undefined) continue;
      const message = `${key} with Allow also allows whatever AWS adds later. List what is needed instead.`;
      findings.push({ code, severity: 'warning', message, ...span(found.keySpan) });
    }
  }
  return findings;
}

function unknown(node: PolicyNode, name: string, list: ActionList): PermissionFinding {
  const [service = '', action = ''] = name.split(':');
  const known = list.hasService(service);
  const near = /[*?]/.test(name) && known ? undefined : list.nearest(name);
  const replacement = near === undefined ? undefined : known ? near : `${near}:${action}`;
  const hint = replacement === undefined ? '' : ` The nearest that exists is "${near}".`;
  const what = known ? `IAM has no action "${name}".` : `IAM has no service "${service}".`;
  return {
    code: known ? 'unknown-action' : 'unknown-service',
    severity: 'error',
    message: `${what}${hint}`,
    ...span(node),
    ...(replacement !== undefined && {
      fix: { title: `Change to ${replacement}`, edits: [{ span: span(node), newText: JSON.stringify(replacement) }] },
    }),
  };
}

function lintSid(node: PolicyNode, seen: Set<string>): PermissionFinding[] {
  const sid = entry(node, 'Sid')?.value;
  if (sid?.kind !== 'string') return [];
  const place = span(sid);
  if (!/^[A-Za-z0-9]*$/.test(sid.value)) {
    const message = `The Sid "${sid.value}" may hold only letters and digits.`;
    const newText = JSON.stringify(sid.value.replace(/[^A-Za-z0-9]/g, ''));
    const fix = { title: `Change to ${newText}`, edits: [{ span: place, newText }] };
    return [{ code: 'invalid-sid', severity: 'error', message, ...place, fix }];
  }
  const again = seen.has(sid.value);
  seen.add(sid.value);
  if (!again || sid.value === '') return [];
  return [{ code: 'duplicate-sid', severity: 'error', message: `The Sid "${sid.value}" stands twice.`, ...place }];
}

/** Only sets that are allowed on any resource; a set inside of a larger one that was found is not told again. */
function lintEscalation(statements: readonly Statement[], list: ActionList): PermissionFinding[] {
  const open = statements.filter(s => s.allow && s.anyResource);
  const allowed = new Map<string, PolicyNode>();
  for (const s of open)
    for (const pattern of s.actions) for (const fact of list.matching(pattern)) allowed.set(fact.name, s.node);
  const hits = escalations.filter(e => e.actions.every(a => allowed.has(a)));
  const widest = hits.filter(
    e => !hits.some(o => o.actions.length > e.actions.length && e.actions.every(a => o.actions.includes(a))),
  );
  return widest.map(({ name, actions }) => ({
    code: 'escalation',
    severity: 'warning',
    message: `Privilege escalation "${name}": ${actions.join(' + ')} on any resource make the caller an administrator.`,
    ...span(allowed.get(actions[0] ?? '') ?? { start: 0, end: 1 }),
  }));
}

function isAny(node: PolicyNode): boolean {
  return node.kind === 'string' && /^\*+$/.test(node.value);
}

function span({ start, end }: Span): Span {
  return { start, end };
}

import { LineIndex, type Span } from '../../../core/text';
import type { ParsedFile } from '../../../terraform/syntax/ast';
import { policySize } from '../../policy/document';
import { blank, entry, listOf, plainJson, type PolicyNode, type PolicyText, readPolicyText } from '../../policy/node';
import { lintActions } from './lintActions';
import { lintVariables } from './lintVariables';
import { lintEscalation, type PolicyOwner } from './escalation';
import { ownersIn } from './owners';
import { isOpenPrincipal, lintElementsOf, lintTop } from './lintGrammar';
import { patternMarker } from '../../inCode/marker';
import { isTemplate, readTemplate } from '../../inCode/template';
import { policiesInCode, type PolicyInCode, type PolicyUse } from '../../inCode/policiesInCode';
import { type PermissionFinding, place, type PolicyContext } from './permissionFinding';
import type { PermissionCode } from './permissionRules';
import type { ResourceReference } from '../../reference/reference';
import { isKnown, plainDocument } from '../../policy/plainDocument';

/**
 * IAM's quotas, in characters without white space; those of inline policies are for all of one role, user or group together.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const policyQuotas: Readonly<Record<Exclude<PolicyUse, 'other'>, number>> = {
  managed: 6144,
  role: 10240,
  user: 2048,
  group: 5120,
};

export interface PermissionReport {
  /** What spans count in: the decoded text, where the input was URL-encoded. */
  readonly text: string;
  readonly findings: readonly PermissionFinding[];
  /** Every policy that was found, with its size in characters as IAM counts them (`undefined`: known only when Terraform runs). */
  readonly policies: readonly {
    readonly address?: string;
    readonly size: number | undefined;
    readonly span: Span;
    /** The policy as JSON, where all of it is known; `asWritten`: it is the text at `span`. */
    readonly document?: string;
    readonly asWritten?: boolean;
  }[];
}

/** A template of templatefile(): the parts that it leaves open can be anything. */
function lintTemplate(
  text: string,
  reference: ResourceReference,
  use: Exclude<PolicyUse, 'other'> | undefined,
): PermissionReport {
  const read = readTemplate(text, patternMarker);
  if (read?.root === undefined || read.syntax.length > 0) {
    const message = 'Only templatefile() knows what this template becomes: it was not read.';
    return { text, findings: [{ code: 'syntax', severity: 'warning', message, start: 0, end: 1 }], policies: [] };
  }
  const given = { reference, form: 'json' as const, text, exact: true, incomplete: true };
  const findings = lintTree(read.root, given, undefined, use !== undefined);
  return { text, findings: inOrder(findings), policies: [{ size: undefined, span: place(read.root) }] };
}

/** Lints a permission policy that is written as JSON, with or without comments, or as the AWS CLI prints it. */
export function lintPermissionText(
  input: string,
  reference: ResourceReference,
  use?: Exclude<PolicyUse, 'other'>,
  owner: PolicyOwner = {},
): PermissionReport {
  if (isTemplate('', input)) return lintTemplate(input, reference, use);
  const { root, syntax, comments, text } = readPolicyText(documentIn(input) ?? input);
  const findings: PermissionFinding[] = [...syntaxFindings(syntax)];
  // Typographic quotes are told where they break the JSON.
  if (syntax.every(s => s.comma)) findings.push(...characterFinding(text, comments));
  const line = new LineIndex(text);
  // Behind a mistake what looks like a comment may be a text.
  const readTo = syntax.find(s => !s.comma)?.start ?? Infinity;
  for (const c of comments) {
    if (c.start >= readTo) continue;
    const start = line.lineStart(line.lineAt(c.start));
    const alone = /^[ \t]*$/.test(text.slice(start, c.start)) && /^[ \t]*(?:\r?\n|$)/.test(text.slice(c.end));
    const span = alone ? { start, end: c.end + (/^[ \t]*\r?\n?/.exec(text.slice(c.end))?.[0].length ?? 0) } : place(c);
    findings.push({
      code: 'comment',
      severity: 'error',
      message: 'IAM refuses a policy with comments: it takes plain JSON only.',
      ...place(c),
      fix: { title: 'Remove the comment', edits: [{ span, newText: '' }] },
    });
  }
  const size = root === undefined ? 0 : policySize(without(text, comments, root));
  const span = place(root ?? { start: 0, end: 1 });
  findings.push(...sizeFinding(size, use, span));
  const inside = root === undefined || root.end > text.length || text.charAt(root.start) !== '{';
  const cut = syntax.some(s => !s.comma);
  // A text that can't be read at all is told once.
  if (root !== undefined || !cut) {
    const here = lintTree(
      root,
      { reference, form: 'json', text, exact: !inside, incomplete: false },
      undefined,
      use !== undefined,
      owner,
    );
    findings.push(...(cut ? here.filter(f => !ofTheWhole.has(f.code)) : here));
  }
  return {
    text,
    findings: inOrder(findings),
    policies: [
      { size, span, ...(root !== undefined && { document: text.slice(root.start, root.end), asWritten: true }) },
    ],
  };
}

/** Lints every permission policy in one Terraform file. Values that are known only when Terraform runs are left alone. */
export function lintPermissionsInCode(
  file: ParsedFile,
  text: string,
  reference: ResourceReference,
  /** The other files of the module, for locals and variables. */
  siblings: readonly ParsedFile[] = [],
): PermissionReport {
  const findings: PermissionFinding[] = [];
  const [problem] = file.problems;
  if (problem !== undefined)
    findings.push({ code: 'syntax', severity: 'error', message: problem.message, ...place(problem) });
  const policies: PermissionReport['policies'][number][] = [];
  const owners = new Map<string, { size: number; use: 'role' | 'user' | 'group'; count: number; span: Span }>();
  const ownerOf = ownersIn(file, text);
  for (const policy of policiesInCode(file, text, siblings)) {
    // The other policy of a role is its trust policy.
    const attached = policy.use !== undefined && policy.use !== 'other' && !policy.address.startsWith('aws_iam_role.');
    const here = lintTree(policy.root, { reference, text, ...policy }, policy.use, attached, ownerOf(policy.address));
    const sure = problem === undefined ? here : here.filter(f => !ofTheWhole.has(f.code));
    // Inside of a quoted string there are no places: the string is the place.
    findings.push(...(policy.exact ? sure : sure.map(f => ({ ...f, ...place(policy) }))));
    const size = policy.incomplete ? undefined : policySize(JSON.stringify(plainDocument(policy.root)));
    const known = !policy.incomplete && isKnown(policy.root);
    policies.push({
      address: policy.address,
      size,
      span: place(policy),
      ...(known && { document: JSON.stringify(plainDocument(policy.root)) }),
    });
    // A trust policy has a quota of its own.
    if (size === undefined || policy.use === 'other' || hasPrincipal(policy.root)) continue;
    const head = { start: policy.start, end: Math.min(policy.end, policy.start + 1) };
    if (policy.use === 'managed' || policy.owner === undefined) findings.push(...sizeFinding(size, policy.use, head));
    else if (policy.use !== undefined) {
      const key = `${policy.use} ${policy.owner}`;
      const before = owners.get(key) ?? { size: 0, use: policy.use, count: 0, span: head };
      owners.set(key, { ...before, size: before.size + size, count: before.count + 1 });
    }
  }
  for (const { size, use, count, span } of owners.values()) findings.push(...sizeFinding(size, use, span, count));
  return { text, findings: inOrder(findings), policies };
}

/** What a text without a Statement is, and how to give a policy. */
function notAPolicy(root: PolicyNode | undefined, text: string): string {
  const has = (key: string): boolean => root !== undefined && listOf(root).some(item => entry(item, key) !== undefined);
  if (root?.kind === 'array' && has('Statement'))
    return 'This is a list of policies, which IAM does not take, and was not read. Give each policy in a file of its own.';
  if (text.trim() === '')
    return 'The file is empty. Give the policy as JSON, as "aws iam get-policy-version" or "aws iam get-role-policy" prints it.';
  return has('Effect')
    ? 'These are statements, not a policy: put them into { "Version": "2012-10-17", "Statement": [ … ] }.'
    : 'This is not a policy: it has no "Statement".';
}

function lintTree(
  root: PolicyNode | undefined,
  given: Pick<PolicyContext, 'reference' | 'form' | 'text' | 'exact' | 'incomplete'>,
  use: PolicyInCode['use'],
  /** To a user, group or role: such a policy has no Principal. */
  attached: boolean,
  owner: PolicyOwner = {},
): readonly PermissionFinding[] {
  const list = root === undefined ? undefined : entry(root, 'Statement')?.value;
  if (root === undefined || list === undefined) {
    const { start } = root ?? { start: 0 };
    const near = root?.kind === 'object' ? root.entries.find(e => /^statements?$/i.test(e.key)) : undefined;
    if (root !== undefined && near !== undefined) {
      // The rest of the policy is linted when this is put right.
      const finding: PermissionFinding = {
        code: 'unknown-element',
        severity: 'error',
        message: `"${near.key}" is not an element of a policy; it is written "Statement". IAM refuses it.`,
        ...place(near.keySpan),
        ...(given.exact &&
          given.form === 'json' && {
            fix: { title: 'Change to Statement', edits: [{ span: place(near.keySpan), newText: '"Statement"' }] },
          }),
      };
      return [finding];
    }
    const message = notAPolicy(root, given.text);
    return [{ code: 'not-a-policy', severity: 'error', message, start, end: start + 1 }];
  }
  const statements = listOf(list).filter(node => node.kind === 'object');
  if (statements.some(isDataProtection)) return [];
  const version = entry(root, 'Version')?.value;
  const context: PolicyContext = {
    ...given,
    variables: version?.kind === 'string' && version.value === '2012-10-17',
    resourceBased: !attached && hasPrincipal(root),
    limitOnly: use === 'other',
  };
  const findings = lintTop(root, context);
  const sids = new Set<string>();
  for (const statement of statements) {
    findings.push(...lintElementsOf(statement, sids, context), ...lintActions(statement, list, context));
    findings.push(...lintVariables(statement, context));
    if (!context.limitOnly && !context.resourceBased) findings.push(...lintBreadth(statement));
  }
  if (!context.resourceBased && !context.limitOnly)
    findings.push(...lintEscalation(statements, given.reference.actions, owner));
  return findings;
}

/** Data protection policies of log groups and topics have a grammar of their own, beside the name of its list. */
const isDataProtection = (statement: PolicyNode): boolean =>
  entry(statement, 'DataIdentifier') !== undefined || entry(statement, 'Operation') !== undefined;

function lintBreadth(statement: PolicyNode): PermissionFinding[] {
  const effect = entry(statement, 'Effect')?.value;
  if (effect?.kind !== 'string' || effect.value !== 'Allow') return [];
  const findings: PermissionFinding[] = [];
  for (const [key, code] of [
    ['NotAction', 'allow-not-action'],
    ['NotResource', 'allow-not-resource'],
  ] as const) {
    const found = entry(statement, key);
    if (found === undefined) continue;
    const message = `${key} with Allow also allows whatever AWS adds later. List what is needed instead.`;
    findings.push({ code, severity: 'warning', message, ...place(found.keySpan) });
  }
  const texts = (key: string): readonly string[] =>
    listOf(entry(statement, key)?.value).flatMap(n => (n.kind === 'string' ? [n.value] : []));
  const all = listOf(entry(statement, 'Action')?.value).find(
    n => n.kind === 'string' && (n.value === '*' || n.value === '*:*'),
  );
  if (all !== undefined && texts('Resource').includes('*')) {
    const limited = entry(statement, 'Condition') === undefined ? '' : ', as far as the condition lets it';
    const message = `Every action on every resource: this is administrator access${limited}. List what is needed.`;
    findings.push({ code: 'full-access', severity: 'warning', message, ...place(all) });
  }
  return findings;
}

function sizeFinding(
  size: number,
  use: Exclude<PolicyUse, 'other'> | undefined,
  span: Span,
  count = 1,
): readonly PermissionFinding[] {
  const at = { start: span.start, end: Math.min(span.end, span.start + 1) };
  if (use !== undefined) {
    const quota = policyQuotas[use];
    if (size <= quota) return [];
    const what = use === 'managed' ? 'a managed policy takes' : `the inline policies of one ${use} together take`;
    const policies = count === 1 ? 'The policy has' : `The ${count} policies here have`;
    const message = `${policies} ${size} characters without white space; ${what} ${quota}. Split it or shorten it.`;
    return [{ code: 'too-large', severity: 'error', message, ...at }];
  }
  if (size <= policyQuotas.managed) return [];
  const severity = size > policyQuotas.role ? 'error' : 'warning';
  const message = `The policy has ${size} characters without white space; a managed policy takes ${policyQuotas.managed}, the inline policies of a role together ${policyQuotas.role}, those of a user ${policyQuotas.user}. Split it or shorten it.`;
  return [{ code: 'too-large', severity, message, ...at }];
}

/** What can be said only of a text that was read to its end. */
const ofTheWhole: ReadonlySet<PermissionCode> = new Set(['not-a-policy', 'missing-element', 'old-version']);

function syntaxFindings(syntax: PolicyText['syntax']): readonly PermissionFinding[] {
  return syntax.map((s): PermissionFinding => {
    if (!s.comma) return { code: 'syntax', severity: 'error', message: s.message, ...place(s) };
    const fix = { title: 'Remove the comma', edits: [{ span: place(s), newText: '' }] };
    return { code: 'trailing-comma', severity: 'error', message: s.message, ...place(s), fix };
  });
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html: the characters that a policy may hold. */
function characterFinding(text: string, comments: readonly Span[]): readonly PermissionFinding[] {
  const found = /[^\u0009\u000a\u000d\u0020-\u00ff]/u.exec(blank(text, comments));
  if (found === null) return [];
  const [character] = found;
  const message = `IAM refuses the character "${character}": a policy holds only those up to U+00FF.`;
  return [{ code: 'syntax', severity: 'error', message, start: found.index, end: found.index + character.length }];
}

function without(text: string, comments: readonly Span[], root: PolicyNode): string {
  return blank(text, comments).slice(root.start, root.end);
}

/** In the order of the text; what several policies that share a local say of it is said once. */
function inOrder(findings: readonly PermissionFinding[]): readonly PermissionFinding[] {
  const seen = new Set<string>();
  return [...findings]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .filter(f => {
      const key = `${f.code} ${f.start} ${f.end} ${f.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** What IAM's API answers: the document as a text inside of JSON, URL-encoded. */
function documentIn(input: string): string | undefined {
  if (!/"(?:Policy)?Document"\s*:\s*"/.test(input)) return undefined;
  let value = plainJson(input);
  for (const key of ['PolicyVersion', 'PolicyDocument', 'Document'])
    if (typeof value === 'object' && value !== null && key in value) value = (value as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

/** A resource's own policy, or a trust policy. */
function hasPrincipal(root: PolicyNode): boolean {
  const statements = listOf(entry(root, 'Statement')?.value).filter(s => s.kind === 'object');
  const named = statements.filter(s => {
    const principal = (entry(s, 'Principal') ?? entry(s, 'NotPrincipal'))?.value;
    return principal !== undefined && !isOpenPrincipal(principal);
  });
  // One Principal among many statements is a mistake in a policy of a caller.
  return named.length > 0 && named.length * 2 >= statements.length;
}

import { isCloudFormation, trustPoliciesInTemplate, type Yaml } from '../../inCode/cloudFormation';
import { trustMarker } from '../../inCode/marker';
import { isTemplate, readTemplate } from '../../inCode/template';
import { entry, type PolicyNode, readPolicyText } from '../../policy/node';
import { Holes } from '../../policy/patterns/holes';
import { isForNobody, lintTrust, lintTrustText, type TrustReport } from './lintTrust';
import { type TrustExpectation, type TrustFinding, type TrustVerdict, trustFinding } from './trustFinding';

/** The verdict on a file with several policies: the worst one. */
export function worst(verdicts: readonly TrustVerdict[]): TrustVerdict {
  const order = ['broken', 'too-broad', 'not-read', 'depends'] as const;
  const isJudged = verdicts.length === 0 || verdicts.some(v => v !== 'not-judged');
  return order.find(v => verdicts.includes(v)) ?? (isJudged ? 'correct' : 'not-judged');
}

type FileReport = TrustReport & { readonly text: string };

/**
 * Lints what a file holds that is no Terraform code: a policy as JSON, a template of templatefile(), or a template of CloudFormation
 * in YAML or JSON. A lone statement is judged as the policy that it makes; a lone condition is told as not read.
 */
export async function lintTrustFile(
  name: string,
  text: string,
  expected: TrustExpectation,
  yaml: () => Promise<Yaml>,
): Promise<FileReport> {
  if (isCloudFormation(text)) return lintTemplate(text, expected, await yaml());
  if (isTemplate(name, text)) return lintFilled(text, expected);
  if (text.trim() === '') return notRead(text, `The file is empty: there is nothing to judge. ${howToGive}`);
  const { root, syntax } = readPolicyText(text);
  const several = root === undefined ? 0 : policiesListed(root);
  if (several > 0)
    return notRead(
      text,
      `This is a list of ${several} ${several === 1 ? 'policy' : 'policies'}, not a policy. ${howToGive}`,
    );
  if (isFragment(text)) return notRead(text, `This is a part of a policy, not a policy. ${howToGive}`);
  if (root === undefined || syntax.some(s => !s.comma)) return lintTrustText(text, expected);
  if (isStatements(root)) return { ...lintTrust(wrapped(root, text), expected), text };
  if (isCondition(root)) return notRead(text, `This is a condition, not a policy. ${howToGive}`);
  return lintTrustText(text, expected);
}

const howToGive = 'Give the whole policy of one role, as "aws iam get-role" prints it.';

/** An element of a policy as people copy it out of one: `"Condition": { … }`, `"StringLike": { … },`. */
function isFragment(text: string): boolean {
  if (!/^\s*"[\w:]{1,60}"\s*:/.test(text)) return false;
  const { root, syntax } = readPolicyText(`{${text.trim().replace(/,$/, '')}}`);
  return root?.kind === 'object' && syntax.every(s => s.comma);
}

/** How many policies an array of them has, or the roles that `aws iam list-roles` prints. */
function policiesListed(root: PolicyNode): number {
  const list = root.kind === 'array' ? root : entry(root, 'Roles')?.value;
  if (list?.kind !== 'array' || list.items.length === 0) return 0;
  const isPolicy = (item: PolicyNode): boolean =>
    entry(item, 'Statement') !== undefined || entry(item, 'AssumeRolePolicyDocument') !== undefined;
  return list.items.every(isPolicy) ? list.items.length : 0;
}

function lintFilled(text: string, expected: TrustExpectation): FileReport {
  const holes = new Holes();
  const read = readTemplate(text, trustMarker(holes));
  if (read?.root === undefined || read.syntax.length > 0)
    return notRead(
      text,
      'Only templatefile() knows what this template becomes. Give the policy that Terraform made of it, as "aws iam get-role" prints it.',
    );
  return { ...written(lintTrust(read, expected), holes), text };
}

function lintTemplate(text: string, expected: TrustExpectation, yaml: Yaml): FileReport {
  const holes = new Holes();
  const policies = trustPoliciesInTemplate(text, yaml, trustMarker(holes));
  if (policies === undefined)
    return notRead(
      text,
      'This CloudFormation template could not be read: its YAML or JSON is broken. Give the policy itself as JSON.',
    );
  const all = policies.map(({ address, root }) => {
    const report = written(lintTrust({ root, syntax: [], comments: [], text }, expected), holes);
    return { ...report, findings: report.findings.map(f => ({ ...f, message: `${address}: ${f.message}` })) };
  });
  const ours = all.filter(report => !isForNobody(report));
  const reports = ours.length > 0 || all.some(report => report.verdict !== 'not-judged') ? ours : all;
  if (reports.length === 0)
    return notRead(text, 'This CloudFormation template has no trust policy for HCP Terraform that can be read.');
  return { verdict: worst(reports.map(r => r.verdict)), findings: reports.flatMap(r => r.findings), text };
}

/** Messages with the parts that only somebody else knows as they were written. A fix would have to know the language: it is left out. */
function written(report: TrustReport, holes: Holes): TrustReport {
  return {
    verdict: report.verdict,
    findings: report.findings.map(({ fix: _, ...f }): TrustFinding => ({ ...f, message: holes.written(f.message) })),
  };
}

function notRead(text: string, message: string): FileReport {
  const finding = trustFinding({
    code: 'not-read',
    message,
    start: 0,
    end: Math.min(1, text.length),
  });
  return { verdict: 'not-read', findings: [finding], text };
}

/** A statement, or a list of them, without the policy around it. */
function isStatements(root: PolicyNode): boolean {
  const items = root.kind === 'array' ? root.items : [root];
  return (
    items.length > 0 &&
    items.every(item => entry(item, 'Effect') !== undefined && entry(item, 'Statement') === undefined)
  );
}

function isCondition(root: PolicyNode): boolean {
  const inner = entry(root, 'Condition')?.value ?? root;
  return (
    entry(root, 'Statement') === undefined &&
    inner.kind === 'object' &&
    inner.entries.length > 0 &&
    inner.entries.every(e => /^(?:For(?:Any|All)Values?:)?(?:String|Arn|Bool|Null|Date|Numeric|IpAddress)/i.test(e.key))
  );
}

function wrapped(root: PolicyNode, text: string): Parameters<typeof lintTrust>[0] {
  const span = { start: root.start, end: root.end };
  const head = { start: root.start, end: root.start };
  const version: PolicyNode = { kind: 'string', value: '2012-10-17', ...head };
  const policy: PolicyNode = {
    kind: 'object',
    entries: [
      { key: 'Version', keySpan: head, value: version },
      { key: 'Statement', keySpan: head, value: root },
    ],
    ...span,
  };
  return { root: policy, syntax: [], comments: [], text };
}

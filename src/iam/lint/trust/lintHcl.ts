import type { Span } from '../../../core/text';
import type { ParsedFile } from '../../../terraform/syntax/ast';
import { visitExpressions } from '../../../terraform/syntax/walk';
import { trustMarker } from '../../inCode/marker';
import { CodeReader, type PolicyInCode } from '../../inCode/policiesInCode';
import { entry, listOf, type PolicyNode } from '../../policy/node';
import { Holes } from '../../policy/patterns/holes';
import { knownHosts } from './issuer';
import { isForNobody, lintTrust } from './lintTrust';
import { type TrustExpectation, type TrustFinding, type TrustVerdict, trustFinding } from './trustFinding';

/** A trust policy that stands in Terraform code: its address, and what was found. Spans are offsets into the file. */
export interface TrustInCode {
  /** `aws_iam_role.ci` or `data.aws_iam_policy_document.trust`. */
  readonly address: string;
  readonly verdict: TrustVerdict;
  readonly findings: readonly TrustFinding[];
}

/**
 * Lints the trust policies for HCP Terraform in one file, with the other files of its module: `assume_role_policy` of `aws_iam_role`
 * whatever it is written like, `aws_iam_policy_document`, and JSON in strings. Policies for other issuers are left out; conditions on
 * a subject of HCP Terraform that stand in no policy that could be read are told as not read.
 */
export function lintTrustInCode(
  file: ParsedFile,
  source: string,
  expected: TrustExpectation,
  siblings: readonly ParsedFile[] = [],
): readonly TrustInCode[] {
  const holes = new Holes();
  const reader = new CodeReader(file, source, siblings, trustMarker(holes));
  const policies = trustPolicies(file, reader);
  const judged = policies.flatMap((policy): readonly TrustInCode[] => {
    const one = judge(policy, source, expected, holes);
    return one === undefined ? [] : [one];
  });
  return [...judged, ...unread(file, policies)].sort((a, b) => startOf(a) - startOf(b));
}

const startOf = ({ findings }: TrustInCode): number => findings[0]?.start ?? 0;

function trustPolicies(file: ParsedFile, reader: CodeReader): readonly PolicyInCode[] {
  const found: PolicyInCode[] = [];
  for (const block of file.body.blocks) {
    const [type, name] = block.labels.map(label => label.value);
    if (block.type === 'data' && type === 'aws_iam_policy_document') found.push(reader.document(block));
    if (block.type !== 'resource' || type !== 'aws_iam_role') continue;
    const attribute = block.body.attributes.find(a => a.name === 'assume_role_policy');
    // A document of the module is judged where it stands.
    if (attribute === undefined || /^data\.aws_iam_policy_document\./.test(written(attribute.value))) continue;
    const read =
      reader.expression(reader.behind(attribute.value), [block]) ??
      named(reader.worth(attribute, [block]), attribute.value);
    if (read !== undefined) found.push({ ...read, address: `${type}.${name ?? ''}` });
  }
  visitExpressions(file.body, (expression, within) => {
    if (found.some(p => expression.start >= p.start && expression.end <= p.end)) return;
    const policy = reader.expression(expression, within);
    if (policy !== undefined) found.push(policy);
  });
  return found.filter(p => hasPrincipal(p.root));
}

const written = (expression: { readonly kind: string; readonly path?: string }): string => expression.path ?? '';

function named(read: ReturnType<CodeReader['worth']>, place: Span): PolicyInCode | undefined {
  if (read === undefined) return undefined;
  return { ...read, address: '', use: 'role', owner: undefined, start: place.start, end: place.end };
}

const hasPrincipal = (root: PolicyNode): boolean =>
  listOf(entry(root, 'Statement')?.value).some(s => entry(s, 'Principal') ?? entry(s, 'NotPrincipal'));

/** The verdict on one policy; `undefined` where it is for other issuers only. */
function judge(
  policy: PolicyInCode,
  source: string,
  expected: TrustExpectation,
  holes: Holes,
): TrustInCode | undefined {
  const report = lintTrust({ root: policy.root, syntax: [], comments: [], text: source }, expected);
  if (isForNobody(report)) return undefined;
  const place = { start: policy.start, end: policy.end };
  const findings = report.findings.map((f): TrustFinding => {
    const message = holes.written(f.message);
    // Inside of a quoted string there are no places: the string is the place, and nothing can be put right in it.
    if (!policy.exact) return { code: f.code, weight: f.weight, message, ...place };
    const fix = f.fix && {
      title: holes.written(f.fix.title),
      edits: f.fix.edits.map(e => ({ ...e, newText: holes.written(e.newText) })),
    };
    const { fix: _, ...rest } = f;
    return { ...rest, message, ...(fix && { fix }) };
  });
  if (!policy.incomplete) return { address: policy.address, verdict: report.verdict, findings };
  const message = 'Only Terraform knows all statements of this policy; those that stand here were judged.';
  const part = trustFinding({ code: 'not-read', message, ...place });
  const verdict = report.verdict === 'correct' || report.verdict === 'depends' ? 'not-read' : report.verdict;
  return { address: policy.address, verdict, findings: [...findings, part] };
}

/** Conditions on a subject of HCP Terraform outside of every policy that was read: of a module from a registry, for example. */
function unread(file: ParsedFile, policies: readonly PolicyInCode[]): readonly TrustInCode[] {
  const places = new Map<number, TrustInCode>();
  visitExpressions(file.body, (expression, within) => {
    if (expression.kind !== 'string' || !isSubjectKey(expression.value)) return;
    if (policies.some(p => expression.start >= p.start && expression.end <= p.end)) return;
    const [outer] = within;
    if (outer === undefined || places.has(outer.start)) return;
    const address = [outer.type, ...outer.labels.map(l => l.value)].join('.');
    const message = `The condition on ${expression.value} is in no policy that can be read here. Give the policy as JSON, once Terraform has made it (aws iam get-role).`;
    const place = { start: expression.start, end: expression.end };
    places.set(outer.start, {
      address,
      verdict: 'not-read',
      findings: [trustFinding({ code: 'not-read', message, ...place })],
    });
  });
  return [...places.values()];
}

function isSubjectKey(text: string): boolean {
  const host = /^(.+):sub$/i.exec(text)?.[1];
  return host !== undefined && knownHosts.has(host.toLowerCase());
}

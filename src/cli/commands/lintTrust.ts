import { ProblemError } from '../../core/problem';
import { applyEdits, LineIndex } from '../../core/text';
import { lintTrustInCode } from '../../iam/lint/trust/lintHcl';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import type { TrustExpectation, TrustFinding, TrustVerdict } from '../../iam/lint/trust/trustFinding';
import { issuerHost } from '../../oidc/names';
import { exitCode } from '../exitCode';
import { readInput } from '../input';
import { audienceOption, hostnameOf } from '../names';
import { policyCode } from '../policyFiles';
import { disjointEdits, findingLine, printedFixes } from '../output/printedFinding';
import { command } from '../command';
import { choice, flag, section, text } from '../option';

export const lintTrust = command({
  name: 'lint-trust',
  group: 'Policies',
  summary: 'say what is broken or too broad in a trust policy',
  operands: 'POLICY',
  about: `Lints a trust policy for HCP Terraform. Statements for other issuers are left alone. POLICY is a file, or - for standard input.

Reads JSON, JSON with comments (IAM takes none: a finding), and what "aws iam get-role" prints; in .tf and .tf.json files, the trust policies of aws_iam_role and aws_iam_policy_document.`,
  options: {
    ...section('What the role is for: its runs must get in', {
      organization: text('ORG', 'organization'),
      project: text('PROJECT', 'project'),
      workspace: text('NAME', 'workspace'),
      hostname: text('HOST', 'issuer (default: what the policy names)'),
      audience: audienceOption,
    }),
    format: choice(['json', 'text'], 'json', 'how to report'),
    fix: flag('print the policy with every fix applied, instead of the report'),
  },
  report: 'JSON: { "verdict": "correct|depends|not-read|too-broad|broken", "findings": [...] }',
  exits: { 0: 'correct, or values that stand elsewhere decide', 1: 'too broad or broken', 2: 'could not run' },
  run: async (context, { values, positionals }) => {
    const format = values.format;
    const { name, text: input } = await readInput(context, positionals, 'policy');
    const given = (option: 'organization' | 'project' | 'workspace' | 'audience'): Record<string, string> => {
      const value = values[option];
      return value === undefined ? {} : { [option]: value };
    };
    const expected = {
      ...given('organization'),
      ...given('project'),
      ...given('workspace'),
      ...given('audience'),
      ...(values.hostname !== undefined && { hostname: issuerHost(hostnameOf(values)) }),
    };
    const report = lint(name, input, expected);
    const exit = exitCode({
      wrong: report.verdict === 'broken' || report.verdict === 'too-broad',
      unread: report.verdict === 'not-read',
      open: report.verdict === 'depends',
    });
    if (values.fix) {
      context.out(applyEdits(report.text, disjointEdits(report.findings.map(f => f.fix))));
      return exit;
    }
    const index = new LineIndex(report.text);
    const findings = report.findings.map(f => ({
      code: f.code,
      severity: severities[f.weight],
      weight: f.weight,
      message: f.message,
      range: index.range(f),
      fixes: printedFixes(f.fix, index),
    }));
    if (format === 'json') context.out(`${JSON.stringify({ verdict: report.verdict, findings }, null, 2)}\n`);
    else {
      context.out(`${report.verdict}\n`);
      for (const f of findings) context.out(findingLine({ ...f, file: name }));
    }
    return exit;
  },
});

const severities = {
  note: 'information',
  depends: 'information',
  'not-read': 'information',
  broken: 'error',
  'too-broad': 'warning',
} as const;

/** A policy file, or a Terraform file with policies in it: then the worst verdict counts. */
function lint(
  name: string,
  input: string,
  expected: TrustExpectation,
): { verdict: TrustVerdict; findings: readonly TrustFinding[]; text: string } {
  const code = policyCode(name, input);
  if (code === undefined) return lintTrustText(input, expected);
  const { file, text } = code;
  const found = lintTrustInCode(file, text, expected);
  if (found.length === 0) {
    throw new ProblemError({
      code: 'no-trust-policy',
      message: `${name} holds no trust policy for HCP Terraform that can be read without running Terraform.`,
      nextStep: 'Name a file with an aws_iam_role or aws_iam_policy_document, or the policy itself as JSON.',
    });
  }
  const verdict =
    (['broken', 'too-broad', 'not-read', 'depends', 'correct'] as const).find(v => found.some(f => f.verdict === v)) ??
    'correct';
  return {
    verdict,
    findings: found.flatMap(f => f.findings.map(x => ({ ...x, message: `${f.address}: ${x.message}` }))),
    text,
  };
}

import { ProblemError } from '../../core/problem';
import { applyEdits, LineIndex } from '../../core/text';
import { lintTrustInCode } from '../../iam/lint/trust/lintHcl';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import type { TrustExpectation, TrustFinding, TrustVerdict } from '../../iam/lint/trust/trustFinding';
import { issuerHost } from '../../oidc/names';
import { choice, type Command, text } from '../command';
import { readInput } from '../input';
import { hostnameOf } from '../names';
import { policyCode } from '../policyFiles';
import { disjointEdits, findingLine, printedFixes } from '../output/printedFinding';

export const lintTrust: Command = {
  name: 'lint-trust',
  summary: 'say what is broken or too broad in a trust policy',
  help: `Lints a trust policy for HCP Terraform. Statements for other issuers are left alone.

Usage: tfc-oidc lint-trust POLICY [options]      (POLICY: a file, or - for standard input)

  --organization ORG --project PROJECT --workspace NAME    what the role is for: its runs must get in
  --hostname HOST       issuer (default: what the policy names)
  --audience A          audience of the tokens (default aws.workload.identity)
  --format json|text    default json: { "verdict": "correct|too-broad|broken", "findings": [...] }
  --fix                 print the policy with every fix applied, instead of the report

Reads JSON, JSON with comments (IAM takes none: a finding), and what "aws iam get-role" prints; in .tf and .tf.json files,
the trust policies of aws_iam_role and aws_iam_policy_document.
Exit codes: 0 correct, 1 too broad or broken, 2 could not run.`,
  options: {
    organization: { type: 'string' },
    project: { type: 'string' },
    workspace: { type: 'string' },
    hostname: { type: 'string' },
    audience: { type: 'string' },
    format: { type: 'string' },
    fix: { type: 'boolean' },
  },
  run: async (context, { values, positionals }) => {
    const format = choice(values, 'format', ['json', 'text'], 'json');
    const { name, text: input } = await readInput(context, positionals, 'policy');
    const given = (option: 'organization' | 'project' | 'workspace' | 'audience'): Record<string, string> => {
      const value = text(values, option);
      return value === undefined ? {} : { [option]: value };
    };
    const expected = {
      ...given('organization'),
      ...given('project'),
      ...given('workspace'),
      ...given('audience'),
      ...(text(values, 'hostname') !== undefined && { hostname: issuerHost(hostnameOf(values)) }),
    };
    const report = lint(name, input, expected);
    const exit = report.verdict === 'correct' ? 0 : 1;
    if (values['fix'] === true) {
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
};

const severities = { note: 'information', broken: 'error', 'too-broad': 'warning' } as const;

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
    (['broken', 'too-broad', 'correct'] as const).find(v => found.some(f => f.verdict === v)) ?? 'correct';
  return {
    verdict,
    findings: found.flatMap(f => f.findings.map(x => ({ ...x, message: `${f.address}: ${x.message}` }))),
    text,
  };
}

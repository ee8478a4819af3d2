import { ProblemError } from '../../core/problem';
import { applyEdits, LineIndex } from '../../core/text';
import { lintTrustInCode } from '../../iam/policy/lintHcl';
import { lintTrustText } from '../../iam/policy/lintTrust';
import type { TrustExpectation, TrustFinding, TrustVerdict } from '../../iam/policy/trustFinding';
import { issuerHost } from '../../oidc/names';
import { parseHcl } from '../../terraform/syntax/hcl';
import { parseTerraformJson } from '../../terraform/syntax/json';
import { choice, type Command, text } from '../command';
import { readInput } from '../input';
import { hostnameOf } from '../names';

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
      const edits = report.findings
        .flatMap(f => f.fix?.edits ?? [])
        .filter((e, i, all) => !all.slice(0, i).some(o => e.span.start < o.span.end && o.span.start <= e.span.start));
      context.out(applyEdits(report.text, edits));
      return exit;
    }
    const index = new LineIndex(report.text);
    const findings = report.findings.map(f => ({
      code: f.code,
      severity: f.weight === 'note' ? 'information' : f.weight === 'broken' ? 'error' : 'warning',
      weight: f.weight,
      message: f.message,
      range: index.range(f),
      fixes:
        f.fix === undefined
          ? []
          : [{ title: f.fix.title, edits: f.fix.edits.map(e => ({ range: index.range(e.span), newText: e.newText })) }],
    }));
    if (format === 'json') context.out(`${JSON.stringify({ verdict: report.verdict, findings }, null, 2)}\n`);
    else {
      context.out(`${report.verdict}\n`);
      for (const f of findings)
        context.out(
          `${name}:${f.range.start.line + 1}:${f.range.start.character + 1}: ${f.severity} ${f.code}: ${f.message}\n`,
        );
    }
    return exit;
  },
};

/** A policy file, or a Terraform file with policies in it: then the worst verdict counts. */
function lint(
  name: string,
  input: string,
  expected: TrustExpectation,
): { verdict: TrustVerdict; findings: readonly TrustFinding[]; text: string } {
  if (!/\.(?:tf|tofu)(?:\.json)?$/.test(name)) return lintTrustText(input, expected);
  const text = input.replace(/^\uFEFF/, '');
  const file = name.endsWith('.json') ? parseTerraformJson(text, 'config') : parseHcl(text);
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

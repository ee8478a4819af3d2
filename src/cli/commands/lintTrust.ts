import { applyEdits, LineIndex } from '../../core/text';
import { lintTrustInCode } from '../../iam/lint/trust/lintHcl';
import { lintTrustFile, worst } from '../../iam/lint/trust/lintFile';
import { isForNobody } from '../../iam/lint/trust/lintTrust';
import type { TrustExpectation, TrustFinding, TrustVerdict } from '../../iam/lint/trust/trustFinding';
import { unwrap } from '../../core/problem';
import { deploymentName, issuerHost, moduleName, stackName } from '../../oidc/names';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { audienceOption, hostnameOf } from '../names';
import { choice, flag, host, list, section, strictOption, text, UsageError } from '../option';
import { disjointEdits, findingLine, type PrintedFinding, printedFixes } from '../output/printedFinding';
import { type FindingFormat, findingFormats, formatAbout, isFindingFormat, printReport } from '../output/reports';
import { trustPolicyRules, withOthers } from '../output/ruleTexts';
import { Unread } from '../output/unread';
import { noPolicyIn, type PolicySource, policySources, trustsSomebody } from '../policyFiles';
import { jsonReport } from '../output/jsonReport';

export const lintTrust = command({
  name: 'lint-trust',
  group: 'Policies',
  summary: 'say what is broken or too broad in a trust policy',
  operands: 'POLICY|FOLDER...',
  about: `Lints trust policies for HCP Terraform. Statements for other issuers are left alone. POLICY is a file, or - for standard input; a FOLDER stands for the Terraform code below it, and for each JSON file that is a trust policy.

Reads JSON, JSON with comments (IAM takes none: a finding), and what "aws iam get-role" prints; in .tf and .tf.json files, the trust policies of aws_iam_role and aws_iam_policy_document; templates of CloudFormation (YAML, JSON) and of templatefile().`,
  options: {
    ...section('What the role is for: its runs must get in', {
      organization: text('ORG', 'organization'),
      project: text('PROJECT', 'project'),
      workspace: text('NAME', 'workspace'),
      stack: text('NAME', 'a Stack, in place of a workspace'),
      deployment: list('NAME', 'deployment of the Stack (default: one that the policy lets in)'),
      module: text('NAME', 'the tests of a module of the private registry, in place of a workspace'),
      hostname: host('HOST', 'issuer (default: what the policy names)'),
      audience: audienceOption,
    }),
    format: choice(['text', 'json', ...findingFormats], 'text', formatAbout),
    strict: strictOption,
    fix: flag('print the one POLICY with every fix applied, instead of the report'),
  },
  report: `JSON: { "verdict": "correct|depends|not-judged|not-read|too-broad|broken", the worst of all, "findings": [{ "file", "code", "severity", "weight", "message", "range", "fixes" }], "policies": [{ "file", "address", "verdict" }] }`,
  exits: {
    0: 'correct, or values that stand elsewhere decide, or not for HCP Terraform (not-judged)',
    1: 'too broad or broken',
    2: 'could not run, or a file could not be read (it is named)',
  },
  run: async (context, { values, positionals }) => {
    const { format } = values;
    if (positionals.length === 0) throw new UsageError('one policy is needed ("-" reads standard input)');
    if (values.fix && positionals.length > 1) throw new UsageError('--fix takes one POLICY');
    const expected = expectationOf(values);
    const unread = new Unread();
    const findings: Judged[] = [];
    const policies: JudgedPolicy[] = [];
    for (const source of await policySources(context, positionals, unread)) {
      const linted = await lint(source, expected);
      if (linted.length === 0) {
        if (source.found) continue;
        throw noPolicyIn(source.name, 'trust policy for HCP Terraform');
      }
      if (values.fix) {
        if (source.found) throw new UsageError('--fix takes one POLICY');
        const fixes = linted.flatMap(policy => policy.findings.map(f => f.fix));
        context.out(applyEdits(linted[0]?.text ?? source.text, disjointEdits(fixes)));
        return exitCode({ wrong: linted.some(({ verdict }) => isWrong(verdict)) });
      }
      for (const { address, verdict, findings: found, text: own } of linted) {
        policies.push({ file: source.name, ...(address !== undefined && { address }), verdict });
        const index = new LineIndex(own);
        findings.push(...found.map(f => printed(source.name, address, f, index)));
      }
    }
    const verdict = worst(policies.map(policy => policy.verdict));
    print(context, format, { verdict, findings, policies });
    context.err(unread.text('lint-trust'));
    return exitCode(
      { wrong: isWrong(verdict), unread: unread.any || verdict === 'not-read', open: verdict !== 'correct' },
      values.strict,
    );
  },
});

type Judged = PrintedFinding & { readonly weight: TrustFinding['weight'] };

interface JudgedPolicy {
  readonly file: string;
  readonly address?: string;
  readonly verdict: TrustVerdict;
}

function print(
  context: CliContext,
  format: 'text' | 'json' | FindingFormat,
  report: {
    readonly verdict: TrustVerdict;
    readonly findings: readonly Judged[];
    readonly policies: readonly JudgedPolicy[];
  },
): void {
  const { verdict, findings, policies } = report;
  if (format === 'json') context.out(jsonReport('lint-trust', report));
  else if (isFindingFormat(format)) {
    const codes = findings.map(f => f.code);
    printReport(context, 'lint-trust', format, findings, withOthers(trustPolicyRules, codes, 'docs/trust.md'));
  } else if (policies.length === 0) context.out('No trust policy for HCP Terraform was found.\n');
  else context.out([`${verdict}\n`, ...findings.map(findingLine)].join(''));
}

type Names = Readonly<
  Record<'organization' | 'project' | 'workspace' | 'stack' | 'module' | 'hostname' | 'audience', string | undefined>
> & { readonly deployment: readonly string[] };

function expectationOf(values: Names): TrustExpectation {
  const { organization, project, workspace, stack, module, deployment, audience } = values;
  if ([workspace, stack, module].filter(name => name !== undefined).length > 1)
    throw new UsageError('name one of --workspace, --stack and --module');
  if (deployment.length > 0 && stack === undefined) throw new UsageError('--deployment needs --stack');
  return {
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
    ...(workspace !== undefined && { workspace }),
    ...(stack !== undefined && {
      stack: unwrap(stackName(stack)),
      deployments: deployment.map(d => unwrap(deploymentName(d))),
    }),
    ...(module !== undefined && { module: unwrap(moduleName(module)) }),
    ...(audience !== undefined && { audience }),
    ...(values.hostname !== undefined && { hostname: issuerHost(hostnameOf(values)) }),
  };
}

const severities = {
  note: 'information',
  depends: 'information',
  'not-read': 'information',
  'not-judged': 'information',
  broken: 'error',
  'too-broad': 'warning',
} as const;

function printed(file: string, address: string | undefined, finding: TrustFinding, index: LineIndex): Judged {
  const { code, weight, message, fix } = finding;
  return {
    file,
    source: 'tfc-oidc',
    code,
    severity: severities[weight],
    weight,
    message: address === undefined ? message : `${address}: ${message}`,
    range: index.range(finding),
    fixes: printedFixes(fix, index),
  };
}

const isWrong = (verdict: TrustVerdict): boolean => verdict === 'broken' || verdict === 'too-broad';

interface Linted {
  readonly address?: string;
  readonly verdict: TrustVerdict;
  readonly findings: readonly TrustFinding[];
  readonly text: string;
}

/** The one policy that a JSON file is, or those that stand in Terraform code. */
async function lint(source: PolicySource, expected: TrustExpectation): Promise<readonly Linted[]> {
  const { code, text: input, siblings, found, name } = source;
  if (code === undefined) {
    if (found && !trustsSomebody(input)) return [];
    const report = await lintTrustFile(name, input, expected, () => import('../../iam/inCode/yaml'));
    // Whoever names a folder asks about what is in it for HCP Terraform.
    return found && isForNobody(report) ? [] : [report];
  }
  return lintTrustInCode(code.file, code.text, expected, siblings).map(policy => ({ ...policy, text: code.text }));
}

import { unwrap } from '../../core/problem';
import { applyEdits, LineIndex } from '../../core/text';
import {
  lintPermissionsInCode,
  lintPermissionText,
  policyQuotas,
  type PermissionReport,
} from '../../iam/lint/permissions/lintPermissions';
import type { ValidationFinding } from '../../iam/account/types';
import type { PermissionFinding } from '../../iam/lint/permissions/permissionFinding';
import type { ResourceReference } from '../../iam/reference/reference';
import type { OpenedAccount } from '../../binding/setup/model';
import { openAccount } from '../binding/accounts';
import { resourceReference } from '../permissionData';
import { noPolicyIn, policyCode, type PolicySource, policySources } from '../policyFiles';
import { type FindingFormat, findingFormats, formatAbout, isFindingFormat, printReport } from '../output/reports';
import { policyRules, withOthers } from '../output/ruleTexts';
import { disjointEdits, findingLine, type PrintedFinding, printedFixes } from '../output/printedFinding';
import { Unread } from '../output/unread';
import { exitCode } from '../exitCode';
import { type CliContext, command } from '../command';
import { choice, flag, optionalChoice, text, UsageError } from '../option';
import { jsonReport } from '../output/jsonReport';

type Use = 'managed' | 'role' | 'user' | 'group';

export const lintPolicy = command({
  name: 'lint-policy',
  group: 'Policies',
  summary: 'say what is wrong or too broad in a permission policy',
  operands: 'FILE|FOLDER...',
  about: `Lints permission policies: JSON, JSON with comments (IAM takes none: a finding), what the AWS CLI prints, and Terraform code (aws_iam_policy_document, jsonencode, JSON in strings and heredocs; what only Terraform knows is left alone). FILE is a .json, .jsonc, .tf or .tf.json file, or - for standard input.

A FOLDER stands for the Terraform code below it, and for each JSON file that is a policy. Locals and defaults of variables are looked up in all files of a module.`,
  options: {
    for: optionalChoice(
      ['managed', 'role', 'user', 'group'],
      'what a JSON policy is for: its size limit counts (6,144; inline in a role 10,240, a user 2,048, a group 5,120 characters). In Terraform code the resource says it',
    ),
    format: choice(['text', 'json', ...findingFormats], 'text', formatAbout),
    aws: flag(
      'send the policies to AWS as well: Access Analyzer\'s ValidatePolicy (its findings have "source": "aws"). Only with --aws does anything leave this machine; in Terraform code only policies that are known as a whole are sent',
    ),
    profile: text('NAME', 'with --aws: with which credentials'),
    region: text('REGION', 'with --aws: in which region'),
    fix: flag('print the one FILE with every fix applied, instead of the report'),
  },
  report: 'JSON: { "findings": [...], "size": N, "policies": [...] }',
  exits: { 0: 'nothing found', 1: 'findings', 2: 'could not run, or a file or folder could not be read (it is named)' },
  run: async (context, { values, positionals }) => {
    const use = values.for;
    refuseContradictions(values, positionals);
    const opened = values.aws ? await openAccount(context, values) : undefined;
    const reference = resourceReference();
    const findings: PrintedFinding[] = [];
    const policies: PrintedPolicy[] = [];
    const unread = new Unread();
    for (const source of await policySources(context, positionals, unread)) {
      const { name } = source;
      const report = lint(source, reference, use);
      if (source.code !== undefined && report.policies.length === 0) {
        if (source.found) continue;
        throw noPolicyIn(name);
      }
      if (values.fix) {
        if (source.found) throw new UsageError('--fix takes one FILE');
        context.out(fixed(source, report, reference, use));
        return exitCode({ wrong: report.findings.length > 0 });
      }
      const index = new LineIndex(report.text);
      findings.push(...report.findings.map(f => printed(name, f, index)));
      if (opened !== undefined) findings.push(...(await askedOfAws(opened, name, report, index, context.signal)));
      for (const { address, size, span } of report.policies)
        policies.push({
          file: name,
          ...(address !== undefined && { address }),
          size: size ?? null,
          range: index.range(span),
        });
    }
    print(context, values.format, findings, policies);
    context.err(unread.text('lint-policy'));
    return exitCode({ wrong: findings.length > 0, unread: unread.any });
  },
});

function refuseContradictions(
  { fix, aws, profile, region }: Readonly<{ fix: boolean; aws: boolean; profile?: unknown; region?: unknown }>,
  positionals: readonly string[],
): void {
  if (positionals.length === 0) throw new UsageError('one policy is needed ("-" reads standard input)');
  if (fix && positionals.length > 1) throw new UsageError('--fix takes one FILE');
  if (!aws && (profile !== undefined || region !== undefined))
    throw new UsageError('--profile and --region say how to ask AWS: they need --aws');
}

interface PrintedPolicy {
  readonly file: string;
  readonly address?: string;
  readonly size: number | null;
  readonly range: PrintedFinding['range'];
}

function print(
  context: CliContext,
  format: 'text' | 'json' | FindingFormat,
  findings: readonly PrintedFinding[],
  policies: readonly PrintedPolicy[],
): void {
  if (format === 'json') {
    const size = Math.max(0, ...policies.map(p => p.size ?? 0));
    context.out(jsonReport('lint-policy', { findings, size, quotas: policyQuotas, policies }));
  } else if (isFindingFormat(format)) {
    const codes = findings.map(f => f.code);
    printReport(context, 'lint-policy', format, findings, withOthers(policyRules, codes, 'docs/permissions.md'));
  } else {
    for (const finding of findings) context.out(findingLine(finding));
    if (policies.length === 0) context.out('No policy was found.\n');
    else if (findings.length === 0)
      context.out(`Nothing found in ${policies.length === 1 ? 'the policy' : `${policies.length} policies`}.\n`);
  }
}

/** What Access Analyzer says of the policies that are known as a whole. */
async function askedOfAws(
  { account }: OpenedAccount,
  file: string,
  { policies }: PermissionReport,
  index: LineIndex,
  signal: AbortSignal,
): Promise<readonly PrintedFinding[]> {
  const findings: PrintedFinding[] = [];
  for (const sent of policies) {
    if (sent.document === undefined) continue;
    const told = unwrap(await account.validatePolicy(sent.document, signal));
    findings.push(...told.map(f => fromAws(file, f, sent, index)));
  }
  return findings;
}

function lint(
  { code, text: input, siblings }: Pick<PolicySource, 'code' | 'text' | 'siblings'>,
  reference: ResourceReference,
  use: Use | undefined,
): PermissionReport {
  if (code === undefined) return lintPermissionText(input, reference, use);
  return lintPermissionsInCode(code.file, code.text, reference, siblings);
}

/** Fixes until none is left: removing a comment, for example, lets the next reading see more. */
function fixed(
  source: PolicySource,
  first: PermissionReport,
  reference: ResourceReference,
  use: Use | undefined,
): string {
  let report = first;
  for (let round = 0; round < 20; round++) {
    const edits = disjointEdits(report.findings.map(f => f.fix));
    if (edits.length === 0) break;
    const text = applyEdits(report.text, edits);
    const code = source.code === undefined ? undefined : policyCode(source.name, text);
    report = lint({ text, siblings: source.siblings, ...(code !== undefined && { code }) }, reference, use);
  }
  return report.text;
}

const severities = {
  ERROR: 'error',
  SECURITY_WARNING: 'warning',
  WARNING: 'warning',
  SUGGESTION: 'information',
} as const;

/** AWS counts in what was sent: that is the text from the policy's start on, or the policy written anew. */
function fromAws(
  file: string,
  f: ValidationFinding,
  sent: PermissionReport['policies'][number],
  index: LineIndex,
): PrintedFinding {
  const start = index.position(sent.span.start);
  const at = (p: PrintedFinding['range']['start']): PrintedFinding['range']['start'] =>
    p.line === 0
      ? { line: start.line, character: start.character + p.character }
      : { line: start.line + p.line, character: p.character };
  const range =
    f.range === undefined || sent.asWritten !== true
      ? index.range({ start: sent.span.start, end: Math.min(sent.span.end, sent.span.start + 1) })
      : { start: at(f.range.start), end: at(f.range.end) };
  const message = `${sent.address === undefined ? '' : `${sent.address}: `}${f.details}`;
  return { file, source: 'aws', code: f.code, severity: severities[f.type], message, range, fixes: [] };
}

function printed(file: string, f: PermissionFinding, index: LineIndex): PrintedFinding {
  return {
    file,
    source: 'tfc-oidc',
    code: f.code,
    severity: f.severity,
    message: f.message,
    range: index.range(f),
    fixes: printedFixes(f.fix, index),
  };
}

import { oneLine } from '../../core/text';
import type { StatementResult } from '../../iam/policy/evaluate';
import { evaluateText } from '../../iam/policy/webIdentity';
import { issuerHost } from '../../oidc/names';
import { parseOidcProviderArn } from '../../oidc/arns';
import { readInput } from '../input';
import { audienceOption, hostnameOf } from '../names';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { host, needed, text, textOrJson, UsageError } from '../option';
import { jsonReport } from '../output/jsonReport';

export const prove = command({
  name: 'prove',
  group: 'Policies',
  summary: 'say whether a trust policy allows a subject, and why',
  operands: 'POLICY',
  about: `Evaluates a trust policy for sts:AssumeRoleWithWebIdentity, as AWS would, without asking AWS. POLICY is a file, or - for standard input.

Where only AWS can know (policy variables, keys such as aws:SourceIp), the decision is "deny" and "undecided" is true: what cannot be proven is not proven.`,
  options: {
    subject: needed('SUBJECT', 'subject of the token; "tfc-oidc subject" prints it; needed'),
    audience: audienceOption,
    hostname: host('HOST', 'issuer (default: that of --provider-arn, or app.terraform.io)'),
    'provider-arn': text('ARN', "the exact OIDC provider (default: any account's provider for the host)"),
    format: textOrJson,
  },
  report:
    'JSON: { "decision": "allow|deny", "statements": [{ "index", "sid", "effect", "applies", "clauses" }], "why": [...] }',
  exits: { 0: 'allow', 1: 'deny', 2: 'could not run' },
  run: async (context, { values, positionals }) => {
    const format = values.format;
    const subject = values.subject;
    const arn = values['provider-arn'];
    const provider = arn === undefined ? undefined : parseOidcProviderArn(arn);
    if (arn !== undefined && provider === undefined)
      throw new UsageError(`--provider-arn takes an ARN of an OIDC provider; it was "${arn}"`);
    const named = values.hostname === undefined ? undefined : issuerHost(hostnameOf(values));
    if (provider !== undefined && named !== undefined && provider.host !== named)
      throw new UsageError(`--provider-arn is for ${provider.host}, --hostname for ${named}`);
    const host = provider?.host ?? named ?? issuerHost(hostnameOf(values));
    const { text: policy } = await readInput(context, positionals, 'policy');
    const { decision, statements, why } = evaluateText(policy, {
      hostname: host,
      subject,
      audience: values.audience ?? 'aws.workload.identity',
      ...(arn !== undefined && { providerArn: arn }),
    });
    const answer = decision === 'allow' ? 'allow' : 'deny';
    if (format === 'json')
      context.out(
        jsonReport('prove', {
          decision: answer,
          ...(decision === 'undecided' && { undecided: true }),
          statements: statements.map(reported),
          why,
        }),
      );
    else
      context.out(
        `${decision === 'undecided' ? 'deny (undecided)' : answer}\n${why.map(line => `  ${oneLine(line)}\n`).join('')}`,
      );
    return exitCode({ wrong: answer !== 'allow' });
  },
});

/** A statement's answer in the report: what the policy's text can't tell by itself. */
function reported({ index, sid, effect, applies, clauses }: StatementResult) {
  return {
    index,
    ...(sid !== undefined && { sid }),
    effect,
    applies,
    clauses: clauses.map(({ clause, result, why }) => ({ clause, result, why })),
  };
}

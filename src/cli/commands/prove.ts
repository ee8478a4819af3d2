import { oneLine } from '../../core/text';
import { evaluateText } from '../../iam/policy/evaluate';
import { issuerHost } from '../../oidc/names';
import { parseOidcProviderArn } from '../../oidc/partition';
import { choice, type Command, required, text, UsageError } from '../command';
import { readInput } from '../input';
import { hostnameOf } from '../names';

export const prove: Command = {
  name: 'prove',
  summary: 'say whether a trust policy allows a subject, and why',
  help: `Evaluates a trust policy for sts:AssumeRoleWithWebIdentity, as AWS would, without asking AWS.

Usage: tfc-oidc prove POLICY --subject SUBJECT [options]      (POLICY: a file, or - for standard input)

  --subject S           subject of the token; "tfc-oidc subject" prints it
  --audience A          audience of the token (default aws.workload.identity)
  --hostname HOST       issuer (default: that of --provider-arn, or app.terraform.io)
  --provider-arn ARN    the exact OIDC provider (default: any account's provider for the host)
  --format json|text    default json:
    { "decision": "allow|deny", "statements": [{ "index", "sid", "effect", "applies", "clauses" }], "why": [...] }

Where only AWS can know (policy variables, keys such as aws:SourceIp), the decision is "deny" and "undecided" is true:
what can not be proven is not proven.

Exit codes: 0 allow, 1 deny, 2 could not run.`,
  options: {
    subject: { type: 'string' },
    audience: { type: 'string' },
    hostname: { type: 'string' },
    'provider-arn': { type: 'string' },
    format: { type: 'string' },
  },
  run: async (context, { values, positionals }) => {
    const format = choice(values, 'format', ['json', 'text'], 'json');
    const subject = required(values, 'subject');
    const arn = text(values, 'provider-arn');
    const provider = arn === undefined ? undefined : parseOidcProviderArn(arn);
    if (arn !== undefined && provider === undefined)
      throw new UsageError(`--provider-arn takes an ARN of an OIDC provider; it was "${arn}"`);
    const named = text(values, 'hostname') === undefined ? undefined : issuerHost(hostnameOf(values));
    if (provider !== undefined && named !== undefined && provider.host !== named)
      throw new UsageError(`--provider-arn is for ${provider.host}, --hostname for ${named}`);
    const host = provider?.host ?? named ?? issuerHost(hostnameOf(values));
    const { text: policy } = await readInput(context, positionals, 'policy');
    const { decision, statements, why } = evaluateText(policy, {
      hostname: host,
      subject,
      audience: text(values, 'audience', 'aws.workload.identity'),
      ...(arn !== undefined && { providerArn: arn }),
    });
    const answer = decision === 'allow' ? 'allow' : 'deny';
    if (format === 'json')
      context.out(
        `${JSON.stringify({ decision: answer, ...(decision === 'undecided' && { undecided: true }), statements, why }, null, 2)}\n`,
      );
    else
      context.out(
        `${decision === 'undecided' ? 'deny (undecided)' : answer}\n${why.map(line => `  ${oneLine(line)}\n`).join('')}`,
      );
    return answer === 'allow' ? 0 : 1;
  },
};

import { ok, type Result } from '../../core/problem';
import { LineIndex, oneLine } from '../../core/text';
import { explainDenial, whatWasRefused } from '../../iam/denials/explain';
import { readDenials } from '../../iam/denials/message';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import { generatePermissions } from '../../iam/needs/generate';
import type { TypeMapping } from '../../iam/needs/mapping';
import { evaluateText } from '../../iam/policy/webIdentity';
import type { ResourceReference } from '../../iam/reference/reference';
import { defaultAudience, defaultHostname, hostname, issuerHost } from '../../oidc/names';
import type { Root } from '../../terraform/model';

/** Answers about policies: texts that a language model hands over, and what code needs. */

/** The data of permissions, read when it is asked for. */
export interface PermissionKnowledge {
  readonly reference: ResourceReference;
  readonly mapping: TypeMapping;
}

type Inputs = Readonly<Record<string, string | undefined>>;

export function trustAnswer(given: Inputs): Result<string> {
  const policy = given['policy'] ?? '';
  const { organization, project, workspace, audience } = given;
  const host = given['hostname'] === undefined ? undefined : hostname(given['hostname']);
  if (host?.ok === false) return host;
  const report = lintTrustText(policy, {
    ...(organization !== undefined && { organization }),
    ...(project !== undefined && { project }),
    ...(workspace !== undefined && { workspace }),
    ...(audience !== undefined && { audience }),
    ...(host?.ok === true && { hostname: issuerHost(host.value) }),
  });
  const index = new LineIndex(report.text);
  const lines = report.findings.map(
    f => `- line ${index.range(f).start.line + 1}, ${f.weight}, ${f.code}: ${oneLine(f.message)}`,
  );
  return ok([`Verdict: ${report.verdict}`, ...(lines.length === 0 ? ['No findings.'] : lines)].join('\n'));
}

export function proveAnswer(given: Inputs): string {
  const host = given['hostname'] === undefined ? undefined : hostname(given['hostname']);
  const { decision, why } = evaluateText(given['policy'] ?? '', {
    hostname: issuerHost(host?.ok === true ? host.value : defaultHostname),
    subject: given['subject'] ?? '',
    audience: given['audience'] ?? defaultAudience,
  });
  const head =
    decision === 'undecided' ? 'undecided: only AWS can know, so it is not proven that the subject gets in' : decision;
  return [head, ...why.map(line => `- ${oneLine(line)}`)].join('\n');
}

const place = { partition: undefined, region: undefined, account: undefined };

export function permissionsAnswer(root: Root, given: Inputs, { mapping }: PermissionKnowledge): string {
  const phase = given['phase'] === 'plan' ? 'plan' : 'apply';
  const { policy, unmapped, unread, fit, provider } = generatePermissions(root, mapping, { phase, place });
  return [
    `Starting policy of the code for ${phase}, AWS provider ${provider}. ${fit.sentence}`,
    JSON.stringify(policy, undefined, 2),
    ...(unmapped.length === 0
      ? []
      : [`Nothing is known of these, and the policy leaves them out: ${unmapped.map(u => u.address).join(', ')}.`]),
    ...unread.map(u => `Not read, so what it needs is missing: ${oneLine(u.message)}`),
    'What the code no longer has, and a run still has to refresh or delete, is not in it.',
  ].join('\n');
}

export function denialAnswer(given: Inputs, { reference }: PermissionKnowledge): string {
  const text = given['policy'];
  const policies = text === undefined ? [] : [{ name: 'the policy', text }];
  const denials = readDenials(given['message'] ?? '', reference.actions);
  if (denials.length === 0) return 'Nothing is denied in this text.';
  return denials
    .map(denial => {
      const { lacks, change, nextStep } = explainDenial(denial, policies, undefined, reference);
      const head = `${whatWasRefused(denial.action, denial.encoded !== undefined)}${denial.resource === undefined ? '' : ` on ${denial.resource}`} was refused${denial.principal === undefined ? '' : ` to ${denial.principal}`}.`;
      return [
        head,
        ...lacks.map(line => `- ${oneLine(line)}`),
        change === undefined
          ? `Next: ${nextStep}`
          : `Smallest change: ${change.title}\n${JSON.stringify(change.statement, undefined, 2)}`,
      ].join('\n');
    })
    .join('\n\n');
}

import type { Check, CheckId } from '../binding/check';
import type { Finding } from '../lint/finding';
import { l10n } from './l10n';

/** The word for a run phase, or nothing where a check is about both. */
const phased = (check: Check, plan: string, apply: string, both: string): string =>
  check.phase === 'plan' ? plan : check.phase === 'apply' ? apply : both;

/**
 * Why a check does not hold, in at most five words, by its id. What a row has beside its name is read at a glance; the whole sentence is
 * in its hover and below it.
 */
const reasons: Readonly<Record<CheckId, (check: Check) => string>> = {
  'workspace-readable': () => l10n.t('workspace could not be read'),
  'execution-mode': check =>
    check.state === 'wrong' ? l10n.t('runs on your machine') : l10n.t('forced onto this machine'),
  'names-unchanged': check =>
    check.state === 'wrong' ? l10n.t('another workspace took the name') : l10n.t('renamed since the setup'),
  'agent-versions': check => (check.state === 'wrong' ? l10n.t('agents are too old') : l10n.t('no agent connected')),
  'variables-readable': () => l10n.t('variables could not be read'),
  'no-static-credentials': () => l10n.t('keys still win'),
  'variables-well-formed': () => l10n.t('a variable is malformed'),
  enabled: () => l10n.t('not switched on'),
  'roles-named': () => l10n.t('no role is named'),
  'role-arn-valid': () => l10n.t('role ARN is malformed'),
  'backing-configured': () => l10n.t('Vault is not set up'),
  'region-known': () => l10n.t('no AWS region'),
  'tags-and-aliases': () => l10n.t('tags and aliases differ'),
  'dynamic-credentials-injected': () => l10n.t('a variable gets no value'),
  'account-readable': () => l10n.t('account could not be read'),
  'provider-exists': () => l10n.t('OIDC provider is missing'),
  'provider-audience': () => l10n.t('audience is not accepted'),
  'issuer-readable': () => l10n.t('AWS cannot read the keys'),
  'role-exists': check =>
    phased(check, l10n.t('plan role is missing'), l10n.t('apply role is missing'), l10n.t('role is missing')),
  'role-trusts-run': check =>
    phased(check, l10n.t('plan runs refused'), l10n.t('apply runs refused'), l10n.t('runs refused')),
  'strangers-refused': check =>
    phased(
      check,
      l10n.t('strangers reach plan role'),
      l10n.t('strangers reach apply role'),
      l10n.t('strangers reach the role'),
    ),
  'trust-acceptable': () => l10n.t('IAM refuses the trust policy'),
  'trust-size': () => l10n.t('trust policy is too long'),
  'role-unchanged': () => l10n.t('role was changed elsewhere'),
  'role-permissions': check =>
    check.state === 'wrong' ? l10n.t('permissions are missing') : l10n.t('permissions differ from code'),
  'role-allows-refused': () => l10n.t('AWS refused calls'),
  'last-run': () => l10n.t('latest run failed'),
  'aws-received': () => l10n.t('AWS refused the token'),
  'stack-identity-token': () => l10n.t('no identity token'),
  'stack-provider': () => l10n.t('role is not wired'),
  'stack-subject': () => l10n.t('subject does not match'),
  'stack-inputs': () => l10n.t('inputs do not fit'),
};

/** The reason of a check that does not hold, in at most five words. */
export function reasonOf(check: Check): string {
  return reasons[check.id](check);
}

/** What a finding does to a run, as the end of the sentence that its message begins with. */
const consequences: Readonly<Record<string, () => string>> = {
  'static-credentials': () => l10n.t('which wins over the role'),
  'provider-profile': () => l10n.t('which runs do not have'),
  'shared-files': () => l10n.t('which hides the file of the run'),
};

/** A finding in one line: what stands there, and what that does. The code of its rule is in the hover. */
export function findingLabel({ code, severity, message }: Finding): string {
  const sentence = /^.+?(?=[.:]\s|[.]?$)/.exec(message)?.[0] ?? message;
  const consequence = severity === 'information' ? undefined : consequences[code]?.();
  return consequence === undefined ? sentence : `${sentence}, ${consequence}`;
}

/** Why the code of a root stands in the way, in at most five words. */
export function codeReason(findings: readonly Finding[]): string {
  const [first] = findings;
  switch (first?.code) {
    case 'static-credentials':
      return l10n.t('keys in the code win');
    case 'provider-profile':
      return l10n.t('a profile stops runs');
    case 'hard-coded-key':
      return l10n.t('a key is written down');
    case 'backend-credentials':
      return l10n.t('keys in the backend');
    case 'cloud-token':
      return l10n.t('a token is written down');
    default:
      return findings.length === 1
        ? l10n.t('1 finding in the code')
        : l10n.t('{0} findings in the code', findings.length);
  }
}

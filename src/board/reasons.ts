import type { Check, CheckId } from '../binding/check';
import type { Finding } from '../lint/finding';

/** The word for a run phase, or nothing where a check is about both. */
const phased = (check: Check, plan: string, apply: string, both: string): string =>
  check.phase === 'plan' ? plan : check.phase === 'apply' ? apply : both;

/**
 * Why a check does not hold, in at most five words, by its id. What a row has beside its name is read at a glance; the whole sentence is
 * in its hover and below it.
 */
const reasons: Readonly<Record<CheckId, (check: Check) => string>> = {
  'workspace-readable': () => 'workspace could not be read',
  'execution-mode': check => (check.state === 'wrong' ? 'runs on your machine' : 'forced onto this machine'),
  'names-unchanged': check => (check.state === 'wrong' ? 'another workspace took the name' : 'renamed since the setup'),
  'agent-versions': check => (check.state === 'wrong' ? 'agents are too old' : 'no agent connected'),
  'variables-readable': () => 'variables could not be read',
  'no-static-credentials': () => 'keys still win',
  'variables-well-formed': () => 'a variable is malformed',
  enabled: () => 'not switched on',
  'roles-named': () => 'no role is named',
  'role-arn-valid': () => 'role ARN is malformed',
  'backing-configured': () => 'Vault is not set up',
  'region-known': () => 'no AWS region',
  'tags-and-aliases': () => 'tags and aliases differ',
  'dynamic-credentials-injected': () => 'a variable gets no value',
  'account-readable': () => 'account could not be read',
  'provider-exists': () => 'OIDC provider is missing',
  'provider-audience': () => 'audience is not accepted',
  'issuer-readable': () => 'AWS cannot read the keys',
  'role-exists': check => phased(check, 'plan role is missing', 'apply role is missing', 'role is missing'),
  'role-trusts-run': check => phased(check, 'plan runs refused', 'apply runs refused', 'runs refused'),
  'strangers-refused': check =>
    phased(check, 'strangers reach plan role', 'strangers reach apply role', 'strangers reach the role'),
  'trust-acceptable': () => 'IAM refuses the trust policy',
  'trust-size': () => 'trust policy is too long',
  'role-unchanged': () => 'role was changed elsewhere',
  'role-permissions': check => (check.state === 'wrong' ? 'permissions are missing' : 'permissions differ from code'),
  'role-allows-refused': () => 'AWS refused calls',
  'role-use': () => 'unused permissions',
  'last-run': () => 'latest run failed',
  'aws-received': () => 'AWS refused the token',
  'old-key': () => 'old access key lives on',
  'stack-identity-token': () => 'no identity token',
  'stack-provider': () => 'role is not wired',
  'stack-subject': () => 'subject does not match',
  'tests-enabled': () => 'tests get no token',
  'stack-inputs': () => 'inputs do not fit',
};

/** The reason of a check that does not hold, in at most five words. */
export function reasonOf(check: Check): string {
  return reasons[check.id](check);
}

/** What a finding does to a run, as the end of the sentence that its message begins with. */
const consequences: Readonly<Record<string, () => string>> = {
  'static-credentials': () => 'which wins over the role',
  'provider-profile': () => 'which runs do not have',
  'shared-files': () => 'which hides the file of the run',
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
      return 'keys in the code win';
    case 'provider-profile':
      return 'a profile stops runs';
    case 'hard-coded-key':
      return 'a key is written down';
    case 'backend-credentials':
      return 'keys in the backend';
    case 'cloud-token':
      return 'a token is written down';
    default:
      return findings.length === 1 ? '1 finding in the code' : `${findings.length} findings in the code`;
  }
}

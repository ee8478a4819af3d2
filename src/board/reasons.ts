import type { Finding } from '../lint/finding';

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

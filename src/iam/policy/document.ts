/** Building, printing and measuring policy documents. */

export interface TrustStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow';
  readonly Principal: { readonly Federated: string };
  readonly Action: 'sts:AssumeRoleWithWebIdentity';
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface TrustDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly TrustStatement[];
}

/** IAM's default quota for trust policies (L-C07B4B0D), in characters. */
export const trustQuota = 2048;

/** What a person reads. */
export function pretty(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What is sent to IAM. */
export function compact(document: object): string {
  return JSON.stringify(document);
}

/**
 * Characters that count against a quota: "IAM does not count white space" (reference_iam-quotas). Whether blanks inside of strings
 * are white space is not documented, so they count here.
 */
export function policySize(text: string): number {
  let size = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      size++;
      if (c === 92) {
        size++;
        i++;
      } else if (c === 34) inString = false;
    } else if (c === 34) {
      inString = true;
      size++;
    } else if (c !== 32 && c !== 10 && c !== 13 && c !== 9) size++;
  }
  return size;
}

/** One value as a string, several as a list: the way IAM prints them. */
export function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [first, ...rest] = values;
  return first !== undefined && rest.length === 0 ? first : values;
}

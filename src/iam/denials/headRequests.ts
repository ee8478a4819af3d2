/** A HEAD request of S3 that was refused, with what the text names of it. */
export interface HeadRefusal {
  readonly of: 'bucket' | 'object' | undefined;
  readonly bucket: string | undefined;
}

const bucketNamed = /\bS3 Bucket (?:Object )?\(?["'`]?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])["'`]?\)?(?=[:,\s]|$)/i;

/**
 * Reads a refused HEAD request in the words of the SDKs, the AWS CLI and older providers ("Forbidden: Forbidden", since there is no
 * message to print).
 */
export function headRefusalIn(text: string): HeadRefusal | undefined {
  const told =
    /\bHead(?<kind>Bucket|Object)\b[^]{0,500}?(?:\bForbidden\b|api error 403\b)|\(403\) when calling the Head(?<called>Bucket|Object) operation/i.exec(
      text,
    );
  // The SDK of older providers prints the code twice and names no operation; only S3 has a host id.
  const bare =
    told === null && /\bForbidden: Forbidden\b/.test(text) && /\bhost ?id\b|\bS3\b/i.test(text) ? text : undefined;
  if (told === null && bare === undefined) return undefined;
  const bucket = bucketNamed.exec(text)?.[1]?.toLowerCase();
  const kind = (told?.groups?.['kind'] ?? told?.groups?.['called'])?.toLowerCase();
  const of = kind === 'object' || /\bS3 Bucket Object\b/i.test(text) ? 'object' : kind;
  return { of: of === 'object' ? 'object' : of === 'bucket' || bucket !== undefined ? 'bucket' : undefined, bucket };
}

/** The permission that the request needs. */
export const permissionOfHead = ({ of }: HeadRefusal): string | undefined =>
  of === undefined ? undefined : of === 'object' ? 's3:GetObject' : 's3:ListBucket';

/**
 * Why nobody can tell more from the message: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html ("A message body is
 * not included"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (403 for an object that is not there).
 */
export function headReasons(head: HeadRefusal): readonly string[] {
  const permission = permissionOfHead(head) ?? 's3:ListBucket (of a bucket) or s3:GetObject (of an object)';
  const missing =
    head.of === 'bucket' ? '' : ' An object that does not exist looks the same to a caller without s3:ListBucket.';
  return [
    'S3 answers a HEAD request with the status alone, so the message gives no reason.',
    `Either the caller may not do ${permission}, or the bucket belongs to another account: names of buckets are global.${missing}`,
  ];
}

/** What tells the reasons apart. */
export function headNextStep(head: HeadRefusal): string {
  const permission = permissionOfHead(head) ?? 's3:ListBucket or s3:GetObject';
  return `See whether this account owns bucket ${head.bucket ?? 'BUCKET'} (aws s3api list-buckets). If it does, allow ${permission} and look for a Deny in the policy of the bucket. If it does not, choose another name for a bucket that Terraform is to create, or have the owner's bucket policy allow the caller.`;
}

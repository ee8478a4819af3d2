import { fail, ok, type Result } from '../core/problem';

/** Partitions by the beginning of their regions' names (botocore partitions.json). */
const byRegion: readonly (readonly [string, string])[] = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

const partitions = [
  'aws',
  'aws-us-gov',
  'aws-cn',
  'aws-eusc',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
] as const;
export type Partition = (typeof partitions)[number];

/**
 * A region that an account has to enable before STS answers there, and that takes no session of the global endpoint unless the account
 * says so (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html and
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
 */
const optIn =
  /\b(?:af-south-1|ap-east-[12]|ap-south-2|ap-southeast-[3-7]|ca-west-1|eu-central-2|eu-south-[12]|il-central-1|me-(?:central|south)-1|mx-central-1)\b/;

/** The first region of a text that has to be enabled in an account. */
export const optInRegionIn = (text: string): string | undefined => optIn.exec(text)?.[0];

export function partitionOfRegion(region: string): Partition {
  const found = byRegion.find(([prefix]) => region.startsWith(prefix))?.[1];
  return partitions.find(p => p === found) ?? 'aws';
}

export function partitionName(value: string): Result<Partition> {
  const found = partitions.find(p => p === value);
  if (found !== undefined) return ok(found);
  return fail({
    code: 'invalid-partition',
    message: `"${value}" is not an AWS partition.`,
    nextStep: `Use one of ${partitions.join(', ')}.`,
  });
}

export function accountId(value: string): Result<string> {
  if (/^\d{12}$/.test(value)) return ok(value);
  return fail({
    code: 'invalid-account',
    message: `"${value}" is not an AWS account id: expected twelve digits.`,
    nextStep: 'Copy the account id from the AWS console, without dashes.',
  });
}

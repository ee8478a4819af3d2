/**
 * Error texts as people paste them: what the AWS provider, STS, IAM, the AWS CLI and Terraform print, in the forms in which
 * terminals, browsers, CIs and HCP Terraform show them. Account numbers are those of AWS's documentation.
 */
export interface Pasted {
  readonly name: string;
  /** The failure mode that is first; `none`: nothing of dynamic credentials, and what it is instead. */
  readonly mode: number | 'none';
  readonly text: string;
  /** Failure modes that the text does not speak for. */
  readonly not?: readonly number[];
  /** The code of the other error. */
  readonly other?: string;
}

const esc = String.fromCharCode(27);
export const nbsp = '\u00a0';
export const role = 'arn:aws:iam::123456789012:role/tfc-plan';

/** Terraform's frame around an error, its lines wrapped between words. */
export function boxed(text: string, width = 78): string {
  const lines = text.split('\n').flatMap(line => {
    const out: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const space = rest.lastIndexOf(' ', width);
      const at = space > 0 ? space : width;
      out.push(rest.slice(0, at));
      rest = rest.slice(at).replace(/^ /, '');
    }
    return [...out, rest];
  });
  return `╷\n${lines.map(line => `│ ${line}`.trimEnd()).join('\n')}\n╵\n`;
}

/** A terminal that cuts at its width, in the middle of words. */
export const cut = (text: string, width = 80): string =>
  text
    .split('\n')
    .flatMap(line => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])
    .join('\n');

export const colours = (text: string): string =>
  text
    .split('\n')
    .map(line => `${esc}[31m│${esc}[0m ${esc}[0m${esc}[1m${line}${esc}[0m`)
    .join('\n');

/** Structured run output, as HCP Terraform keeps it. */
export const structured = (summary: string, detail: string, more: object = {}): string =>
  [
    {
      '@level': 'info',
      '@message': 'Terraform 1.13.4',
      '@module': 'terraform.ui',
      terraform: '1.13.4',
      type: 'version',
    },
    {
      '@level': 'error',
      '@message': `Error: ${summary}`,
      '@module': 'terraform.ui',
      '@timestamp': '2026-11-24T10:00:00.000000Z',
      diagnostic: { severity: 'error', summary, detail, ...more },
      type: 'diagnostic',
    },
  ]
    .map(line => `${JSON.stringify(line)}\n`)
    .join('');

export const v2 = (operation: string, status: number, error: string): string =>
  `operation error ${operation}, https response error StatusCode: ${status}, RequestID: 8f1b2c3d-1111-2222-3333-444455556666, ${error}`;
export const v1 = (error: string, status = 403): string =>
  `${error}\n\tstatus code: ${status}, request id: 8f1b2c3d-1111-2222-3333-444455556666`;
export const denied = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';
export const assume = (error: string, status = 400): string => v2('STS: AssumeRoleWithWebIdentity', status, error);
export const cannotAssume = (error: string, status = 400): string =>
  `Error: Cannot assume IAM Role with web identity\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on providers.tf line 12, in provider "aws":\n  12: provider "aws" {\n\nIAM Role (${role}) cannot be assumed with web identity token.\n\nThere are a number of possible causes of this - the most common are:\n  * The credentials used in order to assume the role are invalid\n  * The credentials do not have appropriate permission to assume the role\n  * The role ARN is not valid\n\nError: ${assume(error, status)}\n`;
export const refreshed = (error: string, status = 400): string =>
  `Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on main.tf line 14, in provider "aws":\n  14: provider "aws" {\n\nPlease see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing credentials.\n\nError: failed to refresh cached credentials, failed to retrieve credentials, ${assume(error, status)}\n`;
export const index = `Error: Invalid index\n\n  on main.tf line 31, in provider "aws":\n  31:   shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["ARCHIVE"].shared_config_file]\n    ├────────────────\n    │ var.tfc_aws_dynamic_credentials.aliases is empty map of object\n\nThe given key does not identify an element in this collection value.\n`;
export const nullValue = `Error: Attempt to get attribute from null value\n\n  on main.tf line 9, in provider "aws":\n   9:   shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]\n    ├────────────────\n    │ var.tfc_aws_dynamic_credentials is null\n\nThis value is null, so it does not have any attributes.\n`;
export const s3Denied = `${v2('S3: GetBucketPolicy', 403, 'api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/tfc-plan/terraform-run-1 is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::acme" because no identity-based policy allows the s3:GetBucketPolicy action')}`;
export const unauthorized = `Error: reading EC2 VPCs: ${v2('EC2: DescribeVpcs', 403, 'api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/tfc-plan/terraform-run-1 is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action')}\n`;
